"""Plans and visits of a week or month: what was planned, what came of it, how it compares with the time before (S11.12)."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import select

from fieldvisit.features.customers.models import Customer
from fieldvisit.features.metrics import rules as metrics
from fieldvisit.features.org.models import Person
from fieldvisit.features.overview.counts import Territory, territories
from fieldvisit.features.overview.reports import ZoneParams
from fieldvisit.features.plans.models import VisitPlan
from fieldvisit.features.service.standards import frequencies
from fieldvisit.features.visits.models import Visit, VisitAnomaly
from fieldvisit.kernel.reports import Reading, report
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Date, View

READERS = {Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER}
IN_FORCE = ("approved", "evaluated")
Who = Literal["total", "zone", "market_manager", "account_manager"]


class FieldParams(ZoneParams):
    """The week or month that a day lies in; without a day the present one."""

    period: Literal["week", "month"] = "month"
    on: Date | None = None


class FieldRow(View):
    """The visits of all zones (`total`), a zone, its market manager, or an account manager in it (domain §3.5).

    `planned` were planned for the period and not cancelled, `planned_done` were completed of them, `visits` all that
    were completed, at `visited_shops` shops of the routes, which have `shops` in status 有效. `target_count` is how many
    shops the month's plan wants visited. `attained_shops` were visited in the month as often as their size asks.
    `doubted` have an anomaly that is not accepted. What ends in `_before` is of the period before.
    Of a week `month_visit_progress` and `frequency_attainment` are null.
    """

    level: Who
    zone_id: str | None
    zone_name: str | None
    person_id: str | None
    person_name: str | None
    first_on: date
    last_on: date
    planned: int
    planned_done: int
    visit_plan_completion: float | None
    visit_plan_completion_before: float | None
    visits: int
    visits_before: int
    target_count: int | None
    month_visit_progress: float | None
    shops: int
    visited_shops: int
    visit_coverage: float | None
    visit_coverage_before: float | None
    attained_shops: int | None
    frequency_attainment: float | None
    doubted: int
    valid_visit_rate: float | None
    field_hours: float
    field_hours_before: float


@dataclass
class Tally:
    """What was planned and done in a period."""

    planned: int = 0
    planned_done: int = 0
    visits: int = 0
    doubted: int = 0
    stays: list[timedelta] = field(default_factory=list)
    by_shop: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(*(getattr(self, name) + getattr(other, name) for name in vars(self)))


@dataclass(frozen=True)
class Group:
    """Whose visits a row is about: those of one visitor in the zones, or of all (None), and which routes they are measured by."""

    level: Who
    zones: list[Territory]
    route_ids: list[str]
    visitor_id: str | None = None

    def holds(self, zone_id: str, visitor_id: str) -> bool:
        """Whether a visit in a zone is among them."""
        here = zone_id in {zone.zone_id for zone in self.zones}
        return here and self.visitor_id in (None, visitor_id)


@report("field_visits", row=FieldRow, readers=READERS)
def field_visits(reading: Reading, params: FieldParams) -> list[FieldRow]:
    """Plan completion, progress of the month, coverage, frequency, validity and hours, by zone and person, never ranked.

    An account manager has his own. Raises Problem 404 `zone_missing` for a zone that is not his.
    """
    period = metrics.period_of(params.period, params.on or reading.on)
    places = territories(reading, params.zone_id)
    groups = groups_of(reading, places)
    now = tallies(reading, places, period, groups)
    before = tallies(reading, places, metrics.before(params.period, period), groups)
    shops, targets = (
        shops_of(reading, places),
        targets_of(reading, period) if params.period == "month" else {},
    )
    names = dict(reading.session.execute(select(Person.id, Person.name).where(reading.of("people"))).all())
    rows = []
    for group, this, last in zip(groups, now, before, strict=True):
        here = {shop_id: wanted for route in group.route_ids for shop_id, wanted in shops[route].items()}
        place = group.zones[0] if group.level != "total" else None
        rows.append(
            FieldRow(
                level=group.level,
                zone_id=place and place.zone_id,
                zone_name=place and place.name,
                person_id=group.visitor_id,
                person_name=names.get(group.visitor_id) if group.visitor_id else None,
                first_on=period.first,
                last_on=period.last,
                **figures(this, last, here, targets.get(group.visitor_id)),
                **frequency(this, here, counts=params.period == "month" and group.level != "market_manager"),
            )
        )
    return rows


def groups_of(reading: Reading, places: list[Territory]) -> list[Group]:
    """Whose visits the reader is told of: all, zones, their market managers and account managers; else his own."""
    led = reading.served("zone")
    groups = []
    if led:
        groups.append(Group("total", places, [route for place in places for route in place.route_ids]))
    for place in places:
        leads = place.zone_id in led
        if leads:
            groups.append(Group("zone", [place], place.route_ids))
        if leads and place.manager_id:
            groups.append(Group("market_manager", [place], place.route_ids, place.manager_id))
        groups += [
            Group("account_manager", [place], party.route_ids, party.person_id)
            for party in place.parties
            if party.person_id and (leads or party.person_id == reading.principal.user.id)
        ]
    return groups


def tallies(
    reading: Reading, places: list[Territory], period: metrics.Period, groups: list[Group]
) -> list[Tally]:
    """What each group planned and did in a period."""
    doubted = set(
        reading.session.scalars(
            select(VisitAnomaly.id).where(
                reading.of("visit_anomalies"),
                VisitAnomaly.state != "accepted",
                VisitAnomaly.day.between(period.first, period.last),
            )
        )
    )
    made = select(
        Visit.id, Visit.zone_id, Visit.visitor_id, Visit.customer_id, Visit.is_planned, Visit.state,
        Visit.check_in_at, Visit.check_out_at,
    ).where(
        reading.of("visits"),
        Visit.zone_id.in_([place.zone_id for place in places]),
        Visit.day.between(period.first, period.last),
        Visit.state != "cancelled",
    )  # fmt: skip
    by_visitor: dict[tuple[str, str], Tally] = defaultdict(Tally)
    for row in reading.session.execute(made):
        _count(by_visitor[row.zone_id, row.visitor_id], row, is_doubted=row.id in doubted)
    return [
        sum((tally for whose, tally in by_visitor.items() if group.holds(*whose)), Tally())
        for group in groups
    ]


def _count(tally: Tally, visit: Any, *, is_doubted: bool) -> None:
    is_done = visit.state == "completed"
    tally.planned += visit.is_planned
    tally.planned_done += visit.is_planned and is_done
    if is_done:
        tally.visits += 1
        tally.doubted += is_doubted
        tally.by_shop[visit.customer_id] += 1
        if visit.check_in_at and visit.check_out_at:
            tally.stays.append(max(visit.check_out_at - visit.check_in_at, timedelta()))


def shops_of(reading: Reading, places: Iterable[Territory]) -> dict[str, dict[str, int]]:
    """Route → its shops in status 有效 → how often each is to be visited in a month."""
    found: dict[str, dict[str, int]] = {route: {} for place in places for route in place.route_ids}
    active = select(Customer.id, Customer.route_id, Customer.business_size, Customer.is_watched).where(
        reading.of("customers"), Customer.route_id.in_(found), Customer.customer_status == metrics.ACTIVE
    )
    standards = frequencies(reading.session, reading.principal.user.department_id)
    for shop_id, route_id, size, is_watched in reading.session.execute(active):
        found[route_id][shop_id] = metrics.visits_wanted(standards, size, is_watched)
    return found


def targets_of(reading: Reading, month: metrics.Period) -> dict[str | None, int]:
    """How many shops each wants to visit by his month's plan in force."""
    planned = select(VisitPlan.author_id, VisitPlan.target_count).where(
        reading.of("visit_plans"),
        VisitPlan.horizon == "month",
        VisitPlan.first_on == month.first,
        VisitPlan.state.in_(IN_FORCE),
    )
    return {author: count for author, count in reading.session.execute(planned) if count is not None}


