"""A phone written from the sync contract alone: a queue of immutable ops, two lists compared, nothing else."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4


class LostAnswer(Exception):
    """The server may or may not have had the request."""


class Phone:
    """One user on one phone. `http` is anything with httpx's `request`; `lose_next_answer` drops one answer.

    `mint` makes the ids of device and entries.
    """

    def __init__(self, http: Any, mint: Callable[[], UUID] = uuid4) -> None:
        self.http = http
        self.mint = mint
        self.device = str(mint())
        self.outbox: list[dict[str, Any]] = []
        self.settled: dict[str, dict[str, Any]] = {}
        self.results: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.sent: dict[str, bytes] = {}
        self.bundles: dict[str, dict[str, Any]] = {}
        self.revs: dict[str, int] = {}
        self.epoch = self.last = self.view = self.etag = self.anchor = None
        self.seq = 0
        self.lose_next_answer = False

    def sign_in(self, username: str, password: str) -> bool:
        """False where he is not let in; what waits to be sent stays, whatever the answer."""
        self.credentials = username, password
        body = {"username": username, "password": password, "device": {"id": self.device, "name": "phone"}}
        told = self.http.request("POST", "/api/auth/login", json=body).json()
        if "access_token" not in told:
            return False
        self.token, self.deposit, self.user = told["access_token"], told["deposit_token"], told["user"]["id"]
        return True

    def save(self, name: str, args: dict[str, Any], files: dict[str, bytes] | None = None) -> str:
        """Queue an entry; it never changes again."""
        self.seq += 1
        op = {"id": str(self.mint()), "seq": self.seq, "name": name, "v": 1, "args": args}
        op["made_at"] = datetime.now(UTC).isoformat()
        op["files"] = [
            {
                "id": key,
                "sha256": hashlib.sha256(content).hexdigest(),
                "bytes": len(content),
                "type": "image/jpeg",
                "kind": "visit",
            }
            for key, content in (files or {}).items()
        ]
        self.files |= files or {}
        self.outbox.append(op)
        return str(op["id"])

    def _send(self, method: str, path: str, token: str, **kwargs: Any) -> Any:
        headers = {"authorization": f"Bearer {token}", **kwargs.pop("headers", {})}
        answer = self.http.request(method, path, headers=headers, **kwargs)
        if self.lose_next_answer:
            self.lose_next_answer = False
            raise LostAnswer
        return answer

    def sync(self) -> None:
        """A pass: push until the outbox is empty, then pull, then files."""
        self.push()
        self.pull()
        self.send_files()

    def send_files(self) -> None:
        """Send every file that is not known to be there."""
        for key in list(self.files):
            self.put_file(key)

    def put_file(self, key: str) -> None:
        """Send a file; it is kept until the server says that it is there."""
        content = self.files[key]
        sha256 = hashlib.sha256(content).hexdigest()
        answer = self._send(
            "PUT", f"/api/attachments/{key}", self.deposit, content=content, headers={"x-sha256": sha256}
        )
        if answer.status_code in (200, 201):
            self.sent[key] = self.files.pop(key)

    def push(self) -> None:
        while True:
            ops = self.outbox[:50]
            envelope = {"proto": 1, "epoch": self.epoch, "last": self.last, "app": "client", "ops": ops}
            answer = self._send("POST", "/api/sync/push", self.deposit, json=envelope)
            told = answer.json()
            if told.get("proto") != 1:
                self._refused(answer)
                return
            if told["session"] == "revoked":
                self._let_go_of_bundles()
            self.epoch, self.anchor = told["epoch"], told["anchor"]
            if told["stop"] and told["stop"]["why"] == "resend":
                self._queue_again()
                continue
            self._settle(ops, told)
            if told["stop"] or not self.outbox:
                return

    def _settle(self, ops: list[dict[str, Any]], told: dict[str, Any]) -> None:
        """Only what the answer names is settled."""
        for result in told["results"]:
            op = next(op for op in ops if op["id"] == result["id"])
            self.outbox.remove(op)
            self.settled[op["id"]], self.results[op["id"]], self.last = op, result, op["id"]

    def _queue_again(self) -> None:
        """The server's past is another one: what it had settled waits again, each with its receipt; so do the files."""
        self.last = None
        again = [self.settled[key] | {"receipt": self.results[key]["receipt"]} for key in self.settled]
        self.outbox = sorted(again + self.outbox, key=lambda op: op["seq"])
        self.settled.clear()
        self._mark_files_unsent()

    def _mark_files_unsent(self) -> None:
        self.files, self.sent = self.sent | self.files, {}

    def _refused(self, answer: Any) -> None:
        """401: whoever is out of service loses what he reads and keeps what he wrote; any other signs in again."""
        if answer.status_code != 401:
            return
        if answer.json().get("session") == "revoked":
            self._let_go_of_bundles()
        else:
            self.sign_in(*self.credentials)

    def _let_go_of_bundles(self) -> None:
        self.bundles, self.revs, self.etag = {}, {}, None

    def pull(self) -> None:
        headers = {"if-none-match": self.etag} if self.etag else {}
        answer = self._send("GET", "/api/sync/manifest", self.token, headers=headers)
        if answer.status_code == 304:
            return
        if answer.status_code != 200:
            self._refused(answer)
            return
        told = answer.json()
        if not self._is_mine(told) or not self._is_whole(told):
            return
        self.etag = None
        self._note_view(told["view"])
        wanted = dict(map(tuple, told["items"]))
        for key in self.bundles.keys() - wanted.keys():
            self.bundles.pop(key), self.revs.pop(key, None)
        self._fetch([key for key, rev in wanted.items() if self.revs.get(key) != rev])
        if all(self.revs.get(key) == rev for key, rev in wanted.items()):
            self.etag = answer.headers["etag"]

    def _fetch(self, missing: list[str]) -> None:
        while missing:
            answer = self._send("POST", "/api/sync/bundles", self.token, json={"keys": missing[:100]})
            if answer.status_code != 200 or not self._is_current(answer.json()):
                return
            got = answer.json()
            for bundle in got["bundles"]:
                self.bundles[bundle["key"]], self.revs[bundle["key"]] = bundle["rows"], bundle["rev"]
            done = {bundle["key"] for bundle in got["bundles"]} | set(got["gone"])
            missing = [key for key in missing if key not in done]

    def _is_mine(self, told: dict[str, Any]) -> bool:
        """Of this user and of the past the last push spoke to."""
        return told["user"] == self.user and told["view"].startswith(f"{self.epoch}.")

    def _is_whole(self, told: dict[str, Any]) -> bool:
        return bool(told["count"] == len(told["items"]))

    def _note_view(self, view: Any) -> None:
        """Under another view every rev is unknown; what is on the screen stays until it is fetched anew."""
        if view != self.view:
            self.view, self.revs = view, {}

    def _is_current(self, got: dict[str, Any]) -> bool:
        return bool(got["view"] == self.view and got["user"] == self.user)

    def rows(self, collection: str) -> dict[str, dict[str, Any]]:
        return {row["id"]: row for rows in self.bundles.values() for row in rows.get(collection, [])}
