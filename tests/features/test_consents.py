"""What is kept of an employee follows what he agreed to, on the server whatever the phone sends."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from conftest import World
from fieldvisit.kernel.ops import Op
from personas import Persona, shop, uid

PLACE = {"lat": 30.12345, "lng": 110.54321, "datum": "wgs84", "accuracy_m": 10.0}


def arrive(who: Persona) -> dict[str, Any]:
    place = PLACE | {"fix_at": datetime.now(UTC).isoformat()}
    op = who.op("visits.check_in", {"id": uid(), "customer_id": shop("cz:0"), "place": place})
    assert who.push(op)["results"][0]["state"] == "applied"
    row: dict[str, Any] = who.get(f"/api/visits/{op['args']['id']}").json()
    return row | {"op": op}


def located(row: dict[str, Any]) -> bool:
    return any(row[name] is not None for name in row if name.startswith("check_in_l") or name == "distance_m")


def test_after_withdrawal_a_hundred_visits_carry_no_coordinates_anywhere(world: World) -> None:
    am01 = world.as_("am01")
    assert located(arrive(am01))
    assert am01.do("consents.withdraw", {"id": uid(), "kind": "location"})["state"] == "applied"
    rows = [arrive(am01) for _ in range(100)]
    assert [row for row in rows if located(row)] == []
    assert {row["place_refusal"] for row in rows} == {"no_consent"}
    with world.runtime.db.read() as session:
        kept = session.scalars(select(Op.raw).where(Op.id.in_([row["op"]["id"] for row in rows]))).all()
    assert len(kept) == 100
    assert not [raw for raw in kept if b"30.12345" in (raw or b"")]
    again = am01.push(rows[0]["op"])["results"][0]
    assert again["state"] == "applied", "the same entry again is still known"
    am01.do("consents.give", {"id": uid(), "kind": "location", "version": 1})
    assert located(arrive(am01))


def test_consent_is_ones_own_dated_and_seen_by_nobody_else(world: World) -> None:
    am01 = world.as_("am01")
    am01.do("consents.withdraw", {"id": uid(), "kind": "location"})
    rows = am01.rows(f"me:{am01.id}", "consents")
    assert [(row["kind"], row["is_given"]) for row in rows][-1] == ("location", False)
    for username in ("mm1", "dm", "ga", "admin"):
        seen = world.as_(username).get("/api/consents").json()["items"]
        assert not {row["id"] for row in seen} & {row["id"] for row in rows}


@pytest.mark.parametrize("args", [{"kind": "location", "version": 2}, {"kind": "location", "version": 0}, {"kind": "all", "version": 1}, {"kind": "notice"}])  # fmt: skip
def test_a_text_that_does_not_exist_cannot_be_agreed_to(world: World, args: dict[str, Any]) -> None:
    held = world.as_("am01").do("consents.give", {"id": uid()} | args)
    assert (held["state"], held["reason"]) == ("held", "invalid")
