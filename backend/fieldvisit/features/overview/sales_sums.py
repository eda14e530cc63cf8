"""Sums of the sales book's rollups, by route and period, and the figures that follow from them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from fieldvisit.features.facts.models import SalesRollup
from fieldvisit.features.facts.rules import Sums
from fieldvisit.features.metrics import rules as metrics
from fieldvisit.features.overview.counts import Territory
from fieldvisit.kernel.reports import Reading

FIGURES = tuple(vars(Sums()))
WEEKS_A_YEAR = 52  # the same Monday a year before, as near as weeks allow

ByRoute = dict[tuple[str, date], Sums]


def periods(
    reading: Reading, places: Iterable[Territory], period: str, *, by_spec: bool = False
) -> Select[date]:
    """The weeks or months there are figures of, the last first; `by_spec` where they are known by spec."""
    routes = [route for place in places for route in place.route_ids]
    of_spec = SalesRollup.spec_id.is_not(None) if by_spec else SalesRollup.spec_id.is_(None)
    return (
        select(SalesRollup.starts_on)
        .where(reading.of("sales_rollups"), SalesRollup.route_id.in_(routes), SalesRollup.period == period, of_spec)
        .distinct()
        .order_by(SalesRollup.starts_on.desc())
    )  # fmt: skip


def last_period(
    reading: Reading, places: Iterable[Territory], period: str, *, by_spec: bool = False
) -> date | None:
    """The last week or month there are figures of."""
    return reading.session.scalar(periods(reading, places, period, by_spec=by_spec).limit(1))


def sums_of(reading: Reading, places: Iterable[Territory], period: str, days: Iterable[date]) -> ByRoute:
    """By route and period what was sold of all specs together."""
    return _sums(reading, places, period, days, SalesRollup.spec_id.is_(None)).get(None, {})


def sums_by_spec(
    reading: Reading, places: Iterable[Territory], period: str, days: Iterable[date]
) -> dict[str | None, ByRoute]:
    """By spec, route and period what was sold."""
    return _sums(reading, places, period, days, SalesRollup.spec_id.is_not(None))


def _sums(
    reading: Reading,
    places: Iterable[Territory],
    period: str,
    days: Iterable[date],
    of_specs: ColumnElement[bool],
) -> dict[str | None, ByRoute]:
    routes = [route for place in places for route in place.route_ids]
    keys = SalesRollup.spec_id, SalesRollup.route_id, SalesRollup.starts_on
    columns = [func.sum(getattr(SalesRollup, name)) for name in FIGURES]
    query = (
        select(*keys, *columns)
        .where(
            reading.of("sales_rollups"),
            SalesRollup.route_id.in_(routes),
            SalesRollup.period == period,
            SalesRollup.starts_on.in_(set(days)),
            of_specs,
        )
        .group_by(*keys)
    )
    found: dict[str | None, ByRoute] = {}
    for spec, route, day, *sums in reading.session.execute(query):
        found.setdefault(spec, {})[route, day] = Sums(*map(int, sums))
    return found


def joined(parts: Iterable[ByRoute]) -> ByRoute:
    """The sums of several specs, added up."""
    whole: ByRoute = {}
    for part in parts:
        for key, sums in part.items():
            whole[key] = _added([whole.get(key, Sums()), sums])
    return whole


def _added(parts: Iterable[Sums]) -> Sums:
    whole = Sums()
    for part in parts:
        for name in FIGURES:
            setattr(whole, name, getattr(whole, name) + getattr(part, name))
    return whole


def _compared(period: str, starts_on: date) -> tuple[date, date]:
    """The period before, and the same one last year."""
    earlier = metrics.before(period, metrics.period_of(period, starts_on)).first
    if period == "month":
        return earlier, starts_on.replace(year=starts_on.year - 1)
    return earlier, date.fromordinal(starts_on.toordinal() - 7 * WEEKS_A_YEAR)


def with_compared(period: str, days: Iterable[date]) -> set[date]:
    """The periods and those they are compared with."""
    return {day for one in days for day in (one, *_compared(period, one))}


def figures_of(sums: ByRoute, period: str, starts_on: date, routes: Iterable[str]) -> dict[str, Any]:
    """The fields of `SalesFigures` for some routes in one period."""
    here = list(routes)
    this, earlier, last_year = (
        _added(sums.get((route, day), Sums()) for route in here)
        for day in (starts_on, *_compared(period, starts_on))
    )
    return {
        "starts_on": starts_on,
        "demand_qty": this.demand_qty,
        "order_qty": this.order_qty,
        "amount": this.amount,
        "shops": this.shops,
        "fill_rate": metrics.fill_rate(this.order_qty, this.demand_qty),
        "fill_breadth": metrics.fill_breadth(this.filled_lines, this.lines),
        "purchase_breadth": metrics.purchase_breadth(this.ordered_lines, this.lines),
        "company_oos_rate": metrics.company_oos_rate(this.missed_lines, this.wanted_lines),
        "case_value": metrics.case_value(this.amount, this.order_qty),
        "before_qty": earlier.order_qty,
        "last_year_qty": last_year.order_qty,
        "yoy_growth": metrics.yoy_growth(this.order_qty, last_year.order_qty),
    }
