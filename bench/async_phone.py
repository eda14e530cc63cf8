"""A phone in a few coroutines, written from the sync contract alone, for measures with thousands of them.

It speaks HTTP over a socket of its own, so that two thousand phones leave the machine to the server they measure.
"""

import asyncio
import hashlib
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from clients import mint

PATIENCE_S = 30
FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 300.0
MAX_OPS, MAX_KEYS = 50, 100


class NoAnswer(Exception):
    """The server may or may not have had the request."""


class Later(Exception):
    """The server asked to be left alone, for so many seconds if it said so."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__()
        self.seconds = seconds


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Weather:
    """What the network does to requests, and what all phones saw. `bad` is the share that goes wrong on the way."""

    rng: random.Random
    bad: float = 0.0
    seen: Counter[str] = field(default_factory=Counter)

    def fate(self) -> str:
        """Most requests are heard and answered; of the others half are cut off, and half lose their answer."""
        if self.rng.random() >= self.bad:
            return "whole"
        return self.rng.choice(("cut off", "answer lost"))


class Wire:
    """One connection to the server, kept while it lasts and made anew when it breaks."""

    def __init__(self, port: int, weather: Weather) -> None:
        self._port, self._weather = port, weather
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, method: str, path: str, token: str, body: bytes = b"", **headers: str) -> Answer:
        """One request and its answer; raises NoAnswer where none came."""
        lines = [f"{method} {path} HTTP/1.1", "host: fieldvisit", f"authorization: Bearer {token}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        request = "\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode() + body
        self._weather.seen["requests"] += 1
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._exchange(request)
        except TimeoutError:
            self._weather.seen["timed out"] += 1
            self.close()
            raise NoAnswer from None
        except (OSError, asyncio.IncompleteReadError):
            self._weather.seen["connection lost"] += 1
            self.close()
            raise NoAnswer from None

    async def _exchange(self, request: bytes) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        fate = self._weather.fate()
        writer.write(request[: len(request) // 2] if fate == "cut off" else request)
        await writer.drain()
        if fate != "whole":
            self._weather.seen[fate] += 1
            await asyncio.sleep(self._weather.rng.random() * 0.3)
            self.close()
            raise NoAnswer
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        status = int(first.split()[1])
        self._weather.seen[f"answered {status}"] += 1
        if headers.get("connection") == "close":
            self.close()
        return Answer(status, headers, body)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Phone:
    """One user on one phone: a queue of immutable entries, two lists compared, files that follow."""

    def __init__(self, wire: Wire, weather: Weather, user: str, access: str, deposit: str) -> None:
        self.wire, self.weather = wire, weather
        self.user, self.access, self.deposit = user, access, deposit
        self.epoch: str | None = None
        self.last: str | None = None
        self.view: str | None = None
        self.etag: str | None = None
        self.revs: dict[str, int] = {}
        self.outbox: list[dict[str, Any]] = []
        self.settled: dict[str, dict[str, Any]] = {}
        self.results: dict[str, dict[str, Any]] = {}
        self.broken: dict[str, datetime] = {}
        self.files: dict[str, bytes] = {}
        self.sent: dict[str, bytes] = {}
        self.passes = 0
        self.took: float | None = None

    @property
    def saved(self) -> list[dict[str, Any]]:
        return [*self.settled.values(), *self.outbox]

    def carry(self, epoch: str, manifest: bytes) -> None:
        """Carry what this list names, as if an earlier pull had brought it."""
        told = json.loads(manifest)
        self.epoch, self.view, self.revs = epoch, told["view"], dict(map(tuple, told["items"]))

    def save(self, name: str, args: dict[str, Any], files: dict[str, bytes] | None = None) -> None:
        """Queue an entry; it never changes again."""
        files = files or {}
        refs = [
            {"id": key, "sha256": hashlib.sha256(c).hexdigest(), "bytes": len(c), "type": "image/jpeg", "kind": "visit"}
            for key, c in files.items()
        ]  # fmt: skip
        made_at = datetime.now(UTC).isoformat()
        seq = len(self.saved) + 1
        self.outbox.append(
            {"id": mint(), "seq": seq, "name": name, "v": 1, "made_at": made_at, "args": args, "files": refs}
        )
        self.files |= files

    async def work(self) -> None:
        """Passes until nothing waits to be sent and a pull has landed, however long that takes."""
        began, wait = monotonic(), FIRST_WAIT_S
        while True:
            self.passes += 1
            try:
                await self._pass()
                break
            except NoAnswer:
                pause, wait = wait, min(wait * 2, LONGEST_WAIT_S)
            except Later as later:
                pause = wait if later.seconds is None else later.seconds
                wait = min(wait * 2, LONGEST_WAIT_S) if later.seconds is None else wait
            self.wire.close()
            await asyncio.sleep(pause * (0.5 + self.weather.rng.random()))
        self.took = monotonic() - began
        self.wire.close()

    async def _pass(self) -> None:
        await self._push()
        await self._pull()
        for key in list(self.files):
            await self._put(key)

    def _understood(self, answer: Answer, *expected: int) -> Answer:
        """The answer, if it is one of those expected; raises Later, or NoAnswer for what the contract calls none."""
        if answer.status in (429, 503):
            told = answer.headers.get("retry-after")
            raise Later(float(told) if told else None)
        if answer.status not in expected:
            raise NoAnswer
        return answer

    async def _push(self) -> None:
        while True:
            ops = self.outbox[:MAX_OPS]
            pending = {"ops": len(self.outbox), "files": len(self.files), "free_mb": 800, "persisted": True}
            envelope = {"proto": 1, "epoch": self.epoch, "last": self.last, "app": "2026.11.3", "pending": pending, "ops": ops}  # fmt: skip
            body = json.dumps(envelope).encode()
            try:
                answer = await self.wire.send(
                    "POST", "/api/sync/push", self.deposit, body, content_type="application/json"
                )
            except NoAnswer:
                self.broken |= dict.fromkeys((op["id"] for op in ops), datetime.now(UTC))
                raise
            told = self._understood(answer, 200).json()
            self.epoch, stop = told["epoch"], told["stop"]
            if stop and stop["why"] == "resend":
                self._queue_again()
                continue
            by_id = {op["id"]: op for op in ops}
            for result in told["results"]:
                op = by_id[result["id"]]
                self.outbox.remove(op)
                self.settled[op["id"]], self.results[op["id"]], self.last = op, result, op["id"]
            if stop:
                self.weather.seen[f"stop: {stop['why']}"] += 1
                raise Later(stop["after_ms"] / 1000)
            if not self.outbox:
                return

    def _queue_again(self) -> None:
        """The server's past is another one: everything goes again, each entry with its receipt."""
        self.last = None
        again = [op | {"receipt": self.results[key]["receipt"]} for key, op in self.settled.items()]
        self.outbox = sorted(again + self.outbox, key=lambda op: op["seq"])
        self.settled, self.files, self.sent = {}, self.sent | self.files, {}

    async def _pull(self) -> None:
        known = {"if_none_match": self.etag} if self.etag else {}
        answer = self._understood(
            await self.wire.send("GET", "/api/sync/manifest", self.access, **known), 200, 304
        )
        if answer.status == 304:
            return
        told = answer.json()
        is_mine = told["user"] == self.user and told["view"].startswith(f"{self.epoch}.")
        if not is_mine or told["count"] != len(told["items"]):
            raise NoAnswer
        self.etag = None
        if told["view"] != self.view:
            self.view, self.revs = told["view"], {}
        wanted = dict(map(tuple, told["items"]))
        self.revs = {key: rev for key, rev in self.revs.items() if key in wanted}
        await self._fetch([key for key, rev in wanted.items() if self.revs.get(key) != rev])
        if self.revs == wanted:
            self.etag = answer.headers["etag"]

    async def _fetch(self, missing: list[str]) -> None:
        while missing:
            body = json.dumps({"keys": missing[:MAX_KEYS]}).encode()
            answer = await self.wire.send(
                "POST", "/api/sync/bundles", self.access, body, content_type="application/json"
            )
            got = self._understood(answer, 200).json()
            if got["view"] != self.view or got["user"] != self.user:
                raise NoAnswer
            self.revs |= {bundle["key"]: bundle["rev"] for bundle in got["bundles"]}
            done = {bundle["key"] for bundle in got["bundles"]} | set(got["gone"])
            missing = [key for key in missing if key not in done]

    async def _put(self, key: str) -> None:
        content = self.files[key]
        sha256 = hashlib.sha256(content).hexdigest()
        answer = await self.wire.send(
            "PUT", f"/api/attachments/{key}", self.deposit, content, x_sha256=sha256
        )
        if json.loads(self._understood(answer, 200, 201).body)["id"] == key:
            self.sent[key] = self.files.pop(key)
