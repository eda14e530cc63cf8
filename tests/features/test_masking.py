"""Whoever only oversees a shop sees its numbers masked, at every door; each reveal is written down (S18.10)."""

from typing import Any

import pytest

from conftest import World
from fieldvisit.kernel.release import show_to_deciders
from personas import Persona, person, shop, uid

PHONE, OTHER = "13812345678", "13987654321"


@pytest.fixture
def numbered(world: World) -> World:
    """A shop whose number was written, changed and is suggested to change again."""
    am01 = world.as_("am01")
    file = am01.rows(f"customer:{shop('cz:0')}", "customers")[0]
    for before, after in ((file["contact_phone"], OTHER), (OTHER, PHONE), (OTHER, "13700000007")):
        edit = {"contact_phone": {"from": before, "to": after}}
        am01.do("customers.edit", {"customer_id": shop("cz:0"), "set": edit})
    return world


def doors(who: Persona) -> dict[str, str]:
    """Everything of the shop this person can get at, as text."""
    texts = {}
    for name in ("customers", "customer_changes", "suggestions"):
        texts[name] = who.get(f"/api/{name}").text
        texts[f"{name}.csv"] = who.get(f"/api/{name}.csv").text
    texts["detail"] = who.get(f"/api/customers/{shop('cz:0')}").text
    texts["bundle"] = str(who.fetch(f"customer:{shop('cz:0')}"))
    return texts


@pytest.mark.parametrize("username", ["dm", "ga", "cc1"])
def test_the_full_number_leaves_by_no_door_for_whoever_only_oversees(numbered: World, username: str) -> None:
    for door, text in doors(numbered.as_(username)).items():
        for number in (PHONE, OTHER, "13700000007"):
            assert number not in text, door
    detail = numbered.as_(username).get(f"/api/customers/{shop('cz:0')}").json()
    assert detail["contact_phone"] == "138****5678"


@pytest.mark.parametrize("username", ["am01", "mm1"])
def test_who_serves_the_shop_sees_its_number(numbered: World, username: str) -> None:
    who = numbered.as_(username)
    assert who.get(f"/api/customers/{shop('cz:0')}").json()["contact_phone"] == PHONE
    assert who.get(f"/api/customers/{shop('cz:0')}/full/contact_phone").status_code == 404


def test_each_reveal_is_written_down(numbered: World) -> None:
    cc1, admin = numbered.as_("cc1"), numbered.as_("admin")
    path = f"/api/customers/{shop('cz:0')}/full/contact_phone"
    assert [cc1.get(path).json() for _ in range(3)] == [{"value": PHONE}] * 3
    rows = admin.get("/api/audit", params={"action": "customers.reveal_contact_phone"}).json()["items"]
    assert [(row["actor_id"], row["entity_id"]) for row in rows] == [(cc1.id, shop("cz:0"))] * 3
    for refused in (f"/api/customers/{shop('cz:0')}/full/note", f"/api/customers/{uid()}/full/contact_phone"):
        assert cc1.get(refused).json()["code"] == "not_found"
    assert numbered.as_("dm2").get(path).json()["code"] == "not_found"
    after = admin.get("/api/audit", params={"action": "customers.reveal_contact_phone"}).json()["items"]
    assert len(after) == 3, "who saw nothing is not written down as having looked"


def test_a_masked_number_cannot_be_felt_out_nor_overwritten(numbered: World) -> None:
    cc1, ga = numbered.as_("cc1"), numbered.as_("ga")

    def found(who: Persona, term: str) -> list[Any]:
        items: list[Any] = who.get("/api/customers", params={"q": term}).json()["items"]
        return items

    assert [row["id"] for row in found(cc1, PHONE)] == [shop("cz:0")], "a caller's number finds the shop"
    assert found(cc1, "1381234") == []
    assert found(numbered.as_("am01"), "1381234")
    assert cc1.get("/api/customers", params={"sort": "contact_phone"}).json()["code"] == "sort_unknown"
    edit = {"contact_phone": {"from": "138****5678", "to": OTHER}}
    refused = ga.call("PATCH", f"/api/customers/{shop('cz:0')}", {"set": edit})
    assert (refused.status_code, refused.json()["code"]) == (403, "field_masked")


def test_a_number_in_a_held_entry_is_masked_for_whoever_sees_numbers_masked(world: World) -> None:
    am01, ga = world.as_("am01"), world.as_("ga")
    number = "12700000123"
    edit = {"contact_phone": {"from": None, "to": number}, "no_such": {"from": None, "to": "x"}}
    op = am01.op("customers.edit", {"customer_id": shop("cz:0"), "set": edit})
    assert am01.push(op)["results"][0]["state"] == "held"
    assert number in world.as_("mm1").get(f"/api/held_ops/{op['id']}").text
    for username in ("mm1", "mm2"):
        assert ga.call("POST", f"/api/users/{person(username)}/leave", {}).status_code == 200
    show_to_deciders(world.runtime)
    dm = world.as_("dm")
    for answer in (dm.get(f"/api/held_ops/{op['id']}"), dm.get("/api/held_ops"), dm.get("/api/held_ops.csv")):
        assert op["id"] in answer.text
        assert "127****0123" in answer.text
        assert number not in answer.text
    assert number not in str(dm.fetch(f"op:{op['id']}"))
