"""What is kept ready of the sales book follows what is brought in, taken back, or moves to another route."""

from collections import defaultdict
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldvisit.features.customers.models import CUSTOMER, Customer
from fieldvisit.features.facts.book import in_force
from fieldvisit.features.facts.imports import TOUCHED
from fieldvisit.features.facts.models import (
    SALES,
    SALES_REF,
    SalesFact,
    SalesGrowth,
    SalesRollup,
    ShopSales,
)
from fieldvisit.features.facts.rules import Fact, months_of, ordered_in, roll_up, spans, totals
from fieldvisit.features.metrics.rules import ACTIVE
from fieldvisit.features.org.models import Route, Zone
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import day_of
from fieldvisit.kernel.events import Event, Reaction, emit, on
from fieldvisit.kernel.reactions import Happening

READER = "features.facts.subscribers.keep_ready"


@on(TOUCHED)
def keep_ready(happening: Happening) -> None:
    """Reckon a route anew, its shops and its sums; of several times that wait only the last."""
    route_id = happening.event.data["route_id"]
    if _comes_again(happening, route_id):
        return
    shops = happening.session.scalars(select(Customer).where(Customer.route_id == route_id)).all()
    route = happening.session.get_one(Route, route_id)
    department = happening.session.get_one(Zone, route.zone_id).department_id
    files = [CUSTOMER.of(customer=shop.id).text for shop in shops]
    home, book, *_ = happening.bundles(
        [SALES.of(route=route_id), SALES_REF.of(department=department), *files]
    )
    here = in_force(SalesFact.customer_id.in_(select(Customer.id).where(Customer.route_id == route_id)))
    facts = [Fact(*row) for row in happening.session.execute(here)]
    _keep_rollups(happening.session, route_id, home, facts)
    _keep_shops(happening, shops, facts)
    happening.session.flush()
    _keep_growth(happening.session, department, book)


def _comes_again(happening: Happening, route_id: str) -> bool:
    waiting = (
        select(Event.data)
        .join(Reaction, Reaction.event_number == Event.number)
        .where(Reaction.reader == READER, Event.number > happening.event.number)
    )
    return any(data["route_id"] == route_id for data in happening.session.scalars(waiting))


def _keep_rollups(session: Session, route_id: str, home: Bundle, facts: list[Fact]) -> None:
    there = {
        (row.period, row.starts_on, row.spec_id): row
        for row in session.scalars(select(SalesRollup).where(SalesRollup.bundle_id == home.id))
    }
    for key, sums in roll_up(facts).items():
        period, starts_on, spec_id = key
        row = there.pop(key, None)
        if row is None:
            named = f"{period}:{starts_on}:{spec_id}"
            row = SalesRollup(
                id=str(uuid5(UUID(route_id), named)),
                route_id=route_id,
                spec_id=spec_id,
                period=period,
                starts_on=starts_on,
                bundle_id=home.id,
            )
            session.add(row)
        _set(row, vars(sums))
    for row in there.values():
        session.delete(row)


def _keep_shops(happening: Happening, shops: Any, facts: list[Fact]) -> None:
    by_shop: dict[str, list[Fact]] = defaultdict(list)
    for total in totals(facts):
        by_shop[total.customer_id].append(total)
    this_month = day_of(happening.event.happened_at).replace(day=1)
    full = [fact.starts_on for fact in facts if fact.period == "month" and fact.starts_on < this_month]
    recent, before = spans(max(full)) if full else ([], [])
    known = select(ShopSales).where(ShopSales.customer_id.in_([shop.id for shop in shops]))
    there = {row.customer_id: row for row in happening.session.scalars(known)}
    for shop in shops:
        months = months_of(by_shop[shop.id])
        row = there.get(shop.id)
        if row is None and months:
            row = ShopSales(
                id=str(uuid5(UUID(shop.id), "sales")), customer_id=shop.id, bundle_id=shop.bundle_id
            )
            happening.session.add(row)
        if row is not None:
            figures = {"recent_qty": ordered_in(months, recent), "before_qty": ordered_in(months, before)}
            _set(row, {"months": months} | figures)


def _keep_growth(session: Session, department: str, book: Bundle) -> None:
    sums = (
        select(Customer.business_size, func.sum(ShopSales.recent_qty), func.sum(ShopSales.before_qty))
        .join(ShopSales, ShopSales.customer_id == Customer.id)
        .join(Route, Route.id == Customer.route_id)
        .join(Zone, Zone.id == Route.zone_id)
        .where(Zone.department_id == department, Customer.customer_status == ACTIVE)
        .group_by(Customer.business_size)
    )
    there = {
        row.business_size: row
        for row in session.scalars(select(SalesGrowth).where(SalesGrowth.bundle_id == book.id))
    }
    for size, recent, before in session.execute(sums).all():
        row = there.get(size)
        if row is None:
            row = SalesGrowth(
                id=str(uuid5(UUID(department), f"sales:{size}")), business_size=size, bundle_id=book.id
            )
            session.add(row)
        _set(row, {"recent_qty": int(recent), "before_qty": int(before)})


def _set(row: Any, figures: dict[str, Any]) -> None:
    """Only what is new is written, so that no phone fetches what it has."""
    for name, value in figures.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


@on("customers.moved")
def follow_the_shop(happening: Happening) -> None:
    """A shop that goes to another route takes its sales along; both routes are reckoned anew."""
    for name in ("from_route_id", "to_route_id"):
        emit(happening.session, TOUCHED, data={"route_id": happening.event.data[name]})
