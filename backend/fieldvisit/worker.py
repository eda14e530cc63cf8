"""What a server does without being asked: rounds over what is left to do, in the serving process or in one of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import structlog
from sqlalchemy import text

from fieldvisit.kernel.audit import Head, seal
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.duties import do_duties
from fieldvisit.kernel.metrics import ROUNDS
from fieldvisit.kernel.outside.delivery import deliver
from fieldvisit.kernel.reactions import react
from fieldvisit.kernel.rounds import do_each
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.sync import sweep
from fieldvisit.kernel.uploads import link_arrived

ROUND_LOCK = 0x5EE9  # any number that no device's turn is likely to have
ROUNDS_BETWEEN_LOOKING_FOR_FILES = 45

log = structlog.get_logger()


@contextmanager
def only_one(database: Database) -> Iterator[bool]:
    """Whether this process may do the round now: on PostgreSQL one process at a time does, whoever comes first.

    Duties look whether something is to be told and then tell it; two at once would both tell it.
    """
    if database.is_sqlite:
        yield True
        return
    with (
        database.engine.connect() as connection
    ):  # the lock ends with its transaction, and with its connection
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        asked = text("SELECT pg_try_advisory_xact_lock(:number)")
        yield bool(connection.scalar(asked, {"number": ROUND_LOCK}))


class Worker:
    """Does rounds over one runtime until it is told to stop.

    Every process writes down for itself who looked at what; the rest is done by one process at a time, and
    by none here where `sweeps` is false.
    """

    def __init__(self, runtime: Runtime, *, sweeps: bool) -> None:
        self._runtime = runtime
        self._sweeps = sweeps
        self._rounds = 0

    def run(self, stop: threading.Event) -> None:
        """Rounds, `sweep_seconds` apart; a round that fails is logged and the next one tries again."""
        while True:
            try:
                self.do_round()
            except Exception:  # the worker outlives whatever it met, and meets it again next time
                ROUNDS.labels("failed").inc()
                log.exception("sweep failed")
            if stop.wait(self._runtime.settings.sweep_seconds):
                return

    def do_round(self) -> bool:
        """One round; False where another process is at it, or this one only serves."""
        self._runtime.looks.write(self._runtime.db)
        if not self._sweeps:
            return False
        with only_one(self._runtime.db) as is_ours:
            if is_ours:
                self._sweep()
        ROUNDS.labels("done" if is_ours else "left").inc()
        return is_ours

    def _sweep(self) -> None:
        # A phone that got no answer sends its file again by itself; looking only saves it the way after a crash,
        # and asks the store once for each file that has not come.
        looks_for_files = self._rounds % ROUNDS_BETWEEN_LOOKING_FOR_FILES == 0
        self._rounds += 1
        do_round(self._runtime, looks_for_files=looks_for_files)


def do_round(runtime: Runtime, *, looks_for_files: bool = True) -> None:
    """All that is done without anybody asking; raises ExceptionGroup once every part has had its turn."""
    do_each(
        (
            lambda: sweep(runtime),
            lambda: do_duties(runtime.db),
            lambda: react(runtime.db),
            *((partial(deliver, runtime.db, outside),) if (outside := runtime.outside) else ()),
            lambda: seal(runtime.db, Head(runtime.settings.data_dir)),
            *((lambda: link_arrived(runtime),) if looks_for_files else ()),
        )
    )
