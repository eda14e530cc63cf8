"""This product for the measures: a district of routes of 300 shops with history, its server, and its phones' requests."""

import asyncio
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from argon2 import PasswordHasher
from clients import BATCH, Client
from processes import running
from sqlalchemy import update
from wire import Call, Connection, request, run

from browsers import PASSWORD
from fieldvisit import migrate
from fieldvisit.demo.district import Size, build
from fieldvisit.demo.shops import VISITS_PER_MONTH
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.users import User
from object_store import free_port

ROOT = Path(__file__).parents[1]
ZONES, ROUTES = 2, 4
PHONES = tuple(f"am{number:02d}" for number in range(1, ZONES * ROUTES + 1))
CARRIED_DAYS = 45
OFTEN = 15  # visits a month: about twenty to a shop in the days that a phone carries
KEYS = 100
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

Ops = list[dict[str, Any]]


def lay_out(url: str, shops: int) -> None:
    """Eight routes of so many shops, each shop visited about twenty times in the days a phone carries."""
    VISITS_PER_MONTH.update(dict.fromkeys(VISITS_PER_MONTH, OFTEN))
    database = Database(url)
    migrate.migrate(database)
    build(database, Size(ZONES, ROUTES, shops, today() - timedelta(days=CARRIED_DAYS - 1)), PASSWORD)
    with database.write() as session:  # signing in is not measured, and need not take long
        session.execute(update(User).values(password_hash=CHEAP.hash(PASSWORD)))
    database.close()


def copied(template: Path, folder: Path) -> Path:
    """A data folder of its own with the same district on SQLite."""
    folder.mkdir()
    shutil.copy(template, folder / "fieldvisit.db")
    return folder


@dataclass(frozen=True)
class Served:
    """The addresses of an installation's serving processes, and their process ids."""

    urls: list[str]
    pids: list[int]


@contextmanager
def served(folder: Path, database_url: str | None = None, processes: int = 1) -> Iterator[Served]:
    """The product over a laid-out district; on PostgreSQL so many serving processes and a worker."""
    environment = {"FIELDVISIT_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT / "backend")}
    if database_url is not None:
        environment |= {"FIELDVISIT_DATABASE_URL": database_url, "FIELDVISIT_SWEEP": "false"}
    program = (sys.executable, "-m", "fieldvisit")
    with ExitStack() as stack:
        urls, pids = [], []
        for _ in range(processes):
            port = free_port()
            urls.append(f"http://127.0.0.1:{port}")
            command = running((*program, "demo"), folder, f"{urls[-1]}/readyz", PORT=str(port), **environment)
            pids.append(stack.enter_context(command))
        if database_url is not None:
            stack.enter_context(running((*program, "worker"), folder, **environment))
        yield Served(urls, pids)


def arrivals(phones: list[Client], batches: int) -> list[list[Ops]]:
    """For each phone its next batches of check-ins at its shops."""
    return [[phone.arrivals() for _ in range(batches)] for phone in phones]


def pushes(phone: Client, batches: list[Ops]) -> list[Call]:
    """These batches as the phone pushes them; every entry must be applied, each batch names the last of the one before."""
    calls = []
    phone.epoch = phone.epoch or _epoch(phone)
    for ops in batches:
        body = {"proto": 1, "epoch": phone.epoch, "last": phone.last, "app": "2026.11.3", "ops": ops}
        raw = request("POST", "/api/sync/push", phone.deposit, orjson.dumps(body))
        calls.append(Call(raw, b'"state":"applied"', BATCH))
        phone.last = ops[-1]["id"]
    return calls


def _epoch(phone: Client) -> str:
    """The server's, as an empty push tells it."""
    body = {"proto": 1, "epoch": None, "last": None, "ops": []}
    return str(phone.http.post("/api/sync/push", json=body, headers=phone.deposit).json()["epoch"])


def carried(phone: Client) -> dict[str, list[dict[str, Any]]]:
    """All rows the phone carries, by collection."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for bundle in run(_bundles(phone, [])):
        for name, part in bundle["rows"].items():
            rows.setdefault(name, []).extend(part)
    return rows


@dataclass(frozen=True)
class Pulled:
    """A first sync: rows and bytes that came, and the seconds from the manifest asked for to the last row parsed."""

    rows: int
    size: int
    seconds: float


def first_sync(phone: Client) -> Pulled:
    """Everything the phone carries, by itself."""
    return first_syncs([phone])[0]


def first_syncs(phones: list[Client]) -> list[Pulled]:
    """Everything each of these phones carries, all at once."""
    return run(_pull_all(phones))


async def _pull_all(phones: list[Client]) -> list[Pulled]:
    return list(await asyncio.gather(*(_pull(phone) for phone in phones)))


async def _pull(phone: Client) -> Pulled:
    began = time.perf_counter()
    sizes: list[int] = []
    bundles = await _bundles(phone, sizes)
    took = time.perf_counter() - began
    return Pulled(sum(len(part) for one in bundles for part in one["rows"].values()), sum(sizes), took)


async def _bundles(phone: Client, sizes: list[int]) -> list[dict[str, Any]]:
    """What a phone does at first: the manifest, then its bundles, up to a hundred keys at a time, parsed."""
    connection = await Connection.open(phone.url)

    async def ask(method: str, path: str, body: bytes | None = None) -> Any:
        status, answer = await connection.ask(request(method, path, phone.access, body))
        if status != 200:
            raise SystemExit(f"a first sync failed: {status} {answer[:300]!r}")
        sizes.append(len(answer))
        return orjson.loads(answer)

    missing = [key for key, _ in (await ask("GET", "/api/sync/manifest"))["items"]]
    came: list[dict[str, Any]] = []
    while missing:
        told = await ask("POST", "/api/sync/bundles", orjson.dumps({"keys": missing[:KEYS]}))
        done = {one["key"] for one in told["bundles"]}.union(told["gone"])
        missing = [key for key in missing if key not in done]
        came += told["bundles"]
    connection.close()
    return came
