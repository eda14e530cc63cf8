"""Running the readers of events: each once per event, in a transaction of its own, after what happened is committed."""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID, uuid5

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.kernel.bundles import Bundle, BundleKey
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.events import READERS, Event, Reaction
from fieldvisit.kernel.work import Locks, Unlocked

AT_ONCE = 200
MAX_ATTEMPTS = 5
MAX_LOCKINGS = 20
NAMESPACE = UUID("6f1d6a0e-5b0e-4d4c-9a53-2f6f3d9f7a11")

log = structlog.get_logger()


class Happening:
    """An event in the hands of one of its readers: a transaction in which it may write."""

    def __init__(self, locks: Locks, event: Event, reader: str) -> None:
        self.locks = locks
        self.session: Session = locks.session
        self.event = event
        self._reader = reader
        self._made: Counter[str] = Counter()

    def id(self, label: str) -> str:
        """An id that is the same whenever this reader deals with this event again."""
        return str(uuid5(NAMESPACE, f"{self.event.number}:{self._reader}:{label}"))

    def next_id(self, label: str) -> str:
        """The same for the first, the second … of a label: what one reader makes of one event may be several of a kind."""
        self._made[label] += 1
        return self.id(f"{label}:{self._made[label]}")

    def bundles(self, keys: Iterable[str | BundleKey]) -> list[Bundle]:
        """These bundles, locked; where they are not yet the reader is run again with them."""
        wanted = list(keys)
        if strangers := [key for key in wanted if str(key) not in self.locks.held]:
            raise Unlocked(strangers)
        return [self.locks.held[str(key)] for key in wanted]


def react(db: Database) -> int:
    """Deal with whatever has happened and was not dealt with; how many readings there were.

    A reader that fails is tried again at later rounds, five times in all; then its row stays and the log says so.
    """
    done = after = 0
    while True:
        with db.read() as session:
            waiting = session.scalars(
                select(Reaction.number)
                .where(Reaction.attempts < MAX_ATTEMPTS, Reaction.number > after)
                .order_by(Reaction.number)
                .limit(AT_ONCE)
            ).all()
        if not waiting:  # what readers emit is waiting in its turn
            return done
        for number in waiting:
            done += _try(db, number)
            after = number


def _try(db: Database, number: int) -> bool:
    try:
        return _read(db, number)
    except Exception as error:  # one reader's fault stays its own; what happened has happened
        log.exception("reader failed", reaction=number, error=type(error).__name__)
        with db.write() as session:
            row = session.get(Reaction, number)
            if row is not None:
                row.attempts += 1
        return False


def _read(db: Database, number: int) -> bool:
    keys: list[str | BundleKey] = []
    for _ in range(MAX_LOCKINGS):
        try:
            with db.write() as session:
                row = session.get(Reaction, number, with_for_update={"skip_locked": True})
                if row is None:
                    return False
                locks = Locks(session)
                locks.take(keys)
                found = READERS.get(row.reader)
                if found is not None:
                    found[1](Happening(locks, row.event, row.reader))
                session.delete(row)
                locks.bump()
        except Unlocked as unlocked:
            keys += unlocked.keys
        else:
            return True
    raise RuntimeError("a reader asks for ever more bundles")
