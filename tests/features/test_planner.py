"""A month in seconds (S10.6, S11.3): every shop as often as its size asks, spread, balanced, and what cannot be met is named."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from math import ceil
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from conftest import World
from fieldvisit.features.customers.hours import is_market_day, market_days, opening_hours
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.metrics.rules import visits_wanted
from fieldvisit.features.plans.month import Month, Shop
from fieldvisit.features.plans.planner import plan_month
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


def test_what_is_fixed_is_never_left_out_while_the_day_holds_it() -> None:
    """Whatever the shop's hours, and however little time there was to search: the others make room."""
    row = street(40)
    night = replace(row[20], fixed=(0,), hours=(1140, 1560))
    far = Shop("far", 30.0, 110.3, 1, fixed=(0,))
    found = plan_month(Month((*row[:20], night, *row[21:], far), WEEKDAYS[:2], visit_minutes=30), 0.01)
    assert {night.id, far.id} <= set(found.days[0])
    assert sum(map(len, found.days)) + sum(found.unmet.values()) == 41
    every = tuple(replace(one, fixed=(0,)) for one in row)
    found = plan_month(Month(every, WEEKDAYS[:2], visit_minutes=30), 0.05)
    assert 13 <= len(found.days[0]) <= 14
    assert set(found.unmet) == {one.id for one in row} - set(found.days[0]), "who does not fit is named"


def test_a_day_on_which_something_is_fixed_gets_no_fuller_than_the_others() -> None:
    """However little time there was to search: what has to give way goes to an emptier day, and nothing is left out."""
    anyhow = Random(5)
    row = [
        Shop(f"{number}", 30 + anyhow.random() / 10, 110 + anyhow.random() / 10, anyhow.choice([1, 1, 2, 4]))
        for number in range(190)
    ]
    for number in (3, 50, 97):
        row[number] = replace(row[number], fixed=(14,))
    found = plan_month(Month(tuple(row), WEEKDAYS), 0.0)
    assert sum(map(len, found.days)) == sum(one.wanted for one in row)
    assert {row[number].id for number in (3, 50, 97)} <= set(found.days[14])
    assert max(map(len, found.days)) == ceil(sum(one.wanted for one in row) / len(WEEKDAYS))


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


def test_no_visit_lies_on_a_market_day_and_one_for_which_there_is_no_other_is_named() -> None:
    markets = (0, 1, 4, 5)
    found = plan_month(Month(street(6, wanted=2, shut=markets), WEEKDAYS[:8]), 0.5)
    assert found.unmet == {}
    assert all(found.days[day] == [] for day in markets)
    shut = Shop("shut", 30.0, 110.0, 2, shut=(0, 1, 2, 3))
    assert plan_month(Month((shut,), WEEKDAYS[:8]), 0.3).unmet == {"shut": 1}
    fixed = Shop("fixed", 30.0, 110.0, 1, fixed=(2,), shut=(2,))
    assert plan_month(Month((fixed,), WEEKDAYS[:8]), 0.3).days[2] == ["fixed"], "somebody wanted it so"


def test_who_opens_late_comes_later_and_who_closes_soon_sooner_in_a_day() -> None:
    row = list(street(20))
    late, soon, night = (
        replace(row[number], hours=hours)
        for number, hours in ((0, (660, 1320)), (19, (480, 600)), (10, (1140, 1560)))
    )
    found = plan_month(
        Month((late, *row[1:10], night, *row[11:19], soon), WEEKDAYS[:1], visit_minutes=15), 0.5
    )
    (day,) = found.days
    assert found.unmet == {night.id: 1}, "nobody is at work when it opens"
    assert day.index(late.id) >= 9, "opens at eleven"
    assert day.index(soon.id) <= 5, "closes at ten"
    assert len(day) == 19


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("8:30-22:00", "08:30-22:00"),
        ("８：３０～２２：００", "08:30-22:00"),
        ("8点半到21点", "08:30-21:00"),
        ("18:00-2:00", "18:00-02:00"),
        ("8-8", None),
        ("8:70-9:00", None),
        ("25:00-26:00", None),
        ("全天", None),
    ],
)
def test_opening_hours_are_kept_in_one_form_or_refused(written: str, kept: str | None) -> None:
    assert kept_as(opening_hours, written) == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("农历逢三、八", "农历3、8"),
        ("逢一四七", "农历1、4、7"),
        ("公历 5、10", "公历5、10"),
        ("公历逢十日", "公历10"),
        ("3,6,9", "农历3、6、9"),
        ("十五", None),
        ("1、2、3、4、5、6", None),
        ("周末", None),
    ],
)
def test_market_days_are_kept_in_one_form_or_refused(written: str, kept: str | None) -> None:
    assert kept_as(market_days, written) == kept


def kept_as(rule: Any, written: str) -> str | None:
    try:
        return str(rule(written))
    except ValueError:
        return None


def test_a_market_follows_its_own_calendar() -> None:
    november = [date(2026, 11, day) for day in range(1, 31)]
    assert [day.day for day in november if is_market_day("公历5、10", day)] == [5, 10, 15, 20, 25, 30]
    # 2026-11-09 is the first day of the tenth lunar month
    assert [day.day for day in november if is_market_day("农历1", day)] == [9, 19, 29]


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


def test_what_the_file_says_of_hours_and_markets_shapes_the_month(world: World) -> None:
    am01 = world.as_("am01")
    mine, closed = shop("cz:0"), shop("cz:0", 1)
    for customer, said in (
        (mine, {"market_days": "逢三八、和五"}),
        (closed, {"opening_hours": "19:00-2:00"}),
    ):
        edit = {name: {"from": None, "to": value} for name, value in said.items()}
        assert am01.do("customers.edit", {"customer_id": customer, "set": edit})["state"] == "applied"
    assert am01.get(f"/api/customers/{mine}").json()["market_days"] == "农历3、5、8"
    told = propose(am01).json()
    assert closed in {one["customer_id"] for one in told["unmet"]}
    days = [date.fromisoformat(stop["day"]) for stop in told["stops"] if stop["customer_id"] == mine]
    assert days
    assert not any(is_market_day("农历3、5、8", day) for day in days)
    wrong = {"market_days": {"from": "农历3、5、8", "to": "周末"}}
    held = am01.do("customers.edit", {"customer_id": mine, "set": wrong})
    assert held["state"] == "held"


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
