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
