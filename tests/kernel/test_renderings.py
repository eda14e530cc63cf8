"""What is kept of rendered bundles saves work, and shows nobody anything else than rendering anew would."""

from collections import Counter
from itertools import chain
from typing import Any

import pytest
from orjson import loads
from sqlalchemy import event, select

from conftest import World
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.visits.models import VisitAnomaly
from fieldvisit.kernel import sync
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.collections import COLLECTIONS, as_stored, dumps, render
from fieldvisit.kernel.renderings import Renderings
from fieldvisit.kernel.users import Role
from personas import Persona, shop

KEY = f"customer:{shop('cz:0')}"


def asked(world: World, who: Persona, *keys: str) -> tuple[dict[str, Any], int]:
    """The answer to a pull of those bundles, and how many statements it took."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    engine = world.runtime.db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        return who.fetch(*keys), len(statements)
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_the_second_to_ask_gets_the_same_for_fewer_statements(world: World) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    first, cost = asked(world, am01, KEY)
    again, less = asked(world, am01, KEY)
    assert again == first
    assert less < cost
    print(f"statements: {cost} at first, {less} again")
    # Another role has a view of its own.
    assert mm1.fetch(KEY)["view"] != first["view"]


def test_a_change_shows_at_once(world: World) -> None:
    am01 = world.as_("am01")
    before = am01.fetch(KEY)["bundles"][0]
    note = before["rows"]["customers"][0]["note"]
    args = {"customer_id": shop("cz:0"), "set": {"note": {"from": note, "to": "新的备注"}}}
    assert am01.do("customers.edit", args)["state"] == "applied"
    after = am01.fetch(KEY)["bundles"][0]
    assert after["rev"] > before["rev"]
    assert after["rows"]["customers"][0]["note"] == "新的备注"


def test_what_is_kept_is_shown_to_nobody_who_may_not_see_it(world: World) -> None:
    am01, stranger = world.as_("am01"), world.as_("am02")
    assert am01.fetch(KEY)["bundles"]
    assert world.runtime.renderings.get(am01.fetch(KEY)["view"], KEY, am01.manifest()[KEY])
    answer = stranger.fetch(KEY)
    assert (answer["bundles"], answer["gone"]) == ([], [KEY])
    assert answer["view"] == am01.fetch(KEY)["view"]


def test_a_new_epoch_asks_for_everything_anew(world: World) -> None:
    am01 = world.as_("am01")
    view = am01.fetch(KEY)["view"]
    world.runtime.epoch = "another"
    renewed = am01.fetch(KEY)["view"]
    assert renewed != view
    assert world.runtime.renderings.get(renewed, KEY, am01.fetch(KEY)["bundles"][0]["rev"])


def test_what_is_read_as_it_is_stored_is_what_the_views_show(world: World) -> None:
    compared: Counter[str] = Counter()
    with world.runtime.db.read() as session:
        bundles = session.scalars(select(Bundle.id)).all()
        for name, made in COLLECTIONS.items():
            for role, view in made.views.items():
                if not as_stored(made.model, view):
                    continue
                by_id = {row.id: render(view, row) for row in session.scalars(select(made.model))}
                for row in chain.from_iterable(made.rows(session, bundles, role).values()):
                    assert loads(dumps(row)) == by_id[row["id"]]
                    compared[name] += 1
    print(f"{compared.total()} rows of {len(compared)} collections compared: {dict(compared)}")
    assert compared.total() > 500
    assert min(compared["customers"], compared["visits"], compared["visit_digests"]) > 0


def test_a_view_that_masks_or_reshapes_is_not_read_as_it_is_stored() -> None:
    assert as_stored(Customer, COLLECTIONS["customers"].views[Role.ACCOUNT_MANAGER])
    assert not as_stored(Customer, COLLECTIONS["customers"].views[Role.DEPARTMENT_MANAGER])
    assert not as_stored(VisitAnomaly, COLLECTIONS["visit_anomalies"].views[Role.ACCOUNT_MANAGER])


def test_an_answer_without_room_for_all_renders_little_more_than_it_sends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "MAX_ANSWER_BYTES", 1)
    monkeypatch.setattr(sync, "AT_ONCE", 2)
    am01 = world.as_("am01")
    revs = am01.manifest()
    keys = [key for key in revs if key.startswith("customer:")]
    assert len(keys) > 2
    answer = am01.fetch(*keys)
    assert [bundle["key"] for bundle in answer["bundles"]] == keys[:1]
    kept = [key for key in keys if world.runtime.renderings.get(answer["view"], key, revs[key])]
    assert kept == keys[:2]
    # The one that was rendered ahead costs no more than one that was asked for before.
    assert asked(world, am01, keys[1])[1] == asked(world, am01, keys[0])[1] < asked(world, am01, keys[2])[1]


@pytest.mark.parametrize("room", [0, 25, 1000])
def test_no_more_is_kept_than_there_is_room_for(room: int) -> None:
    kept = Renderings(room)
    for rev in range(10):
        kept.put("e1.account_manager.4", "customer:1", rev, b"0123456789")
    left = [rev for rev in range(10) if kept.get("e1.account_manager.4", "customer:1", rev)]
    assert left == list(range(10))[10 - min(10, room // 10) :]
