"""Many who write at once, on phones that read meanwhile: nobody misses a change, nothing is done twice, nobody deadlocks.

`FIELDVISIT_ASSURANCE=long` writes many times as much.
"""

import os
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import orjson
import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from conftest import PASSWORD, World
from fieldvisit.features.visits.models import Visit
from fieldvisit.kernel import sync
from fieldvisit.kernel.audit import Audit
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.events import Event
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.work import Locks
from fleet import ROUTES
from personas import Persona, shop, uid
from sync_client import Phone

IS_LONG = os.environ.get("FIELDVISIT_ASSURANCE") == "long"
WRITERS = 16
CHANGES = 250 if IS_LONG else 8  # of each writer
READERS = [*ROUTES, "mm1", "mm1", "mm2", "mm2"]
LEADERS = {"am01": "mm1", "am02": "mm1", "am03": "mm2", "am04": "mm2"}
ROUNDS = 100 if IS_LONG else 8

pytestmark = pytest.mark.timeout(3600 if IS_LONG else 600)
on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


@contextmanager
def slow_commits(most_s: float = 0.02) -> Iterator[None]:
    """Every transaction pauses by chance before it commits, so that commits overtake each other."""
    rng, pause = random.Random(7), threading.Event()

    def wait(_session: Session) -> None:
        pause.wait(rng.uniform(0, most_s))

    event.listen(Session, "before_commit", wait)
    try:
        yield
    finally:
        event.remove(Session, "before_commit", wait)


