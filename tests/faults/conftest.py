"""The two places the faults are tried at, and how long: `FIELDVISIT_ASSURANCE=long` is the long form."""

import os
from collections.abc import Iterator

import psycopg
import pytest

import postgres
from faults.field import Field
from faults.places import Postgres, Sqlite, lay_out, server

LONG = os.environ.get("FIELDVISIT_ASSURANCE") == "long"


@pytest.fixture(scope="session")
def sqlite_place(tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    template = tmp_path_factory.mktemp("faults") / "template.db"
    lay_out(f"sqlite:///{template}")
    return Sqlite(template)


@pytest.fixture(scope="session")
def postgres_place(postgres_uri: str) -> Postgres:
    name = f"fv_faults_template_{os.getpid()}"
    with psycopg.connect(postgres_uri, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    lay_out("postgresql+psycopg://" + postgres.named(postgres_uri, name).partition("://")[2])
    return Postgres(postgres_uri, name)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest) -> Sqlite | Postgres:
    """Where copies of the district come from."""
    made: Sqlite | Postgres = request.getfixturevalue(f"{request.param}_place")
    return made


@pytest.fixture(params=["sqlite", "postgres"] if LONG else ["sqlite"])
def field(request: pytest.FixtureRequest) -> Iterator[Field]:
    """Four phones over a fresh server; in the short form on SQLite alone."""
    place: Sqlite | Postgres = request.getfixturevalue(f"{request.param}_place")
    with server(place) as made, pytest.MonkeyPatch.context() as patch:
        yield Field(made, patch)
