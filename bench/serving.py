"""What the server can do, each figure as a ratio in one run: `python bench/serving.py [--rounds 5]`.

The rounds are interleaved (ours, then what it is held against, then ours again …) and the median of the rounds' ratios is told,
for a busy machine slows both. Clients, server and database share the machine. A push is 50 check-ins through the whole of
HTTP, tokens, validation, permission, receipts, rows, revs and a durable commit; raw SQLite writes three small rows for each
check-in, 50 check-ins to a transaction, with the same durability and nothing else.
"""

import argparse
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from clients import BATCH, Client, together

from browsers import Server

CLIENTS = 8
BATCHES = 3
REQUESTS = 200
TABLES = ("op", "visit", "event")
INSERTS = tuple(f"INSERT INTO {table} VALUES (?, ?, ?, ?)" for table in TABLES)  # noqa: S608 – our own three names
FLOORS = {
    "push / raw SQLite": 0.2,
    "manifest unchanged (304) / hello": 0.4,
    "first sync, warm / cold": 3.0,
    "first sync, 100 phones at once: p95 / one alone": 20.0,
}


def pushes(clients: list[Client]) -> float:
    """Check-ins a second, from all clients at once."""
    work = [[client.arrivals() for _ in range(BATCHES)] for client in clients]

    def push(client: Client, batches: list[list[dict[str, object]]]) -> None:
        for batch in batches:
            client.push(batch)

    took = together([partial(push, one, his) for one, his in zip(clients, work, strict=True)])
    return len(clients) * BATCHES * BATCH / took


def raw_sqlite(folder: Path) -> float:
    """Check-ins a second, as three rows each, without anything but the database."""
    base = sqlite3.connect(folder / f"raw-{uuid4()}.db", isolation_level=None)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("PRAGMA synchronous=FULL")
    for table in TABLES:
        base.execute(f"CREATE TABLE {table} (id TEXT PRIMARY KEY, who TEXT, at TEXT, what TEXT) STRICT")
    batches = CLIENTS * BATCHES
    began = time.perf_counter()
    for _ in range(batches):
        base.execute("BEGIN IMMEDIATE")
        for insert in INSERTS:
            rows = [(str(uuid4()), "am01", "2026-11-25T09:00:00Z", "visits.check_in") for _ in range(BATCH)]
            base.executemany(insert, rows)
        base.execute("COMMIT")
    took = time.perf_counter() - began
    base.close()
    return batches * BATCH / took


def asked(ask: Callable[[], object]) -> float:
    """Requests a second, one after the other."""
    began = time.perf_counter()
    for _ in range(REQUESTS):
        ask()
    return REQUESTS / (time.perf_counter() - began)


def unchanged(client: Client) -> float:
    """Manifests a second that answer 304."""
    etag = client.http.get("/api/sync/manifest", headers=client.access).headers["etag"]
    headers = client.access | {"if-none-match": etag}

    def ask() -> None:
        if client.http.get("/api/sync/manifest", headers=headers).status_code != 304:
            raise SystemExit("the manifest changed under the measure")

    return asked(ask)


def rows_a_second(client: Client) -> float:
    began = time.perf_counter()
    return client.pull() / (time.perf_counter() - began)


def first_syncs(url: str) -> tuple[float, float]:
    """Seconds of one first sync alone, and the 95th percentile of a hundred at once."""
    one = Client(url, "am01")
    took: list[float] = []

    def pull(client: Client) -> None:
        began = time.perf_counter()
        client.pull()
        took.append(time.perf_counter() - began)

    pull(one)
    alone = took.pop()
    many = [one] * 100
    together([partial(pull, client) for client in many])
    return alone, sorted(took)[94]


def measure(rounds: int) -> dict[str, list[float]]:
    figures: dict[str, list[float]] = {name: [] for name in FLOORS}
    os.environ["FIELDVISIT_DEVICE_APPROVAL"] = "false"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(rounds):
            server = Server(folder / "server")
            server.start()
            try:
                told, ratios = measure_once(server.url, folder)
            finally:
                server.stop()
            print(f"round {number + 1}: {told}")
            for what, ratio in ratios.items():
                figures[what].append(ratio)
    return figures


def measure_once(url: str, folder: Path) -> tuple[str, dict[str, float]]:
    clients = [Client(url, f"am{n:02d}") for n in range(1, CLIENTS + 1)]
    cold, warm = rows_a_second(clients[-1]), rows_a_second(clients[-1])
    ours, raw = pushes(clients), raw_sqlite(folder)
    same, hello = unchanged(clients[0]), asked(partial(clients[0].http.get, "/healthz"))
    alone, p95 = first_syncs(url)
    told = (
        f"{ours:.0f} check-ins/s, raw {raw:.0f}; rows/s cold {cold:.0f}, warm {warm:.0f}; "
        f"304 {same:.0f}/s, hello {hello:.0f}/s; first sync {alone:.2f} s alone, p95 {p95:.2f} s"
    )
    return told, dict(zip(FLOORS, (ours / raw, same / hello, warm / cold, p95 / alone), strict=True))


def main() -> None:
    asking = argparse.ArgumentParser()
    asking.add_argument("--rounds", type=int, default=5)
    told = asking.parse_args()
    before = os.getloadavg()[0]
    figures = measure(told.rounds)
    print(f"{told.rounds} rounds, load average {before:.1f} before and {os.getloadavg()[0]:.1f} after")
    print("| figure | median | from | to | floor |\n| --- | ---: | ---: | ---: | ---: |")
    for what, taken in figures.items():
        print(
            f"| {what} | {statistics.median(taken):.2f} | {min(taken):.2f} | {max(taken):.2f} | {FLOORS[what]} |"
        )


if __name__ == "__main__":
    main()
