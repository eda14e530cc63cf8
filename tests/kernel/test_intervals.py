"""The provable interval (sync §6): in time, late or unproven, whatever a phone's clock says; kept, shown, never a refusal."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from conftest import World
from fieldvisit.demo.district import demo_id
from fieldvisit.kernel.clock import SHANGHAI, now, start_of, today
from fieldvisit.kernel.deadlines import Length, due_after
from fieldvisit.kernel.intervals import Interval, judge, judge_day, span
from personas import Persona, shop, uid

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TICK = timedelta(microseconds=1)
DUE = datetime(2026, 11, 26, 16, tzinfo=UTC)


def between(earliest: datetime, latest: datetime, stated: datetime | None = None) -> Interval:
    return Interval(earliest, stated or latest, latest, stated)


@pytest.mark.parametrize(
    ("earliest", "latest", "timeliness"),
    [
        (DUE - DAY, DUE - TICK, "in_time"),
        (DUE - DAY, DUE, "in_time"),
        (DUE, DUE, "in_time"),
        (DUE - DAY, DUE + TICK, "unproven"),
        (DUE, DUE + TICK, "unproven"),
        (DUE - 30 * DAY, DUE + 30 * DAY, "unproven"),
        (DUE + TICK, DUE + TICK, "late"),
        (DUE + TICK, DUE + DAY, "late"),
    ],
)
@pytest.mark.parametrize("stated", [DUE - 400 * DAY, DUE - TICK, DUE, DUE + TICK, DUE + 400 * DAY])
def test_what_the_phone_states_never_changes_the_judgement(
    earliest: datetime, latest: datetime, timeliness: str, stated: datetime
) -> None:
    assert judge(DUE, between(earliest, latest, stated)).timeliness == timeliness


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


TERMS = [
    # 10 October 2026, a Saturday, is worked (调休): two working days from the 8th end with it
    ("2026-10-08T10:00", Length(2, "working_day"), "2026-10-10T16:00", "2026-10-10T23:59", "in_time"),
    ("2026-10-08T10:00", Length(2, "working_day"), "2026-10-10T16:00", "2026-10-11T08:00", "unproven"),
    ("2026-10-08T10:00", Length(2, "working_day"), "2026-10-11T00:01", "2026-10-11T08:00", "late"),
    # 1 to 7 October 2026 is a holiday: nothing becomes late in it
    ("2026-09-29T10:00", Length(2, "working_day"), "2026-10-05T10:00", "2026-10-08T23:00", "in_time"),
    ("2026-09-29T10:00", Length(2, "working_day"), "2026-10-08T17:00", "2026-10-09T08:00", "unproven"),
    # four working hours from half past four end at 11:30 the next morning
    ("2026-11-23T16:30", Length(4, "working_hour"), "2026-11-24T11:00", "2026-11-24T11:30", "in_time"),
    ("2026-11-23T16:30", Length(4, "working_hour"), "2026-11-24T11:00", "2026-11-24T11:31", "unproven"),
    ("2026-11-23T16:30", Length(4, "working_hour"), "2026-11-24T11:31", "2026-11-24T14:00", "late"),
]


def test_a_term_is_counted_by_the_calendar_and_judged_by_what_is_proven(world: World) -> None:
    """(S18.5)"""
    with world.runtime.db.read() as session:
        for started, length, earliest, latest, timeliness in TERMS:
            due = due_after(session, at(started), length)
            assert judge(due.at, between(at(earliest), at(latest))).timeliness == timeliness, latest


def test_a_day_ends_at_midnight_in_shanghai() -> None:
    day, midnight = date(2026, 11, 26), datetime(2026, 11, 26, 16, tzinfo=UTC)
    assert judge_day(day, between(midnight - HOUR, midnight)).timeliness == "in_time"
    assert judge_day(day, between(midnight - HOUR, midnight + TICK)).timeliness == "unproven"
    assert judge_day(day, between(midnight + TICK, midnight + HOUR)).timeliness == "late"


@contextmanager
def clock_at(moment: datetime) -> Iterator[time_machine.Traveller]:
    """The world stands still at a whole second, as anchors count in milliseconds."""
    with time_machine.travel(moment.replace(microsecond=0), tick=False) as moved:
        yield moved


class Handset:
    """A phone whose clock is wrong by `off` and that may count on from the server's time."""

    def __init__(self, world: World, username: str) -> None:
        self.world, self.username, self.device, self.off = world, username, uid(), timedelta()
        self.anchor: str | None = None
        self.anchored_at: datetime | None = None
        self.who = self.again()

    def again(self) -> Persona:
        """Signed in anew, on the same phone: a session is shorter than these stories."""
        self.who = Persona.sign_in(self.world.client, self.username, "zoufang-demo", self.device)
        return self.who

    def hear_the_time(self) -> None:
        self.anchor, self.anchored_at = self.again().push(last=None)["anchor"], now()

    def op(self, name: str, args: Any, *, counts: bool = False) -> dict[str, Any]:
        """An entry made now: with the anchor it has, and `counts` where its page has lived since it heard it."""
        op = self.who.op(name, args, made_at=(now() + self.off).isoformat())
        if self.anchor and self.anchored_at:
            op["clock"] = {"anchor": self.anchor, "run": "r"}
            if counts:
                op["clock"]["elapsed_ms"] = round((now() - self.anchored_at) / timedelta(milliseconds=1))
        return op

    def send(self, op: dict[str, Any]) -> dict[str, Any]:
        self.again()
        result: dict[str, Any] = self.who.push(op, epoch=None, last=None)["results"][0]
        return result


