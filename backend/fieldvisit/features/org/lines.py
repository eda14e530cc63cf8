"""In which zone somebody works."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.org.models import Route
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.scopes import Assignment
from fieldvisit.kernel.users import User

LATEST = (Assignment.until.is_(None).desc(), Assignment.since.desc())


def last_zone(session: Session, user: User) -> str | None:
    """The zone somebody serves, else the one he served last; None where he never served one."""
    latest = session.scalars(
        select(Assignment.scope)
        .where(Assignment.user_id == user.id, Assignment.since <= today())
        .order_by(*LATEST)
    ).first()
    if latest is None:
        return None
    kind, _, scope_id = latest.partition(":")
    if kind == "route":
        return session.scalar(select(Route.zone_id).where(Route.id == scope_id))
    return scope_id if kind == "zone" else None
