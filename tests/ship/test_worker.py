"""The rounds apart from serving: one process at a time does them, whoever comes first, and two at once do no harm."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from browsers import ROOT
from conftest import SECRET, World
from fieldvisit import worker as work
from fieldvisit.kernel import duties
from fieldvisit.kernel.audit import Audit, Head, seal, verify
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.events import Event, Reaction
from fieldvisit.kernel.looks import Look
from fieldvisit.kernel.notices import Notice
from fieldvisit.kernel.reactions import react
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.main import make_app
from fieldvisit.worker import Worker, only_one
from personas import Persona, shop, uid

pytestmark = pytest.mark.timeout(180)
on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


@contextmanager
def another(world: World) -> Iterator[Runtime]:
    """A second process's runtime: connections, locks and memory of its own over the same database and folder."""
    runtime = Runtime.open(world.runtime.settings)
    yield runtime
    runtime.close()


def make_work(world: World, people: int = 4) -> None:
    """Entries, suggestions and what follows from them: events with readers, rows of the audit, open deadlines."""
    for username in [f"am0{number}" for number in range(1, people + 1)]:
        who = world.as_(username)
        customers = who.get("/api/customers", params={"limit": "3"}).json()["items"]
        for customer in customers:
            visit = uid()
            who.push(
                who.op("visits.check_in", {"id": visit, "customer_id": customer["id"], "place": None}),
                who.op("visits.record", {"visit_id": visit, "note": "x"}),
                who.op("visits.check_out", {"visit_id": visit}),
                who.op(
                    "customers.edit",
                    {
                        "customer_id": customer["id"],
                        "set": {"address": {"from": customer["address"], "to": "新街 1 号"}},
                    },
                ),
            )


def told(world: World) -> Counter[tuple[str, str, str]]:
    with world.runtime.db.read() as session:
        return Counter((row.user_id, row.kind, repr(row.data)) for row in session.scalars(select(Notice)))