def figures(this: Tally, last: Tally, shops: dict[str, int], target: int | None) -> dict[str, Any]:
    """The figures of a period beside those of the one before, over the shops of some routes."""
    visited = len(this.by_shop.keys() & shops.keys())
    return {
        "planned": this.planned,
        "planned_done": this.planned_done,
        "visit_plan_completion": metrics.visit_plan_completion(this.planned_done, this.planned),
        "visit_plan_completion_before": metrics.visit_plan_completion(last.planned_done, last.planned),
        "visits": this.visits,
        "visits_before": last.visits,
        "target_count": target,
        "month_visit_progress": metrics.month_visit_progress(len(this.by_shop), target or 0),
        "shops": len(shops),
        "visited_shops": visited,
        "visit_coverage": metrics.visit_coverage(visited, len(shops)),
        "visit_coverage_before": metrics.visit_coverage(len(last.by_shop.keys() & shops.keys()), len(shops)),
        "doubted": this.doubted,
        "valid_visit_rate": metrics.valid_visit_rate(this.doubted, this.visits),
        "field_hours": metrics.field_hours(this.stays),
        "field_hours_before": metrics.field_hours(last.stays),
    }


def frequency(this: Tally, shops: dict[str, int], *, counts: bool) -> dict[str, Any]:
    """How many of the shops were visited as often as wanted; nothing where it does not count."""
    attained = sum(this.by_shop[shop_id] >= wanted for shop_id, wanted in shops.items())
    return {
        "attained_shops": attained if counts else None,
        "frequency_attainment": metrics.frequency_attainment(attained, len(shops)) if counts else None,
    }
