"""Opinions and complaints of a month counted by zone, handler and cause (S12.11, S12.15, S12.17, S12.18, S12.19): figures worked out by hand."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import update

from conftest import World
from features.test_cases import RATED, done, on, opinion
from features.test_complaints import complaint, resolved, verified
from features.test_work_logs import at
from fieldvisit.demo.district import demo_id
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import today
from personas import person, shop, uid, worked

CZ, CJ = demo_id("zone:cz"), demo_id("zone:cj")
RECEIVED = ("received", "suggestions", "queries", "grumbles", "complaints", "valid_complaints")
DUE = ("complaints_due", "complaints_in_time", "complaints_late", "complaints_unproven", "complaints_unreported", "complaint_timely_rate")  # fmt: skip


def a_day() -> date:
    """A working day early next month."""
    return worked((today().replace(day=1) + timedelta(days=32)).replace(day=1))


def planned(world: World, case: dict[str, Any], due: date) -> dict[str, Any]:
    """A rectification plan of the account manager of the second route."""
    plan = {"rectification_plan_id": uid()}
    words = dict.fromkeys(("problem", "cause", "measures"), "送货时间")
    args = on(case, owner_id=person("am02"), due_on=str(due)) | plan | words
    assert world.as_("mm1").do("rectification_plans.assign", args)["state"] == "applied"
    return plan


def mended(world: World, plan: dict[str, Any]) -> None:
    for who, step, more in (
        ("am02", "start", {}),
        ("am02", "submit", {"result": "已改"}),
        ("mm1", "accept", {}),
    ):
        assert world.as_(who).do(f"rectification_plans.{step}", plan | more)["state"] == "applied", step


@pytest.fixture
def told_of(world: World) -> Iterator[date]:
    """A month: a grumble rated 5, 5, 4, 3; a complaint in time rated 5, 5, 5, 4; an untrue one reported ten days later; one
    never reported, with a plan carried out and one not; one about the market manager; one next door; one taken back."""
    day = a_day()
    with time_machine.travel(at(day, "10:00"), tick=False) as clock:
        am01, cc1 = world.as_("am01"), world.as_("cc1")
        grumble, gone = opinion(), opinion(feedback_type="suggestion")
        done(am01, "register", grumble)
        done(am01, "register", gone)
        done(am01, "withdraw", on(gone, text="记错了"))
        done(world.as_("mm1"), "inform", on(grumble, text="改到上午", method="phone", **RATED))
        good = resolved(world)
        done(world.as_("mm1"), "report", on(good))
        rated = dict.fromkeys(RATED, 5) | {"sat_result": 4}
        done(world.as_("mm1"), "inform", on(good, text="已道歉", method="visit", **rated))
        late = resolved(world, result="untrue")
        elsewhere = {"customer_id": shop("cz:1"), "category": "price"}
        never = verified(world, result="partly_true", case=elsewhere)
        mended(world, planned(world, never, day + timedelta(days=5)))
        planned(world, never, day + timedelta(days=6))
        about = {"object_user_id": person("mm1"), "category": "other", "customer_id": shop("cz:1")}
        verified(world, "dm", case=about)
        done(cc1, "register", complaint(customer_id=shop("cj:0")))
        clock.shift(timedelta(days=10))
        done(world.as_("mm1"), "report", on(late))
        clock.move_to(at(worked((day + timedelta(days=32)).replace(day=1)), "09:00"))
        yield day


def rows(world: World, username: str, day: date, name: str = "complaints", **more: str) -> Any:
    answer = world.as_(username).get(
        f"/api/reports/{name}", params={"period": "month", "on": str(day)} | more
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["rows"]


def by_place(found: Any) -> dict[Any, Any]:
    return {(row["level"], row["zone_id"], row["person_id"]): row for row in found}


def test_s12_17_s12_18_s12_19_a_month_is_counted_for_whoever_leads_and_for_the_centre(
    world: World, told_of: date
) -> None:
    """(S12.17) (S12.18) (S12.19)"""
    found = by_place(rows(world, "mm1", told_of))
    assert set(found) == {("total", None, None), ("zone", CZ, None), ("handler", CZ, person("mm1"))}
    active = {"customer_status": "02", "limit": "200"}
    shops = len(world.as_("mm1").get("/api/customers", params=active).json()["items"])
    assert shops > 0
    for key, row in found.items():
        assert [row[name] for name in RECEIVED] == [4, 0, 0, 1, 3, 2], key
        assert [row[name] for name in DUE] == [3, 1, 1, 0, 1, 0.3333], key
        assert (row["rated"], row["content"], row["complaint_satisfaction"]) == (2, 1, 0.5), key
        assert [row[name] for name in RATED] == [5.0, 5.0, 4.5, 3.5], key
        assert (row["shops_complaining"], row["shops_repeated"], row["repeat_complaint_rate"]) == (2, 1, 0.5)
        told = (row["rectifications_due"], row["rectifications_in_time"], row["rectification_closed"])
        assert told == (2, 1, 0.5), key
        is_place = row["level"] != "handler"
        rate = (shops, round(2 * 1000 / shops, 2)) if is_place else (None, None)
        assert (row["shops"], row["complaint_rate"]) == rate, key
    for username in ("dm", "ga", "cc1"):
        found = by_place(rows(world, username, told_of))
        assert [found["total", None, None][name] for name in RECEIVED] == [6, 0, 0, 1, 5, 3], username
        assert [found["zone", CZ, None][name] for name in DUE] == [4, 1, 1, 0, 2, 0.25], username
        assert found["handler", CZ, person("dm")]["complaints"] == 1, username
        assert found["zone", CJ, None]["complaints"] == 1, username
    assert by_place(rows(world, "mm4", told_of))["total", None, None]["received"] == 0


def test_s12_18_causes_are_counted_by_zone_in_the_order_of_the_form(world: World, told_of: date) -> None:
    def causes(username: str) -> list[list[Any]]:
        names = ("level", "category", "received", "grumbles", "complaints", "valid_complaints")
        return [[row[name] for name in names] for row in rows(world, username, told_of, "complaint_causes")]

    of_zone = [["price", 1, 0, 1, 1], ["delivery", 3, 1, 2, 1]]
    assert causes("mm1") == [[level, *one] for level in ("total", "zone") for one in of_zone]
    assert causes("cc1")[:3] == [
        ["total", "price", 1, 0, 1, 1],
        ["total", "delivery", 4, 1, 3, 1],
        ["total", "other", 1, 0, 1, 1],
    ]


def test_whom_a_complaint_is_about_counts_nothing_of_it_and_would_without_the_bar(
    world: World, told_of: date
) -> None:
    def told() -> tuple[int, list[str]]:
        found = rows(world, "mm1", told_of, zone_id=CZ)
        causes = rows(world, "mm1", told_of, "complaint_causes")
        return found[0]["complaints"], [row["category"] for row in causes if row["level"] == "total"]

    assert told() == (3, ["price", "delivery"])
    with world.runtime.db.write() as session:
        session.execute(update(Bundle).values(barred_user_id=None))
    assert told() == (4, ["price", "delivery", "other"])


def test_what_is_not_due_yet_and_who_never_complained_is_no_share(world: World) -> None:
    day = a_day()
    with time_machine.travel(at(day, "10:00"), tick=False):
        resolved(world)
        (total, *_) = rows(world, "mm1", day)
        assert (total["complaints"], total["complaints_due"], total["complaint_timely_rate"]) == (1, 0, None)
        assert (total["rated"], total["complaint_satisfaction"], total["sat_time"]) == (0, None, None)
        assert (total["rectifications_due"], total["rectification_closed"]) == (0, None)
        (total, *_) = rows(world, "mm1", day - timedelta(days=45))
        assert (total["received"], total["shops_complaining"], total["repeat_complaint_rate"]) == (0, 0, None)
