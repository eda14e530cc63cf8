"""Entries that come together are carried out together: in few statements, and as if one had come after the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, select

from conftest import World
from fieldvisit.features.customers.models import Customer
from fieldvisit.kernel.ahead import Ahead
from fieldvisit.kernel.bundles import Bundle, BundleScope
from fieldvisit.kernel.clock import now
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.users import Device, User
from fieldvisit.kernel.work import Locks
from personas import Persona, shop, uid

CHECK_INS = 60  # statements for a push of fifty, however many it holds
WHOLE_VISITS = 200  # for sixteen visits of three entries each


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """The statements that the server sends to its database meanwhile."""
    sent: list[str] = []

    def note(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    engine = world.runtime.db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def arrival(who: Persona, number: int) -> tuple[str, dict[str, Any]]:
    visit = uid()
    args = {"id": visit, "customer_id": shop("cz:0", number % 3), "place": None}
    return visit, who.op("visits.check_in", args)


def whole_visit(who: Persona, number: int) -> list[dict[str, Any]]:
    visit, arrived = arrival(who, number)
    noted = who.op("visits.record", {"visit_id": visit, "note": f"n{number}"})
    return [arrived, noted, who.op("visits.check_out", {"visit_id": visit})]


def test_fifty_arrivals_cost_no_more_statements_than_ten(world: World, record_property: Any) -> None:
    am01 = world.as_("am01")
    am01.push(arrival(am01, 0)[1])
    told = {}
    for many in (10, 50):
        ops = [arrival(am01, number)[1] for number in range(many)]
        with counted(world) as sent:
            results = am01.push(*ops)["results"]
        assert {result["state"] for result in results} == {"applied"}
        told[many] = len(sent)
    record_property("statements for 10, 50 arrivals", f"{told[10]}, {told[50]}")
    assert told[50] <= CHECK_INS
    assert told[50] == told[10]


def test_whole_visits_are_carried_out_at_once_on_the_first_day_of_their_bundle(
    world: World, record_property: Any
) -> None:
    """None is refused on the way and tried again: what a run makes, it finds."""
    am01 = world.as_("am01")
    ops = [op for number in range(16) for op in whole_visit(am01, number)]
    with counted(world) as sent:
        results = am01.push(*ops)["results"]
    assert [result["state"] for result in results] == ["applied"] * 48
    record_property("statements for 16 whole visits", len(sent))
    assert len(sent) <= WHOLE_VISITS
    with world.runtime.db.read() as session:
        ids = [op["id"] for op in ops]
        assert set(session.scalars(select(Op.reason).where(Op.id.in_(ids)))) == {None}
        assert session.scalar(select(func.count()).where(Bundle.kind == "op")) == 0


def test_entries_that_stand_on_each_other_end_the_same_together_and_alone(world: World) -> None:
    """A visit that is cancelled, recorded too late and arrived at again: the order decides, not the run."""
    endings = []
    for apart in (False, True):
        am01 = world.as_("am01")
        visit, arrived = arrival(am01, 0)
        ops = [
            arrived,
            am01.op("visits.check_out", {"visit_id": visit}),
            am01.op("visits.check_out", {"visit_id": visit}),
            am01.op("visits.record", {"visit_id": visit, "note": "after"}),
            am01.op("visits.record", {"visit_id": uid(), "note": "of nothing"}),
            am01.op(
                "customers.edit", {"customer_id": shop("cz:0"), "set": {"note": {"from": None, "to": "x"}}}
            ),
            arrival(am01, 1)[1],
        ]
        runs = [[op] for op in ops] if apart else [ops]
        results = [result for run in runs for result in am01.push(*run)["results"]]
        endings.append([(result["state"], result.get("code")) for result in results])
    assert endings[0] == endings[1]
    assert {state for state, _ in endings[0]} == {"applied", "held"}


@pytest.mark.parametrize("blind", [False, True])
def test_what_a_run_knows_of_sight_is_forgotten_when_sight_moves(
    world: World, monkeypatch: pytest.MonkeyPatch, blind: bool
) -> None:
    """A bundle that is taken from its reader in the middle of a run is gone for him at once, but for a blind memory."""
    am01 = world.as_("am01")
    if blind:
        monkeypatch.setattr(Ahead, "is_moved", lambda _self: False)
    with world.runtime.db.write() as session:
        user, device = session.get_one(User, am01.id), session.get_one(Device, am01.device)
        home = session.get_one(Bundle, session.get_one(Customer, shop("cz:0")).bundle_id)
        locks = Locks(session, is_swift=True)
        locks.take([home.key])
        locks.ahead.read([(Customer, shop("cz:0")), (Customer, uid())])
        principal = locks.ahead.principal(user, device)
        assert locks.ahead.sees(principal, home.id)
        for stay in session.scalars(select(BundleScope).where(BundleScope.bundle_id == home.id)):
            stay.until = now()
        assert locks.ahead.sees(locks.ahead.principal(user, device), home.id) is blind