def suggestion(world: World) -> dict[str, Any]:
    """A protected field's new value, to be decided by the market manager within two working days."""
    am01 = world.as_("am01")
    edit = {"customer_id": shop("cz:0"), "set": {"address": {"from": None, "to": "新街 1 号"}}}
    assert am01.do("customers.edit", edit)["state"] == "applied"
    row: dict[str, Any] = am01.rows(f"customer:{shop('cz:0')}", "suggestions")[0]
    return row


Decision = Callable[[time_machine.Traveller, Handset, dict[str, Any], datetime], None]


def decided(world: World, decision: Decision) -> dict[str, Any]:
    """The suggestion as the market manager's entries have left it. `decision` is given the moment it is due."""
    with clock_at(now() + HOUR) as clock:
        manager = Handset(world, "mm1")
        row = suggestion(world)
        due = start_of(date.fromisoformat(row["due_on"]) + DAY)
        decision(clock, manager, {"suggestion_id": row["id"]}, due)
        shown = world.as_("am01").rows(f"customer:{row['customer_id']}", "suggestions")
        return next(one for one in shown if one["id"] == row["id"])


def accept(clock: time_machine.Traveller, phone: Handset, args: dict[str, Any], sent_at: datetime, **more: Any) -> None:  # fmt: skip
    """Decide now, and send it at a later moment."""
    op = phone.op("customers.accept_suggestion", args, **more)
    clock.move_to(sent_at)
    assert phone.send(op)["state"] == "applied"


def test_a_clock_a_day_ahead_makes_no_decision_late(world: World) -> None:
    def decision(clock: time_machine.Traveller, phone: Handset, args: Any, due: datetime) -> None:
        phone.off = DAY
        clock.move_to(due - 2 * HOUR)
        accept(clock, phone, args, due - HOUR)

    row = decided(world, decision)
    assert (row["state"], row["timeliness"]) == ("accepted", "in_time")
    assert row["decided_at"] > row["latest_at"], "what the phone says stays as it said it"


def test_a_clock_a_day_behind_makes_no_late_decision_timely(world: World) -> None:
    def decision(clock: time_machine.Traveller, phone: Handset, args: Any, due: datetime) -> None:
        phone.off = -DAY
        clock.move_to(due + HOUR)
        phone.hear_the_time()
        clock.move_to(due + 2 * HOUR)
        accept(clock, phone, args, due + 3 * HOUR)

    row = decided(world, decision)
    assert row["timeliness"] == "late"
    assert row["decided_at"] < row["earliest_at"]


def test_what_was_decided_without_signal_and_came_late_is_neither(world: World) -> None:
    """Stated ten to midnight, sent the next morning, without an anchor: a person decides."""

    def decision(clock: time_machine.Traveller, phone: Handset, args: Any, due: datetime) -> None:
        clock.move_to(due - 10 * MINUTE)
        accept(clock, phone, args, due + 8 * HOUR)

    assert decided(world, decision)["timeliness"] == "unproven"


