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


def refused(who: Persona, number: int) -> dict[str, Any]:
    """An arrival with a place that cannot be carried out, each in another way."""
    place = PLACE | {"fix_at": datetime.now(UTC).isoformat()}
    args = {"id": uid(), "customer_id": shop("cz:0"), "place": place}
    ways: list[dict[str, Any]] = [
        who.op("visits.check_in", args | {"photos": [uid()]}),
        who.op("visits.check_in", args | {"customer_id": shop("cz:1")}),
        who.op("visits.check_in", args | {"place": place | {"more": True}}),
        who.op("visits.check_in", args, v=9),
        who.op("visits.check_in", args, corrects="nothing"),
    ]
    return ways[number % len(ways)]


def test_without_consent_a_hundred_entries_that_are_held_or_rejected_carry_no_coordinates(
    world: World,
) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    am01.do("consents.withdraw", {"id": uid(), "kind": "location"})
    ops = [refused(am01, number) for number in range(100)]
    for first in range(0, 100, 25):
        results = am01.push(*ops[first : first + 25])["results"]
        assert {result["state"] for result in results} == {"held"}
    reused = am01.op("visits.check_in", ops[0]["args"] | {"purpose": "other"}, id=ops[0]["id"])
    assert am01.push(reused)["results"][0]["reason"] == "id_reuse"
    seen = mm1.get("/api/held_ops", params={"limit": "200"}).json()["items"]
    assert len(seen) >= 60
    assert "30.12345" not in str(seen)
    for row in seen[:20]:
        answer = mm1.call("POST", f"/api/held_ops/{row['id']}/reject", {"reason": "r"})
        assert answer.status_code == 200
    with world.runtime.db.read() as session:
        kept = session.scalars(select(Op.raw).where(Op.name == "visits.check_in")).all()
    assert len(kept) == 101
    assert not [raw for raw in kept if b"30.12345" in (raw or b"")]


def test_an_entry_applied_for_its_author_without_consent_has_no_place_and_says_why(world: World) -> None:
    am01, ga, mm1 = world.as_("am01"), world.as_("ga"), world.as_("mm1")
    am01.do("consents.withdraw", {"id": uid(), "kind": "location"})
    assert ga.call("POST", f"/api/users/{am01.id}/leave").status_code == 200
    place = PLACE | {"fix_at": datetime.now(UTC).isoformat()}
    op = am01.op("visits.check_in", {"id": uid(), "customer_id": shop("cz:0"), "place": place})
    assert am01.push(op, token=am01.deposit)["results"][0]["reason"] == "inactive"
    assert mm1.call("POST", f"/api/held_ops/{op['id']}/apply", {}).status_code == 200
    row = mm1.get(f"/api/visits/{op['args']['id']}").json()
    assert not located(row)
    assert row["place_refusal"] == "no_consent"
    assert am01.push(op, token=am01.deposit)["results"][0]["state"] == "applied", "it is still known"


def test_with_consent_a_held_entry_keeps_its_place(world: World) -> None:
    am01 = world.as_("am01")
    am01.do("consents.give", {"id": uid(), "kind": "location", "version": 1})
    held = am01.op("visits.check_in", refused(am01, 0)["args"])
    am01.push(held)
    (row,) = am01.rows(f"op:{held['id']}", "held_ops")
    assert row["args"]["place"]["lat"] == PLACE["lat"]
