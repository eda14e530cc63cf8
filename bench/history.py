"""What a push costs after a month and after four years: `python bench/history.py [--small] [--postgres] [--folder KEEP]`.

Two databases hold the same wholesaler, 252 account managers with 50,400 shops: one after 0.1 million visits, the other
after 5 million (`--small`: 18 of them, after 5,000 and 100,000). Over each a server of its own runs, worker's rounds and
all. The same pushes of 50 check-ins go to both in turn, from a phone that has been there all the time, and the median of
the ratios is told; so are lists of what is carried, and a round of the worker. SQLite; with `--postgres` a PostgreSQL
beside it. About seven minutes and 16 GB; a folder that is given keeps the SQLite databases for the next time.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "backend"))

import psycopg
from clients import BATCH, Client
from long_past import A_DAY, ROUTES, device_of, fill, lay_out

import postgres
from browsers import Server
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.settings import Settings
from fieldvisit.worker import do_round

BUDGET = 1.2
PUSHERS = ("am01", "am07", "am13")


@dataclass(frozen=True)
class Size:
    """How large a wholesaler, and how many working days there are in the shorter and the longer past."""

    zones: int
    young: int
    old: int
    pushes: int

    def visits(self, days: int) -> int:
        return days * self.zones * ROUTES * A_DAY


WHOLE = Size(42, 20, 992, 40)
SMALL = Size(3, 14, 278, 20)


@dataclass
class Installation:
    """A folder and a database with a past of so many days, and the server over it."""

    folder: Path
    url: str
    days: int

    def __post_init__(self) -> None:
        self.settings = Settings(database_url=self.url, data_dir=self.folder, device_approval=False)
        self.server = Server(self.folder, database_url=self.url, log=self.folder / "log")

    def client(self, username: str) -> Client:
        """Somebody with the phone he has had all the time, who goes on counting where it stands."""
        begun = int(self.days * A_DAY)
        return Client(self.server.url, username, count(begun + 1), device_of(username))


def prepare(folder: Path, size: Size, make: Callable[[str], str]) -> tuple[Installation, Installation]:
    """Both databases, made unless the folder holds them already; `make` gives the URL of one that is empty."""
    both = []
    for name, days in (("young", size.young), ("old", size.old)):
        home = folder / f"{name}-{size.zones}"
        url = make(str(home))
        if not (home / "filled").exists():
            home.mkdir(parents=True, exist_ok=True)
            began = time.perf_counter()
            database = Database(url)
            lay_out(database, size.zones)
            database.close()
            visits = fill(url, days)
            (home / "filled").touch()
            print(f"{name}: {visits} visits laid out in {time.perf_counter() - began:.0f} s", flush=True)
        both.append(Installation(home, url, days))
    return both[0], both[1]


def ms(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def pushes(both: tuple[Installation, Installation], many: int) -> list[tuple[float, float]]:
    """Milliseconds of the same push to the young and to the old database, in turn; the first of each warms up."""
    phones = [[one.client(name) for one in both] for name in PUSHERS]
    took: list[tuple[float, float]] = []
    for number in range(many + len(PUSHERS)):
        pair = phones[number % len(PUSHERS)]
        young, old = (ms(partial(client.push, client.arrivals())) for client in pair)
        took.append((young, old))
    return took[len(PUSHERS) :]


def manifests(both: tuple[Installation, Installation], username: str, many: int) -> list[tuple[float, float]]:
    """Milliseconds of the list of what somebody carries, young and old in turn."""
    phones = [one.client(username) for one in both]
    took = []
    for _ in range(many + 1):
        young, old = (ms(partial(p.http.get, "/api/sync/manifest", headers=p.access)) for p in phones)
        took.append((young, old))
    return took[1:]


def rounds(both: tuple[Installation, Installation]) -> list[tuple[float, float]]:
    """Milliseconds of rounds of the worker over each, after a first one that finds what there is to do."""
    took = []
    runtimes = [Runtime.open(one.settings) for one in both]
    for _ in range(4):
        young, old = (ms(partial(do_round, one)) for one in runtimes)
        took.append((young, old))
    for runtime in runtimes:
        runtime.close()
    return took[1:]


def measure(
    both: tuple[Installation, Installation], size: Size
) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    """Each figure's name with its pairs of milliseconds, young and old."""
    for one in both:
        one.server.start()
    try:
        yield f"a push of {BATCH} check-ins", pushes(both, size.pushes)
        yield "list of an account manager", manifests(both, "am01", 20)
        yield "list of a market manager", manifests(both, "mm1", 20)
    finally:
        for one in both:
            one.server.stop()
    yield "a round of the worker", rounds(both)


def tell(kind: str, both: tuple[Installation, Installation], size: Size) -> bool:
    """Measure and print a table; whether a push stays within its budget."""
    print(
        f"{kind}, {size.visits(size.young)} and {size.visits(size.old)} visits, load average {os.getloadavg()[0]:.1f} before"
    )
    print(
        "| what | ms young, median (slowest) | ms old, median (slowest) | ratio, median | from | to | budget |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    is_within = True
    for what, pairs in measure(both, size):
        ratios = [old / young for young, old in pairs]
        ratio = statistics.median(ratios)
        sides = [f"{statistics.median(side):.0f} ({max(side):.0f})" for side in zip(*pairs, strict=True)]
        budget = BUDGET if "push" in what else ""
        print(
            f"| {what} | {' | '.join(sides)} | {ratio:.2f} | {min(ratios):.2f} | {max(ratios):.2f} | {budget} |",
            flush=True,
        )
        is_within &= not budget or ratio <= budget
    print(f"load average {os.getloadavg()[0]:.1f} after")
    return is_within


@contextmanager
def postgres_makers() -> Iterator[Callable[[str], str]]:
    """Makes databases on a PostgreSQL of its own, which ends with the block."""
    with postgres.server() as uri:

        def make(name: str) -> str:
            database = Path(name).name.replace("-", "_")
            with psycopg.connect(uri, autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE "{database}"')
            return "postgresql+psycopg://" + postgres.named(uri, database).partition("://")[2]

        yield make


def main() -> None:
    asking = argparse.ArgumentParser()
    asking.add_argument("--small", action="store_true")
    asking.add_argument("--postgres", action="store_true")
    asking.add_argument("--folder", type=Path)
    told = asking.parse_args()
    size = SMALL if told.small else WHOLE
    os.environ["FIELDVISIT_DEVICE_APPROVAL"] = "false"
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        kinds: dict[str, tuple[Path, Callable[[str], str]]] = {
            "SQLite": (told.folder or scratch / "sqlite", lambda home: f"sqlite:///{home}/fieldvisit.db")
        }
        if told.postgres:
            kinds["PostgreSQL"] = scratch / "postgres", stack.enter_context(postgres_makers())
        is_within = [tell(kind, prepare(folder, size, make), size) for kind, (folder, make) in kinds.items()]
    if not all(is_within):
        raise SystemExit("over the budget")


if __name__ == "__main__":
    main()