def test_an_anchor_narrows_the_interval_and_what_was_counted_from_it_is_stated(world: World) -> None:
    moments: dict[str, datetime] = {}

    def decision(clock: time_machine.Traveller, phone: Handset, args: Any, due: datetime) -> None:
        phone.off = -3 * DAY
        clock.move_to(due - HOUR)
        phone.hear_the_time()
        clock.move_to(due - 10 * MINUTE)
        moments["due"] = due
        accept(clock, phone, args, due + 8 * HOUR, counts=True)

    row = decided(world, decision)
    due = moments["due"]
    seen = [datetime.fromisoformat(row[name]) - due for name in ("earliest_at", "decided_at", "latest_at")]
    assert (row["timeliness"], seen) == ("unproven", [-HOUR, -10 * MINUTE, 8 * HOUR])


@pytest.mark.parametrize(("is_genuine", "timeliness"), [(True, "in_time"), (False, "unproven")])
def test_an_entry_sent_again_is_judged_by_its_first_receipt(
    world: World, is_genuine: bool, timeliness: str
) -> None:
    """A restored server meets an old entry with the receipt it once gave; another entry's receipt counts for nothing."""

    def decision(clock: time_machine.Traveller, phone: Handset, args: Any, due: datetime) -> None:
        op = phone.op("customers.accept_suggestion", args)
        clock.move_to(due + 2 * DAY)
        receipt = world.runtime.keys.receipt(op["id"] if is_genuine else uid(), due - HOUR)
        assert phone.send(op | {"receipt": receipt})["state"] == "applied"

    assert decided(world, decision)["timeliness"] == timeliness


def test_a_phone_that_a_restore_forgot_is_not_late_for_it(world: World) -> None:
    """The entry was made before the due moment and first received after it; the phone is registered anew only then."""

    def decision(clock: time_machine.Traveller, phone: Handset, args: Any, due: datetime) -> None:
        clock.move_to(due - HOUR)
        op = phone.op("customers.accept_suggestion", args)
        clock.move_to(due + 2 * DAY)
        receipt = world.runtime.keys.receipt(op["id"], due + HOUR)
        phone.device = uid()
        assert phone.send(op | {"receipt": receipt})["state"] == "applied"

    assert decided(world, decision)["timeliness"] == "unproven"


def test_over_rest_the_same_entry_is_judged_the_same(world: World) -> None:
    """The desk hands its anchor along: what it decides after the day is late, and not merely unproven."""

    def decision(clock: time_machine.Traveller, phone: Handset, args: Any, due: datetime) -> None:
        clock.move_to(due + HOUR)
        phone.hear_the_time()
        headers = {"x-op-clock": json.dumps({"anchor": phone.anchor, "run": "r", "elapsed_ms": 1000})}
        path = f"/api/suggestions/{args['suggestion_id']}/accept"
        answer = phone.who.call("POST", path, {}, **headers)
        assert answer.status_code == 200, answer.text

    assert decided(world, decision)["timeliness"] == "late"


def arrival(**more: Any) -> dict[str, Any]:
    return {"id": uid(), "customer_id": shop("cz:0"), "place": None, "place_refusal": "denied"} | more


def seconds(text: str) -> datetime:
    return datetime.fromisoformat(text)


JUMPS = [DAY, -DAY, 400 * DAY, -400 * DAY, 6 * HOUR, -6 * HOUR]


@pytest.mark.parametrize("counts", [True, False])
def test_a_clock_that_jumps_while_he_is_at_the_shop_leaves_the_visit_as_long_as_it_was(
    world: World, counts: bool
) -> None:
    """Half an hour at the shop, sent as it happens: nothing about it wants a word, and both moments are proven."""
    for jump in JUMPS:
        with clock_at(now()) as clock:
            phone = Handset(world, "am01")
            phone.hear_the_time()
            clock.shift(MINUTE)
            came = phone.op("visits.check_in", arrival(), counts=counts)
            assert phone.send(came)["state"] == "applied"
            clock.shift(30 * MINUTE)
            left_at, phone.off = now(), jump
            visit = came["args"]["id"]
            left = phone.op("visits.check_out", {"visit_id": visit}, counts=counts)
            assert phone.send(left)["state"] == "applied"
            row = phone.who.get(f"/api/visits/{visit}").json()
            assert phone.who.get(f"/api/visit_anomalies/{visit}").status_code == 404, f"no flag by {jump}"
        assert seconds(row["check_out_earliest_at"]) <= left_at <= seconds(row["check_out_latest_at"])
        assert (seconds(row["check_out_at"]) == left_at) is counts
        assert seconds(row["check_out_wall_at"]) == left_at + jump, "the clock that disagrees is shown"


