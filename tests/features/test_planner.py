"""A month in seconds (S10.6, S11.3): every shop as often as its size asks, spread, balanced, and what cannot be met is named."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from conftest import World
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.metrics.rules import visits_wanted
from fieldvisit.features.plans.planner import Month, Shop, plan_month
from fieldvisit.kernel.calendar import published
from fieldvisit.kernel.clock import today
from personas import Persona, shop, uid, worked

NEXT = (today().replace(day=1) + timedelta(days=32)).replace(day=1)
WEEKDAYS = tuple(day % 5 for day in range(20))


def street(count: int, **more: Any) -> tuple[Shop, ...]:
    """Shops along one street, numbered from west to east, some 200 metres apart."""
    told = {"wanted": 1} | more
    return tuple(Shop(f"{number:02d}", 30.0, 110 + number * 0.002, **told) for number in range(count))


def test_a_day_goes_along_the_street_and_no_day_is_over_its_hours() -> None:
    found = plan_month(Month(street(40), WEEKDAYS[:4], visit_minutes=20), 0.5)
    assert found.unmet == {}
    for day in found.days:
        assert day in (sorted(day), sorted(day, reverse=True))
        assert len(day) * 20 <= 420
    assert max(map(len, found.days)) == 10


def test_visits_to_one_shop_keep_their_distance() -> None:
    found = plan_month(Month(street(10, wanted=4), WEEKDAYS), 0.5)
    for one in street(10):
        days = [number for number, day in enumerate(found.days) if one.id in day]
        assert [day // 5 for day in days] == [0, 1, 2, 3]


def test_what_is_fixed_stays_and_the_rest_is_planned_around_it() -> None:
    fixed = tuple(Shop(one.id, one.lat, one.lng, 2, fixed=(3,)) for one in street(12)[:6])
    found = plan_month(Month((*fixed, *street(12)[6:]), WEEKDAYS[:10]), 0.5)
    assert {one.id for one in fixed} <= set(found.days[3])
    counted = Counter(shop for day in found.days for shop in day)
    assert counted == Counter({one.id: 2 for one in fixed}) + Counter(one.id for one in street(12)[6:])


def test_who_is_visited_every_week_is_so_just_before_he_orders() -> None:
    found = plan_month(Month(street(10, wanted=4, order_weekday=3), WEEKDAYS), 0.5)
    early = [WEEKDAYS[number] for number, day in enumerate(found.days) for _ in day]
    assert len(early) == 40
    assert sum(weekday in (1, 2) for weekday in early) >= 12


@pytest.mark.parametrize(
    ("shops", "unmet"),
    [
        ((Shop("often", 30.0, 110.0, 7),), {"often": 2}),
        (tuple(Shop(str(n), 30 + n, 110.0, 1) for n in range(2)), {}),
        ((), {}),
    ],
)
def test_what_cannot_be_met_is_named(shops: tuple[Shop, ...], unmet: dict[str, int]) -> None:
    assert plan_month(Month(shops, WEEKDAYS[:5]), 0.3).unmet == unmet


def test_more_than_the_days_hold_is_named_and_not_squeezed_in() -> None:
    found = plan_month(Month(street(30), WEEKDAYS[:2], visit_minutes=60), 0.5)
    assert [len(day) for day in found.days] == [6, 6]
    assert sum(found.unmet.values()) == 18
    planned = {shop for day in found.days for shop in day}
    assert planned.isdisjoint(found.unmet)


def propose(who: Persona, **more: Any) -> Any:
    return who.call("POST", "/api/visit_plans/propose", {"first_on": str(NEXT)} | more)


def test_an_account_managers_month_holds_all_his_open_shops_on_working_days(world: World) -> None:
    am01 = world.as_("am01")
    with world.runtime.db.write() as session:
        session.get_one(Customer, shop("cz:0", 2)).customer_status = "04"
    with world.runtime.db.read() as session:
        rows = session.scalars(select(Customer).where(Customer.id.in_([shop("cz:0", n) for n in (0, 1)])))
        wanted = {row.id: visits_wanted({}, row.business_size, row.is_watched) for row in rows}
    kept = worked(NEXT + timedelta(days=9))
    answer = propose(am01, fixed={shop("cz:0"): [str(kept)]})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert Counter(stop["customer_id"] for stop in told["stops"]) == wanted
    assert {"customer_id": shop("cz:0"), "day": str(kept)} in told["stops"]
    assert all(published(NEXT.fromisoformat(stop["day"])) is not False for stop in told["stops"])
    assert told["unmet"] == []
    plan = {"id": uid(), "horizon": "month", "first_on": str(NEXT), "target_count": 2, "items": told["stops"]}
    assert am01.do("visit_plans.submit", plan)["state"] == "applied"


def test_a_market_manager_names_the_shops_and_sees_no_others(world: World) -> None:
    named = [shop("cz:0"), shop("cz:1"), shop("xq:0")]
    told = propose(world.as_("mm1"), customer_ids=named).json()
    assert sorted(stop["customer_id"] for stop in told["stops"]) == sorted(named[:2])


def test_a_proposal_that_cannot_be_made_says_why(world: World) -> None:
    am01 = world.as_("am01")
    for who, more, status, code in (
        (am01, {"first_on": str(NEXT + timedelta(days=1))}, 422, "plan_period"),
        (am01, {"first_on": "2020-01-01"}, 409, "plan_no_days"),
        (am01, {"first_on": 5}, 422, "args_invalid"),
        (am01, {"more": 1}, 422, "args_invalid"),
        (world.as_("dm"), {}, 403, "role_not_allowed"),
    ):
        answer = propose(who, **more)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_who_is_away_is_not_planned_for(world: World) -> None:
    since, until = NEXT, NEXT + timedelta(days=20)
    away = {"id": uid(), "user_id": world.as_("am01").id, "deputy_id": world.as_("am02").id}
    days = {"since": str(since), "until": str(until)}
    assert world.as_("mm1").call("POST", "/api/absences", away | days).status_code == 200
    told = propose(world.as_("am01")).json()
    assert told["stops"]
    assert min(stop["day"] for stop in told["stops"]) >= str(until)
