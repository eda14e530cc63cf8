"""Which bundles a transaction moved, told at its commit to every process that has phones listening."""

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator

import psycopg
import structlog
from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from fieldvisit.kernel.metrics import LISTENING

CHANNEL = "fieldvisit_moved"
MAX_PAYLOAD = 7000  # bytes; PostgreSQL takes less than 8,000
PROBE_S = 20
ANSWER_S = 10
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0

log = structlog.get_logger()

Heard = Callable[[frozenset[int] | None], None]


def note_moved(session: Session, bundle_ids: Iterable[int]) -> None:
    """Remember of this transaction that bundles changed, or hang where they did not hang before."""
    session.info.setdefault("moved", set()).update(bundle_ids)


def moved_in(session: Session) -> frozenset[int]:
    """What has been noted of the transaction at hand."""
    return frozenset(session.info.get("moved", ()))


def notify(session: Session, bundle_ids: frozenset[int]) -> None:
    """Let PostgreSQL tell all listeners once this transaction commits, in one statement; numbers only, never keys."""
    told = text("SELECT pg_notify(:channel, part) FROM unnest(CAST(:parts AS text[])) AS part")
    session.execute(told, {"channel": CHANNEL, "parts": list(payloads(bundle_ids))})


def payloads(bundle_ids: Iterable[int]) -> Iterator[str]:
    """The numbers in as few payloads as the limit allows."""
    part = ""
    for number in map(str, sorted(bundle_ids)):
        if len(part) + len(number) >= MAX_PAYLOAD:
            yield part
            part = ""
        part = f"{part},{number}" if part else number
    if part:
        yield part


async def listen(url: str, heard: Heard) -> None:
    """Hear of every commit, on one connection that is made anew whenever it is lost; runs until it is cancelled.

    `heard(None)` says that anything may have moved: nobody listened for a while.
    """
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    wait = FIRST_WAIT_S
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(
                address, autocommit=True, connect_timeout=ANSWER_S
            ) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                LISTENING.set(1)
                wait = FIRST_WAIT_S
                heard(None)
                await _hear(connection, heard)
        except (psycopg.Error, OSError, TimeoutError) as error:
            log.warning("listening was interrupted", error=type(error).__name__)
        finally:
            LISTENING.set(0)
        await asyncio.sleep(wait * random.uniform(0.5, 1))  # noqa: S311 – processes shall not come back all at once
        wait = min(wait * 2, LONGEST_WAIT_S)


async def _hear(connection: psycopg.AsyncConnection[tuple[object, ...]], heard: Heard) -> None:
    while True:
        async for told in connection.notifies(timeout=PROBE_S):
            heard(frozenset(map(int, told.payload.split(","))))
        # A connection whose other end is gone is silent like one on which nothing happens.
        async with asyncio.timeout(ANSWER_S):
            await connection.execute("SELECT 1")
