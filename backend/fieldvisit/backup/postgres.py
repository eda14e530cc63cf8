"""PostgreSQL's own programs, and a database put in another's place by its name."""

import os
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import make_url

from fieldvisit.backup.refusal import Refused
from fieldvisit.kernel.db import Database

# A process that was stopped this moment is seen a little longer, as by PostgreSQL's own renaming.
LEAVING_S = 5.0


def run(url: str | None, program: str, *arguments: str) -> str:
    """What the program says on standard output; raises Refused with its own last word. The password is no argument."""
    found = shutil.which(program)
    if found is None:
        raise Refused(
            f"{program} is not on the PATH: install the PostgreSQL client programs of the server's version"
        )
    environment = dict(os.environ)
    if url is not None:
        told = conninfo_to_dict(_libpq(url))
        if "password" in told:
            environment["PGPASSWORD"] = str(told.pop("password"))
        arguments = (*arguments, f"--dbname={make_conninfo('', **told)}")
        _require_version(url, found)
    done = subprocess.run(  # noqa: S603 – a program of the PATH, nothing from outside in its arguments
        [found, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"]
        raise Refused(f"{program} failed: {said[0]}")
    return done.stdout


def _require_version(url: str, program: str) -> None:
    """A program older than the server cannot read all it has."""
    said = subprocess.run(  # noqa: S603 – as above
        [program, "--version"], capture_output=True, text=True, check=False
    ).stdout
    version = re.search(r"\) (\d+)", said)
    ours = int(version[1]) if version else 0
    with _connected(url) as connection:
        theirs = connection.info.server_version // 10000
    if ours < theirs:
        raise Refused(
            f"{program} is of PostgreSQL {ours or 'an unknown version'} and the server of {theirs}: put pg_dump and "
            f"pg_restore of {theirs} or newer first on the PATH"
        )


def _libpq(url: str) -> str:
    return "postgresql://" + url.partition("://")[2]


@contextmanager
def _connected(url: str) -> Iterator[psycopg.Connection]:
    try:
        connection = psycopg.connect(_libpq(url), autocommit=True)
    except psycopg.OperationalError as error:
        raise Refused(f"The database cannot be reached: {str(error).splitlines()[-1]}") from None
    with connection:
        yield connection


def _named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)


class PostgresTarget:
    """A database, replaced by renaming both in one transaction."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._name = str(make_url(url).database)
        self._steward = _named(url, "postgres")  # a database cannot be renamed from within
        mark = secrets.token_hex(4)
        self._fresh = f"{self._name[:40]}_restoring_{mark}"
        self._kept = f"{self._name[:40]}_before_restore_{mark}"

    @property
    def folder(self) -> Path | None:
        """See Target."""
        return None

    def require_free(self, *, force: bool) -> None:
        """See Target. Also refuses a role that may not make databases."""
        with _connected(self._steward) as steward:
            self._require_right(steward)
            if not self._is_there(steward):
                return
            self._require_alone(steward)
        with _connected(self._url) as present:
            has_tables = present.execute(
                "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')"
            ).fetchone()
        if has_tables == (True,) and not force:
            raise Refused(
                f"There is a database in {self._name} already: with --force it is put aside, not deleted"
            )

    @contextmanager
    def prepared(self, copy: Path, finish: Callable[[Database], None]) -> Iterator[Callable[[], str | None]]:
        """See Target."""
        with _connected(self._steward) as steward:
            self._make(steward)
            try:
                there = _named(self._url, self._fresh)
                run(there, "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", str(copy))
                database = Database(there)
                try:
                    finish(database)
                finally:
                    database.close()
                yield lambda: self._put(steward)
            finally:
                steward.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(self._fresh)))

    def _put(self, steward: psycopg.Connection) -> str | None:
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        present, fresh, kept = (sql.Identifier(name) for name in (self._name, self._fresh, self._kept))
        is_there = self._is_there(steward)
        try:
            with steward.transaction():
                if is_there:
                    steward.execute(rename.format(present, kept))
                steward.execute(rename.format(fresh, present))
        except psycopg.errors.ObjectInUse:
            raise Refused(f"Another process is using the database {self._name}: stop it first") from None
        except psycopg.errors.InsufficientPrivilege:
            raise Refused(f"Only the owner of the database {self._name} may put it aside") from None
        return f"the database {self._kept}" if is_there else None

    def _make(self, steward: psycopg.Connection) -> None:
        """With the present one's encoding and order of letters, where there is one."""
        told = steward.execute(
            "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database WHERE datname = %s",
            [self._name],
        ).fetchone()
        made = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(self._fresh))
        if told is not None:
            alike = sql.SQL(" ENCODING {} LC_COLLATE {} LC_CTYPE {}")
            made += alike.format(*(sql.Literal(value) for value in told))
        steward.execute(made)

    def _is_there(self, steward: psycopg.Connection) -> bool:
        found = steward.execute("SELECT FROM pg_database WHERE datname = %s", [self._name])
        return found.fetchone() is not None

    def _require_right(self, steward: psycopg.Connection) -> None:
        asked = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        if steward.execute(asked).fetchone() != (True,):
            raise Refused(
                "The database role may not make databases, which a restore needs: ALTER ROLE … CREATEDB, or another "
                "role in FIELDVISIT_DATABASE_URL while restoring"
            )

    def _require_alone(self, steward: psycopg.Connection) -> None:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
        until = time.monotonic() + LEAVING_S
        while steward.execute(asked, [self._name]).fetchone() != (0,):
            if time.monotonic() < until:
                time.sleep(0.1)
                continue
            raise Refused(f"Another process is using the database {self._name}: stop it first")
