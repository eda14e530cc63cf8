"""Deadlines: counted by the calendar, moved with it, said once when they are near and once when they are over."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine
from sqlalchemy import select

from conftest import World
from fieldvisit.kernel.clock import SHANGHAI, today
from fieldvisit.kernel.deadline_policies import EVER, show_policies
from fieldvisit.kernel.deadlines import (
    DEFAULTS,
    Deadline,
    Length,
    due_after,
    due_of,
    end,
    hasten,
    policy_of,
    resume,
    start,
    watch,
)
from fieldvisit.kernel.events import READERS, Event, Reaction, emit, on
from fieldvisit.kernel.intervals import Interval
from fieldvisit.kernel.reactions import MAX_ATTEMPTS, Happening, react
from fieldvisit.kernel.telling import ask_for_next_year
from personas import Persona, person, shop


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "length", "due"),
    [
        # 2026: the National Day holiday is 1 to 7 October, 20 September and 10 October are worked (调休)
        ("2026-09-30T10:00", Length(1, "working_day"), "2026-10-09T00:00"),
        ("2026-10-08T10:00", Length(2, "working_day"), "2026-10-11T00:00"),
        ("2026-09-30T10:00", Length(24, "hour"), "2026-10-01T10:00"),
        ("2026-09-30T10:00", Length(2, "calendar_day"), "2026-10-03T00:00"),
        ("2026-11-23T10:00", Length(4, "working_hour"), "2026-11-23T15:30"),
        ("2026-11-23T16:30", Length(4, "working_hour"), "2026-11-24T11:30"),
        ("2026-09-30T16:30", Length(4, "working_hour"), "2026-10-08T11:30"),
        ("2026-11-21T12:00", Length(1, "working_hour"), "2026-11-23T09:30"),
        # no days: the same day, of working days the next one from a day off
        ("2026-11-23T23:59", Length(0, "working_day"), "2026-11-24T00:00"),
        ("2026-11-21T10:00", Length(0, "working_day"), "2026-11-24T00:00"),
        ("2026-10-10T10:00", Length(0, "working_day"), "2026-10-11T00:00"),
        ("2026-10-01T10:00", Length(0, "working_day"), "2026-10-09T00:00"),
        ("2026-11-21T10:00", Length(0, "calendar_day"), "2026-11-22T00:00"),
    ],
)
def test_a_length_ends_when_the_calendar_says(world: World, start: str, length: Length, due: str) -> None:
    with world.runtime.db.read() as session:
        assert due_after(session, at(start), length).at == at(due)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at("2026-11-24T10:00"), tick=True) as moved:
        yield moved


def suggest(am01: Persona) -> dict[str, str]:
    """A protected field's new value, which the market manager decides within two working days."""
    am01.do(
        "customers.edit", {"customer_id": shop("cz:0"), "set": {"address": {"from": None, "to": "新街 1 号"}}}
    )
    return am01.rows(f"customer:{shop('cz:0')}", "suggestions")[0]


def kinds(who: Persona) -> list[str]:
    return [row["kind"] for row in who.get("/api/notices", params={"sort": "made_at"}).json()["items"]]


def test_open_days_move_with_the_calendar_and_the_phone_hears_of_it(
    world: World, clock: time_machine.Traveller
) -> None:
    am01, ga = world.as_("am01"), world.as_("ga")
    assert suggest(am01)["due_on"] == "2026-11-26"
    before = am01.manifest()[f"customer:{shop('cz:0')}"]
    off = {"days": [{"day": "2026-11-25", "is_working": False, "note": "停电"}]}
    assert ga.call("PUT", "/api/calendar_days", off).status_code == 200
    react(world.runtime.db)
    assert am01.rows(f"customer:{shop('cz:0')}", "suggestions")[0]["due_on"] == "2026-11-27"
    assert am01.manifest()[f"customer:{shop('cz:0')}"] > before


def test_one_is_reminded_once_and_told_once_that_it_is_over(
    world: World, clock: time_machine.Traveller
) -> None:
    suggest(world.as_("am01"))
    seen = []
    for moment in (
        "2026-11-24T11:00",
        "2026-11-26T09:00",
        "2026-11-26T10:00",
        "2026-11-27T09:00",
        "2026-11-27T10:00",
    ):
        clock.move_to(at(moment))
        for _ in range(2):
            watch(world.runtime.db)
            react(world.runtime.db)
        seen.append(kinds(world.as_("mm1")))
    first, near, over = "suggestion_made", "suggestion_due_near", "suggestion_overdue"
    assert seen == [[first], [first, near], [first, near], [first, near, over], [first, near, over]]
    assert kinds(world.as_("am01")) == []
    assert kinds(world.as_("mm2")) == []


