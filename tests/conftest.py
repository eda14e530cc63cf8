"""What every test stands on: a migrated district on both databases, and the application over it."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

import postgres
from fieldvisit import migrate
from fieldvisit.demo.district import Size, build
from fieldvisit.kernel import logs, passwords
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.main import make_routes
from fieldvisit.settings import Settings
from personas import Persona

PASSWORD = "zoufang-demo"
SECRET = "a secret for tests that is long enough"
logs.configure()
# Somebody signs in in nearly every test: there the hash is a cheap one. Servers in processes of their own keep the dear one.
passwords.HASHER = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
_numbers = itertools.count()

Copy = Callable[[Path], str]


def _lay_out(url: str) -> None:
    database = Database(url)
    migrate.migrate(database)
    size = Size(zones=2, routes=2, shops=3, since=today() - timedelta(days=3), second_shops=2)
    build(database, size, PASSWORD)
    database.close()


@pytest.fixture(scope="session")
def sqlite_copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    template = tmp_path_factory.mktemp("sqlite") / "template.db"
    _lay_out(f"sqlite:///{template}")

    def copy(folder: Path) -> str:
        shutil.copy(template, folder / "fieldvisit.db")
        return f"sqlite:///{folder / 'fieldvisit.db'}"

    return copy


@pytest.fixture(scope="session")
def postgres_uri() -> Iterator[str]:
    with postgres.server() as uri:
        yield uri


@pytest.fixture(scope="session")
def postgres_copy(postgres_uri: str) -> Copy:
    template = f"fv_template_{os.getpid()}"
    with psycopg.connect(postgres_uri, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {template}")
    _lay_out(_sqlalchemy(postgres.named(postgres_uri, template)))

    def copy(_folder: Path) -> str:
        name = f"fv_{os.getpid()}_{next(_numbers)}"
        with psycopg.connect(postgres_uri, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return _sqlalchemy(postgres.named(postgres_uri, name))

    return copy


def _sqlalchemy(uri: str) -> str:
    return "postgresql+psycopg://" + uri.partition("://")[2]


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh copy of the small district."""
    copy: Copy = request.getfixturevalue(f"{request.param}_copy")
    return copy(tmp_path)


# For tests of a test (a planted fault must turn it red): what they show does not depend on the database.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass
class World:
    """One server over one district; `as_` signs a persona in."""

    runtime: Runtime
    client: TestClient

    def as_(self, username: str, **kwargs: str) -> Persona:
        return Persona.sign_in(self.client, username, PASSWORD, **kwargs)

    def restart(self) -> None:
        """The process ends and another begins over what is on disk."""
        settings = self.runtime.settings
        self.runtime.close()
        self.runtime = Runtime.open(settings)
        self.client.app.state.runtime = self.runtime  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def routes() -> FastAPI:
    """The application without a district: it keeps nothing of one."""
    return make_routes()


@pytest.fixture
def portal() -> Iterator[BlockingPortal]:
    """The loop every request of a test runs on: a client without one begins a thread and a loop anew for each."""
    with start_blocking_portal() as made:
        yield made


@pytest.fixture
def world(database_url: str, tmp_path: Path, routes: FastAPI, portal: BlockingPortal) -> Iterator[World]:
    settings = Settings(database_url=database_url, data_dir=tmp_path, secret=SECRET, device_approval=False)
    runtime = Runtime.open(settings)
    routes.state.runtime = runtime
    made = World(runtime, TestClient(routes, raise_server_exceptions=False))
    made.client.portal = portal
    yield made
    made.runtime.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how much the contracts looked at, so that a green run cannot be an empty one."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}  {report.nodeid}")
