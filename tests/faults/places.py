"""Where a server of these tests lives: a fresh copy of the small district, that can be backed up and put back."""

import itertools
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import time_machine
from fastapi.testclient import TestClient

import postgres
from conftest import PASSWORD, SECRET, World
from fieldvisit import migrate
from fieldvisit.demo.district import Size, build
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.main import make_routes
from fieldvisit.settings import Settings

BEGIN = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)  # a Wednesday, nine in the morning where the shops are
_numbers = itertools.count()


def lay_out(url: str) -> None:
    """The district on the morning these tests begin."""
    with time_machine.travel(BEGIN, tick=True):
        database = Database(url)
        migrate.migrate(database)
        build(database, Size(zones=2, routes=2, shops=3, since=today() - timedelta(days=1)), PASSWORD)
        database.close()


@dataclass
class Sqlite:
    """Copies of a file."""

    template: Path

    def fresh(self, folder: Path) -> str:
        return self.put(self.template, folder)

    def keep(self, url: str, folder: Path) -> Path:
        """A backup, taken while nothing is open."""
        return Path(shutil.copy(url.removeprefix("sqlite:///"), folder / f"backup-{next(_numbers)}"))

    def put(self, backup: Path, folder: Path) -> str:
        for old in folder.glob("fieldvisit.db*"):
            old.unlink()
        shutil.copy(backup, folder / "fieldvisit.db")
        return f"sqlite:///{folder / 'fieldvisit.db'}"

    def clear(self) -> None:
        """The folder goes with everything in it."""


@dataclass
class Postgres:
    """Copies of a database, made by the server from a template while nobody is connected to it."""

    uri: str
    template: str
    _made: list[str] = field(default_factory=list)

    def fresh(self, _folder: Path) -> str:
        return self._copy(self.template)

    def keep(self, url: str, _folder: Path) -> str:
        return _name_of(self._copy(url))

    def put(self, backup: str, _folder: Path) -> str:
        return self._copy(backup)

    def clear(self) -> None:
        for name in self._made:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")
        self._made.clear()

    def _copy(self, source: str) -> str:
        name = f"fv_faults_{os.getpid()}_{next(_numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {_name_of(source)} STRATEGY file_copy")
        self._made.append(name)
        return "postgresql+psycopg://" + postgres.named(self.uri, name).partition("://")[2]

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]


def _name_of(source: str) -> str:
    """The database's name in a URL, or the name itself."""
    return source.partition("?")[0].rpartition("/")[2]


@cache
def _app() -> Any:
    """The routes take a second to make and know nothing of where they are served."""
    return make_routes()


Kept = tuple[Path | str, Path]


class Server:
    """One application over one copy, its clock in our hands."""

    def __init__(self, place: Sqlite | Postgres, folder: Path) -> None:
        self.place, self.folder = place, folder
        self.clock = time_machine.travel(BEGIN, tick=True)
        self.time = self.clock.start()
        self.url = place.fresh(folder)
        self.world = World(self._open(), TestClient(_app(), raise_server_exceptions=False))
        self._serve()

    @property
    def runtime(self) -> Runtime:
        return self.world.runtime

    @property
    def _files(self) -> Path:
        return self.folder / "files"

    def _open(self) -> Runtime:
        return Runtime.open(
            Settings(database_url=self.url, data_dir=self.folder, secret=SECRET, device_approval=False)
        )

    def _serve(self) -> None:
        self.world.client.app.state.runtime = self.world.runtime  # type: ignore[attr-defined]

    def restart(self) -> None:
        """The process ends and another begins."""
        self.world.restart()

    def shift(self, by: timedelta) -> None:
        self.time.shift(by)

    def back_up(self) -> Kept:
        """Database and pictures, as they are now."""
        self.runtime.close()
        pictures = self.folder / f"pictures-{next(_numbers)}"
        shutil.copytree(self._files, pictures)
        kept = self.place.keep(self.url, self.folder), pictures
        self.restart()
        return kept

    def restore(self, kept: Kept, *, mark_too: bool = False) -> None:
        """What docs/operations.md says: put back, leave the mark where it is, start.

        Where nothing was taken in since the backup the mark is not ahead, and the operator says so himself.
        With `mark_too` the whole machine goes back, mark and all, and does not know it.
        """
        self.runtime.close()
        backup, pictures = kept
        self.url = self.place.put(backup, self.folder)  # type: ignore[arg-type]  # each keeps what it puts
        shutil.rmtree(self._files)
        shutil.copytree(pictures, self._files)
        mark = self.folder / "mark.json"
        if mark_too:
            mark.unlink()
        elif json.loads(mark.read_text())["number"] <= self._highest():
            mark.write_text(json.dumps({"epoch": "lost", "number": 0}))
        self.world.runtime = self._open()
        self._serve()

    def _highest(self) -> int:
        database = Database(self.url)
        with database.engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT max(number) FROM op").scalar() or 0
        database.close()
        return int(found)

    def close(self) -> None:
        self.runtime.close()
        self.world.client.close()
        self.clock.stop()
        self.place.clear()


@contextmanager
def server(place: Sqlite | Postgres) -> Iterator[Server]:
    """A server for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="fieldvisit-faults-") as name:
        made = Server(place, Path(name))
        try:
            yield made
        finally:
            made.close()
