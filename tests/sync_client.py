"""A phone written from the sync contract alone: a queue of immutable ops, two lists compared, nothing else."""

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4


class LostAnswer(Exception):
    """The server may or may not have had the request."""


class Phone:
    """One user on one phone. `http` is anything with httpx's `request`; `lose_next_answer` drops one answer."""

    def __init__(self, http: Any) -> None:
        self.http = http
        self.device = str(uuid4())
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

    def sign_in(self, username: str, password: str) -> None:
        body = {"username": username, "password": password, "device": {"id": self.device, "name": "phone"}}
        told = self.http.request("POST", "/api/auth/login", json=body).json()
        self.token, self.deposit, self.user = told["access_token"], told["deposit_token"], told["user"]["id"]

    def save(self, name: str, args: dict[str, Any], files: dict[str, bytes] | None = None) -> str:
        """Queue an entry; it never changes again."""
        self.seq += 1
        op = {"id": str(uuid4()), "seq": self.seq, "name": name, "v": 1, "args": args}
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
            envelope = {
                "proto": 1,
                "epoch": self.epoch,
                "last": self.last,
                "app": "client",
                "ops": self.outbox[:50],
            }
            told = self._send("POST", "/api/sync/push", self.deposit, json=envelope).json()
            if told.get("proto") != 1:
                return
            self.epoch, self.anchor = told["epoch"], told["anchor"]
            if told["stop"] and told["stop"]["why"] == "resend":
                self.last = None
                again = [
                    self.settled[key] | {"receipt": self.results[key]["receipt"]} for key in self.settled
                ]
                self.outbox = sorted(again + self.outbox, key=lambda op: op["seq"])
                self.settled.clear()
                self.files, self.sent = self.sent | self.files, {}
                continue
            for result in told["results"]:
                op = next(op for op in self.outbox if op["id"] == result["id"])
                self.outbox.remove(op)
                self.settled[op["id"]], self.results[op["id"]], self.last = op, result, op["id"]
            if told["stop"] or not self.outbox:
                return

    def pull(self) -> None:
        headers = {"if-none-match": self.etag} if self.etag else {}
        answer = self._send("GET", "/api/sync/manifest", self.token, headers=headers)
        if answer.status_code == 304:
            return
        told = answer.json()
        if (
            told["user"] != self.user
            or told["count"] != len(told["items"])
            or not told["view"].startswith(f"{self.epoch}.")
        ):
            return
        self.etag = None
        if told["view"] != self.view:
            self.view, self.revs = told["view"], {}
        wanted = dict(map(tuple, told["items"]))
        for key in self.bundles.keys() - wanted.keys():
            self.bundles.pop(key), self.revs.pop(key, None)
        missing = [key for key, rev in wanted.items() if self.revs.get(key) != rev]
        while missing:
            got = self._send("POST", "/api/sync/bundles", self.token, json={"keys": missing[:100]}).json()
            if got["view"] != self.view:
                return
            for bundle in got["bundles"]:
                self.bundles[bundle["key"]], self.revs[bundle["key"]] = bundle["rows"], bundle["rev"]
            done = {bundle["key"] for bundle in got["bundles"]} | set(got["gone"])
            missing = [key for key in missing if key not in done]
        if all(self.revs.get(key) == rev for key, rev in wanted.items()):
            self.etag = answer.headers["etag"]

    def rows(self, collection: str) -> dict[str, dict[str, Any]]:
        return {row["id"]: row for rows in self.bundles.values() for row in rows.get(collection, [])}
