"""Clients that push and pull as phones do, for the measures of the server."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import httpx2

from browsers import PASSWORD

BATCH = 50


def mint() -> str:
    """An id as phones mint them: UUIDv7, which grows with time."""
    value = time.time_ns() // 1_000_000 << 80 | uuid4().int & (1 << 80) - 1
    return str(UUID(int=value & ~(0xF << 76) | 7 << 76))


@dataclass
class Client:
    """One phone at the front door, with its own connection."""

    url: str
    username: str
    seq: Iterator[int] = field(default_factory=lambda: count(1))
    device: str = field(default_factory=lambda: str(uuid4()))
    last: str | None = None
    epoch: str | None = None

    def __post_init__(self) -> None:
        self.http = httpx2.Client(base_url=self.url, timeout=60)
        body = {
            "username": self.username,
            "password": PASSWORD,
            "device": {"id": self.device, "name": "bench"},
        }
        told = self.http.post("/api/auth/login", json=body).json()
        self.access = {"authorization": f"Bearer {told['access_token']}"}
        self.deposit = {"authorization": f"Bearer {told['deposit_token']}"}
        items = self.http.get("/api/sync/manifest", headers=self.access).json()["items"]
        self.keys = [key for key, _ in items]
        self.shops = [key.removeprefix("customer:") for key in self.keys if key.startswith("customer:")]

    def arrivals(self) -> list[dict[str, Any]]:
        """A batch of check-ins at this phone's shops."""
        made_at = datetime.now(UTC).isoformat()
        ops = []
        for number in range(BATCH):
            seq = next(self.seq)
            args = {
                "id": mint(),
                "customer_id": self.shops[(seq + number) % len(self.shops)],
                "place": None,
            }
            ops.append(
                {
                    "id": mint(),
                    "seq": seq,
                    "name": "visits.check_in",
                    "v": 1,
                    "made_at": made_at,
                    "args": args,
                }
            )
        return ops

    def push(self, ops: list[dict[str, Any]]) -> None:
        """Push until every op is settled; all must be applied."""
        while ops:
            body = {"proto": 1, "epoch": self.epoch, "last": self.last, "app": "2026.11.3", "ops": ops}
            answer = self.http.post("/api/sync/push", json=body, headers=self.deposit)
            if answer.status_code == 503:  # as a phone would: the same again, a little later
                time.sleep(0.1)
                continue
            if answer.status_code != 200:
                raise SystemExit(f"a push was refused: {answer.status_code} {answer.text[:200]}")
            told = answer.json()
            states = {result["state"] for result in told["results"]}
            if states - {"applied"}:
                raise SystemExit(f"an entry was not applied: {told['results'][:1]}")
            self.epoch = told["epoch"]
            self.last = told["results"][-1]["id"] if told["results"] else self.last
            ops = ops[len(told["results"]) :]

    def pull(self) -> int:
        """Everything this phone carries, fetched once; how many rows came."""
        rows, missing = 0, list(self.keys)
        while missing:
            told = self.http.post(
                "/api/sync/bundles", json={"keys": missing[:100]}, headers=self.access
            ).json()
            rows += sum(len(list_) for one in told["bundles"] for list_ in one["rows"].values())
            done = {one["key"] for one in told["bundles"]} | set(told["gone"])
            missing = [key for key in missing if key not in done]
        return rows


def together(work: list[Callable[[], Any]]) -> float:
    """Seconds until all of it, each in a thread of its own, is done."""
    with ThreadPoolExecutor(len(work)) as pool:
        began = time.perf_counter()
        for each in [pool.submit(one) for one in work]:
            each.result()
        return time.perf_counter() - began
