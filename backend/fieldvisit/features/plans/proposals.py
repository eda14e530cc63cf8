"""What a month is to be proposed from: whose shops, how often each, on which days; and the search in a process of its own."""

import threading
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from typing import Annotated

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldvisit.features.customers.datums import to_wgs84
from fieldvisit.features.customers.hours import is_market_day, open_between
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.metrics.rules import ACTIVE, month_period, visits_wanted
from fieldvisit.features.org.models import Route
from fieldvisit.features.plans.month import Month, Proposal, Shop
from fieldvisit.features.plans.planner import plan_month
from fieldvisit.features.plans.rules import PLANNERS
from fieldvisit.features.service.standards import agreed, frequencies
from fieldvisit.features.visits.models import Visit
from fieldvisit.features.visits.rules import datum
from fieldvisit.kernel.bundles import visible
from fieldvisit.kernel.calendar import days_off
from fieldvisit.kernel.errors import Problem, invalid, not_now, out_of_scope
from fieldvisit.kernel.scopes import Cover, Principal
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, Date, Id, View

NEW = "01"
SECONDS_A_VISIT = 0.02
MOST_SECONDS = 8.0
LONGEST_S = 60
_one_at_a_time = threading.BoundedSemaphore(1)


class ProposeMonth(Args):
    """A month to be proposed. An account manager's holds all his shops; anybody else names those he means, one visit each.

    `fixed` are the days that somebody has put a shop on, by shop; the search leaves it there.
    """

    first_on: Date
    customer_ids: Annotated[list[Id], Field(max_length=2000)] | None = None
    fixed: Annotated[dict[Id, list[Date]], Field(max_length=2000)] = {}


class ProposedStop(View):
    """A shop and its day, in the order to go."""

    customer_id: str
    day: date


class UnmetShop(View):
    """A shop of which so many visits found no room in the month."""

    customer_id: str
    visits: int


class MonthProposal(View):
    """A proposed month: its stops, what found no room, and the way from shop to shop in metres."""

    stops: list[ProposedStop]
    unmet: list[UnmetShop]
    metres: int


def ask(session: Session, principal: Principal, asked: ProposeMonth, on: date) -> tuple[Month, list[date]]:
    """The month as the search needs it, and its days that are left.

    Raises Problem 403 `role_not_allowed`, 422 `plan_period`, 409 `plan_no_days`.
    """
    if principal.role not in PLANNERS:
        raise out_of_scope("role_not_allowed")
    period = month_period(asked.first_on)
    if asked.first_on != period.first:
        raise invalid("plan_period")
    days = _days(session, principal, max(period.first, on), period.last)
    if not days:
        raise not_now("plan_no_days")
    there = {
        shop: sorted({days.index(day) for day in on_days if day in days})
        for shop, on_days in asked.fixed.items()
    }
    fixed = {shop: indexes for shop, indexes in there.items() if indexes}
    wanted = _wanted(session, principal, asked, on)
    shops = tuple(
        _shop(
            row,
            order_weekday,
            max(wanted.get(row.id, 0), len(fixed.get(row.id, []))),
            fixed.get(row.id, []),
            days,
        )
        for row, order_weekday in _shops(session, principal, set(wanted) | set(fixed))
        if wanted.get(row.id, 0) > 0 or row.id in fixed
    )
    return Month(shops, tuple(day.weekday() for day in days)), days


def propose(month: Month, days: list[date]) -> MonthProposal:
    """Search in a process of its own, one at a time; raises Problem 503 `busy` while another is sought."""
    if not _one_at_a_time.acquire(blocking=False):
        raise Problem(503, "busy")
    try:
        seconds = min(MOST_SECONDS, max(0.2, SECONDS_A_VISIT * sum(shop.wanted for shop in month.shops)))
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            found: Proposal = pool.submit(plan_month, month, seconds).result(LONGEST_S)
    finally:
        _one_at_a_time.release()
    return MonthProposal(
        stops=[
            ProposedStop(customer_id=shop, day=day)
            for day, shops in zip(days, found.days, strict=True)
            for shop in shops
        ],
        unmet=[UnmetShop(customer_id=shop, visits=visits) for shop, visits in sorted(found.unmet.items())],
        metres=found.metres,
    )


def _days(session: Session, principal: Principal, first: date, last: date) -> list[date]:
    """The working days left on which he is there."""
    off, _ = days_off(session, first, last)
    away = session.scalars(
        select(Cover).where(Cover.user_id == principal.user.id, Cover.until > first, Cover.since <= last)
    ).all()
    return [
        day
        for day in (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))
        if day not in off and not any(row.since <= day < row.until for row in away)
    ]


def _wanted(session: Session, principal: Principal, asked: ProposeMonth, on: date) -> dict[str, int]:
    """How many visits each shop still wants this month: as his service plan has it, else by the standard of its size, less those it has had."""
    if asked.customer_ids is not None or principal.role != Role.ACCOUNT_MANAGER:
        return dict.fromkeys(asked.customer_ids or [], 1)
    period = month_period(asked.first_on)
    had = dict(
        session.execute(
            select(Visit.customer_id, func.count())
            .where(
                Visit.visitor_id == principal.user.id,
                Visit.day.between(period.first, min(on, period.last)),
                Visit.state == "completed",
            )
            .group_by(Visit.customer_id)
        ).all()
    )
    open_now = Customer.customer_status.in_((ACTIVE, NEW)) & Customer.bundle_id.in_(visible(principal))
    standards = frequencies(session, principal.user.department_id)
    standards |= agreed(session, principal.user.id, asked.first_on)
    return {
        row.id: max(0, visits_wanted(standards, row.business_size, row.is_watched) - had.get(row.id, 0))
        for row in session.scalars(select(Customer).where(open_now))
    }


def _shops(session: Session, principal: Principal, ids: set[str]) -> list[tuple[Customer, int | None]]:
    """Those of the shops that he may see and that are open, with the weekday their route orders on."""
    asked = (
        select(Customer, Route.order_weekday)
        .join(Route, Route.id == Customer.route_id)
        .where(
            Customer.id.in_(ids),
            Customer.bundle_id.in_(visible(principal)),
            Customer.customer_status.in_((ACTIVE, NEW)),
        )
        .order_by(Customer.id)
    )
    return [(row, weekday) for row, weekday in session.execute(asked)]


def _shop(row: Customer, order_weekday: int | None, wanted: int, fixed: list[int], days: list[date]) -> Shop:
    shut = [
        number for number, day in enumerate(days) if row.market_days and is_market_day(row.market_days, day)
    ]
    lat = lng = None
    known = datum(row.datum)
    if row.lat is not None and row.lng is not None and known is not None:
        lat, lng = to_wgs84(row.lat, row.lng, known)
    return Shop(
        row.id,
        lat,
        lng,
        wanted,
        order_weekday,
        tuple(fixed),
        shut=tuple(shut),
        hours=open_between(row.opening_hours) if row.opening_hours else None,
    )
