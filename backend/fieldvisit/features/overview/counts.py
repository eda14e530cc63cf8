"""The counts behind the zone's figures, each one statement over what the reader may see."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from fieldvisit.features.customers.models import Customer, Suggestion
from fieldvisit.features.metrics import rules as metrics
from fieldvisit.features.org.models import Person, Route, Zone
from fieldvisit.features.visits.models import Visit, VisitAnomaly
from fieldvisit.kernel.errors import missing
from fieldvisit.kernel.ops import Op, OpState
from fieldvisit.kernel.reports import Reading

Figures = Counter[str]
Key = TypeVar("Key")


@dataclass
class Party:
    """Who serves one or more routes of a zone; nobody, where a route is free."""

    person_id: str | None
    name: str | None
    route_ids: list[str] = field(default_factory=list)
    routes: list[str] = field(default_factory=list)


@dataclass
class Territory:
    """A zone with those who serve its routes."""

    zone_id: str
    name: str
    manager_id: str | None
    parties: list[Party]

    @property
    def route_ids(self) -> list[str]:
        """The zone's routes."""
        return [route for party in self.parties for route in party.route_ids]


def territories(reading: Reading, zone_id: str | None) -> list[Territory]:
    """The zones the reader leads or serves a route of, or the one he asks for, each with the routes that are his.

    Raises Problem 404 `zone_missing` for any other.
    """
    routes = reading.served("route")
    serves = select(Route.zone_id).where(reading.of("routes"), Route.id.in_(routes))
    his = Zone.id.in_(reading.served("zone")) | Zone.id.in_(serves)
    if zone_id is not None:
        his &= Zone.id == zone_id
    zones = reading.session.scalars(select(Zone).where(reading.of("zones"), his).order_by(Zone.code)).all()
    if zone_id is not None and not zones:
        raise missing("zone_missing")
    names = dict(reading.session.execute(select(Person.id, Person.name).where(reading.of("people"))).all())
    found = []
    for zone in zones:
        parties: dict[str, Party] = {}
        his_here = reading.of("routes"), Route.zone_id == zone.id, Route.id.in_(routes)
        in_zone = select(Route).where(*his_here).order_by(Route.code)
        for route in reading.session.scalars(in_zone):
            who = route.account_manager_id
            party = parties.setdefault(who or route.id, Party(who, names.get(who) if who else None))
            party.route_ids.append(route.id)
            party.routes.append(route.name)
        found.append(Territory(zone.id, zone.name, zone.market_manager_id, list(parties.values())))
    return found


def count_shops(reading: Reading, places: Iterable[Territory], unvisited_days: int) -> dict[str, Figures]:
    """The figures of shops by route."""
    month = metrics.month_period(reading.on)
    active = Customer.customer_status == metrics.ACTIVE
    visited = select(Visit.customer_id).where(
        reading.of("visits"), Visit.state == "completed", Visit.day.between(month.first, month.last)
    )
    doubted = select(VisitAnomaly.id).where(reading.of("visit_anomalies"), VisitAnomaly.state != "accepted")
    unvisited = or_(
        Customer.last_visited_on.is_(None),
        Customer.last_visited_on < metrics.unvisited_before(reading.on, unvisited_days),
    )
    kinds = {
        "shops": active,
        "new_shops": Customer.customer_status == "01",
        "suspended_shops": Customer.customer_status == "03",
        "invalid_shops": Customer.customer_status == "04",
        "key_shops": active & Customer.is_key,
        "sample_shops": active & Customer.is_sample,
        "watched_shops": active & Customer.is_watched,
        "long_unvisited": active & unvisited,
        "visited_shops": active & Customer.id.in_(visited),
        "sample_unvisited": active
        & Customer.is_sample
        & Customer.id.not_in(visited.where(Visit.id.not_in(doubted))),
    }
    routes = [route for place in places for route in place.route_ids]
    here = Customer.route_id.in_(routes)
    counts = [func.count().filter(kind).label(name) for name, kind in kinds.items()]
    query = (
        select(Customer.route_id, *counts).where(reading.of("customers"), here).group_by(Customer.route_id)
    )
    found = {row.route_id: _counter(row, kinds) for row in reading.session.execute(query)}
    waiting = (
        select(Customer.route_id, func.count())
        .join(Suggestion, Suggestion.customer_id == Customer.id)
        .where(reading.of("customers"), reading.of("suggestions"), here, Suggestion.state == "open")
        .group_by(Customer.route_id)
    )
    for route_id, number in reading.session.execute(waiting):
        found[route_id]["suggestions_open"] = number
    return found


def count_visits(reading: Reading, places: Iterable[Territory]) -> dict[tuple[str, str], Figures]:
    """The figures of visits by zone and visitor."""
    day, week, month = (
        make(reading.on) for make in (metrics.day_period, metrics.week_period, metrics.month_period)
    )
    done, planned = Visit.state == "completed", Visit.is_planned & (Visit.state != "cancelled")
    kinds: dict[str, ColumnElement[bool]] = {}
    for name, period in (("today", day), ("week", week), ("month", month)):
        within = Visit.day.between(period.first, period.last)
        kinds |= {f"{name}_planned": within & planned, f"{name}_done": within & done}
    this_month = Visit.day.between(month.first, month.last)
    kinds["month_planned_done"] = this_month & planned & done
    kinds["outside"] = this_month & (Visit.place_verdict == "outside")
    settled = VisitAnomaly.state.in_(("accepted", "invalid"))
    unsettled = select(VisitAnomaly.id).where(reading.of("visit_anomalies"), ~settled)
    kinds["unsettled"] = this_month & Visit.id.in_(unsettled)
    first, last = min(week.first, month.first), max(week.last, month.last)
    counts = [func.count().filter(kind).label(name) for name, kind in kinds.items()]
    zones = [place.zone_id for place in places]
    query = (
        select(Visit.zone_id, Visit.visitor_id, *counts)
        .where(reading.of("visits"), Visit.zone_id.in_(zones), Visit.day.between(first, last))
        .group_by(Visit.zone_id, Visit.visitor_id)
    )
    return {(row.zone_id, row.visitor_id): _counter(row, kinds) for row in reading.session.execute(query)}


def count_held(
    reading: Reading, places: Iterable[Territory]
) -> tuple[dict[tuple[str, str | None], int], int]:
    """Held entries that wait, by zone and author, and all of them; an author counts where he serves now."""
    author: InstrumentedAttribute[str] = Op.user_id
    waiting = select(author, func.count()).where(reading.of("held_ops"), Op.state == OpState.HELD)
    by_author = dict(reading.session.execute(waiting.group_by(author)).all())
    found: dict[tuple[str, str | None], int] = {}
    for place in places:
        for who in {party.person_id for party in place.parties} | {place.manager_id}:
            if who is not None and who in by_author:
                found[place.zone_id, who] = by_author[who]
    return found, sum(by_author.values())


def add(parts: Iterable[Counter[Key]]) -> Counter[Key]:
    """Counters added up."""
    whole: Counter[Key] = Counter()
    for one in parts:
        whole.update(one)
    return whole


def _counter(row: Any, kinds: Iterable[str]) -> Figures:
    return Counter({name: row._mapping[name] for name in kinds})
