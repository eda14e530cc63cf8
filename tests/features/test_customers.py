"""The shop's file: who saw what is written, who had not seen it only suggests (S8.2)."""

import pytest

from conftest import World
from fieldvisit.features.customers.rules import initials, normalise
from personas import shop

CUSTOMER = shop("cz:0")


def edit(**change: tuple[object, object]) -> dict[str, object]:
    return {"customer_id": CUSTOMER, "set": {field: {"from": a, "to": b} for field, (a, b) in change.items()}}


def test_two_phones_that_saw_the_same_value_do_not_overwrite_each_other(world: World) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    seen = am01.get(f"/api/customers/{CUSTOMER}").json()["contact_phone"]
    assert am01.do("customers.edit", edit(contact_phone=(seen, "12000000001")))["state"] == "applied"
    late = mm1.do("customers.edit", edit(contact_phone=(seen, "12000000002")))
    assert late["suggested"] == [{"field": "contact_phone", "why": "changed"}]
    assert am01.get(f"/api/customers/{CUSTOMER}").json()["contact_phone"] == "12000000001"
    (suggestion,) = [
        row for row in am01.rows(f"customer:{CUSTOMER}", "suggestions") if row["why"] == "changed"
    ]
    assert am01.do("customers.accept_suggestion", {"suggestion_id": suggestion["id"]})["state"] == "applied"
    assert am01.get(f"/api/customers/{CUSTOMER}").json()["contact_phone"] == "12000000002"
    assert (
        mm1.do("customers.dismiss_suggestion", {"suggestion_id": suggestion["id"], "reason": "x"})["code"]
        == "suggestion_decided"
    )


def test_who_accepts_without_having_seen_the_present_value_replaces_nothing(world: World) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    old = am01.get(f"/api/customers/{CUSTOMER}").json()["contact_phone"]
    am01.do("customers.edit", edit(contact_phone=(old, "12000000001")))
    am01.do("customers.edit", edit(contact_phone=(old, "12000000002")))
    (row,) = [
        row for row in mm1.rows(f"customer:{CUSTOMER}", "suggestions") if row["field"] == "contact_phone"
    ]
    late = {"suggestion_id": row["id"], "seen": {"value": old}}
    told = mm1.do("customers.accept_suggestion", late)
    assert (told["state"], told["reason"], told["code"]) == ("held", "conflict", "suggestion_outdated")
    assert am01.get(f"/api/customers/{CUSTOMER}").json()["contact_phone"] == "12000000001"
    now = {"suggestion_id": row["id"], "seen": {"value": "12000000001"}}
    assert mm1.do("customers.accept_suggestion", now)["state"] == "applied"
    assert am01.get(f"/api/customers/{CUSTOMER}").json()["contact_phone"] == "12000000002"


def test_the_same_edit_made_twice_changes_nothing_the_second_time(world: World) -> None:
    am01 = world.as_("am01")
    seen = am01.get(f"/api/customers/{CUSTOMER}").json()["contact_name"]
    for _ in range(2):
        assert "suggested" not in am01.do("customers.edit", edit(contact_name=(seen, "王芳")))
    changes = [
        row for row in am01.rows(f"customer:{CUSTOMER}", "customer_changes") if row["field"] == "contact_name"
    ]
    assert [(row["old_value"], row["new_value"], row["author_id"]) for row in changes] == [
        (seen, "王芳", am01.id)
    ]


def test_a_protected_field_waits_for_the_market_manager_and_never_for_its_author(world: World) -> None:
    am01, am02, mm1 = world.as_("am01"), world.as_("am02"), world.as_("mm1")
    before = am01.get(f"/api/customers/{CUSTOMER}").json()["shop_name"]
    told = am01.do("customers.edit", edit(shop_name=(before, "金桥旗舰店")))
    assert told["suggested"] == [{"field": "shop_name", "why": "protected"}]
    (row,) = [
        row
        for row in mm1.rows(f"customer:{CUSTOMER}", "suggestions")
        if row["suggested_value"] == "金桥旗舰店"
    ]
    args = {"suggestion_id": row["id"]}
    assert am01.do("customers.accept_suggestion", args)["code"] == "suggestion_own"
    assert am02.do("customers.accept_suggestion", args)["code"] == "suggestion_missing"
    assert mm1.do("customers.accept_suggestion", args)["state"] == "applied"
    changed = am01.get(f"/api/customers/{CUSTOMER}").json()
    assert (changed["shop_name"], changed["initials"]) == ("金桥旗舰店", "jqqjd")


