"""What was wanted and sold: by zone and account manager, through time, and by price class and spec (S2.14)."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import select

from fieldvisit.features.catalogue.models import ProductSpec
from fieldvisit.features.facts.rules import MONTHS_KEPT
from fieldvisit.features.metrics import rules as metrics
from fieldvisit.features.overview.counts import Territory, territories
from fieldvisit.features.overview.reports import LEADERS, Level, ZoneParams
from fieldvisit.features.overview.sales_sums import (
    ByRoute,
    figures_of,
    joined,
    last_period,
    periods,
    sums_by_spec,
    sums_of,
    with_compared,
)
from fieldvisit.kernel.reports import Reading, report
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Date, View

READERS = LEADERS | {Role.ACCOUNT_MANAGER}
PERIODS = Literal["week", "month"]


class SalesParams(ZoneParams):
    """Weeks or months; `starts_on` is the one that is meant, without it the last there are figures of."""

    period: PERIODS = "month"
    starts_on: Date | None = None


class TrendParams(ZoneParams):
    """Weeks or months, and how many of the last."""

    period: PERIODS = "month"
    count: Annotated[int, Field(ge=1, le=60)] = MONTHS_KEPT


class SalesFigures(View):
    """Cartons wanted and ordered, their amount in fen, shops that ordered, and what follows from it (domain §3.5).

    `shops` is null where specs are added up, for a shop may have ordered several. `before_qty` is what was ordered in the period before, `last_year_qty` in the same period last year.
    """

    starts_on: date
    demand_qty: int
    order_qty: int
    amount: int
    shops: int | None
    fill_rate: float | None
    fill_breadth: float | None
    purchase_breadth: float | None
    company_oos_rate: float | None
    case_value: int | None
    before_qty: int
    last_year_qty: int
    yoy_growth: float | None


class SalesByPlaceRow(SalesFigures):
    """The sales of all zones (`total`), a zone, or the routes of an account manager in it, in one period."""

    level: Level
    zone_id: str | None
    zone_name: str | None
    person_id: str | None
    person_name: str | None
    routes: list[str]


class SalesTrendRow(SalesFigures):
    """The sales of one period, of all zones he leads or of one."""


class SalesBySpecRow(SalesFigures):
    """The sales of a price class (`spec_id` null) or a spec in one period, and its share of all cartons."""

    price_class: int
    spec_id: str | None
    spec_code: str | None
    spec_name: str | None
    structure_share: float | None


@report("sales_by_place", row=SalesByPlaceRow, readers=READERS)
def sales_by_place(reading: Reading, params: SalesParams) -> list[SalesByPlaceRow]:
    """Demand, orders and amounts by zone and account manager, in the order of zones and routes, never ranked.

    Raises Problem 404 `zone_missing` for a zone that is not his.
    """
    places = territories(reading, params.zone_id)
    starts_on = params.starts_on or last_period(reading, places, params.period)
    if starts_on is None:
        return []
    sums = sums_of(reading, places, params.period, with_compared(params.period, [starts_on]))
    led = reading.served("zone")
    rows = []
    for place in places:
        if place.zone_id in led:
            rows.append(_by_place(sums, params.period, starts_on, "zone", place.route_ids, place))
        rows += [
            _by_place(
                sums, params.period, starts_on, "account_manager", party.route_ids, place,
                person_id=party.person_id, person_name=party.name, routes=party.routes,
            )
            for party in place.parties
        ]  # fmt: skip
    everywhere = [route for place in places for route in place.route_ids]
    total = _by_place(sums, params.period, starts_on, "total", everywhere, None)
    return [total, *rows] if led else rows


@report("sales_trend", row=SalesTrendRow, readers=READERS)
def sales_trend(reading: Reading, params: TrendParams) -> list[SalesTrendRow]:
    """The last weeks or months, oldest first; raises Problem 404 `zone_missing` for a zone that is not his."""
    places = territories(reading, params.zone_id)
    known = periods(reading, places, params.period).limit(params.count)
    days = sorted(reading.session.scalars(known))
    sums = sums_of(reading, places, params.period, with_compared(params.period, days))
    routes = [route for place in places for route in place.route_ids]
    return [SalesTrendRow(**figures_of(sums, params.period, one, routes)) for one in days]


@report("sales_by_spec", row=SalesBySpecRow, readers=READERS)
def sales_by_spec(reading: Reading, params: SalesParams) -> list[SalesBySpecRow]:
    """Each price class with its specs, as far as sales are known by spec (S2.4).

    Raises Problem 404 `zone_missing` for a zone that is not his.
    """
    places = territories(reading, params.zone_id)
    starts_on = params.starts_on or last_period(reading, places, params.period, by_spec=True)
    if starts_on is None:
        return []
    routes = [route for place in places for route in place.route_ids]
    days = with_compared(params.period, [starts_on])
    specs = reading.session.scalars(
        select(ProductSpec).where(reading.of("product_specs")).order_by(ProductSpec.price_class, ProductSpec.spec_code)
    ).all()  # fmt: skip
    sums = sums_by_spec(reading, places, params.period, days)
    known = [(spec, sums.get(spec.id, {})) for spec in specs]
    found = [(spec, each) for spec, each in known if any(key[1] == starts_on for key in each)]
    whole = joined(each for _, each in found)
    everything = figures_of(whole, params.period, starts_on, routes)["order_qty"]
    rows = []
    for number in sorted({spec.price_class for spec, _ in found}):
        inner = [(spec, each) for spec, each in found if spec.price_class == number]
        for spec, each in [(None, joined(each for _, each in inner)), *inner]:
            figures = figures_of(each, params.period, starts_on, routes)
            figures["shops"] = figures["shops"] if spec else None
            rows.append(
                SalesBySpecRow(
                    price_class=number,
                    spec_id=spec and spec.id,
                    spec_code=spec and spec.spec_code,
                    spec_name=spec and spec.name,
                    structure_share=metrics.structure_share(figures["order_qty"], everything),
                    **figures,
                )
            )
    return rows


def _by_place(
    sums: ByRoute,
    period: str,
    starts_on: date,
    level: Level,
    route_ids: list[str],
    place: Territory | None,
    **party: Any,
) -> SalesByPlaceRow:
    nobody: dict[str, Any] = {"person_id": None, "person_name": None, "routes": []}
    return SalesByPlaceRow(
        level=level,
        zone_id=place and place.zone_id,
        zone_name=place and place.name,
        **(nobody | party),
        **figures_of(sums, period, starts_on, route_ids),
    )
