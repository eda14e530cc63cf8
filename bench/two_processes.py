"""Push on PostgreSQL, one serving process and two; and what of the cores clients, database and servers then use.

The database syncs every commit to the disk, as it comes. Clients, database and servers share the machine: where they
use up its cores, these are the limit and not the product.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import psycopg
from clients import Client
from figures import Figure
from ours import PHONES, Served, lay_out, served
from processes import burnt, parent
from scene import Round, Scene

import postgres

NAME = "fieldvisit_bench"
TWO = Figure("push on PostgreSQL, two serving processes / one", 1.6, "check-ins/s")


@contextmanager
def measure(scene: Scene) -> Iterator[Callable[[], Round]]:
    """Two installations, each with a database of its own on one PostgreSQL and a worker; the phones take turns of address."""
    with postgres.server() as uri, ExitStack() as stack:
        master = _prepared(uri, scene.scale.shops)
        one, two = (stack.enter_context(_installation(scene, uri, processes)) for processes in (1, 2))
        phones = {
            number: [Client(place.urls[turn % number], name) for turn, name in enumerate(PHONES)]
            for number, place in ((1, one), (2, two))
        }

        def go() -> Round:
            single = scene.push(phones[1])[0]
            return {TWO: (_shared(scene, phones[2], two, master), single)}

        yield go


def _prepared(uri: str, shops: int) -> int:
    """Lay a district out to copy from, and undo what tests set for speed; the process id of the database server."""
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM RESET ALL")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute(f"CREATE DATABASE {NAME}")  # type: ignore[call-overload]
        lay_out(_url(uri, NAME), shops)
        return parent(connection.info.backend_pid)


@contextmanager
def _installation(scene: Scene, uri: str, processes: int) -> Iterator[Served]:
    name = f"{NAME}_{processes}"
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {NAME}")  # type: ignore[call-overload]
    with served(scene.folder / name, _url(uri, name), processes) as place:
        yield place


def _url(uri: str, name: str) -> str:
    return "postgresql+psycopg://" + postgres.named(uri, name).partition("://")[2]


def _shared(scene: Scene, phones: list[Client], place: Served, master: int) -> float:
    """Check-ins a second, and a line about who burnt the cores meanwhile."""
    before = burnt([master]), burnt(place.pids)
    rate, _, took = scene.push(phones)
    after = burnt([master]), burnt(place.pids)
    cores = os.cpu_count() or 1
    database, servers = (
        100 * (end - begin) / took.seconds / cores for begin, end in zip(before, after, strict=True)
    )
    clients = 100 * took.cpu / took.seconds / cores
    print(
        f"  two processes: of {cores} cores servers used {servers:.0f} %, PostgreSQL {database:.0f} %, clients "
        f"{clients:.0f} %, together {servers + database + clients:.0f} %"
    )
    return rate
