"""The two kinds of database: a copy of one moment, whether a copy is whole, and putting one in the place of another."""

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Literal, Protocol

from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from fieldvisit.backup.postgres import PostgresTarget, run
from fieldvisit.backup.refusal import Refused
from fieldvisit.kernel.db import Database

BUSY_SECONDS = 30

Kind = Literal["sqlite", "postgresql"]


def kind_of(url: str) -> Kind:
    """Which of the two a URL leads to."""
    return "sqlite" if url.startswith("sqlite") else "postgresql"


@contextmanager
def snapshot(database: Database, path: Path) -> Iterator[Session]:
    """Write the database as of one moment to `path`, while others go on writing; the session reads that very moment.

    The copy is whole when the block has ended. Raises Refused.
    """
    if database.is_sqlite:
        with (
            closing(sqlite3.connect(file_of(database.url), timeout=BUSY_SECONDS)) as present,
            closing(sqlite3.connect(path)) as copy,
        ):
            present.backup(copy)  # in one step: page by page it would begin anew at every write
        then = Database(f"sqlite:///{path}")
        try:
            with then.read() as session:
                yield session
        finally:
            then.close()
    else:
        with database.read() as session:
            moment = session.scalar(text("SELECT pg_export_snapshot()"))
            run(
                database.url,
                "pg_dump",
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                f"--snapshot={moment}",
                f"--file={path}",
            )
            yield session


def check(kind: Kind, path: Path) -> None:
    """Open a copy as its database does; raises Refused where it is not whole."""
    if kind == "postgresql":
        if "TABLE DATA public op " not in run(None, "pg_restore", "--list", str(path)):
            raise Refused("The copy of the database holds no entries' table")
        return
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as copy:
            (said,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said != "ok":
        raise Refused(f"The copy of the database is damaged: {said}")


class Target(Protocol):
    """The place of the present database, which another is to take."""

    @property
    def folder(self) -> Path | None:
        """Where the copy must lie so that it can take the place; None where that does not matter."""

    def require_free(self, *, force: bool) -> None:
        """Raises Refused where somebody uses it, or where it holds a database and `force` is not given."""

    @contextmanager
    def prepared(self, copy: Path, finish: Callable[[Database], None]) -> Iterator[Callable[[], str | None]]:
        """The copy as a database beside the present one, after `finish`; call what is yielded to put it in place.

        That is one step; it answers where the former database is kept. Uncalled, the present one stays as it is.
        """


def target_of(url: str) -> Target:
    """The place that the settings name."""
    return SqliteTarget(file_of(url)) if kind_of(url) == "sqlite" else PostgresTarget(url)


def file_of(url: str) -> Path:
    """The file of a SQLite URL."""
    return Path(make_url(url).database or "")


class SqliteTarget:
    """A file, replaced by renaming; what belonged to it is renamed first."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def folder(self) -> Path | None:
        """See Target."""
        return self._file.parent

    def require_free(self, *, force: bool) -> None:
        """See Target. Leaving the write-ahead log needs the file alone, and takes what is in the log into the file."""
        if not self._file.exists() or not self._file.stat().st_size:
            return
        if not force:
            raise Refused(
                f"There is a database in {self._file} already: with --force it is put aside, not deleted"
            )
        with closing(sqlite3.connect(self._file, timeout=1)) as present:
            try:
                present.execute("PRAGMA journal_mode=DELETE")
            except sqlite3.OperationalError as error:
                if "locked" in str(error):
                    raise Refused(f"Another process is using {self._file}: stop it first") from None
            except sqlite3.DatabaseError:
                return  # damaged: that is what the restore is for

    @contextmanager
    def prepared(self, copy: Path, finish: Callable[[Database], None]) -> Iterator[Callable[[], str | None]]:
        """See Target."""
        database = Database(f"sqlite:///{copy}")
        try:
            finish(database)
        finally:
            database.close()
        with closing(sqlite3.connect(copy)) as fresh:
            fresh.execute("PRAGMA journal_mode=DELETE")
        check("sqlite", copy)
        yield lambda: self._put(copy)

    def _put(self, copy: Path) -> str | None:
        kept = self._file.with_name(f"{self._file.name}.before-restore-{secrets.token_hex(4)}")
        is_kept = False
        # The log first: a fresh database beside a former one's log would be taken for one that crashed.
        for tail in ("-wal", "-shm", "-journal", ""):
            with suppress(FileNotFoundError):
                Path(f"{self._file}{tail}").rename(f"{kept}{tail}")
                is_kept = True
        _force_onto_disk(copy)
        copy.rename(self._file)
        _force_onto_disk(self._file.parent)
        return str(kept) if is_kept else None


def _force_onto_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
