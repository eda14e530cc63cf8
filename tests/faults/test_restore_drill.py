"""The drill: a backup under load, a machine lost, a restore, and phones that come back with what it has forgotten.

Short by default; `FIELDVISIT_ASSURANCE=long` makes ten times as many entries with more phones.
"""

import hashlib
import os
import shutil
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from command_line import begin, done
from conftest import PASSWORD, World
from fieldvisit.features.visits.models import Visit
from fieldvisit.kernel.attachments import Attachment
from fieldvisit.kernel.epoch import ServerState
from fieldvisit.kernel.events import Event
from fieldvisit.kernel.ops import Op, OpState
from fieldvisit.kernel.runtime import Runtime
from personas import JPEG, shop, uid
from sync_client import Phone

IS_LONG = os.environ.get("FIELDVISIT_ASSURANCE") == "long"
PHONES, AFTER = (50, 1000) if IS_LONG else (8, 100)
AT_ONCE = 4
ROUTES = {"am01": "cz:0", "am02": "cz:1", "am03": "cj:0", "am04": "cj:1", "am19": "xq:0", "am20": "xq:1"}
OWNERS = tuple(ROUTES)

pytestmark = pytest.mark.timeout(1200 if IS_LONG else 240)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass
class Figures:
    """What the drill counted at its end; the last five are faults."""

    phones: int
    entries: int
    forgotten: int
    pictures: int
    unsent: int
    lost: int
    twice: int
    visits_not_once: int
    pictures_lost: int


