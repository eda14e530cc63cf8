"""Phones at work, in threads of their own, against a server that may die at any moment."""

import random
import threading
from datetime import UTC, datetime
from typing import Any

import httpx2

from conftest import PASSWORD
from personas import shop, uid
from sync_client import Phone

ROUTES = {"am01": "cz:0", "am02": "cz:1", "am03": "cj:0", "am04": "cj:1"}


class Traffic:
    """Requests on their way and answered, of all phones."""

    def __init__(self) -> None:
        self.up = threading.Event()
        self.done = threading.Event()
        self.flying = 0
        self.answers = 0
        self._changed = threading.Condition()

    def count(self, flying: int, answers: int) -> None:
        with self._changed:
            self.flying += flying
            self.answers += answers
            self._changed.notify_all()

    def wait_for(self, more: int) -> None:
        """Until so many more requests are answered and another one is on its way (at most 60 s)."""
        with self._changed:
            wanted = self.answers + more
            assert self._changed.wait_for(lambda: self.answers >= wanted and self.flying, 60), "no answers"


class FieldPhone(Phone):
    """A phone whose owner goes from shop to shop; `broken` says when a push of an op last went without an answer."""

    def __init__(self, url: str, username: str, traffic: Traffic, seed: int) -> None:
        super().__init__(httpx2.Client(base_url=url, timeout=30))
        self.username, self.traffic, self.rng = username, traffic, random.Random(seed)
        self.broken: dict[str, datetime] = {}
        self.resends = 0

    def _send(self, method: str, path: str, token: str, **kwargs: Any) -> Any:
        self.traffic.count(1, 0)
        try:
            answer = super()._send(method, path, token, **kwargs)
        except httpx2.TransportError:
            for op in kwargs.get("json", {}).get("ops", []):
                self.broken[op["id"]] = datetime.now(UTC)
            self.traffic.count(-1, 0)
            raise
        self.traffic.count(-1, 1)
        if path == "/api/sync/push" and answer.status_code == 200:
            self.resends += (answer.json()["stop"] or {}).get("why") == "resend"
        return answer

    def call_at_a_shop(self) -> None:
        """Save what a visit makes: arrival with or without a picture, notes, the file's remark, leaving; at times nonsense."""
        visit, customer = uid(), shop(ROUTES[self.username], self.rng.randrange(3))
        files = {uid(): self.rng.randbytes(2000)} if self.rng.random() < 0.3 else {}
        arrival = {"id": visit, "customer_id": customer, "place": None, "photos": list(files)}
        self.save("visits.check_in", arrival, files)
        if self.rng.random() < 0.5:
            self.save("visits.record", {"visit_id": visit, "note": f"note {visit}"})
        if self.rng.random() < 0.3:
            change = {"note": {"from": None, "to": f"remark {visit}"}}
            self.save("customers.edit", {"customer_id": customer, "set": change})
        if self.rng.random() < 0.5:
            self.save("visits.check_out", {"visit_id": visit})
        if self.rng.random() < 0.1:
            self.save("visits.record", {"visit_id": uid(), "note": "of a visit that never was"})

    def send_all(self) -> None:
        """Push, then files: the parts of a pass that bring something."""
        self.push()
        for key in list(self.files):
            self.put_file(key)

    def work(self) -> None:
        """Until the day is done: visits, and sending them whenever the server is there."""
        while not self.traffic.done.is_set():
            assert self.traffic.up.wait(300), "the server stayed away"
            self.call_at_a_shop()
            try:
                self.send_all()
            except httpx2.TransportError:
                continue

    @property
    def saved(self) -> list[dict[str, Any]]:
        return [*self.settled.values(), *self.outbox]


class HastyPhone(FieldPhone):
    """A faulty phone: it takes what it sends for settled before the server has named it."""

    def push(self) -> None:
        ops, self.outbox = self.outbox[:50], self.outbox[50:]
        self.settled |= {op["id"]: op for op in ops}
        self._send("POST", "/api/sync/push", self.deposit, json={"proto": 1, "app": "hasty", "ops": ops})

    def put_file(self, key: str) -> None:
        self.files.pop(key)


class Fleet:
    """Eight phones of four people, each with a thread of its own."""

    def __init__(self, url: str, kind: type[FieldPhone] = FieldPhone, count: int = 8) -> None:
        self.traffic = Traffic()
        users = list(ROUTES)
        self.phones = [kind(url, users[n % len(users)], self.traffic, n) for n in range(count)]
        for phone in self.phones:
            phone.sign_in(phone.username, PASSWORD)
        self._threads = [threading.Thread(target=self._work, args=(phone,)) for phone in self.phones]
        self.failures: list[Exception] = []

    def _work(self, phone: FieldPhone) -> None:
        try:
            phone.work()
        except Exception as error:
            self.failures.append(error)
            raise

    def begin(self) -> None:
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Everybody stops making entries and sends what is left; the server is up."""
        self.traffic.done.set()
        self.traffic.up.set()
        for thread in self._threads:
            thread.join(60)
        assert self.failures == []
        for phone in self.phones:
            for _ in range(10):
                if phone.outbox or phone.files:
                    phone.send_all()

    def close(self) -> None:
        for phone in self.phones:
            phone.http.close()

    def repeat_everything(self) -> list[str]:
        """Push every op again; the ids of those whose result is not what it was."""
        changed = []
        for phone in self.phones:
            ops = list(phone.settled.values())
            for at in range(0, len(ops), 50):
                body = {"proto": 1, "app": "again", "ops": ops[at : at + 50]}
                told = phone._send("POST", "/api/sync/push", phone.deposit, json=body).json()
                results = {result["id"]: result for result in told["results"]}
                changed += [
                    op["id"] for op in body["ops"] if results.get(op["id"]) != phone.results.get(op["id"])
                ]
        return changed
