"""People at the front door: each signs in and speaks HTTP, as a phone or a desk would."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from httpx2 import Response

from fieldvisit.demo.district import demo_id
from fieldvisit.kernel.calendar import published

JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300"
    + "01" * 64
    + "ffc0000b080001000101011100ffc4001400010000000000"
    "0000000000000000000009ffc40014100100000000000000000000000000000000ffda0008010100003f0054ffd9"
)


def uid() -> str:
    return str(uuid4())


def person(username: str) -> str:
    return demo_id(f"user:{username}")


def shop(route: str, number: int = 0) -> str:
    """The id of a demo shop: `cz:0` is the first route of the first zone."""
    return demo_id(f"shop:{route}:{number}")


def worked(day: date) -> date:
    """The first working day from a day on; of a year that is not published yet, Monday to Friday."""
    while not (day.weekday() < 5 if published(day) is None else published(day)):
        day += timedelta(days=1)
    return day


def photo(content: bytes = JPEG, kind: str = "shop_front") -> dict[str, Any]:
    return {
        "id": uid(),
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "type": "image/jpeg",
        "kind": kind,
    }


@dataclass
class Persona:
    """A signed-in user with a device, its sequence and the last op it settled."""

    client: Any
    username: str
    device: str
    token: str
    deposit: str
    user: dict[str, str]
    cookie: str
    epoch: str | None = None
    last: str | None = None
    seq: Iterator[int] = field(default_factory=lambda: iter(range(1, 10**9)))

    @staticmethod
    def sign_in(client: Any, username: str, password: str, device: str | None = None) -> "Persona":
        device = device or uid()
        body = {"username": username, "password": password, "device": {"id": device, "name": "test"}}
        answer = client.post("/api/auth/login", json=body)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        return Persona(
            client,
            username,
            device,
            told["access_token"],
            told["deposit_token"],
            told["user"],
            answer.cookies["rt"],
        )

    @property
    def id(self) -> str:
        return self.user["id"]

    def headers(self, **more: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", **more}

    def get(self, path: str, **kwargs: Any) -> Response:
        headers = self.headers(**kwargs.pop("headers", {}))
        return self.client.get(path, headers=headers, **kwargs)  # type: ignore[no-any-return]

    def call(self, method: str, path: str, args: Any = None, **headers: str) -> Response:
        return self.client.request(method, path, json=args, headers=self.headers(**headers))  # type: ignore[no-any-return]

    def op(self, name: str, args: Any, **more: Any) -> dict[str, Any]:
        made_at = datetime.now(UTC).isoformat()
        return {
            "id": uid(),
            "seq": next(self.seq),
            "name": name,
            "v": 1,
            "made_at": made_at,
            "args": args,
        } | more

    def push(self, *ops: dict[str, Any], token: str | None = None, **envelope: Any) -> dict[str, Any]:
        answer = self.push_raw(*ops, token=token, **envelope)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        if told["stop"] is None or told["stop"]["why"] != "resend":
            self.epoch = told["epoch"]
            self.last = told["results"][-1]["id"] if told["results"] else self.last
        return told

    def push_raw(self, *ops: dict[str, Any], token: str | None = None, **envelope: Any) -> Response:
        body = {
            "proto": 1,
            "epoch": self.epoch,
            "last": self.last,
            "app": "test",
            "ops": list(ops),
        } | envelope
        headers = {"authorization": f"Bearer {token or self.token}"}
        return self.client.post("/api/sync/push", json=body, headers=headers)  # type: ignore[no-any-return]

    def do(self, name: str, args: Any, **more: Any) -> dict[str, Any]:
        """Push one op; its result."""
        result: dict[str, Any] = self.push(self.op(name, args, **more))["results"][0]
        return result

    def manifest(self) -> dict[str, int]:
        answer = self.get("/api/sync/manifest").json()
        assert answer["count"] == len(answer["items"])
        return dict(answer["items"])

    def fetch(self, *keys: str) -> dict[str, Any]:
        answer = self.call("POST", "/api/sync/bundles", {"keys": list(keys)})
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    def rows(self, key: str, collection: str) -> list[dict[str, Any]]:
        """The rows of a collection in one bundle; empty if the bundle is out of reach."""
        bundles = self.fetch(key)["bundles"]
        return bundles[0]["rows"][collection] if bundles else []

    def put_file(self, ref: dict[str, Any], content: bytes = JPEG, token: str | None = None) -> Response:
        headers = {"authorization": f"Bearer {token or self.token}", "x-sha256": ref["sha256"]}
        return self.client.put(f"/api/attachments/{ref['id']}", content=content, headers=headers)  # type: ignore[no-any-return]
