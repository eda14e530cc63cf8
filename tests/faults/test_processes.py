"""A server that is killed, loses its database's connections or is told to stop, under eight phones at work, again and
again: whatever was saved on a phone is on the server afterwards, once, and whole.

`FIELDVISIT_ASSURANCE=long` runs ten times as many rounds.
"""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

from fieldvisit.kernel.audit import Head, verify
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.users import User
from fieldvisit.settings import Settings
from fleet import FieldPhone, Fleet, HastyPhone
from reckoning import Reckoning, integrity, reckon, visits_in
from server_process import ServerProcess

IS_LONG = os.environ.get("FIELDVISIT_ASSURANCE") == "long"
KILLS = 500 if IS_LONG else 50
STOPS = 100 if IS_LONG else 20
STOP_TIME_S = 20
CONTROLS = 3

pytestmark = pytest.mark.timeout(7200 if IS_LONG else 600)


@dataclass
class Installation:
    """A district of real accounts in a folder of its own, and the process that serves it."""

    settings: Settings
    process: ServerProcess
    visits_before: int
    ends: Counter[str] = field(default_factory=Counter)
    fleets: list[Fleet] = field(default_factory=list)
    flying: int = 0

    def live_through(
        self,
        rounds: int,
        end: Callable[["Installation", Fleet, int], None],
        *,
        fault: str = "",
        kind: type[FieldPhone] = FieldPhone,
    ) -> Fleet:
        """Phones work; after a few answers, at a moment of chance, comes an `end`; after the last the day is finished."""
        rng = random.Random(rounds)
        self.process.start(fault)
        fleet = Fleet(self.process.url, kind)
        self.fleets.append(fleet)
        fleet.begin()
        pause = threading.Event()
        for number in range(rounds):
            fleet.traffic.up.set()
            fleet.traffic.wait_for(rng.randint(1, 10))
            pause.wait(rng.uniform(0, 0.03))
            self.flying += fleet.traffic.flying
            end(self, fleet, number)
        fleet.finish()
        return fleet

    def kill(self, fleet: Fleet, _number: int = 0) -> None:
        """`kill -9`, and up again."""
        fleet.traffic.up.clear()
        self.process.signal(signal.SIGKILL)
        assert self.process.ended() == -signal.SIGKILL
        self.ends["server killed"] += 1
        self.process.start()

    def kill_or_disconnect(self, fleet: Fleet, number: int) -> None:
        """In two rounds of three the server; in the third every connection that is in a transaction."""
        if number % 3 < 2:
            self.kill(fleet)
            return
        database = Database(self.settings.url)
        with database.engine.connect() as connection:
            cut = connection.scalar(
                text(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
                )
            )
        database.close()
        self.ends["rounds of connections cut"] += 1
        self.ends["connections cut"] += cut or 0

    def stop(self, fleet: Fleet, _number: int = 0) -> None:
        """SIGTERM, and up again."""
        began = time.monotonic()
        self.process.signal(signal.SIGTERM)
        fleet.traffic.up.clear()
        self.ends[f"exit code {self.process.ended()}"] += 1
        self.ends["slowest stop in ms"] = max(
            self.ends["slowest stop in ms"], round((time.monotonic() - began) * 1000)
        )
        self.process.start()

    def close(self) -> None:
        for fleet in self.fleets:
            fleet.close()
        self.process.signal(signal.SIGTERM)
        self.process.ended()
        self.process.close()

    def reckon(self, fleet: Fleet) -> Reckoning:
        return reckon(self.settings, fleet.phones, self.visits_before)


@pytest.fixture
def installation(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    database = Database(database_url)
    with database.write() as session:  # `serve` refuses the accounts of a demo
        session.execute(update(User).values(is_demo=False))
    database.close()
    settings = Settings(database_url=database_url, data_dir=tmp_path)
    made = Installation(settings, ServerProcess(tmp_path, database_url), visits_in(database_url))
    yield made
    made.close()


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


def prove(installation: Installation, fleet: Fleet, record_property: Any) -> None:
    """Nothing lost, nothing twice, nothing changed by being sent again, every part of the installation sound."""
    assert [(phone.outbox, phone.files) for phone in fleet.phones] == [([], {})] * len(fleet.phones)
    changed = fleet.repeat_everything()
    found = installation.reckon(fleet)
    sound = integrity(installation.settings.url)
    database = Database(installation.settings.url)
    rows, broken = verify(database, Head(installation.settings.data_dir))
    database.close()
    for name, figure in installation.ends.items():
        record_property(name, figure)
    record_property("requests on their way at those ends", installation.flying)
    for name, figure in found.figures().items():
        record_property(name, figure)
    record_property("results changed by repeating/repeated", f"{len(changed)}/{found.saved}")
    record_property("audit rows, broken at", f"{rows}, {broken}")
    record_property("database", sound)
    assert (found.lost, found.twice, changed) == ([], [], [])
    assert (sound, broken) == ("ok", None)
    assert sum(phone.resends for phone in fleet.phones) == 0, "a death is no restore"
    assert found.saved == found.states["applied"] + found.states["held"]


@on_sqlite
def test_a_server_on_sqlite_may_be_killed_at_any_moment(
    installation: Installation, record_property: Any
) -> None:
    fleet = installation.live_through(KILLS, Installation.kill)
    prove(installation, fleet, record_property)
    assert installation.flying >= KILLS


@on_postgres
def test_a_server_on_postgres_may_be_killed_or_cut_off_at_any_moment(
    installation: Installation, record_property: Any
) -> None:
    fleet = installation.live_through(KILLS, Installation.kill_or_disconnect)
    prove(installation, fleet, record_property)
    assert installation.flying >= KILLS
    assert installation.ends["connections cut"] > 0


def test_a_server_that_is_told_to_stop_finishes_what_it_has_begun(
    installation: Installation, record_property: Any
) -> None:
    rounds = STOPS // 2
    fleet = installation.live_through(rounds, Installation.stop)
    prove(installation, fleet, record_property)
    assert installation.ends["exit code 0"] == rounds
    assert installation.ends["slowest stop in ms"] < STOP_TIME_S * 1000


@on_sqlite
def test_a_phone_that_settles_before_the_server_has_named_it_loses(
    installation: Installation, record_property: Any
) -> None:
    """The planted fault: the reckoning sees it."""
    fleet = installation.live_through(CONTROLS, Installation.kill, kind=HastyPhone)
    found = installation.reckon(fleet)
    record_property("planted: lost/saved", f"{len(found.lost)}/{found.saved}")
    assert found.lost


@on_sqlite
def test_a_server_that_carries_out_again_what_is_sent_again_does_it_twice(
    installation: Installation, record_property: Any
) -> None:
    """The planted fault: the reckoning sees it."""
    fleet = installation.live_through(0, Installation.kill, fault="carry_out_again")
    fleet.repeat_everything()
    found = installation.reckon(fleet)
    record_property("planted: twice/saved", f"{len(found.twice)}/{found.saved}")
    assert found.twice


@on_sqlite
def test_a_server_that_answers_before_it_has_kept_what_it_was_sent_is_found_out(
    installation: Installation, record_property: Any
) -> None:
    """The planted fault: what it had promised is gone when it is killed, and phones have to send it again."""
    fleet = installation.live_through(CONTROLS, Installation.kill, fault="answer_before_it_is_kept")
    found = installation.reckon(fleet)
    resends = sum(phone.resends for phone in fleet.phones)
    record_property("planted: phones sent back, lost/saved", f"{resends}, {len(found.lost)}/{found.saved}")
    assert resends > 0
