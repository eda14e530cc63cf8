"""What about a visit wants an explanation: found here, explained by the visitor, answered by his superior (domain §2.9).

A flag is a question and no verdict: nothing is punished by itself, and an accepted explanation clears the visit.
"""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.customers.datums import to_wgs84
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.org.lines import superiors
from fieldvisit.features.questionnaires.rules import unanswered
from fieldvisit.features.visits.checklists import asked_at
from fieldvisit.features.visits.collections import VisitAnomalyView
from fieldvisit.features.visits.models import Visit, VisitAnomaly, VisitAnswers
from fieldvisit.features.visits.rules import VISITORS, Flags, Stop, datum, speed_kmh, visit_flags
from fieldvisit.kernel.ahead import Ahead
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.deadlines import deadline, drop
from fieldvisit.kernel.errors import not_now, out_of_scope
from fieldvisit.kernel.intervals import span
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, Id, Prose
from fieldvisit.kernel.work import Touching, Work
from fieldvisit.kernel.workflow import Step, workflow

ANSWER = deadline("visit_anomaly.answer", 2, "working_day", remind_hours=16)
SAME_TRIP = timedelta(hours=12)


def deciders(session: Session, row: VisitAnomaly) -> Iterable[str]:
    """Who answers: the market manager of the zone for his account managers, the department manager for him."""
    return superiors(session, row.author_id, session.get_one(Visit, row.id).zone_id)


FLOW = workflow(
    "visit_anomalies",
    VisitAnomaly,
    path="/visit_anomalies",
    view=VisitAnomalyView,
    deciders=deciders,
    authors=VISITORS,
    deciding={Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER},
    due=ANSWER,
    steps=(
        Step("accept", ("submitted",), "accepted", "decider", "Accept the explanation: the visit counts.", "optional", is_decision=True),
        Step("invalidate", ("submitted",), "invalid", "decider", "Let the visit not count as a valid one, with the reason.", "needed", is_decision=True),
        Step("return", ("submitted",), "returned", "decider", "Ask for more, and say what.", "needed", is_decision=True),
    ),
)  # fmt: skip


class Explain(Args):
    """The visitor's word on what was flagged."""

    id: Id
    explanation: Prose


def _of_visit(touching: Touching, args: Explain) -> list[str]:
    return touching.bundle_of(VisitAnomaly, args.id)


@command(
    "visit_anomalies.explain",
    "POST /visit_anomalies/{id}/explain",
    needs=VISITORS,
    offline=True,
    in_person=True,
    touches=_of_visit,
)
def explain(work: Work, args: Explain) -> None:
    """Explain what was flagged about an own visit (state machine 13); an answer is due in two working days."""
    row = work.find(VisitAnomaly, args.id, "visit_anomalies_missing", "visit_anomalies_not_yours")
    if row.author_id != work.user.id:
        raise out_of_scope("step_not_yours")
    if row.state not in ("open", "withdrawn", "returned"):
        raise not_now("step_not_now")
    row.explanation = args.explanation
    FLOW.submit(work, row)


def judge(work: Work, visit: Visit) -> None:
    """Flag what the visit as it stands shows; a word already given on the place goes along as the explanation."""
    if visit.contact_method != "in_person":
        return
    flag(work, visit, _flags(work, visit))


def judge_anew(work: Work, visit: Visit) -> None:
    """After an amendment: what no longer holds of the place is dropped; an anomaly without a flag left is none."""
    row = work.session.get(VisitAnomaly, visit.id)
    if row is not None:
        row.customer_id = visit.customer_id
        row.flags = {name: found for name, found in row.flags.items() if name != "far_from_shop"}
        if not row.flags:
            drop(work.session, ANSWER, row.id, work.entry.received_at)
            work.session.delete(row)
            work.session.flush()
    judge(work, visit)


def flag(work: Work, visit: Visit, flags: Flags) -> None:
    """Add flags found while an entry is carried out."""
    row = add_flags(work.ahead, visit, flags)
    if row is None:
        return
    if row.state == "open" and set(row.flags) == {"far_from_shop"} and visit.place_note:
        row.explanation = visit.place_note
        FLOW.submit(work, row)
    work.emit("visits.flagged", visit.bundle_id, visit_id=visit.id)


def add_flags(ahead: Ahead, visit: Visit, flags: Flags) -> VisitAnomaly | None:
    """The visit's anomaly with flags it did not have, or None where all are known; a new one reopens what was answered."""
    if not flags:
        return None
    row = ahead.get(VisitAnomaly, visit.id)
    fresh = {name: found for name, found in flags.items() if row is None or name not in row.flags}
    if not fresh:
        return None
    if row is None:
        row = VisitAnomaly(
            id=visit.id,
            author_id=visit.visitor_id,
            customer_id=visit.customer_id,
            day=visit.day,
            flags={},
            state="open",
            bundle_id=visit.bundle_id,
        )
        ahead.session.add(row)
    row.flags = row.flags | fresh
    if row.state in ("accepted", "invalid"):
        row.state = "open"
    return row


def _flags(work: Work, visit: Visit) -> Flags:
    customer = work.session.get_one(Customer, visit.customer_id)
    return visit_flags(
        verdict=visit.place_verdict,
        distance=visit.distance_m,
        radius_m=customer.radius_m,
        stay=visit.stay,
        speed=_speed(work.session, visit),
        unanswered=_unanswered(work, visit, customer) if visit.state == "completed" else 0,
    )


def _unanswered(work: Work, visit: Visit, customer: Customer) -> int:
    checklist = asked_at(work, visit, customer)
    if checklist is None:
        return 0
    given = work.get(VisitAnswers, visit.id)
    if given is not None and given.checklist_id != checklist.id:
        return 0  # he answered the one his phone knew
    return len(unanswered(checklist.items, given.answers if given else {}))


def _speed(session: Session, visit: Visit) -> float | None:
    here = _stop(visit)
    if here is None or visit.check_in_at is None or visit.arrived is None:
        return None
    before = session.scalars(
        select(Visit)
        .where(
            Visit.visitor_id == visit.visitor_id,
            Visit.day == visit.day,
            Visit.id != visit.id,
            Visit.check_in_lat.is_not(None),
            Visit.check_in_at < visit.check_in_at,
            Visit.check_in_at > visit.check_in_at - SAME_TRIP,
        )
        .order_by(Visit.check_in_at.desc())
        .limit(1)
    ).first()
    there = _stop(before) if before is not None else None
    if before is None or there is None or before.arrived is None:
        return None
    left = before.left
    if left is None or not before.arrived.stated < left.stated < visit.arrived.stated:
        left = before.arrived
    return speed_kmh(there, here, span(left, visit.arrived).most)


def _stop(visit: Visit) -> Stop | None:
    if visit.check_in_lat is None or visit.check_in_lng is None:
        return None
    lat, lng = to_wgs84(visit.check_in_lat, visit.check_in_lng, datum(visit.check_in_datum) or "wgs84")
    return Stop(lat, lng, visit.check_in_accuracy_m or 0)
