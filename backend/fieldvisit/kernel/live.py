"""The phones that listen, and who of them is told that something of his moved: judged anew each time, by `visible`."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from fieldvisit.kernel.bundles import BundleScope, scopes_reached, visible
from fieldvisit.kernel.clock import now
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.errors import Problem
from fieldvisit.kernel.metrics import ENDED, STREAMS, WAKES
from fieldvisit.kernel.moves import listen
from fieldvisit.kernel.scopes import Principal

HEARTBEAT_S = 20.0
CHECK_S = 20.0  # so often it is looked whether whoever listens still may
UNCHECKED_S = 60.0  # longer than this nobody listens on trust
GAP_S = 1.0  # what moves within it is told at once
CHECKS_AT_ONCE = 100
MAX_STREAMS = 2000
PER_DEVICE = 4
MANY = 2000  # where more bundles moved at once, everybody is told to look
LATELY = timedelta(minutes=1)

OPEN, BEAT, MOVED = b": open\n\n", b":\n\n", b"data: moved\n\n"

log = structlog.get_logger()

Enter = Callable[[Session], Principal]


class Verdict(StrEnum):
    """What became of one look at one stream."""

    STAYS = "stays"
    MOVED = "moved"
    REFUSED = "refused"


@dataclass(eq=False)
class Stream:
    """One listening phone. `enter` finds its principal as he stands now, or raises the Problem that ends it."""

    device_id: str
    enter: Enter
    until: datetime
    scopes: frozenset[str]
    checked: float = field(default_factory=time.monotonic)
    signal: asyncio.Event = field(default_factory=asyncio.Event)
    is_moved: bool = False
    is_ended: bool = False


class Live:
    """All streams of this process: between two wakes a stream holds neither a thread nor a connection."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._streams: dict[Stream, None] = {}  # oldest first
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stirred = asyncio.Event()
        self._lock = threading.Lock()
        self._moved: set[int] = set()
        self._is_anything = False

    @property
    def has_room(self) -> bool:
        """Whether a phone may listen here: not before the process serves, nor while it ends, nor beyond its limit."""
        return self._loop is not None and len(self._streams) < MAX_STREAMS

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hear of commits and judge them, as long as the block lasts."""
        self._loop = asyncio.get_running_loop()
        tasks = [asyncio.create_task(self._judge_for_ever())]
        if self._db.is_sqlite:
            self._db.on_moved = self.heard
        else:
            tasks.append(asyncio.create_task(listen(self._db.url, self.heard)))
        try:
            yield
        finally:
            self.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def close(self) -> None:
        """End every stream and take no more; to be called on the loop."""
        self._loop = None
        for stream in self._streams:
            self._end(stream, "closed")

    def heard(self, bundle_ids: frozenset[int] | None) -> None:
        """That bundles moved, or with None that anything may have; from any thread."""
        loop = self._loop
        if loop is None or not self._streams:
            return
        with self._lock:
            self._moved.update(bundle_ids or ())
            self._is_anything |= bundle_ids is None
        loop.call_soon_threadsafe(self._stirred.set)

    async def frames(self, stream: Stream) -> AsyncIterator[bytes]:
        """What one phone is sent: a comment at once and every 20 s, and `moved`, until its token ends or it may no more.

        It is listening before the first byte leaves, so that whoever looks after that byte has missed nothing.
        """
        self._add(stream)
        try:
            yield OPEN
            while not stream.is_ended:
                left = (stream.until - now()).total_seconds()
                if left <= 0:
                    self._end(stream, "expired")
                    return
                try:
                    async with asyncio.timeout(min(HEARTBEAT_S, left)):
                        await stream.signal.wait()
                except TimeoutError:
                    if left > HEARTBEAT_S:
                        yield BEAT
                    continue
                stream.signal.clear()
                if stream.is_moved and not stream.is_ended:
                    stream.is_moved = False
                    WAKES.inc()
                    yield MOVED
                    await asyncio.sleep(GAP_S)
        finally:
            self._streams.pop(stream, None)
            STREAMS.dec()

    def _add(self, stream: Stream) -> None:
        own = [other for other in self._streams if other.device_id == stream.device_id and not other.is_ended]
        if len(own) >= PER_DEVICE:
            self._end(own[0], "replaced")
        self._streams[stream] = None
        STREAMS.inc()

    def _end(self, stream: Stream, why: str) -> None:
        if not stream.is_ended:
            ENDED.labels(why).inc()
        stream.is_ended = True
        stream.signal.set()

    async def _judge_for_ever(self) -> None:
        while True:
            await self._stir()
            moved, is_anything = self._take()
            try:
                verdicts = await asyncio.to_thread(self._judge, moved, list(self._streams), is_anything)
            except SQLAlchemyError as error:
                log.error("the database failed", error=type(error).__name__)
                self.heard(None if is_anything else moved)
                await asyncio.sleep(1)
            else:
                self._carry_out(verdicts)
            self._end_unchecked()

    async def _stir(self) -> None:
        """Wait for something to judge: what moved, or after a second whoever is due."""
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._stirred.wait()
                self._stirred.clear()

    def _take(self) -> tuple[frozenset[int], bool]:
        with self._lock:
            moved, is_anything = frozenset(self._moved), self._is_anything
            self._moved, self._is_anything = set(), False
        return (frozenset(), True) if len(moved) > MANY else (moved, is_anything)

    def _judge(
        self, moved: Iterable[int], streams: list[Stream], is_anything: bool
    ) -> list[tuple[Stream, Verdict, frozenset[str]]]:
        """Look at whoever a change may concern by the scopes he last had, and at whoever was not looked at for long."""
        due = [stream for stream in streams if time.monotonic() - stream.checked >= CHECK_S][:CHECKS_AT_ONCE]
        if not (moved or is_anything or due):
            return []
        lately = now() - LATELY
        with self._db.read() as session:
            reached = scopes_reached(session, moved, lately) if moved else set()
            near = [stream for stream in streams if is_anything or not reached.isdisjoint(stream.scopes)]
            return [
                (stream, *_look(session, stream, moved, lately, is_anything))
                for stream in dict.fromkeys([*near, *due])
            ]

    def _carry_out(self, verdicts: list[tuple[Stream, Verdict, frozenset[str]]]) -> None:
        for stream, verdict, scopes in verdicts:
            stream.checked, stream.scopes = time.monotonic(), scopes
            if verdict == Verdict.REFUSED:
                self._end(stream, "refused")
            elif verdict == Verdict.MOVED:
                stream.is_moved = True
                stream.signal.set()

    def _end_unchecked(self) -> None:
        for stream in self._streams:
            if time.monotonic() - stream.checked >= UNCHECKED_S:
                self._end(stream, "unchecked")


def _look(
    session: Session, stream: Stream, moved: Iterable[int], lately: datetime, is_anything: bool
) -> tuple[Verdict, frozenset[str]]:
    """Whether he still may listen, and whether something of his moved: a bundle he sees or saw, or his scopes themselves."""
    try:
        principal = stream.enter(session)
    except Problem:
        return Verdict.REFUSED, stream.scopes
    is_his = is_anything or principal.scopes != stream.scopes
    if not is_his and moved:
        seen = visible(principal, lately=lately).where(BundleScope.bundle_id.in_(moved)).limit(1)
        is_his = session.scalar(seen) is not None
    return Verdict.MOVED if is_his else Verdict.STAYS, principal.scopes
