"""Service standards (S1.23) with their items (S10.2): set by the administrator, carried by every phone, and gone by wherever visits are counted."""

from datetime import date, timedelta
from typing import Any

import time_machine
from sqlalchemy import select

from conftest import World
from features.test_planner import propose
from features.test_sales import report
from fieldvisit.demo.district import demo_id
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.metrics.rules import visits_wanted
from fieldvisit.kernel.clock import now, today
from fieldvisit.kernel.deadlines import watch
from fieldvisit.kernel.reactions import react
from personas import Persona, uid

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


MONTH = (today().replace(day=1) + timedelta(days=32)).replace(day=1)
QUARTER = MONTH.replace(month=MONTH.month - (MONTH.month - 1) % 3)


def plan(**more: Any) -> dict[str, Any]:
    groups = [
        {"business_size": "1", "visits_a_month": 3, "items": ["库存检查"], "measures": "每月一次品牌培育"},
        {"business_size": "3", "visits_a_month": 1},
    ]
    return {"id": uid(), "first_on": str(QUARTER), "aims": "满意度到 90 分", "groups": groups} | more


def submitted(who: Persona, args: dict[str, Any]) -> tuple[str, str | None]:
    result = who.do("service_plans.submit", args)
    return result["state"], result.get("code")


def test_s1_23_s10_6_a_service_plan_is_given_back_passed_and_months_are_proposed_by_it(world: World) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    with world.runtime.db.write() as session:
        for each in session.scalars(select(Customer)):
            each.customer_status, each.business_size, each.is_watched = "02", "1", False
    mine = plan()
    assert submitted(am01, mine) == ("applied", None)
    assert said(world, "mm1", "service_plan_submitted") == 1
    assert {row["business_size"] for row in seen(mm1, mine)["groups"]} == {"1", "3"}
    assert world.as_("ga").rows(f"service_plan:{mine['id']}", "service_plans") == []
    assert mm1.do("service_plans.return", {"id": mine["id"], "note": "小户也要写措施"})["state"] == "applied"
    assert said(world, "am01", "service_plan_decided") == 1
    before = asked_for(am01)
    assert submitted(am01, mine | {"aims": "满意度到 92 分"}) == ("applied", None)
    assert asked_for(am01) == before, "what is not passed counts for nothing"
    assert mm1.do("service_plans.approve", {"id": mine["id"]})["state"] == "applied"
    assert (seen(am01, mine)["state"], seen(am01, mine)["aims"]) == ("approved", "满意度到 92 分")
    assert (before, asked_for(am01)) == (4 * 3, 3 * 3)
    with time_machine.travel(now() + timedelta(days=9), tick=True):
        assert said(world, "mm1", "service_plan_overdue") == 0


def asked_for(who: Persona) -> int:
    """The visits that the proposal of a month asks for: those placed and those that found no room."""
    proposed = who.call("POST", "/api/visit_plans/propose", {"first_on": str(MONTH)}).json()
    return len(proposed["stops"]) + sum(each["visits"] for each in proposed["unmet"])


def seen(who: Persona, made: dict[str, Any]) -> dict[str, Any]:
    (row,) = who.rows(f"service_plan:{made['id']}", "service_plans")
    return dict(row)


def said(world: World, username: str, kind: str) -> int:
    watch(world.runtime.db)
    react(world.runtime.db)
    return len(world.as_(username).get("/api/notices", params={"kind": kind}).json()["items"])


def test_what_is_wrong_with_a_service_plan_has_its_own_code_and_is_held(world: World) -> None:
    am01 = world.as_("am01")
    passed = date(today().year - 1, 1, 1)
    group = {"business_size": "1", "visits_a_month": 3}
    assert submitted(am01, plan(first_on=str(QUARTER + timedelta(days=1)))) == ("held", "plan_period")
    assert submitted(am01, plan(first_on=str(passed))) == ("held", "plan_day_passed")
    assert submitted(am01, plan(groups=[group, group])) == ("held", "service_size_twice")
    mine = plan()
    assert submitted(am01, mine) == ("applied", None)
    assert submitted(am01, plan()) == ("held", "plan_overlaps")
    assert submitted(am01, mine) == ("held", "step_not_now")
    assert submitted(world.as_("mm1"), plan()) == ("held", "role_not_allowed")
    own = world.as_("mm1").do("service_plans.return", {"id": mine["id"]})
    assert (own["state"], own["code"]) == ("held", "args_invalid"), "what is given back needs a word"
    stranger = world.as_("mm2").do("service_plans.approve", {"id": mine["id"]})
    assert stranger["code"] == "service_plans_missing"
