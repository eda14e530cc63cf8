"""In which zone somebody works, and who leads him there."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.org.models import Route, Zone
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.notices import holders
from fieldvisit.kernel.scopes import Assignment, server_of
from fieldvisit.kernel.users import Role, User

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


def unit_of(session: Session, user: User) -> str | None:
    """The scope somebody is led in: an account manager's zone, a market manager's department; None for any other post."""
    if user.role == Role.ACCOUNT_MANAGER:
        zone_id = last_zone(session, user)
        return f"zone:{zone_id}" if zone_id else None
    if user.role == Role.MARKET_MANAGER and user.department_id:
        return f"department:{user.department_id}"
    return None


def superiors(session: Session, user_id: str, zone_id: str) -> list[str]:
    """Who answers what somebody in a zone submits: its market manager to his account managers, else the department manager."""
    user, manager = session.get_one(User, user_id), server_of(session, f"zone:{zone_id}", today())
    if user.role == Role.ACCOUNT_MANAGER and manager not in (None, user_id):
        return [manager]
    department = session.get_one(Zone, zone_id).department_id
    return [one for one in holders(session, Role.DEPARTMENT_MANAGER, department) if one != user_id]
