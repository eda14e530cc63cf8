"""拜访计划 (S10.6): a month (S11.3) and a week (S11.4) decided (S11.6), a day (S11.2, S11.5) filed (S11.7), what came of each (S11.12), how it is closed (S11.15)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import time_machine

from conftest import World
from fieldvisit.demo.district import demo_id
from fieldvisit.features.customers.models import Customer
from fieldvisit.kernel.calendar import published
from fieldvisit.kernel.clock import now, today
from fieldvisit.kernel.deadlines import watch
from fieldvisit.kernel.duties import do_duties
from fieldvisit.kernel.reactions import react
from personas import Persona, person, shop, uid, worked

TOMORROW = worked(today() + timedelta(days=1))
MONDAY = worked(TOMORROW + timedelta(days=7 - TOMORROW.weekday()))
WEEK = MONDAY - timedelta(days=MONDAY.weekday())
MONTH = (today().replace(day=1) + timedelta(days=32)).replace(day=1)


def month(**more: Any) -> dict[str, Any]:
    return {"id": uid(), "horizon": "month", "first_on": str(MONTH), "target_count": 60} | more


def week(**more: Any) -> dict[str, Any]:
    told = {
        "target_count": 15,
        "business_sizes": ["1", "2"],
        "purposes": ["supervise_am"],
        "content": "看陈列",
    }
    return {"id": uid(), "horizon": "week", "first_on": str(WEEK)} | told | more


def stop(customer_id: str, **more: Any) -> dict[str, Any]:
    told = {"purpose": "supervise_am", "suspected_problem": "三周未访", "contact_method": "in_person"}
    return {"customer_id": customer_id, "day": str(TOMORROW), "visit_id": uid()} | told | more


def day(*stops: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": uid(), "horizon": "day", "first_on": str(TOMORROW), "items": list(stops)} | more


def done(who: Persona, name: str, args: dict[str, Any]) -> None:
    result = who.do(name, args)
    assert result["state"] == "applied", result


def refused(who: Persona, name: str, args: dict[str, Any]) -> tuple[str, str]:
    result = who.do(name, args)
    assert result["state"] != "applied", result
    return str(result["state"]), str(result["code"])


def seen(who: Persona, plan: dict[str, Any]) -> dict[str, Any]:
    (row,) = who.rows(f"visit_plan:{plan['id']}", "visit_plans")
    return dict(row)


def told(world: World, username: str, kind: str) -> int:
    react(world.runtime.db)
    return len(world.as_(username).get("/api/notices", params={"kind": kind}).json()["items"])


def steps(who: Persona, plan: dict[str, Any]) -> list[tuple[str, str | None]]:
    rows = who.rows(f"visit_plan:{plan['id']}", "flow_steps")
    return [(row["step"], row["note"]) for row in sorted(rows, key=lambda row: row["made_at"])]


def test_s11_3_s11_6_s1_20_a_month_is_drafted_submitted_given_back_and_passed(world: World) -> None:
    mm1, dm = world.as_("mm1"), world.as_("dm")
    plan = month(target_count=None)
    done(mm1, "visit_plans.save", plan)
    assert seen(mm1, plan)["state"] == "draft"
    assert dm.rows(f"visit_plan:{plan['id']}", "visit_plans") == []
    assert refused(mm1, "visit_plans.submit", plan)[1] == "plan_incomplete"

    done(mm1, "visit_plans.submit", plan | {"target_count": 40})
    assert told(world, "dm", "plan_submitted") == 1
    assert seen(dm, plan)["target_count"] == 40
    assert refused(mm1, "visit_plans.approve", {"id": plan["id"]})[1] == "own_submission"
    done(dm, "visit_plans.return", {"id": plan["id"], "note": "至少 60 户"})
    assert told(world, "mm1", "plan_decided") == 1

    done(mm1, "visit_plans.submit", plan | {"target_count": 60})
    done(dm, "visit_plans.approve", {"id": plan["id"]})
    assert refused(dm, "visit_plans.approve", {"id": plan["id"]})[1] == "step_not_now"
    assert refused(mm1, "visit_plans.submit", plan | {"target_count": 1})[1] == "step_not_now"
    row = seen(mm1, plan)
    assert (row["state"], row["target_count"], row["first_on"]) == ("approved", 60, str(MONTH))
    assert steps(mm1, plan) == [
        ("submit", None),
        ("return", "至少 60 户"),
        ("submit", None),
        ("approve", None),
    ]


def test_what_was_passed_stays_and_is_changed_by_a_dated_amendment(world: World) -> None:
    mm1, dm = world.as_("mm1"), world.as_("dm")
    plan = week()
    done(mm1, "visit_plans.submit", plan)
    assert refused(mm1, "visit_plans.amend", plan | {"note": "n"})[1] == "step_not_now"
    done(dm, "visit_plans.approve", {"id": plan["id"], "note": "好"})
    done(mm1, "visit_plans.amend", plan | {"target_count": 12, "note": "周三全天会议"})
    assert told(world, "dm", "plan_amended") == 1
    assert (seen(dm, plan)["state"], seen(dm, plan)["target_count"]) == ("approved", 12)
    kept = [row["snapshot"] for row in dm.rows(f"visit_plan:{plan['id']}", "flow_steps") if row["snapshot"]]
    assert sorted(one["target_count"] for one in kept) == [12, 15]
    assert steps(mm1, plan)[-1] == ("amend", "周三全天会议")


def test_s11_4_a_week_says_how_many_of_which_sizes_why_and_what(world: World) -> None:
    mm1 = world.as_("mm1")
    for name, nothing in (
        ("target_count", None),
        ("business_sizes", []),
        ("purposes", []),
        ("content", None),
    ):
        answer = mm1.call("POST", f"/api/visit_plans/{uid()}/submit", _body(week(**{name: nothing})))
        assert answer.json()["code"] == "plan_incomplete"
        assert answer.json()["params"] == {"fields": [name]}
    plan = week()
    done(mm1, "visit_plans.submit", plan)
    row = seen(mm1, plan)
    assert [row[name] for name in ("target_count", "business_sizes", "purposes", "content")] == [
        15,
        ["1", "2"],
        ["supervise_am"],
        "看陈列",
    ]
    assert row["last_on"] == str(WEEK + timedelta(days=6))


def _body(plan: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in plan.items() if name != "id"}


def test_s11_2_s11_5_s11_7_a_day_is_filed_and_asks_for_no_decision(world: World) -> None:
    mm1, dm = world.as_("mm1"), world.as_("dm")
    first = stop(shop("cz:0"), planned_time="09:30", content="看明码标价", contact_method="phone")
    plan = day(first, stop(shop("cz:1")))
    for name in ("purpose", "suspected_problem", "contact_method"):
        wanting = day(stop(shop("cz:0"), **{name: None}))
        assert refused(mm1, "visit_plans.submit", wanting)[1] == "plan_incomplete"
    done(mm1, "visit_plans.submit", plan)
    assert seen(dm, plan)["state"] == "filed"
    assert told(world, "dm", "plan_filed") == 1
    assert refused(dm, "visit_plans.approve", {"id": plan["id"]})[1] == "step_not_now"
    visit = mm1.get(f"/api/visits/{first['visit_id']}").json()
    names = ("state", "is_planned", "seq", "planned_time", "purpose", "contact_method", "suspected_problem", "plan_content")  # fmt: skip
    assert [visit[name] for name in names] == [
        "planned", True, 1, "09:30", "supervise_am", "phone", "三周未访", "看明码标价",
    ]  # fmt: skip
    assert world.as_("am01").get(f"/api/visits/{first['visit_id']}").status_code == 404


def test_s11_12_s11_15_what_comes_of_a_plan_is_counted_and_closes_it(world: World) -> None:
    with time_machine.travel(_at(TOMORROW, 1), tick=True):
        mm1, dm = world.as_("mm1"), world.as_("dm")
        whole = month(first_on=str(TOMORROW.replace(day=1)))
        done(mm1, "visit_plans.submit", whole)
        done(dm, "visit_plans.approve", {"id": whole["id"]})
        stops = [stop(shop("cz:0", number)) for number in range(3)]
        plan = day(*stops)
        done(mm1, "visit_plans.submit", plan)
        assert _progress(world, dm, plan)["days"] == {str(TOMORROW): [3, 0]}
        visit = stops[0]["visit_id"]
        done(mm1, "visits.check_in", {"id": visit, "customer_id": shop("cz:0", 0), "place": None})
        done(mm1, "visits.check_out", {"visit_id": visit})
        done(mm1, "visits.cancel", {"visit_id": stops[1]["visit_id"], "reason": "关门"})
        unplanned = uid()
        done(mm1, "visits.check_in", {"id": unplanned, "customer_id": shop("cz:1", 0), "place": None})
        done(mm1, "visits.check_out", {"visit_id": unplanned})
        for who, one in ((mm1, plan), (dm, plan), (dm, whole)):
            row = _progress(world, who, one)
            assert row["days"][str(TOMORROW)] == [2, 1]
            assert {shop("cz:0", 0), shop("cz:1", 0)} <= set(row["visited"])
            assert shop("cz:0", 1) not in row["visited"] or one is whole
        over = {"id": plan["id"], "evaluation": "重点户已见", "lessons": "下周先打电话"}
        done(mm1, "visit_plans.evaluate", over)
        row = seen(dm, plan)
        assert (row["state"], row["evaluation"], row["lessons"]) == (
            "evaluated",
            "重点户已见",
            "下周先打电话",
        )
        assert row["figures"] == {"planned": 2, "completed": 1, "visited": 2}
        assert refused(mm1, "visit_plans.evaluate", over)[1] == "step_not_now"


def _at(on: date, hour: int) -> Any:
    """An hour (UTC) of a day to come."""
    return now().replace(year=on.year, month=on.month, day=on.day, hour=hour)


def _progress(world: World, who: Persona, plan: dict[str, Any]) -> dict[str, Any]:
    react(world.runtime.db)
    (row,) = who.rows(f"plan_progress:{plan['id']}", "plan_progress")
    return dict(row)


def test_a_plan_is_not_evaluated_before_its_last_working_day(world: World) -> None:
    mm1, dm = world.as_("mm1"), world.as_("dm")
    plan = week()
    done(mm1, "visit_plans.submit", plan)
    over = {"id": plan["id"], "evaluation": "好"}
    assert refused(mm1, "visit_plans.evaluate", over)[1] == "step_not_now"
    done(dm, "visit_plans.approve", {"id": plan["id"]})
    assert refused(mm1, "visit_plans.evaluate", over)[1] == "plan_not_over"
    last = max(one for one in (WEEK + timedelta(days=n) for n in range(7)) if published(one) is not False)
    with time_machine.travel(_at(last, 9), tick=True):
        done(world.as_("mm1"), "visit_plans.evaluate", over)


def test_s10_6_s1_23_an_account_manager_plans_and_his_market_manager_passes_it(world: World) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    plan = month(items=[stop(shop("cz:0"), day=str(worked(MONTH)), visit_id=None, suspected_problem=None)])
    done(am01, "visit_plans.submit", plan)
    assert told(world, "mm1", "plan_submitted") == 1
    assert refused(world.as_("mm2"), "visit_plans.approve", {"id": plan["id"]})[1] == "visit_plans_missing"
    assert refused(world.as_("dm"), "visit_plans.approve", {"id": plan["id"]})[1] == "step_not_yours"
    done(mm1, "visit_plans.approve", {"id": plan["id"]})
    (item,) = seen(am01, plan)["items"]
    assert (item["shop_name"], item["day"]) == (_name(am01, shop("cz:0")), str(worked(MONTH)))


def _name(who: Persona, customer_id: str) -> str:
    return str(who.get(f"/api/customers/{customer_id}").json()["shop_name"])


def test_a_day_that_is_filed_is_the_list_of_its_day(world: World) -> None:
    am01 = world.as_("am01")
    by_hand = [{"id": uid(), "customer_id": shop("cz:0", number), "day": str(TOMORROW)} for number in (0, 1)]
    for visit in by_hand:
        done(am01, "visits.plan_visit", visit)
    taken_up = stop(shop("cz:0", 0), visit_id=by_hand[0]["id"])
    done(am01, "visit_plans.submit", day(taken_up, stop(shop("cz:0", 2))))
    states = {row["id"]: row["state"] for row in am01.get("/api/visits", params={"day": str(TOMORROW), "visitor_id": am01.id}).json()["items"]}  # fmt: skip
    assert [states[visit["id"]] for visit in by_hand] == ["planned", "cancelled"]
    assert sorted(states.values()) == ["cancelled", "planned", "planned"]


def test_a_day_in_force_is_amended_and_its_list_with_it(world: World) -> None:
    am01 = world.as_("am01")
    kept, gone, fresh = (stop(shop("cz:0", number)) for number in range(3))
    plan = day(kept, gone)
    done(am01, "visit_plans.submit", plan)
    later = kept | {"planned_time": "15:00", "suspected_problem": "缺货"}
    done(am01, "visit_plans.amend", plan | {"items": [fresh, later], "note": "店主外出"})
    visits = {one: am01.get(f"/api/visits/{row['visit_id']}").json() for one, row in (("kept", kept), ("gone", gone), ("fresh", fresh))}  # fmt: skip
    assert [visits[one]["state"] for one in ("kept", "gone", "fresh")] == ["planned", "cancelled", "planned"]
    assert visits["gone"]["cancel_reason"] == "店主外出"
    assert (visits["fresh"]["seq"], visits["kept"]["seq"], visits["kept"]["planned_time"]) == (1, 2, "15:00")
    assert visits["kept"]["suspected_problem"] == "缺货"
    assert _progress(world, am01, plan)["days"] == {str(TOMORROW): [2, 0]}


def test_what_is_wrong_with_a_plan_has_its_own_code_and_is_held(world: World) -> None:
    am01, closed = world.as_("am01"), shop("cz:0", 2)
    with world.runtime.db.write() as session:
        session.get_one(Customer, closed).customer_status = "03"
    yesterday, free = today() - timedelta(days=1), TOMORROW
    while published(free) is not False:
        free += timedelta(days=1)
    twice = [stop(shop("cz:0")), stop(shop("cz:0"))]
    moved = day(stop(shop("cz:0"), day=str(yesterday)), first_on=str(yesterday))
    for plan, code in (
        (day(stop(closed)), "plan_shop_closed"),
        (moved, "plan_day_passed"),
        (day(stop(shop("cz:0"), day=str(free)), first_on=str(free)), "plan_day_off"),
        (day(*twice), "plan_shop_twice"),
        (day(stop(shop("cz:0"), day=str(yesterday))), "plan_item_outside"),
        (month(first_on=str(MONTH + timedelta(days=1))), "plan_period"),
        (week(first_on=str(WEEK + timedelta(days=1))), "plan_period"),
        (day(stop(shop("xq:0"))), "customer_missing"),
    ):
        assert refused(am01, "visit_plans.submit", plan) == ("held", code)
    done(am01, "visit_plans.submit", day(stop(shop("cz:0"))))
    assert refused(am01, "visit_plans.submit", day(stop(shop("cz:0", 1)))) == ("held", "plan_overlaps")


def test_a_plan_is_its_authors_until_he_submits_it_and_then_those_lead_him_too(world: World) -> None:
    am01 = world.as_("am01")
    plan = month()
    done(am01, "visit_plans.save", plan)
    readers = ("mm1", "dm", "am02", "mm2", "dm2", "ga", "cc1")
    for username in readers:
        assert world.as_(username).rows(f"visit_plan:{plan['id']}", "visit_plans") == [], username
    done(am01, "visit_plans.submit", plan)
    shown = {name for name in readers if world.as_(name).rows(f"visit_plan:{plan['id']}", "visit_plans")}
    assert shown == {"mm1", "dm"}
    assert refused(world.as_("am02"), "visit_plans.save", plan)[1] in ("visit_plans_missing", "id_taken")


def test_whoever_decides_is_reminded_and_told_when_it_is_over(world: World) -> None:
    mm1 = world.as_("mm1")
    done(mm1, "visit_plans.submit", week())
    with time_machine.travel(now() + timedelta(days=5), tick=True):
        watch(world.runtime.db)
        assert told(world, "dm", "plan_overdue") == 1
    plan = month()
    done(mm1, "visit_plans.submit", plan)
    done(mm1, "visit_plans.withdraw", {"id": plan["id"]})
    assert seen(mm1, plan)["state"] == "withdrawn"
    with time_machine.travel(now() + timedelta(days=9), tick=True):
        watch(world.runtime.db)
        assert told(world, "dm", "plan_overdue") == 1


def told_of(world: World, username: str) -> list[tuple[str, str]]:
    notices = world.as_(username).get("/api/notices", params={"kind": "plan_wanted"}).json()["items"]
    return sorted((row["data"]["horizon"], row["data"]["first_on"]) for row in notices)


def a_round(world: World) -> None:
    do_duties(world.runtime.db)
    react(world.runtime.db)


def test_who_has_not_planned_is_reminded_once_on_the_day_it_is_due(world: World) -> None:
    with time_machine.travel(datetime(2026, 12, 9, 1, tzinfo=UTC), tick=False):  # a Wednesday
        week = {
            "id": uid(),
            "horizon": "week",
            "first_on": "2026-12-14",
            "target_count": 9,
            "business_sizes": ["1"],
        }
        more = {"purposes": ["guidance"], "content": "c"}
        assert world.as_("am01").do("visit_plans.submit", week | more)["state"] == "applied"
        a_round(world)
        assert told_of(world, "am02") == []
    with time_machine.travel(
        datetime(2026, 12, 11, 1, tzinfo=UTC), tick=False
    ):  # the week's last working day
        a_round(world)
        a_round(world)
        for username in ("am02", "am19"):
            assert told_of(world, username) == [("week", "2026-12-14")], username
        assert ("week", "2026-12-14") in told_of(world, "mm1")
        assert told_of(world, "am01") == told_of(world, "dm") == []
    with time_machine.travel(datetime(2026, 12, 12, 1, tzinfo=UTC), tick=False):  # a Saturday
        a_round(world)
    with time_machine.travel(datetime(2026, 12, 30, 1, tzinfo=UTC), tick=False):
        a_round(world)
        assert ("month", "2027-01-01") in told_of(world, "mm1")
        assert ("month", "2027-01-01") not in told_of(world, "am02")
    with time_machine.travel(datetime(2026, 12, 31, 1, tzinfo=UTC), tick=False):
        a_round(world)
        assert told_of(world, "am02")[0] == told_of(world, "am01")[0] == ("month", "2027-01-01")
        assert told_of(world, "mm1").count(("month", "2027-01-01")) == 1


def test_s11_7_a_market_manager_is_reminded_of_his_day_once_it_should_be_filed(world: World) -> None:
    with time_machine.travel(datetime(2026, 12, 9, 0, 29, tzinfo=UTC), tick=False):  # 08:29 in Shanghai
        mm1 = world.as_("mm1")
        due = day(stop(shop("cz:0"), day="2026-12-09"), first_on="2026-12-09")
        done(mm1, "visit_plans.submit", due)
        away = {"id": uid(), "user_id": person("mm2"), "deputy_id": person("mm1"), "since": "2026-12-09"}
        answer = world.as_("ga").call("POST", "/api/absences", away | {"until": "2026-12-10"})
        assert answer.status_code == 200, answer.text
        a_round(world)
        assert told_of(world, "mm4") == []
    with time_machine.travel(datetime(2026, 12, 9, 0, 30, tzinfo=UTC), tick=False):
        a_round(world)
        a_round(world)
        assert told_of(world, "mm4") == [("day", "2026-12-09")]
        for username in ("mm1", "mm2", "am01"):
            assert told_of(world, username) == [], username
    with time_machine.travel(datetime(2026, 12, 12, 1, tzinfo=UTC), tick=False):  # a Saturday
        a_round(world)
        assert told_of(world, "mm4") == [("day", "2026-12-09")]


def rule(who: Persona, needs_decision: bool, department: str = "department:dq") -> Any:
    path = f"/api/departments/{demo_id(department)}/rules"
    return who.call("PUT", path, {"plans_need_decision": needs_decision})


def test_s10_6_a_department_may_have_its_account_managers_plans_filed_without_a_decision(
    world: World,
) -> None:
    ga, am01, mm1 = (world.as_(name) for name in ("ga", "am01", "mm1"))
    assert rule(world.as_("dm"), False).json()["code"] == "role_not_allowed"
    assert rule(ga, False, "department:xq").json()["code"] == "department_missing"
    waiting, filed, own = week(), month(), month()
    done(am01, "visit_plans.submit", waiting)
    assert rule(ga, False).status_code == 200
    assert [row["plans_need_decision"] for row in am01.get("/api/departments").json()["items"]] == [False]
    done(am01, "visit_plans.submit", filed)
    done(mm1, "visit_plans.submit", own)
    assert [seen(who, plan)["state"] for who, plan in ((am01, waiting), (am01, filed), (mm1, own))] == [
        "submitted",
        "filed",
        "submitted",
    ]
    assert (told(world, "mm1", "plan_filed"), told(world, "mm1", "plan_submitted")) == (1, 1)
    assert refused(mm1, "visit_plans.approve", {"id": filed["id"]})[1] == "step_not_now"
    done(mm1, "visit_plans.approve", {"id": waiting["id"]})
    done(am01, "visit_plans.amend", filed | {"target_count": 70, "note": "新增客户"})
    assert rule(ga, True).status_code == 200
    later = week(first_on=str(WEEK + timedelta(days=7)))
    done(am01, "visit_plans.submit", later)
    assert seen(am01, later)["state"] == "submitted"
