"""Opinions and complaints of a week or month: received, in time, how content shops were, put right; by zone, handler and cause (S12.11, S12.15–S12.19)."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal, get_args

from fieldvisit.features.cases.rules import COMPLAINT, RATINGS, Category
from fieldvisit.features.metrics import rules as metrics
from fieldvisit.features.overview.complaint_sums import (
    TIMELINESS,
    Span,
    Tally,
    cases_of,
    count,
    grouped,
    names,
    plans_of,
    shops_of,
    zones,
)
from fieldvisit.features.overview.reports import ZoneParams
from fieldvisit.kernel.reports import Reading, report
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Date, View

READERS = {Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER, Role.GENERAL_ADMIN, Role.COMPLAINT_CENTRE}


class ComplaintParams(ZoneParams):
    """The week or month that a day lies in; without a day the present one."""

    period: Literal["week", "month"] = "month"
    on: Date | None = None


class ComplaintRow(View):
    """The cases of all zones (`total`), of a zone, or of who handles them there (domain §3.5); without those taken back or joined.

    `received`, and of them `suggestions`, `queries`, `grumbles` and `complaints`, came in the period; of the complaints
    `valid_complaints` were found true or partly so, by now. `complaints_due` were to be handled by a day of the period
    before today: their results were reported in time, late, or maybe so (`complaints_unproven`), or not at all yet
    (`complaints_unreported`). `rated` cases were rated by their shops in the period, `content` of them with 4 or 5 four
    times; `sat_*` are the means of the ratings, 1 to 5. `complaint_rate` is valid complaints per 1,000 `shops` in status
    有效, for zones alone. `shops_complaining` complained in the period, `shops_repeated` of them of one cause twice or more
    in the 90 days to its end. `rectifications_due` were due on a day of the period before today.
    """

    level: Literal["total", "zone", "handler"]
    zone_id: str | None
    zone_name: str | None
    person_id: str | None
    person_name: str | None
    first_on: date
    last_on: date
    received: int
    suggestions: int
    queries: int
    grumbles: int
    complaints: int
    valid_complaints: int
    complaints_due: int
    complaints_in_time: int
    complaints_late: int
    complaints_unproven: int
    complaints_unreported: int
    complaint_timely_rate: float | None
    rated: int
    content: int
    complaint_satisfaction: float | None
    sat_time: float | None
    sat_manner: float | None
    sat_process: float | None
    sat_result: float | None
    shops: int | None
    complaint_rate: float | None
    shops_complaining: int
    shops_repeated: int
    repeat_complaint_rate: float | None
    rectifications_due: int
    rectifications_in_time: int
    rectification_closed: float | None


class ComplaintCauseRow(View):
    """The cases of all zones (`total`) or of a zone that came in the period about one cause; causes nobody spoke of are left out."""

    level: Literal["total", "zone"]
    zone_id: str | None
    zone_name: str | None
    category: Category
    first_on: date
    last_on: date
    received: int
    suggestions: int
    queries: int
    grumbles: int
    complaints: int
    valid_complaints: int


@report("complaints", row=ComplaintRow, readers=READERS)
def complaints(reading: Reading, params: ComplaintParams) -> list[ComplaintRow]:
    """What came in, was reported in time, how content shops were and what was put right, by zone and handler; never ranked.

    A case about somebody counts nowhere in what he reads. Raises Problem 404 `zone_missing` for a zone that is not his.
    """
    period = metrics.period_of(params.period, params.on or reading.on)
    span, places = Span.of(period, reading.on), zones(reading, params.zone_id)
    ids = [place.id for place in places]
    cases, plans = cases_of(reading, ids, span), plans_of(reading, ids, span)
    shops, people = shops_of(reading, ids), names(reading)

    def row(level: Any, whose: Iterable[Any], put_right: Iterable[Any], **more: Any) -> ComplaintRow:
        facts = {"zone_id": None, "zone_name": None, "person_id": None, "person_name": None, "shops": None}
        facts |= {"first_on": period.first, "last_on": period.last} | more
        return ComplaintRow(level=level, **facts, **_figures(count(whose, put_right, span), facts["shops"]))

    rows = [row("total", cases, plans, shops=sum(shops.values()))] if places else []
    cases_by = grouped(cases, lambda one: one.zone_id)
    plans_by = grouped(plans, lambda one: one.zone_id)
    for place in places:
        of_zone = {"zone_id": place.id, "zone_name": place.name}
        here, right = cases_by.get(place.id, []), plans_by.get(place.id, [])
        rows.append(row("zone", here, right, shops=shops.get(place.id, 0), **of_zone))
        handled = grouped(here, lambda one: one.handler_id)
        mended = grouped(right, lambda one: one.handler_id)
        # its market manager first, then by name: an order that says nothing of the figures
        for who in sorted(
            {*handled, *mended}, key=lambda one: (one != place.market_manager_id, people.get(one, ""), one)
        ):
            told = {"person_id": who, "person_name": people.get(who)} | of_zone
            rows.append(row("handler", handled.get(who, []), mended.get(who, []), **told))
    return rows


@report("complaint_causes", row=ComplaintCauseRow, readers=READERS)
def complaint_causes(reading: Reading, params: ComplaintParams) -> list[ComplaintCauseRow]:
    """What opinions and complaints were about, by cause, of all zones and of each.

    A case about somebody counts nowhere in what he reads. Raises Problem 404 `zone_missing` for a zone that is not his.
    """
    period = metrics.period_of(params.period, params.on or reading.on)
    span, places = Span.of(period, reading.on), zones(reading, params.zone_id)
    cases = cases_of(reading, [place.id for place in places], span)
    by_zone = grouped(cases, lambda one: one.zone_id)
    parts: list[tuple[Any, str | None, str | None, list[Any]]] = [("total", None, None, cases)]
    parts += [("zone", place.id, place.name, by_zone.get(place.id, [])) for place in places]
    rows = []
    for level, zone_id, name, found in parts:
        by_cause = grouped(found, lambda one: one.category)
        for category in get_args(Category):
            tally = count(by_cause.get(category, []), (), span)
            if tally["received"]:
                rows.append(
                    ComplaintCauseRow(
                        level=level,
                        zone_id=zone_id,
                        zone_name=name,
                        category=category,
                        first_on=period.first,
                        last_on=period.last,
                        **_received(tally),
                    )
                )
    return rows


def _received(tally: Tally) -> dict[str, int]:
    return {
        "received": tally["received"],
        "suggestions": tally["suggestion"],
        "queries": tally["query"],
        "grumbles": tally["grumble"],
        "complaints": tally[COMPLAINT],
        "valid_complaints": tally["valid"],
    }


def _figures(tally: Tally, shops: int | None) -> dict[str, Any]:
    counted = ("rated", "content", "shops_complaining", "shops_repeated", "rectifications_due", "rectifications_in_time")  # fmt: skip
    return {
        **_received(tally),
        "complaints_due": tally["due"],
        **{f"complaints_{name}": tally[name] for name in (*TIMELINESS, "unreported")},
        **{name: tally[name] for name in counted},
        **{name: metrics.rating_mean(tally[name], tally["rated"]) for name in RATINGS},
        "complaint_timely_rate": metrics.complaint_timely_rate(tally["in_time"], tally["due"]),
        "complaint_satisfaction": metrics.complaint_satisfaction(tally["content"], tally["rated"]),
        "complaint_rate": None if shops is None else metrics.complaint_rate(tally["valid"], shops),
        "repeat_complaint_rate": metrics.repeat_complaint_rate(
            tally["shops_repeated"], tally["shops_complaining"]
        ),
        "rectification_closed": metrics.rectification_closed(
            tally["rectifications_in_time"], tally["rectifications_due"]
        ),
    }
