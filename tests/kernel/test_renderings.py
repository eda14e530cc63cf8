"""What is kept of rendered bundles saves work, and shows nobody anything else than rendering anew would."""

from typing import Any

import pytest
from sqlalchemy import event

from conftest import World
from fieldvisit.kernel.renderings import Renderings
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


@pytest.mark.parametrize("room", [0, 25, 1000])
def test_no_more_is_kept_than_there_is_room_for(room: int) -> None:
    kept = Renderings(room)
    for rev in range(10):
        kept.put("e1.account_manager.4", "customer:1", rev, b"0123456789")
    left = [rev for rev in range(10) if kept.get("e1.account_manager.4", "customer:1", rev)]
    assert left == list(range(10))[10 - min(10, room // 10) :]