@on_postgres
def test_while_one_is_at_its_round_another_leaves_it_to_him(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    rounds: list[str] = []

    def slow(_database: Database) -> None:
        rounds.append("round")
        begun.set()
        assert go_on.wait(30)

    monkeypatch.setattr(duties, "_duties", [slow])
    with another(world) as other, ThreadPoolExecutor(1) as pool:
        first = pool.submit(Worker(world.runtime, sweeps=True).do_round)
        assert begun.wait(30)
        second = Worker(other, sweeps=True)
        assert second.do_round() is False
        go_on.set()
        assert first.result(30) is True
        assert second.do_round() is True
    assert len(rounds) == 2


@on_postgres
def test_without_that_lock_both_would_do_the_round(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: the test above would see it."""

    @contextmanager
    def everybody(_database: Database) -> Iterator[bool]:
        yield True

    inside = threading.Barrier(2, timeout=30)
    monkeypatch.setattr(duties, "_duties", [lambda _database: inside.wait()])
    monkeypatch.setattr(work, "only_one", everybody)
    with another(world) as other, ThreadPoolExecutor(2) as pool:
        both = [pool.submit(Worker(runtime, sweeps=True).do_round) for runtime in (world.runtime, other)]
        assert [done.result(60) for done in both] == [True, True]


@on_postgres
def test_a_worker_that_dies_at_its_round_leaves_it_to_the_next(world: World) -> None:
    with another(world) as other:
        his_round = only_one(other.db)
        assert his_round.__enter__()
        with only_one(world.runtime.db) as is_ours:
            assert not is_ours
        with world.runtime.db.write() as session:
            killed = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND objid = :id"
            assert session.scalar(text(killed), {"id": work.ROUND_LOCK}) == 1
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with only_one(world.runtime.db) as is_ours:
                if is_ours:
                    break
        assert is_ours
        with pytest.raises(OperationalError):
            his_round.__exit__(None, None, None)


@on_postgres
def test_two_workers_under_load_tell_everything_once_and_leave_one_whole_chain(
    world: World, record_property: Any
) -> None:
    stop = threading.Event()
    done: Counter[bool] = Counter()

    def rounds(runtime: Runtime) -> None:
        each = Worker(runtime, sweeps=True)
        while not stop.is_set():
            done[each.do_round()] += 1

    with another(world) as other, ThreadPoolExecutor(2) as pool:
        running = [pool.submit(rounds, runtime) for runtime in (world.runtime, other)]
        make_work(world)
        stop.set()
        for one in running:
            one.result(60)
    assert Worker(world.runtime, sweeps=True).do_round()
    whole(world, record_property)
    record_property("rounds done/left to the other", f"{done[True]}/{done[False]}")
    assert done[True] >= 2


@on_postgres
def test_even_without_the_lock_readings_and_seals_happen_once(world: World, record_property: Any) -> None:
    """The lock may be lost with its connection in the middle of a round; these two hold by row locks of their own."""
    make_work(world, people=2)
    with world.runtime.db.read() as session:
        waiting, loose = (
            len(session.scalars(asked).all())
            for asked in (select(Reaction.number), select(Audit.id).where(Audit.place.is_(None)))
        )
    start = threading.Barrier(2)

    def at_once(runtime: Runtime) -> tuple[int, int]:
        start.wait()
        return react(runtime.db), seal(runtime.db, Head(runtime.settings.data_dir))

    with another(world) as other, ThreadPoolExecutor(2) as pool:
        both = [pool.submit(at_once, runtime) for runtime in (world.runtime, other)]
        read, sealed = (sum(figures) for figures in zip(*(one.result(60) for one in both), strict=True))
    record_property("readings", read)
    assert read == waiting > 0
    assert sealed == loose > 0
    whole(world, record_property)


def whole(world: World, record_property: Any) -> None:
    notices = told(world)
    with world.runtime.db.read() as session:
        assert session.scalars(select(Reaction)).all() == []
        assert session.scalars(select(Audit).where(Audit.place.is_(None))).all() == []
        asked = [event for event in session.scalars(select(Event)) if event.name == "calendar.year_missing"]
    count, broken = verify(world.runtime.db, Head(world.runtime.settings.data_dir))
    record_property("notices", sum(notices.values()))
    record_property("audit rows", count)
    assert broken is None
    assert count >= 20
    assert notices
    assert max(notices.values()) == 1
    assert len(asked) <= 1


@on_postgres
def test_a_process_that_only_serves_writes_who_looked_and_leaves_the_rest(
    world: World, database_url: str
) -> None:
    """And `fieldvisit worker` beside it does the rest, until it is told to stop."""
    settings = world.runtime.settings.model_copy(update={"sweep": False, "sweep_seconds": 0.1})
    with TestClient(make_app(settings)) as client:
        am01 = Persona.sign_in(client, "am01", "zoufang-demo")
        am01.do("visits.check_in", {"id": uid(), "customer_id": shop("cz:0"), "place": None})
        assert am01.get("/api/customers").status_code == 200
    with world.runtime.db.read() as session:
        assert session.scalars(select(Look).where(Look.user_id == am01.id)).all()
        assert session.scalars(select(Audit).where(Audit.place.is_not(None))).all() == []
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "backend"),
        "FIELDVISIT_DATABASE_URL": database_url,
        "FIELDVISIT_DATA_DIR": str(settings.data_dir),
        "FIELDVISIT_SECRET": SECRET,
    }
    command = [sys.executable, "-m", "fieldvisit", "worker"]
    with subprocess.Popen(command, env=environment, cwd=settings.data_dir) as process:
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            with world.runtime.db.read() as session:
                if not session.scalars(select(Audit).where(Audit.place.is_(None))).all():
                    break
        assert process.poll() is None, "the worker ended"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    count, broken = verify(world.runtime.db, Head(settings.data_dir))
    assert (count > 0, broken) == (True, None)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "a worker needs PostgreSQL"),
        ({"FIELDVISIT_SWEEP": "false"}, "FIELDVISIT_SWEEP=false needs PostgreSQL"),
    ],
)
def test_beside_a_sqlite_file_there_is_no_worker(tmp_path: Any, more: dict[str, str], said: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "backend"),
        "FIELDVISIT_DATA_DIR": str(tmp_path),
    }
    command = [sys.executable, "-m", "fieldvisit", "worker"]
    refused = subprocess.run(command, env=environment | more, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert said in refused.stderr
    assert refused.stderr.count("\n") == 1
