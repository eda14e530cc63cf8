"""One run per device at a time: who is carrying out a device's ops holds its turn, another waits or gives way."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from fieldvisit.kernel.db import Database

WAIT_S = 5


class Busy(Exception):
    """Somebody else holds a lock that was not to be had in time; nothing was changed."""


_turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


@contextmanager
def turn_of(database: Database, device_id: str) -> Iterator[None]:
    """Hold a device's turn; raises Busy after five seconds.

    On PostgreSQL an advisory lock, that all processes see and that dies with its connection; an embedded
    SQLite file is served by one process, where a lock of the process does.
    """
    if database.is_sqlite:
        if not _turns[device_id].acquire(timeout=WAIT_S):
            raise Busy
        try:
            yield
        finally:
            _turns[device_id].release()
        return
    number = UUID(device_id).int % (1 << 63)
    with database.engine.connect() as connection:
        try:
            connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_S}s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
        except OperationalError:
            raise Busy from None
        yield