def test_a_stay_that_is_too_short_for_sure_is_still_asked_about(world: World) -> None:
    with clock_at(now()) as clock:
        phone = Handset(world, "am01")
        visit = arrival()
        phone.send(phone.op("visits.check_in", visit))
        clock.shift(20 * timedelta(seconds=1))
        phone.send(phone.op("visits.check_out", {"visit_id": visit["id"]}))
        flags = phone.who.get(f"/api/visit_anomalies/{visit['id']}").json()["flags"]
    assert flags == {"too_short": {"figure": 20, "limit": 60}}


def test_two_readings_of_one_clock_are_subtracted_and_others_are_not() -> None:
    start, end = DUE, DUE + 20 * MINUTE
    counted = Interval(start - HOUR, start, end + HOUR, start + DAY)
    read = Interval(end - HOUR, end + DAY, end + HOUR, end + DAY)
    assert span(counted, read).least == span(counted, read).most == 1200, "by the clock, a day off as it is"
    moved = Interval(end - HOUR, end - DAY, end + HOUR, end - DAY)
    assert (span(counted, moved).least, span(counted, moved).most) == (0, 80 * 60 + 3600)
    silent = Interval(end - HOUR, end + HOUR, end + HOUR)
    assert (span(counted, silent).least, span(counted, silent).most) == (0, 80 * 60 + 3600)


Making = Callable[[Handset, World], dict[str, Any]]


def made(off: timedelta = timedelta(), *, counts: bool = False, **more: Any) -> Making:
    def make(phone: Handset, _world: World) -> dict[str, Any]:
        phone.off = off
        return phone.op("visits.check_in", arrival(), counts=counts) | more

    return make


def slept(phone: Handset, world: World) -> dict[str, Any]:
    """The count stood still while the phone slept."""
    op = made(DAY, counts=True)(phone, world)
    op["clock"]["elapsed_ms"] = 5
    return op


def told(**clock: Any) -> Making:
    def make(phone: Handset, world: World) -> dict[str, Any]:
        op = made()(phone, world)
        op["clock"] |= clock
        return op

    return make


def of_another_phone(phone: Handset, world: World) -> dict[str, Any]:
    op = made()(phone, world)
    op["clock"] = {"anchor": world.runtime.keys.anchor(uid(), now() + DAY), "elapsed_ms": 1}
    return op


def unanchored(phone: Handset, world: World) -> dict[str, Any]:
    phone.anchor = None
    return made(-2 * DAY)(phone, world)


SCENARIOS: dict[str, Making] = {
    "right": made(),
    "a day ahead": made(DAY),
    "a day behind": made(-DAY),
    "a year ahead": made(365 * DAY),
    "a year behind": made(-365 * DAY),
    "an hour ahead, as by summer time": made(HOUR),
    "an hour behind, as by summer time": made(-HOUR),
    "a minute ahead": made(MINUTE),
    "right, and counted": made(counts=True),
    "a day ahead, and counted": made(DAY, counts=True),
    "a day behind, and counted": made(-DAY, counts=True),
    "counted with sleep": slept,
    "counted backwards": told(elapsed_ms=-1),
    "counted for a century": told(elapsed_ms=4 * 10**12),
    "counted in words": told(elapsed_ms="soon"),
    "an anchor forged": told(anchor="v1.4102444800000.x.AAAAAAAAAAAAAAAA"),
    "an anchor of another phone": of_another_phone,
    "no anchor, two days behind": unanchored,
    "no clock at all": made(made_at=None),
    "another zone": made(made_at="2026-02-30T25:00:00+30:00"),
}


def windows(world: World) -> list[tuple[str, bool]]:
    """Of every scenario, whether the moment the entry was made lies in the interval the visit shows."""
    found = []
    for name, make in SCENARIOS.items():
        with clock_at(now()) as clock:
            phone = Handset(world, "am01")
            phone.hear_the_time()
            clock.shift(20 * MINUTE)
            made_at, op = now(), make(phone, world)
            clock.shift(3 * HOUR)
            assert phone.send(op)["state"] == "applied", name
            row = phone.who.get(f"/api/visits/{op['args']['id']}").json()
        found.append((name, seconds(row["earliest_at"]) <= made_at <= seconds(row["latest_at"])))
    return found


