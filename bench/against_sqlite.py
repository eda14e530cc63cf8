"""Push against raw SQLite: for each check-in three small rows, 50 check-ins to a transaction, just as durable, and no HTTP."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import chain

from figures import Figure
from scene import Round, Scene

TABLES = ("op", "visit", "event")
INSERTS = tuple(f"INSERT INTO {table} VALUES (?, ?, ?, ?)" for table in TABLES)  # noqa: S608 – our own three names
PUSH = Figure("push / raw SQLite, three rows each", 0.2, "check-ins/s")


@contextmanager
def measure(scene: Scene) -> Iterator[Callable[[], Round]]:
    """One connection, which is the fastest way to write to SQLite; the rows are made before the clock starts."""
    with closing(sqlite3.connect(scene.folder / "raw.db", isolation_level=None)) as base:
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("PRAGMA synchronous=FULL")
        for table in TABLES:
            base.execute(f"CREATE TABLE {table} (id TEXT PRIMARY KEY, who TEXT, at TEXT, what TEXT) STRICT")

        def go() -> Round:
            ours, work, _ = scene.push(scene.phones)
            batches = [_rows(batch) for batch in chain.from_iterable(work)]
            began = time.perf_counter()
            for rows in batches:
                base.execute("BEGIN IMMEDIATE")
                for insert in INSERTS:
                    base.executemany(insert, rows)
                base.execute("COMMIT")
            return {PUSH: (ours, sum(map(len, batches)) / (time.perf_counter() - began))}

        yield go


def _rows(batch: list[dict[str, object]]) -> list[tuple[object, ...]]:
    return [(op["id"], "am01", op["made_at"], op["name"]) for op in batch]