@pytest.mark.parametrize("term", ["shop_name", "initials", "licence_no", "contact_phone", "customer_code"])
def test_a_shop_is_found_by_what_one_knows_of_it(world: World, term: str) -> None:
    am01 = world.as_("am01")
    row = am01.get(f"/api/customers/{CUSTOMER}").json()
    found = am01.get("/api/customers", params={"q": row[term].upper()}).json()["items"]
    assert CUSTOMER in [item["id"] for item in found]


def test_a_wildcard_finds_nothing_but_itself(world: World) -> None:
    am01 = world.as_("am01")
    for term in ("%", "_", "\\"):
        assert am01.get("/api/customers", params={"q": term}).json()["items"] == []


def test_the_complaint_centre_sees_only_what_it_needs_to_call_back(world: World) -> None:
    row = world.as_("cc1").get(f"/api/customers/{CUSTOMER}").json()
    assert set(row) == {
        "id",
        "customer_code",
        "shop_name",
        "initials",
        "contact_name",
        "contact_phone",
        "route_id",
    }


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("contact_phone", "（０１２３）456 78", "012345678"),
        ("shop_name", "  金桥   商店 ", "金桥 商店"),
        ("note", "   ", None),
        ("licence_no", "１２３４５６７８９０１２", "123456789012"),
    ],
)
def test_values_are_normalised_before_they_are_compared(field: str, given: str, kept: str | None) -> None:
    assert normalise(field, given) == kept


def test_initials_keep_digits_and_letters() -> None:
    assert initials("青禾123 Shop(东)") == "qh123shopd"


def test_a_shops_place_is_set_at_the_desk_and_its_history_says_from_what_to_what(world: World) -> None:
    mm1, customer = world.as_("mm1"), shop("cz:0")
    before = mm1.rows(f"customer:{customer}", "customers")[0]
    path = f"/api/customers/{customer}/place"
    place = {"lat": 30.123456, "lng": 110.654321, "datum": "gcj02", "radius_m": 150}
    assert mm1.call("PUT", path, place).status_code == 200
    after = mm1.rows(f"customer:{customer}", "customers")[0]
    assert {name: after[name] for name in place} == place
    changes = {row["field"]: row for row in mm1.rows(f"customer:{customer}", "customer_changes")}
    assert changes["place"]["old_value"] == f"{before['lat']},{before['lng']} wgs84"
    assert changes["place"]["new_value"] == "30.123456,110.654321 gcj02"
    assert (changes["radius_m"]["old_value"], changes["radius_m"]["new_value"]) == ("300", "150")
    assert mm1.call("PUT", path, place).status_code == 200
    assert len(mm1.rows(f"customer:{customer}", "customer_changes")) == len(changes)
    assert world.as_("am01").call("PUT", path, place).json()["code"] == "role_not_allowed"
    assert world.as_("mm2").call("PUT", path, place).json()["code"] == "customer_missing"
    done = [
        row["action"]
        for row in world.as_("admin").get("/api/audit", params={"entity_id": customer}).json()["items"]
    ]
    assert "customers.place_shop" in done


@pytest.mark.parametrize(
    "wrong", [{"radius_m": 49}, {"radius_m": 2001}, {"lat": 91.0}, {"lng": -181.0}, {"datum": "cgcs2000"}]
)
def test_a_place_that_cannot_be_is_refused(world: World, wrong: dict[str, object]) -> None:
    place = {"lat": 30.0, "lng": 110.0, "datum": "wgs84", "radius_m": 150} | wrong
    refused = world.as_("mm1").call("PUT", f"/api/customers/{shop('cz:0')}/place", place)
    assert (refused.status_code, refused.json()["code"]) == (422, "args_invalid")