def test_the_interval_holds_the_moment_whatever_the_phone_says(
    world: World, record_property: Callable[[str, Any], None]
) -> None:
    found = windows(world)
    record_property(
        "intervals that hold the true moment", f"{sum(is_in for _, is_in in found)} of {len(found)}"
    )
    assert [name for name, is_in in found if not is_in] == []
    assert len(found) == 20


def test_a_visit_that_came_in_after_the_handover_is_judged_by_when_it_can_have_been_made(
    world: World,
) -> None:
    """Received on the last day he served the shop, made surely after it, or nobody can tell."""
    with clock_at(now()) as clock:
        phone, ga = Handset(world, "am01"), world.as_("ga")
        hidden = phone.op("visits.check_in", arrival(), counts=False)
        handover = {"route_id": demo_id("route:cj:0"), "customer_ids": [shop("cz:0")], "on_day": str(today())}
        answer = ga.call("POST", "/api/handovers", handover)
        assert answer.status_code == 200, answer.text
        same_day = phone.op("visits.check_in", arrival())
        assert phone.send(same_day)["state"] == "applied"
        clock.shift(2 * DAY)
        assert phone.send(hidden)["state"] == "applied"
        phone.hear_the_time()
        after = phone.op("visits.check_in", arrival())
        assert phone.send(after)["state"] == "applied"
        seen = [phone.who.get(f"/api/visits/{op['args']['id']}").json() for op in (same_day, hidden, after)]
    assert [row["is_late_scope"] for row in seen] == [True, True, True]
    assert [row["scope_timeliness"] for row in seen] == ["in_time", "unproven", "late"]


def test_a_word_on_a_flag_is_answered_in_time_late_or_unproven_and_the_step_says_so(world: World) -> None:
    """(S18.1) What is taken back is not judged; each answer is, by its own day."""
    with clock_at(now()) as clock:
        am01, manager = world.as_("am01"), Handset(world, "mm1")
        visit = arrival()
        am01.do("visits.check_in", visit)
        am01.do("visits.check_out", {"visit_id": visit["id"]})
        explain = {"id": visit["id"], "explanation": "只送资料"}
        am01.do("visit_anomalies.explain", explain)
        am01.do("visit_anomalies.withdraw", {"id": visit["id"]})
        am01.do("visit_anomalies.explain", explain)
        clock.shift(HOUR)
        back = manager.op("visit_anomalies.return", {"id": visit["id"], "note": "送了什么?"})
        assert manager.send(back)["state"] == "applied"
        world.as_("am01").do("visit_anomalies.explain", explain)
        clock.shift(MINUTE)
        yes = manager.op("visit_anomalies.accept", {"id": visit["id"]})
        clock.shift(30 * DAY)
        assert manager.send(yes)["state"] == "applied"
        asked = {"entity_id": visit["id"]}
        steps = world.as_("am01").get("/api/flow_steps", params=asked).json()["items"]
    judged = {step["step"]: step["timeliness"] for step in steps}
    assert judged == {"submit": None, "withdraw": None, "return": "in_time", "accept": "unproven"}
    accepted = next(step for step in steps if step["step"] == "accept")
    assert accepted["earliest_at"] <= accepted["made_at"] < accepted["due_at"] < accepted["latest_at"]


def test_who_decides_a_held_entry_sees_when_it_can_have_been_made(world: World) -> None:
    with clock_at(now()) as clock:
        phone = Handset(world, "am01")
        phone.hear_the_time()
        clock.shift(MINUTE)
        phone.off, made_at = -DAY, now()
        bad = phone.op("customers.edit", {"customer_id": shop("cz:0"), "set": {"shoe": {"to": "44"}}}, counts=True)  # fmt: skip
        clock.shift(HOUR)
        assert phone.send(bad)["state"] == "held"
        (row,) = world.as_("mm1").rows(f"op:{bad['id']}", "held_ops")
    stated, wall = seconds(row["stated_at"]), seconds(row["made_at"])
    assert (stated, wall) == (made_at, made_at - DAY)
    assert seconds(row["earliest_at"]) <= made_at <= seconds(row["received_at"])
