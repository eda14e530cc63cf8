"""Service standards (S1.23) with their items (S10.2): set by the administrator, carried by every phone, and gone by wherever visits are counted."""

from typing import Any

from sqlalchemy import select

from conftest import World
from features.test_planner import propose
from features.test_sales import report
from fieldvisit.demo.district import demo_id
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.metrics.rules import visits_wanted
from personas import Persona

DEPARTMENT = demo_id("department:dq")
HOME = f"ref:org:{DEPARTMENT}"


def set_standard(who: Persona, size: str, visits: int, **more: Any) -> Any:
    args = {"department_id": DEPARTMENT, "visits_a_month": visits, "items": ["政策宣传", "库存检查"]} | more
    return who.call("PUT", f"/api/service_standards/{size}", args)


def test_a_standard_is_set_and_plans_and_reports_go_by_it(world: World) -> None:
    ga, am01 = world.as_("ga"), world.as_("am01")
    with world.runtime.db.write() as session:
        for each in session.scalars(select(Customer)):
            each.customer_status, each.business_size, each.is_watched = "02", "1", False
    assert set_standard(ga, "1", 2, strategy="每半月一访").status_code == 200
    (large,) = [row for row in am01.rows(HOME, "service_standards") if row["business_size"] == "1"]
    assert (large["visits_a_month"], large["items"], large["strategy"]) == (
        2,
        ["政策宣传", "库存检查"],
        "每半月一访",
    )
    proposed = propose(am01).json()
    assert len(proposed["stops"]) + sum(each["visits"] for each in proposed["unmet"]) == 2 * 3
    assert set_standard(ga, "1", 0).status_code == 200
    assert propose(am01).json()["stops"] == []
    (own,) = report(am01, "field_visits")
    assert own["frequency_attainment"] == 1.0
    (large,) = [row for row in am01.rows(HOME, "service_standards") if row["business_size"] == "1"]
    assert (large["visits_a_month"], large["strategy"]) == (0, None)


def test_only_the_administrator_of_the_department_sets_it(world: World) -> None:
    for username in ("am01", "mm1", "dm"):
        assert set_standard(world.as_(username), "1", 3).json()["code"] == "role_not_allowed"
    elsewhere = set_standard(world.as_("ga"), "1", 3, department_id=demo_id("department:xq"))
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "department_missing")
    for strange in ({"visits_a_month": 32}, {"visits_a_month": -1}, {"items": [""]}, {"items": ["i"] * 21}):
        refused = set_standard(world.as_("ga"), "1", 3, **strange)
        assert (refused.status_code, refused.json()["code"]) == (422, "args_invalid")
    assert set_standard(world.as_("ga"), "4", 3).status_code == 422


def test_a_size_without_a_standard_and_a_watched_shop_have_what_is_usual() -> None:
    assert [visits_wanted({}, size, False) for size in ("1", "2", "3")] == [4, 2, 1]
    assert visits_wanted({"3": 1}, "3", True) == 2
    assert visits_wanted({"1": 1}, "1", False) == 1