def test_what_is_decided_is_not_due_any_more(world: World, clock: time_machine.Traveller) -> None:
    row = suggest(world.as_("am01"))
    mm1 = world.as_("mm1")
    mm1.do("customers.accept_suggestion", {"suggestion_id": row["id"]})
    clock.move_to(at("2026-12-01T09:00"))
    watch(world.runtime.db)
    react(world.runtime.db)
    assert kinds(world.as_("mm1")) == ["suggestion_made"]
    assert kinds(world.as_("am01")) == ["suggestion_decided"]


def test_the_administrator_sets_a_length_for_what_begins_from_then_on(
    world: World, clock: time_machine.Traveller
) -> None:
    am01, ga = world.as_("am01"), world.as_("ga")
    args = {"key": "suggestion.decide", "value": 5, "unit": "working_day", "remind_hours": 4}
    assert ga.call("PUT", "/api/deadline_policies", args).status_code == 200
    assert suggest(am01)["due_on"] == "2026-12-01"
    assert (
        ga.call("PUT", "/api/deadline_policies", {**args, "key": "no.such"}).json()["code"]
        == "deadline_missing"
    )
    assert am01.call("PUT", "/api/deadline_policies", args).status_code == 403
    assert [row["value"] for row in am01.get("/api/deadline_policies").json()["items"]] == [5]


def test_every_deadline_is_there_to_be_set_and_stays_as_it_was_set(world: World) -> None:
    ga = world.as_("ga")
    args = {"key": "suggestion.decide", "value": 5, "unit": "working_day", "remind_hours": 4}
    assert ga.call("PUT", "/api/deadline_policies", args).status_code == 200
    for _ in range(2):
        show_policies(world.runtime.db)
    rows = {
        (row["key"], row["since"]): row["value"] for row in ga.get("/api/deadline_policies").json()["items"]
    }
    shipped = {(key, str(EVER)): length.value for key, length in DEFAULTS.items()}
    assert rows == shipped | {("suggestion.decide", str(today())): 5}
    assert len(rows) >= 2


def test_a_length_set_for_a_day_to_come_holds_from_that_day_on_and_not_before(
    world: World, clock: time_machine.Traveller
) -> None:
    show_policies(world.runtime.db)
    ga = world.as_("ga")
    args = {"key": "suggestion.decide", "value": 3, "unit": "calendar_day", "remind_hours": 4}
    for since, value in (("2026-12-15", 10), ("2026-12-01", 4), ("2026-12-15", 20), (None, 3)):
        said = args | {"value": value} | ({"since": since} if since else {})
        assert ga.call("PUT", "/api/deadline_policies", said).status_code == 200
    passed = ga.call("PUT", "/api/deadline_policies", args | {"since": "2026-11-23"})
    assert (passed.status_code, passed.json()["code"]) == (422, "day_passed")
    rows = world.as_("am01").get("/api/deadline_policies").json()["items"]
    assert sorted((row["since"], row["value"]) for row in rows if row["key"] == args["key"]) == [
        (str(EVER), DEFAULTS["suggestion.decide"].value),
        ("2026-11-24", 3),
        ("2026-12-01", 4),
        ("2026-12-15", 20),
    ]
    held = {}
    with world.runtime.db.read() as session:
        for moment in ("2026-11-23T23:59", "2026-11-30T23:59", "2026-12-01T00:00", "2026-12-15T00:00"):
            held[moment] = policy_of(session, args["key"], at(moment)).value
    assert list(held.values()) == [2, 3, 4, 20]
    begun = suggest(world.as_("am01"))
    assert begun["due_on"] == "2026-11-27"
    clock.move_to(at("2026-12-02T10:00"))
    world.as_("mm1").do("customers.accept_suggestion", {"suggestion_id": begun["id"]})
    again = {"address": {"from": "新街 1 号", "to": "新街 2 号"}}
    world.as_("am01").do("customers.edit", {"customer_id": shop("cz:0"), "set": again})
    (row,) = (
        one
        for one in world.as_("am01").rows(f"customer:{shop('cz:0')}", "suggestions")
        if one["id"] != begun["id"]
    )
    assert row["due_on"] == "2026-12-06"


def test_no_days_are_the_same_day_and_no_hours_are_no_length(
    world: World, clock: time_machine.Traveller
) -> None:
    ga = world.as_("ga")
    args = {"key": "suggestion.decide", "value": 0, "remind_hours": 4}
    refused = {
        unit: ga.call("PUT", "/api/deadline_policies", args | {"unit": unit}).status_code
        for unit in ("hour", "working_hour", "calendar_day", "working_day")
    }
    assert refused == {"hour": 422, "working_hour": 422, "calendar_day": 200, "working_day": 200}
    assert suggest(world.as_("am01"))["due_on"] == "2026-11-24"


def done_at(text: str) -> Interval:
    return Interval(at(text), at(text), at(text))


