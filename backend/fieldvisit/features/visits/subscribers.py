"""What visits do by themselves: a day with hardly any time at shops wants a word from whose day it was (domain §2.9)."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.visits.anomalies import add_flags
from fieldvisit.features.visits.models import Visit
from fieldvisit.features.visits.rules import SHORTEST_DAY_S
from fieldvisit.kernel.ahead import Ahead
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.calendar import days_off
from fieldvisit.kernel.clock import yesterday_from
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.duties import duty
from fieldvisit.kernel.events import Event, emit
from fieldvisit.kernel.users import Role, User
from fieldvisit.kernel.work import Locks

JUDGED = "visits.day_judged"
FROM_HOUR = 12  # what came late, from a phone without signal, counts until noon


@duty
def judge_yesterday(database: Database) -> None:
    """From noon on, once a day: flag the last visit of every account manager whose working day holds under an hour of visits."""
    day = yesterday_from(FROM_HOUR)
    if day is None:
        return
    with database.read() as session:
        if _last_judged(session) == day.isoformat():
            return
        off, _ = days_off(session, day, day)
        short = {} if off else _short_days(session, day)
    with database.write() as session:
        locks = Locks(session)
        homes = select(Bundle.key).join(Visit, Visit.bundle_id == Bundle.id).where(Visit.id.in_(short))
        locks.take(session.scalars(homes).all())
        for visit in session.scalars(select(Visit).where(Visit.id.in_(short)).order_by(Visit.id)):
            found = {"figure": round(short[visit.id] / 60), "limit": SHORTEST_DAY_S // 60}
            if add_flags(Ahead(session), visit, {"short_day": found}) is not None:
                emit(session, "visits.flagged", bundle_id=visit.bundle_id, data={"visit_id": visit.id})
        emit(session, JUDGED, data={"day": day.isoformat()})
        locks.bump()


def _last_judged(session: Session) -> str | None:
    last = select(Event.data).where(Event.name == JUDGED).order_by(Event.number.desc()).limit(1)
    found = session.scalar(last)
    return found["day"] if found else None


def _short_days(session: Session, day: date) -> dict[str, float]:
    """The last visit of each account manager's day that is short for sure → seconds at shops."""
    made = session.scalars(
        select(Visit)
        .join(User, User.id == Visit.visitor_id)
        .where(
            Visit.day == day,
            Visit.state == "completed",
            Visit.contact_method == "in_person",
            User.role == Role.ACCOUNT_MANAGER,
        )
        .order_by(Visit.visitor_id, Visit.check_in_at)
    )
    stayed: dict[str, float] = {}
    last: dict[str, str] = {}
    for visit in made:
        stayed[visit.visitor_id] = stayed.get(visit.visitor_id, 0) + (visit.stay.most if visit.stay else 0)
        last[visit.visitor_id] = visit.id
    return {last[visitor]: seconds for visitor, seconds in stayed.items() if seconds < SHORTEST_DAY_S}