class Field:
    """The people in the field: whose phones there are, and all they ever saved."""

    def __init__(self, world: World, phones: int) -> None:
        self.world = world
        self.phones: list[Phone] = []
        self.owners: dict[str, str] = {}
        self.entries: list[str] = []
        self.visits: list[str] = []
        self.pictures: dict[str, bytes] = {}
        for _ in range(phones):
            self.join()

    def join(self) -> Phone:
        """One more phone signs in."""
        phone = Phone(self.world.client)
        self.owners[phone.device] = OWNERS[len(self.phones) % len(OWNERS)]
        phone.sign_in(self.owners[phone.device], PASSWORD)
        self.phones.append(phone)
        return phone

    def visit(self, phone: Phone) -> None:
        """Two entries: an arrival with a photo, and a note."""
        visit, picture = uid(), uid()
        content = JPEG + visit.encode()
        customer = shop(ROUTES[self.owners[phone.device]])
        args = {"id": visit, "customer_id": customer, "place": None, "photos": [picture]}
        self.pictures[picture] = content
        self.visits.append(visit)
        self.entries.append(phone.save("visits.check_in", args, {picture: content}))
        self.entries.append(phone.save("visits.record", {"visit_id": visit, "note": visit}))

    def each(self, step: Any, phones: list[Phone] | None = None) -> None:
        """Every phone does something, several at once."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(step, self.phones if phones is None else phones))

    def come_back(self) -> None:
        """Deliver first; then, as after every restore, sign in and go on."""
        self.each(Phone.push)
        first = self.phones[0]
        assert first._send("GET", "/api/sync/manifest", first.token).status_code == 503
        done(self.world.runtime.settings, "ops", "confirm-restore")

        def go_on(phone: Phone) -> None:
            phone.sign_in(self.owners[phone.device], PASSWORD)
            phone.sync()

        self.each(go_on)

    def in_database(self) -> Counter[str]:
        with self.world.runtime.db.read() as session:
            return Counter(session.scalars(select(Op.id).where(Op.id.in_(self.entries))))


def back_up_under_load(field: Field, phones: list[Phone], place: Path) -> Path:
    """Phones push as long as the backup runs, and each at least once."""
    with begin(field.world.runtime.settings, "backup", str(place)) as process:
        ended = threading.Event()

        def watch() -> tuple[str, str]:
            said = process.communicate()
            ended.set()
            return said

        def load(mine: list[Phone]) -> None:
            while True:
                for phone in mine:
                    field.visit(phone)
                    phone.push()
                if ended.is_set():
                    return

        with ThreadPoolExecutor(1) as pool:
            watching = pool.submit(watch)
            groups = [phones[number::AT_ONCE] for number in range(AT_ONCE)]
            field.each(load, groups)  # type: ignore[arg-type]
            _, err = watching.result()
    assert process.returncode == 0, err
    (archive,) = place.iterdir()
    return archive


def lose_the_machine(world: World) -> None:
    """What PostgreSQL holds stays where it is, in another past; everything on this machine is gone."""
    world.runtime.close()
    data = world.runtime.settings.data_dir
    shutil.rmtree(data / "files")
    for file in [data / "mark.json", *data.glob("fieldvisit.db*"), *data.glob("audit_head*")]:
        file.unlink(missing_ok=True)


def start(world: World) -> None:
    world.runtime = Runtime.open(world.runtime.settings)
    world.client.app.state.runtime = world.runtime  # type: ignore[attr-defined]


def drill(
    world: World, place: Path, *, phones: int, after: int, is_renewed: bool = True, remember: bool = True
) -> Figures:
    field = Field(world, phones)
    *busy, late = field.phones

    def begin_day(phone: Phone) -> None:
        field.visit(phone)
        phone.push()

    field.each(begin_day)
    field.each(Phone.sync, busy)
    archive = back_up_under_load(field, busy, place)
    epoch = world.runtime.epoch
    late.sync()  # the photo of an entry that the backup has comes after it, and nothing else from this phone
    busy.append(field.join())
    made = len(field.entries)
    while len(field.entries) < made + after:
        for phone in busy:
            field.visit(phone)
        field.each(Phone.sync, busy)
    for phone in busy:
        field.visit(phone)  # still unsent when the machine is lost
    lose_the_machine(world)
    done(world.runtime.settings, "restore", archive, "--force")
    if not is_renewed:
        keep_the_epoch(world, epoch)
    start(world)
    assert (world.runtime.epoch != epoch) is is_renewed
    forgotten = len(field.entries) - len(field.in_database())
    if not remember:
        for phone in field.phones:
            phone.settled.clear()
    field.come_back()
    return count(field, forgotten)


def keep_the_epoch(world: World, epoch: str) -> None:
    """The fault of a restore that leaves no trace."""
    runtime = Runtime.open(world.runtime.settings)
    with runtime.db.write() as session:
        session.get_one(ServerState, 1).epoch = epoch
    runtime.close()
    (world.runtime.settings.data_dir / "mark.json").unlink()


def count(field: Field, forgotten: int) -> Figures:
    runtime = field.world.runtime
    rows = field.in_database()
    with runtime.db.read() as session:
        applied = set(
            session.scalars(select(Op.id).where(Op.id.in_(field.entries), Op.state == OpState.APPLIED))
        )
        visits = dict(session.execute(select(Visit.id, Visit.note).where(Visit.id.in_(field.visits))).all())  # type: ignore[arg-type]
        arrivals = Counter(
            event.data["visit_id"]
            for event in session.scalars(select(Event).where(Event.name == "visits.checked_in"))
        )
        stored = {
            row.id
            for row in session.scalars(select(Attachment).where(Attachment.id.in_(field.pictures)))
            if row.state == "stored" and runtime.files.holds(row.id, hashed(field.pictures[row.id]))
        }
    return Figures(
        phones=len(field.phones),
        entries=len(field.entries),
        forgotten=forgotten,
        pictures=len(field.pictures),
        unsent=sum(len(phone.outbox) + len(phone.files) for phone in field.phones),
        lost=len(set(field.entries) - applied),
        twice=sum(many - 1 for many in rows.values()),
        visits_not_once=sum(arrivals[visit] != 1 or visits.get(visit) != visit for visit in field.visits),
        pictures_lost=len(field.pictures.keys() - stored),
    )


def hashed(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("archives")


def test_after_a_restore_every_entry_ever_saved_is_there_exactly_once(
    world: World, place: Path, record_property: Any
) -> None:
    seen = drill(world, place, phones=PHONES, after=AFTER)
    record_property("drill", str(seen))
    assert seen.entries >= AFTER + 4 * PHONES
    assert seen.forgotten >= AFTER, "the drill has to forget something"
    assert (seen.unsent, seen.lost, seen.twice, seen.visits_not_once, seen.pictures_lost) == (0, 0, 0, 0, 0)


@on_sqlite
def test_phones_that_forget_what_was_settled_would_lose_it(world: World, place: Path) -> None:
    """The planted fault: the drill sees it."""
    seen = drill(world, place, phones=4, after=12, remember=False)
    assert seen.lost >= 12


@on_sqlite
def test_an_epoch_that_is_not_renewed_would_lose_a_picture_that_came_after_the_backup(
    world: World, place: Path
) -> None:
    """The planted fault: an entry of before the backup is known, so its phone would never send the photo again."""
    seen = drill(world, place, phones=4, after=12, is_renewed=False)
    assert seen.lost == 0
    assert seen.pictures_lost >= 1
