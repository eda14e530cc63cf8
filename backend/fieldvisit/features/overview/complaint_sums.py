"""The sums behind the figures of opinions and complaints, over nothing but the cases and plans the reader may see."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from fieldvisit.features.cases.models import FeedbackCase, RectificationPlan
from fieldvisit.features.cases.rules import COMPLAINT, RATINGS
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.metrics import rules as metrics
from fieldvisit.features.org.models import Person, Route, Zone
from fieldvisit.kernel.clock import start_of
from fieldvisit.kernel.errors import missing
from fieldvisit.kernel.reports import Reading
from fieldvisit.kernel.users import Role

NOT_COUNTED = ("withdrawn", "joined")
VALID = ("true", "partly_true")
CONTENT_FROM = 4
TIMELINESS = ("in_time", "late", "unproven")
Tally = Counter[str]


@dataclass(frozen=True)
class Span:
    """A period with its moments; what falls due counts once its day is over, `due_before` is the end of the last such day."""

    period: metrics.Period
    begins: datetime
    ends: datetime
    due_before: datetime
    repeated_from: datetime

    @classmethod
    def of(cls, period: metrics.Period, on: date) -> "Span":
        """The span of a period as a day sees it."""
        after = period.last + timedelta(days=1)
        since = after - timedelta(days=metrics.REPEATED_WITHIN_DAYS)
        return cls(period, start_of(period.first), start_of(after), start_of(min(after, on)), start_of(since))

    def holds(self, moment: datetime | None) -> bool:
        """Whether a moment lies in the period."""
        return moment is not None and self.begins <= moment < self.ends

    def was_due(self, until: datetime | None) -> bool:
        """Whether a term that runs to the end of a day was over in the period; a day's end is the next one's first moment."""
        return until is not None and self.begins < until <= self.due_before


def zones(reading: Reading, zone_id: str | None) -> list[Zone]:
    """The zones he leads, at the complaint centre all, or the one he asks for; raises Problem 404 `zone_missing` for another."""
    his = reading.of("zones")
    if reading.principal.role != Role.COMPLAINT_CENTRE:
        his &= Zone.id.in_(reading.served("zone"))
    if zone_id is not None:
        his &= Zone.id == zone_id
    found = list(reading.session.scalars(select(Zone).where(his).order_by(Zone.code)))
    if zone_id is not None and not found:
        raise missing("zone_missing")
    return found


def names(reading: Reading) -> dict[str, str]:
    """What people are called, of those he may see."""
    return dict(reading.session.execute(select(Person.id, Person.name).where(reading.of("people"))).all())


def cases_of(reading: Reading, zone_ids: Iterable[str], span: Span) -> list[Any]:
    """The cases that count for something in a span; not those taken back, nor those joined to another."""
    received, due, told = FeedbackCase.received_at, FeedbackCase.handle_due_at, FeedbackCase.informed_at
    counts: ColumnElement[bool] = (received >= span.repeated_from) & (received < span.ends)
    counts |= (due > span.begins) & (due <= span.due_before)
    counts |= (told >= span.begins) & (told < span.ends)
    ratings = [getattr(FeedbackCase, name) for name in RATINGS]
    query = select(
        FeedbackCase.zone_id, FeedbackCase.handler_id, FeedbackCase.feedback_type, FeedbackCase.category,
        FeedbackCase.customer_id, received, due, told, FeedbackCase.verify_result, FeedbackCase.timeliness,
        *ratings,
    ).where(
        reading.of("feedback_cases"),
        FeedbackCase.zone_id.in_(zone_ids),
        FeedbackCase.state.not_in(NOT_COUNTED),
        counts,
    )  # fmt: skip
    return list(reading.session.execute(query))


def plans_of(reading: Reading, zone_ids: Iterable[str], span: Span) -> list[Any]:
    """The rectification plans due in a span, each with the zone and the handler of its case."""
    last = min(span.period.last, reading.on - timedelta(days=1))
    query = (
        select(
            FeedbackCase.zone_id,
            FeedbackCase.handler_id,
            RectificationPlan.state,
            RectificationPlan.timeliness,
        )
        .join(FeedbackCase, FeedbackCase.id == RectificationPlan.feedback_case_id)
        .where(
            reading.of("rectification_plans"),
            reading.of("feedback_cases"),
            FeedbackCase.zone_id.in_(zone_ids),
            RectificationPlan.due_on.between(span.period.first, last),
        )
    )
    return list(reading.session.execute(query))


def shops_of(reading: Reading, zone_ids: Iterable[str]) -> dict[str, int]:
    """Zone → its shops in status 有效."""
    query = (
        select(Route.zone_id, func.count())
        .join(Customer, Customer.route_id == Route.id)
        .where(
            reading.of("routes"),
            reading.of("customers"),
            Route.zone_id.in_(zone_ids),
            Customer.customer_status == metrics.ACTIVE,
        )
        .group_by(Route.zone_id)
    )
    return dict(reading.session.execute(query).all())


def count(cases: Iterable[Any], plans: Iterable[Any], span: Span) -> Tally:
    """What some cases and plans add up to."""
    tally, complaints = Tally(), []
    for case in cases:
        if case.feedback_type == COMPLAINT:
            complaints.append(case)
        if span.holds(case.received_at):
            tally["received"] += 1
            tally[case.feedback_type] += 1
            tally["valid"] += case.feedback_type == COMPLAINT and case.verify_result in VALID
        if span.holds(case.informed_at) and case.sat_time is not None:
            _rate(tally, case)
    for case in complaints:
        if span.was_due(case.handle_due_at):
            tally["due"] += 1
            tally[case.timeliness or "unreported"] += 1
    for plan in plans:
        tally["rectifications_due"] += 1
        tally["rectifications_in_time"] += plan.state == "closed" and plan.timeliness == "in_time"
    return tally + _repeated(complaints, span)


def _rate(tally: Tally, case: Any) -> None:
    tally["rated"] += 1
    tally["content"] += all(getattr(case, name) >= CONTENT_FROM for name in RATINGS)
    for name in RATINGS:
        tally[name] += getattr(case, name)


def _repeated(complaints: Iterable[Any], span: Span) -> Tally:
    """Shops that complained in the span, and of them those with a cause they had complained of before within 90 days of its end."""
    by_cause: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for case in complaints:
        if case.customer_id is not None and span.repeated_from <= case.received_at < span.ends:
            by_cause[case.customer_id, case.category].append(case.received_at)
    now = {key: moments for key, moments in by_cause.items() if max(moments) >= span.begins}
    complaining = {shop for shop, _ in now}
    repeated = {shop for (shop, _), moments in now.items() if len(moments) > 1}
    return Tally(shops_complaining=len(complaining), shops_repeated=len(repeated))


def grouped(cases: Iterable[Any], by: Callable[[Any], Any]) -> dict[Any, list[Any]]:
    """Rows by a key."""
    found: dict[Any, list[Any]] = defaultdict(list)
    for case in cases:
        found[by(case)].append(case)
    return found
