"""Under whom an account manager worked in a month, and until when his appraisal is due (S10.10)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.metrics.rules import Period
from fieldvisit.features.org.models import Route
from fieldvisit.kernel.clock import start_of, today
from fieldvisit.kernel.deadlines import Length, deadline, due_after, policy_of
from fieldvisit.kernel.scopes import Assignment, deputy_of, server_of

# The sheet of a month is due by the fifth day after it (domain §3.6).
REPORT = deadline("maintenance_appraisal.report", 5, "calendar_day", 48)


def due_of(session: Session, month: Period) -> datetime:
    """Until when the sheets of a month are to be reported."""
    return due_after(session, start_of(month.last), length_of(session, month)).at


def length_of(session: Session, month: Period) -> Length:
    """How long the reports of a month may take after its last day, as was set by then."""
    return policy_of(session, REPORT, start_of(month.last))


def zone_of(session: Session, user_id: str, month: Period) -> str | None:
    """The zone in which somebody served a route last in a month; None where he served none."""
    served = select(Assignment.scope).where(
        Assignment.user_id == user_id,
        Assignment.scope.startswith("route:"),
        Assignment.since <= month.last,
        Assignment.until.is_(None) | (Assignment.until > month.first),
    )
    last = served.order_by(
        Assignment.until.is_(None).desc(), Assignment.until.desc(), Assignment.since.desc()
    )
    scope = session.scalars(last).first()
    if scope is None:
        return None
    return session.scalar(select(Route.zone_id).where(Route.id == scope.removeprefix("route:")))


def leader_of(session: Session, user_id: str, zone_id: str) -> str | None:
    """Whom a user is or stands in for of those who lead a zone today; None where he does neither."""
    leader = server_of(session, f"zone:{zone_id}", today())
    if leader is None or user_id not in (leader, deputy_of(session, leader)):
        return None
    return leader


def led_then(session: Session, leader: str, zone_id: str, month: Period) -> bool:
    """Whether somebody led a zone on any day of a month."""
    led = select(Assignment.number).where(
        Assignment.user_id == leader,
        Assignment.scope == f"zone:{zone_id}",
        Assignment.since <= month.last,
        Assignment.until.is_(None) | (Assignment.until > month.first),
    )
    return session.scalar(led.limit(1)) is not None
