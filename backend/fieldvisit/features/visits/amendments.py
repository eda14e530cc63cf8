"""A visit recorded at the wrong shop: put right by an amendment, which keeps what was said first."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.customers.models import CUSTOMER, Customer
from fieldvisit.features.visits.anomalies import judge_anew
from fieldvisit.features.visits.arrivals import judge_place
from fieldvisit.features.visits.digests import drop_digest, tell_file
from fieldvisit.features.visits.homes import home_of
from fieldvisit.features.visits.models import (
    StockReading,
    Visit,
    VisitAmendment,
    VisitAnomaly,
    VisitAnswers,
    VisitComment,
)
from fieldvisit.features.visits.rules import VISITORS, may_record
from fieldvisit.features.visits.sight import own_visit
from fieldvisit.kernel.attachments import Attachment
from fieldvisit.kernel.bundles import Bundle, BundleKey
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import invalid, not_now
from fieldvisit.kernel.values import Args, Id, Line
from fieldvisit.kernel.work import Touching, Work
from fieldvisit.kernel.workflow import FlowStep

# What belongs to a visit, and the column that says so.
PARTS: tuple[tuple[type[Any], Any], ...] = (
    (VisitAnswers, VisitAnswers.id),
    (VisitAnomaly, VisitAnomaly.id),
    (VisitComment, VisitComment.visit_id),
    (VisitAmendment, VisitAmendment.visit_id),
    (FlowStep, FlowStep.entity_id),
    (Attachment, Attachment.owner_id),
)


class CorrectShop(Args):
    """The shop a visit was really made at, and how it came that another was recorded."""

    visit_id: Id
    customer_id: Id
    reason: Line


def _around(touching: Touching, args: CorrectShop) -> list[str | BundleKey]:
    visit, customer = touching.get(Visit, args.visit_id), touching.get(Customer, args.customer_id)
    if visit is None or customer is None or visit.came_at is None:
        return []
    home = home_of(touching.ahead, visit.visitor_id, customer, visit.day, visit.came_at)
    files = [CUSTOMER.of(customer=row_id).text for row_id in (visit.customer_id, customer.id)]
    return [home, *files, *touching.bundle_of(Visit, visit.id)]


@command(
    "visits.correct_shop",
    "POST /visits/{visit_id}/correct-shop",
    needs=VISITORS,
    offline=True,
    in_person=True,
    touches=_around,
)
def correct_shop(work: Work, args: CorrectShop) -> None:
    """Say that an own visit was made at another shop than was recorded (S18.1: what was said stays, with its amendment).

    Notes, answers, stock and photos go along; the place is judged anew; a planned shop stands on the day's list again.
    """
    visit = own_visit(work, args.visit_id)
    if not may_record(visit.state) or visit.came_at is None:
        raise not_now("visit_not_open")
    customer = work.find(Customer, args.customer_id, "customer_missing", "customer_reassigned")
    if customer.id == visit.customer_id:
        raise invalid("shop_is_the_same")
    home = work.bundle(home_of(work.ahead, visit.visitor_id, customer, visit.day, visit.came_at))
    wrong = work.session.get_one(Customer, visit.customer_id)
    _remember(work, visit, customer, args.reason, home)
    if visit.is_planned and visit.day == work.entry.day:
        _plan_again(work, visit, wrong)
    drop_digest(work, visit)
    work.session.flush()
    visit.customer_id, visit.shop_name, visit.is_planned = customer.id, customer.shop_name, False
    _move(work.session, visit, home)
    for reading in work.session.scalars(select(StockReading).where(StockReading.visit_id == visit.id)):
        reading.customer_id, reading.bundle_id = customer.id, customer.bundle_id
    judge_place(visit, customer)
    judge_anew(work, visit)
    if visit.state == "completed":
        tell_file(work, visit)
    work.emit("visits.shop_corrected", home.id, visit_id=visit.id, customer_id=customer.id)


def _remember(work: Work, visit: Visit, customer: Customer, reason: str, home: Bundle) -> None:
    work.session.add(
        VisitAmendment(
            id=work.id("amendment"),
            visit_id=visit.id,
            from_customer_id=visit.customer_id,
            to_customer_id=customer.id,
            from_shop_name=visit.shop_name,
            to_shop_name=customer.shop_name,
            reason=reason,
            author_id=work.user.id,
            made_at=work.entry.stated_at,
            bundle_id=home.id,
        )
    )


def _plan_again(work: Work, visit: Visit, wrong: Customer) -> None:
    """The shop that was not visited after all waits on the list as it did before."""
    work.session.add(
        Visit(
            id=work.id("planned again"),
            customer_id=wrong.id,
            shop_name=wrong.shop_name,
            visitor_id=visit.visitor_id,
            zone_id=visit.zone_id,
            day=visit.day,
            state="planned",
            is_planned=True,
            seq=visit.seq,
            planned_time=visit.planned_time,
            purpose=visit.purpose,
            responsibility_tags=[],
            is_late_scope=False,
            bundle_id=visit.bundle_id,
        )
    )


def _move(session: Session, visit: Visit, home: Bundle) -> None:
    """Into the bundle of the zone the right shop was in, with all that belongs to the visit."""
    visit.bundle_id = home.id
    visit.zone_id = home.key.split(":")[2]
    for model, column in PARTS:
        for row in session.scalars(select(model).where(column == visit.id)):
            row.bundle_id = home.id