def settled(who: Persona, ops: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Push until every op is named, as a phone that is told to wait does; the results by id."""
    for _ in range(60):
        answer = who.push_raw(*ops, token=who.deposit, epoch=None, last=None)  # it outlives a long run
        assert answer.status_code in (200, 503), answer.text
        results = answer.json().get("results", [])
        if len(results) == len(ops):
            return {result["id"]: result for result in results}
    raise AssertionError("never named")


def write(who: Persona, count: int, done: list[tuple[str, str]]) -> None:
    """Visits and remarks, one push each; what was applied is noted as author and id of the visit."""
    rng = random.Random(who.device)
    for _ in range(count):
        visit, customer = uid(), shop(ROUTES[who.username], rng.randrange(3))
        ops = [
            who.op("visits.check_in", {"id": visit, "customer_id": customer, "place": None}),
            who.op("customers.edit", {"customer_id": customer, "set": {"note": {"to": f"remark {visit}"}}}),
        ]
        assert {one["state"] for one in settled(who, ops).values()} == {"applied"}
        done.append((who.username, visit))


def reader(world: World, username: str) -> Phone:
    made = Phone(world.client)
    made.sign_in(username, PASSWORD)
    made.push()
    made.pull()
    return made


def follow(stop: threading.Event, pull: Callable[[], object]) -> int:
    """Pull again and again; how often."""
    count = 0
    while not stop.is_set():
        pull()
        count += 1
    return count


def naive_cursor(world: World, seen: set[int]) -> None:
    """The reader that must miss something: it asks for what is numbered higher than the highest it knows."""
    last = max(seen, default=0)
    with world.runtime.db.read() as session:
        seen |= set(session.scalars(select(Event.number).where(Event.number > last)))


def write_and_read(world: World, changes: int) -> tuple[list[tuple[str, str]], list[Phone], int, int]:
    """All write, all read; at rest every reader pulls once more. What was written, the readers, pulls, missed by cursor."""
    users = list(ROUTES)
    writers = [world.as_(users[number % len(users)]) for number in range(WRITERS)]
    readers = [reader(world, username) for username in READERS]
    done: list[tuple[str, str]] = []
    seen: set[int] = set()
    naive_cursor(world, seen)
    stop = threading.Event()
    with slow_commits(), ThreadPoolExecutor(WRITERS) as writing, ThreadPoolExecutor(9) as reading:
        pulls = [reading.submit(follow, stop, one.pull) for one in readers]
        naive = reading.submit(follow, stop, lambda: naive_cursor(world, seen))
        try:
            for one in [writing.submit(write, who, changes, done) for who in writers]:
                one.result()
        finally:
            stop.set()
        count = sum(one.result() for one in pulls)
        naive.result()
    naive_cursor(world, seen)
    for one in readers:
        one.pull()
    with world.runtime.db.read() as session:
        missed = set(session.scalars(select(Event.number))) - seen
    return done, readers, count, len(missed)


def differing(world: World, readers: list[Phone]) -> tuple[int, int]:
    """Of all bundles on the phones, how many are not what a phone reads that begins now; and of how many."""
    wrong = total = 0
    for one in readers:
        fresh = reader(world, READERS[readers.index(one)])
        keys = fresh.bundles.keys() | one.bundles.keys()
        total += len(keys)
        wrong += sum(
            (one.bundles.get(key), one.revs.get(key)) != (fresh.bundles.get(key), fresh.revs.get(key))
            for key in keys
        )
    return wrong, total


@on_postgres
def test_who_follows_sixteen_slow_writers_misses_nothing_and_a_cursor_would(
    world: World, record_property: Any
) -> None:
    done, readers, pulls, missed_by_cursor = write_and_read(world, CHANGES)
    wrong, total = differing(world, readers)
    looked_for = missing = 0
    for one, username in zip(readers, READERS, strict=True):
        visits = one.rows("visits")
        for author, visit in done:
            if username in (author, LEADERS[author]):
                looked_for += 1
                missing += visit not in visits
    with world.runtime.db.read() as session:
        events = session.scalar(select(func.count(Event.number)))
    record_property("pulls while writing", pulls)
    record_property("changes missed/to be seen by a reader", f"{missing}/{looked_for}")
    record_property("bundles stale/carried", f"{wrong}/{total}")
    record_property("planted: missed by a cursor/events", f"{missed_by_cursor}/{events}")
    assert looked_for == 3 * len(done) == 3 * WRITERS * CHANGES
    assert (missing, wrong) == (0, 0)
    assert pulls > len(readers)
    assert missed_by_cursor > 0, "nothing overtook anything: the test above saw nothing"


@on_postgres
def test_content_that_is_read_before_its_rev_goes_stale(
    world: World, record_property: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: a phone then holds old rows under a new rev and never asks again."""
    plain, pause = sync.bundles, threading.Event()

    def torn(runtime: Any, session: Session, principal: Any, raw: bytes) -> bytes:
        told = orjson.loads(plain(runtime, session, principal, raw))
        pause.wait(0.05)
        with runtime.db.read() as later:
            for one in told["bundles"]:
                one["rev"] = later.scalar(select(Bundle.rev).where(Bundle.key == one["key"]))
        return orjson.dumps(told)

    with monkeypatch.context() as patched:
        patched.setattr(sync, "bundles", torn)
        _, readers, _, _ = write_and_read(world, 2)
    wrong, total = differing(world, readers)
    record_property("planted: bundles stale/carried", f"{wrong}/{total}")
    assert wrong > 0


def at_once(tries: list[Callable[[], Any]]) -> list[Any]:
    """Run every try from a thread of its own, none before all are ready."""
    ready = threading.Barrier(len(tries))

    def one(attempt: Callable[[], Any]) -> Any:
        ready.wait(60)
        return attempt()

    with ThreadPoolExecutor(len(tries)) as pool:
        return list(pool.map(one, tries))


def deadlocks(world: World) -> int:
    """How many there were in this database; asked when nobody else is connected, for only then all have told."""
    world.runtime.db.close()
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    while True:
        with world.runtime.db.engine.connect() as connection:
            if connection.scalar(text(others)) == 0:
                mine = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
                return int(connection.scalar(text(mine)) or 0)


@pytest.fixture
def phones(world: World) -> list[Persona]:
    """Four phones of one person, each in the hands of four threads."""
    return [world.as_("am01") for _ in range(4)] * 4


def arrivals(who: Persona, count: int) -> list[dict[str, Any]]:
    return [
        who.op("visits.check_in", {"id": uid(), "customer_id": shop("cz:0", number % 3), "place": None})
        for number in range(count)
    ]


def test_the_same_entries_from_sixteen_threads_at_once_are_carried_out_once(
    world: World, phones: list[Persona], record_property: Any
) -> None:
    told: Counter[str] = Counter()
    every: list[dict[str, Any]] = []
    for _ in range(ROUNDS):
        ops = arrivals(phones[0], 5)
        every += ops
        changed = [{**ops[0], "args": {**ops[0]["args"], "id": uid()}} for _ in phones[:8]]
        first = at_once([partial(settled, who, ops) for who in phones])
        told["pushes of the same"] += len(first)
        told["answered like the first"] += sum(answer == first[0] for answer in first)
        told["applied"] += sum(result["state"] == "applied" for result in first[0].values())
        again = [partial(settled, who, ops[:1]) for who in phones[8:]]
        reuse = [partial(settled, who, [op]) for who, op in zip(phones[:8], changed, strict=True)]
        results = [next(iter(answer.values())) for answer in at_once([*again, *reuse])]
        told["replays beside a changed one"] += sum(
            one == first[0][ops[0]["id"]] for one in results[: len(again)]
        )
        told["changed: id_reuse"] += sum(one.get("reason") == "id_reuse" for one in results[len(again) :])
    with world.runtime.db.read() as session:
        ids = [op["id"] for op in every]
        rows = Counter(session.scalars(select(Op.is_first).where(Op.id.in_(ids))))
        audit = session.scalar(select(func.count(Audit.id)).where(Audit.op_id.in_(ids)))
        wanted = [op["args"]["id"] for op in every]
        visits = session.scalar(select(func.count(Visit.id)).where(Visit.id.in_(wanted)))
    for name, count in told.items():
        record_property(name, count)
    record_property("carried out/entries", f"{audit}/{len(every)}")
    assert told == {
        "pushes of the same": ROUNDS * 16,
        "answered like the first": ROUNDS * 16,
        "applied": ROUNDS * 5,
        "replays beside a changed one": ROUNDS * 8,
        "changed: id_reuse": ROUNDS * 8,
    }
    assert rows == {True: len(every), False: ROUNDS * 8}
    assert (audit, visits) == (len(every), len(every))


def storm(phones: list[Persona], count: int) -> int:
    """Sixteen threads with `count` entries each at the same three shops, in orders of their own; how many entries."""
    rng = random.Random(3)
    batches = [rng.sample(ops, len(ops)) for ops in (arrivals(who, count) for who in phones)]
    at_once([partial(settled, who, ops) for who, ops in zip(phones, batches, strict=True)])
    return sum(map(len, batches))


@on_postgres
def test_nobody_deadlocks_over_the_same_shops(
    world: World, phones: list[Persona], record_property: Any
) -> None:
    same = arrivals(phones[0], 5)
    before = deadlocks(world)
    count = 0
    with slow_commits(0.005):
        for _ in range(ROUNDS // 2):
            count += storm(phones, 5)
            at_once([partial(settled, who, same) for who in phones])
    record_property("deadlocks/entries", f"{deadlocks(world) - before}/{count}")
    assert deadlocks(world) == before


@on_postgres
def test_locks_taken_in_no_order_deadlock(
    world: World, phones: list[Persona], record_property: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: the count of deadlocks above would show it."""
    take, rng, pause = Locks.take, random.Random(5), threading.Event()

    def in_no_order(locks: Locks, keys: Any) -> None:
        wanted = list(keys)
        for key in rng.sample(wanted, len(wanted)):
            take(locks, [key])
            pause.wait(0.01)

    before = deadlocks(world)
    monkeypatch.setattr(Locks, "take", in_no_order)
    storm(phones, 3)
    found = deadlocks(world) - before
    record_property("planted: deadlocks", found)
    assert found > 0
