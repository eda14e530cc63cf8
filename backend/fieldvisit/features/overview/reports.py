"""The figures of zones: what shops there are, and what has been done there, for whoever leads them (S1.12)."""

from typing import Annotated, Literal

from pydantic import Field

from fieldvisit.features.metrics import rules as metrics
from fieldvisit.features.overview.counts import (
    Figures,
    Party,
    Territory,
    add,
    count_held,
    count_shops,
    count_visits,
    territories,
)
from fieldvisit.features.overview.structure import Dimension, count_structure
from fieldvisit.kernel.reports import Params, Reading, report
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Id, View

OF_SHOPS = (
    "shops",
    "new_shops",
    "suspended_shops",
    "invalid_shops",
    "key_shops",
    "sample_shops",
    "watched_shops",
    "long_unvisited",
    "suggestions_open",
    "held_open",
)
OF_VISITS = (
    "today_planned",
    "today_done",
    "week_planned",
    "week_done",
    "month_planned",
    "month_done",
    "visited_shops",
    "sample_unvisited",
    "outside",
    "unsettled",
)
Level = Literal["total", "zone", "account_manager", "others"]
LEADERS = {Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER, Role.GENERAL_ADMIN}


class ZoneParams(Params):
    """One of the zones he leads, or all of them."""

    zone_id: Id | None = None


class OverviewParams(ZoneParams):
    """And after how many days without a visit a shop counts as long unvisited."""

    unvisited_days: Annotated[int, Field(ge=1, le=366)] = metrics.LONG_UNVISITED_DAYS


class ZoneOverviewRow(View):
    """The figures of all zones (`total`), a zone, an account manager in it, or of others who visited there.

    `shops`, and what is said of them, are those in status 有效 (02), where not named otherwise. Visits are counted by
    their visitor in the zone they lie in; `*_planned` are visits that were planned for the period, `*_done` all that
    were completed, `visited_shops` shops with a completed visit this month. `outside` are this month's visits whose
    place was judged outside, `unsettled` those with a flag that is not explained and answered yet. `sample_unvisited`
    are sample shops without a valid visit this month: completed, and free of a flag that was not accepted
    (domain §2.9). `suggestions_open` and `held_open` wait for a decision; held entries count for the
    author's present post, and in the total whoever wrote them. A figure over rows that the reader's role
    does not read is null.
    """

    level: Level
    zone_id: str | None
    zone_name: str | None
    person_id: str | None
    person_name: str | None
    routes: list[str]
    shops: int
    new_shops: int
    suspended_shops: int
    invalid_shops: int
    key_shops: int
    sample_shops: int
    watched_shops: int
    long_unvisited: int
    today_planned: int | None
    today_done: int | None
    week_planned: int | None
    week_done: int | None
    month_planned: int | None
    month_done: int | None
    visit_plan_completion: float | None
    visited_shops: int | None
    visit_coverage: float | None
    sample_unvisited: int | None
    outside: int | None
    unsettled: int | None
    suggestions_open: int
    held_open: int


class StructureRow(View):
    """How many shops of a zone (`zone_id` null: of all) have a value of a dimension.

    Of status all shops are counted, of every other dimension those in status 有效 (02). `customer_class` is
    format, market type and size together, as `Z/C/1`; a value that is not known is null.
    """

    zone_id: str | None
    zone_name: str | None
    dimension: Dimension
    value: str | None
    shops: int


@report("zone_overview", row=ZoneOverviewRow, readers=LEADERS)
def zone_overview(reading: Reading, params: OverviewParams) -> list[ZoneOverviewRow]:
    """Shops, visits and what is open, by zone and account manager.

    In the order of zones and routes, never ranked. Raises Problem 404 `zone_missing` for a zone he does not lead.
    """
    places = territories(reading, params.zone_id)
    shops = count_shops(reading, places, params.unvisited_days)
    visits = count_visits(reading, places)
    held, all_held = count_held(reading, places)
    rows: list[ZoneOverviewRow] = []
    totals: list[Figures] = []
    for place in places:
        inner: list[tuple[Figures, ZoneOverviewRow]] = []
        for party in place.parties:
            figures = add(shops[route] for route in party.route_ids if route in shops)
            if party.person_id is not None:
                figures.update(visits.pop((place.zone_id, party.person_id), {}))
                figures["held_open"] = held.get((place.zone_id, party.person_id), 0)
            inner.append((figures, _row(reading, "account_manager", figures, place, party)))
        others = add(found for (zone_id, _), found in visits.items() if zone_id == place.zone_id)
        if any(others.values()):
            inner.append((others, _row(reading, "others", others, place)))
        zone = add(figures for figures, _ in inner)
        zone["held_open"] += held.get((place.zone_id, place.manager_id), 0)
        rows += [_row(reading, "zone", zone, place), *(row for _, row in inner)]
        totals.append(zone)
    total = add(totals)
    total["held_open"] = all_held
    return [_row(reading, "total", total), *rows]


def _row(
    reading: Reading,
    level: Level,
    figures: Figures,
    place: Territory | None = None,
    party: Party | None = None,
) -> ZoneOverviewRow:
    seen = reading.reads("visits")
    completion = metrics.visit_plan_completion(figures["month_planned_done"], figures["month_planned"])
    coverage = metrics.visit_coverage(figures["visited_shops"], figures["shops"])
    return ZoneOverviewRow(
        level=level,
        zone_id=place.zone_id if place else None,
        zone_name=place.name if place else None,
        person_id=party.person_id if party else None,
        person_name=party.name if party else None,
        routes=party.routes if party else [],
        **{name: figures[name] for name in OF_SHOPS},
        **{name: figures[name] if seen else None for name in OF_VISITS},
        visit_plan_completion=completion if seen else None,
        visit_coverage=coverage if seen else None,
    )


@report("shop_structure", row=StructureRow, readers=LEADERS)
def shop_structure(reading: Reading, params: ZoneParams) -> list[StructureRow]:
    """Shops by class, status, credit level and grade band, for each zone and for all (S1.12).

    Raises Problem 404 `zone_missing` for a zone he does not lead.
    """
    places = territories(reading, params.zone_id)
    by_zone = {place.zone_id: count_structure(reading, place) for place in places}
    whole = add(by_zone.values())
    parts = [(None, None, whole), *((place.zone_id, place.name, by_zone[place.zone_id]) for place in places)]
    return [
        StructureRow(zone_id=zone_id, zone_name=name, dimension=dimension, value=value, shops=shops)
        for zone_id, name, found in parts
        for (dimension, value), shops in sorted(
            found.items(), key=lambda item: (item[0][0], item[0][1] is None, item[0][1] or "")
        )
    ]
