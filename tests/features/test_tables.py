"""Tables for the desk: sorted pages without a gap, and files that no cell can turn against their reader."""

import csv
import io
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook

from conftest import World
from fieldvisit.kernel.clock import today
from personas import shop, uid

FORMULAS = ("=1+1", "+8613", "-1", "@SUM(A1)", "＝1", "=HYPERLINK(1)")


@pytest.mark.parametrize(
    "sort",
    ["id", "-id", "shop_name", "-last_visited_on", "last_visited_on", "-customer_grade", "customer_grade"],
)
def test_pages_in_any_order_hold_every_row_once(world: World, sort: str) -> None:
    dm, seen, after = world.as_("dm"), [], {}
    while True:
        page = dm.get("/api/customers", params={"sort": sort, "limit": "5", **after}).json()
        seen += page["items"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert len({row["id"] for row in seen}) == len(seen) == 12
    name = sort.removeprefix("-")
    values = [row[name] for row in seen if row[name] is not None]
    if name != "shop_name":  # how names are collated is the database's own affair
        assert values == sorted(values, reverse=sort.startswith("-"))


@pytest.mark.parametrize(("name", "sort"), [("audit", "at"), ("audit", "-at"), ("devices", "-seen_at")])
def test_pages_by_time_hold_every_row_once(world: World, name: str, sort: str) -> None:
    for username in ("am01", "am02", "mm1", "ga", "am03", "am04"):
        world.as_(username)
    admin, seen, after = world.as_("admin"), [], {}
    while True:
        page = admin.get(f"/api/{name}", params={"sort": sort, "limit": "3", **after}).json()
        seen += page["items"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert len({row["id"] for row in seen}) == len(seen) >= 7
    times = [row[sort.removeprefix("-")] for row in seen]
    assert times == sorted(times, reverse=sort.startswith("-"))


def test_a_day_can_be_asked_for_and_nonsense_is_refused(world: World) -> None:
    mm1 = world.as_("mm1")
    days = {row["day"] for row in mm1.get("/api/visits", params={"limit": "200"}).json()["items"]}
    assert len(days) > 1
    for day in days:
        rows = mm1.get("/api/visits", params={"day": day, "limit": "200"}).json()["items"]
        assert {row["day"] for row in rows} == {day}
    assert mm1.get("/api/visits", params={"day": "yesterday"}).json()["code"] == "filter_invalid"


def test_a_range_of_days_holds_its_first_and_its_last_day_and_nothing_else(world: World) -> None:
    mm1 = world.as_("mm1")
    for number in range(1, 4):  # whatever weekday it is
        plan = {"id": uid(), "customer_id": shop("cz:0"), "day": str(today() + timedelta(days=number))}
        assert mm1.do("visits.plan_visit", plan)["state"] == "applied"
    every = mm1.get("/api/visits", params={"limit": "200", "sort": "day"}).json()["items"]
    days = sorted({row["day"] for row in every})
    assert len(days) >= 3
    first, last = days[1], days[-2] if len(days) > 3 else days[1]
    asked = {"day_from": first, "day_to": last, "limit": "200", "sort": "day"}
    rows = mm1.get("/api/visits", params=asked).json()["items"]
    assert [row["id"] for row in rows] == [row["id"] for row in every if first <= row["day"] <= last]
    book = mm1.get("/api/visits.csv", params={"day_from": last, "day_to": last}).text
    assert sum(row["id"] in book for row in every) == len([row for row in every if row["day"] == last])


def test_a_range_of_moments_is_bounded_by_days_of_the_district(world: World) -> None:
    for username in ("am01", "am02"):
        world.as_(username)
    admin, now = world.as_("admin"), today()
    inside = {"at_from": str(now), "at_to": str(now), "limit": "200"}
    assert len(admin.get("/api/audit", params=inside).json()["items"]) >= 3
    later = {"at_from": str(now + timedelta(days=1))}
    assert admin.get("/api/audit", params=later).json()["items"] == []
    assert admin.get("/api/audit", params={"at_to": str(now - timedelta(days=1))}).json()["items"] == []


def test_a_filter_with_several_values_is_met_by_any_and_bounded(world: World) -> None:
    mm1 = world.as_("mm1")
    every = {row["state"] for row in mm1.get("/api/visits", params={"limit": "200"}).json()["items"]}
    assert len(every) > 1
    two = sorted(every)[:2]
    rows = mm1.get("/api/visits", params={"state": two, "limit": "200"}).json()["items"]
    assert {row["state"] for row in rows} == set(two)
    alone = [mm1.get("/api/visits", params={"state": one, "limit": "200"}).json()["items"] for one in two]
    assert sorted(row["id"] for row in rows) == sorted(row["id"] for page in alone for row in page)
    book = mm1.get("/api/visits.csv", params={"state": two}).text
    assert all(row["id"] in book for row in rows)
    assert mm1.get("/api/visits", params={"state": ["planned"] * 21}).json()["code"] == "filter_invalid"
    mixed = mm1.get("/api/visits", params={"day": [str(today()), "yesterday"]})
    assert mixed.json()["code"] == "filter_invalid"


@pytest.mark.parametrize("wanted", ["yesterday", "2026-02-30", "9999-12-31T00:00", "0000-00-00", ""])
def test_a_bound_that_is_no_day_is_refused(world: World, wanted: str) -> None:
    mm1, admin = world.as_("mm1"), world.as_("admin")
    for who, path in ((mm1, "/api/visits?day_from="), (admin, "/api/audit?at_to=")):
        assert who.get(path + wanted).json()["code"] == "filter_invalid"
    assert mm1.get("/api/visits?state_from=a").json()["code"] == "filter_unknown"


def test_the_edges_of_time_are_bounds_like_any_other(world: World) -> None:
    admin = world.as_("admin")
    for name in ("at_from", "at_to"):
        for day in ("0001-01-01", "9999-12-31"):
            assert admin.get("/api/audit", params={name: day}).status_code in (200, 400)


def test_people_are_found_by_a_part_of_their_name(world: World) -> None:
    rows = world.as_("ga").get("/api/people", params={"q": "卫东", "sort": "name"}).json()["items"]
    assert [row["name"] for row in rows] == ["陈卫东"]


@pytest.mark.parametrize(
    "query",
    [
        "?sort=note",
        "?sort=--id",
        "?after=AAAA",
        "?after=W251bGwsbnVsbF0=",
        "?sort=last_visited_on&after=WzUsIngiXQ==",
    ],
)
def test_a_table_asked_for_nonsense_is_refused(world: World, query: str) -> None:
    assert world.as_("dm").get("/api/customers" + query).status_code == 400


def test_what_somebody_typed_never_becomes_a_formula(world: World) -> None:
    am01, dm = world.as_("am01"), world.as_("dm")
    for number, text in enumerate(FORMULAS):
        edit = {"note": {"from": None if number == 0 else FORMULAS[number - 1], "to": text}}
        assert am01.do("customers.edit", {"customer_id": shop("cz:0"), "set": edit})["state"] == "applied"
        table = list(csv.DictReader(io.StringIO(dm.get("/api/customers.csv").content.decode("utf-8-sig"))))
        assert len(table) == 12
        assert "'" + text in [row["note"] for row in table]
        book = CalamineWorkbook.from_filelike(io.BytesIO(dm.get("/api/customers.xlsx").content))
        (head, *rows) = book.get_sheet_by_index(0).to_python()
        assert text in [row[head.index("note")] for row in rows]