def test_what_was_ended_wrongly_runs_again_judged_anew_and_told_no_second_time(
    world: World, clock: time_machine.Traveller
) -> None:
    key, mine, others = "suggestion.decide", person("am01"), person("am02")
    with world.runtime.db.write() as session:
        for entity_id in (mine, others):
            start(session, key, entity_id, at("2026-11-24T10:00"))
        assert due_of(session, key, mine) == at("2026-11-27T00:00")
        clock.move_to(at("2026-11-27T09:00"))
    watch(world.runtime.db)
    with world.runtime.db.write() as session:
        for entity_id in (mine, others):
            end(session, key, entity_id, done_at("2026-11-27T10:00"))
        assert due_of(session, key, mine) is None
    with world.runtime.db.write() as session:
        for _ in range(2):
            resume(session, key, mine)
        resume(session, key, person("am03"))
        session.flush()
        assert due_of(session, key, mine) == at("2026-11-27T00:00")
        assert due_of(session, key, others) is None
        assert due_of(session, key, person("am03")) is None
        rows = {row.entity_id: row for row in session.scalars(select(Deadline).where(Deadline.key == key))}
        assert (rows[mine].timeliness, rows[others].timeliness) == (None, "late")
        assert rows[mine].passed_at is not None
    watch(world.runtime.db)
    with world.runtime.db.write() as session:
        overdue = select(Event).where(Event.name == f"{key}.overdue")
        assert len(session.scalars(overdue).all()) == 2, "once of each, not again of the one that runs again"
        judged = end(session, key, mine, done_at("2026-11-26T10:00"))
        assert judged is not None
        assert judged.timeliness == "in_time"


def test_a_moment_that_was_named_stands_whatever_the_calendar_says_and_moves_only_earlier(
    world: World, clock: time_machine.Traveller
) -> None:
    key, named, counted = "work_log.review", person("am01"), person("am02")
    with world.runtime.db.write() as session:
        start(session, key, named, at("2026-11-24T10:00"), at("2026-11-30T08:00"))
        start(session, key, counted, at("2026-11-24T10:00"))
        hasten(session, key, named, at("2026-12-01T08:00"))
        hasten(session, key, named, at("2026-11-25T08:00"))
        hasten(session, key, counted, at("2026-11-27T08:00"))
        session.flush()
        assert due_of(session, key, counted) == at("2026-11-26T00:00")
    off = {"days": [{"day": "2026-11-25", "is_working": False, "note": "停电"}]}
    assert world.as_("ga").call("PUT", "/api/calendar_days", off).status_code == 200
    react(world.runtime.db)
    with world.runtime.db.read() as session:
        assert due_of(session, key, named) == at("2026-11-25T08:00")
        assert due_of(session, key, counted) == at("2026-11-27T00:00")


def test_from_november_on_the_administrator_is_asked_once_for_next_years_days(
    world: World, clock: time_machine.Traveller
) -> None:
    for moment, asked in (("2026-10-31T12:00", 0), ("2026-11-01T00:30", 1), ("2026-11-02T12:00", 1)):
        clock.move_to(at(moment))
        ask_for_next_year(world.runtime.db)
        react(world.runtime.db)
        assert kinds(world.as_("ga")).count("calendar_missing") == asked
    assert kinds(world.as_("mm1")) == []


def test_a_reader_runs_once_per_event_and_its_fault_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[int] = []
    faults = [True]

    def reader(happening: Happening) -> None:
        happening.session.add(Deadline(key="x", entity_id=person("am01"), started_at=happening.event.happened_at, value=1, unit="hour", remind_hours=0, due_at=happening.event.happened_at, is_provisional=False))  # fmt: skip
        happening.session.flush()
        if faults:
            raise RuntimeError
        ran.append(happening.event.number)

    on("test.happened")(reader)
    try:
        with world.runtime.db.write() as session:
            for number in range(3):
                emit(session, "test.happened", data={"number": number})
        with world.runtime.db.write() as session:
            emit(session, "test.happened", data={"number": "never"})
            session.rollback()
        for _ in range(2):
            react(world.runtime.db)
        assert ran == []
        faults.clear()
        for _ in range(3):
            react(world.runtime.db)
        with world.runtime.db.read() as session:
            happened = session.scalars(select(Event.number).where(Event.name == "test.happened")).all()
            assert ran == happened
            assert len(ran) == 3
            assert session.scalars(select(Reaction)).all() == []
            assert len(session.scalars(select(Deadline).where(Deadline.key == "x")).all()) == 3
        faults.append(True)
        with world.runtime.db.write() as session:
            emit(session, "test.happened", data={})
        for _ in range(MAX_ATTEMPTS + 2):
            react(world.runtime.db)
        with world.runtime.db.read() as session:
            assert [row.attempts for row in session.scalars(select(Reaction))] == [MAX_ATTEMPTS]
    finally:
        READERS.pop(next(key for key in READERS if key.endswith(".reader")))
