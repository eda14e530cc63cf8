"""The list of a day: shops put on it, one by one or by a plan, and taken off again."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.customers.models import Customer
from fieldvisit.features.visits.homes import around, home_at, new_visit, zone_at
from fieldvisit.features.visits.models import Visit
from fieldvisit.features.visits.rules import VISITORS, ContactMethod, Purpose
from fieldvisit.kernel.bundles import BundleKey
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, invalid
from fieldvisit.kernel.values import Args, Date, Id, TimeOfDay
from fieldvisit.kernel.work import Touching, Work

PLAN_DAYS = 92


@dataclass(frozen=True)
class Planned:
    """What is planned of a visit: its place in the day, when, why, how, and what may be wrong there (S11.2, S11.5)."""

    seq: int | None = None
    planned_time: str | None = None
    purpose: Purpose | None = None
    contact_method: ContactMethod | None = None
    suspected_problem: str | None = None
    plan_content: str | None = None


class PlanVisit(Args):
    """A visit to come: the shop, the day (Asia/Shanghai), and why."""

    id: Id
    customer_id: Id
    day: Date
    purpose: Purpose | None = None
    planned_time: TimeOfDay | None = None


def _planned(touching: Touching, args: PlanVisit) -> list[str | BundleKey]:
    return around(touching, args.customer_id, args.day)


@command("visits.plan_visit", "POST /visits/plan", needs=VISITORS, offline=True, touches=_planned)
def plan_visit(work: Work, args: PlanVisit) -> None:
    """Put a shop on the list of a day, up to a quarter ahead (S11.5)."""
    customer = work.find(Customer, args.customer_id, "customer_missing", "customer_reassigned")
    if not work.entry.day <= args.day <= work.entry.day + timedelta(days=PLAN_DAYS):
        raise invalid("day_invalid")
    if work.session.get(Visit, args.id) is not None:
        raise conflict("id_taken")
    put_on_list(
        work, args.id, customer, args.day, Planned(purpose=args.purpose, planned_time=args.planned_time)
    )
    work.result = {"id": args.id}


def put_on_list(work: Work, visit_id: str, customer: Customer, day: date, planned: Planned) -> None:
    """Put a shop on one's own list of a day, or say anew what is planned of a visit that has not begun.

    Raises Problem 409 `id_taken` where the id is that of another visit.
    """
    visit = work.get(Visit, visit_id)
    if visit is None:
        zone_id = zone_at(work.ahead, customer, work.entry.interval.likely)
        visit = new_visit(work, customer, zone_id, visit_id, day, home_at(work, zone_id, day))
        visit.state, visit.is_planned = "planned", True
        work.session.add(visit)
        work.emit("visits.planned", visit.bundle_id, visit_id=visit.id)
    elif (visit.visitor_id, visit.customer_id) != (work.user.id, customer.id):
        raise conflict("id_taken")
    if visit.state == "planned":
        for name, value in asdict(planned).items():
            setattr(visit, name, value)


def on_list(session: Session, visitor_id: str, day: date) -> set[str]:
    """The visits that stand on somebody's list of a day and have not begun."""
    waiting = (Visit.visitor_id == visitor_id) & (Visit.day == day) & (Visit.state == "planned")
    return set(session.scalars(select(Visit.id).where(waiting)))


def take_off_list(work: Work, visit_id: str, reason: str | None = None) -> None:
    """Cancel an own visit that was planned and has not begun; any other stays as it is."""
    visit = work.get(Visit, visit_id)
    if visit is not None and visit.visitor_id == work.user.id and visit.state == "planned":
        visit.state, visit.cancel_reason = "cancelled", reason
        work.emit("visits.cancelled", visit.bundle_id, visit_id=visit.id)
