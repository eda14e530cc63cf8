"""What the kernel asks of the organisation: which scopes carry others, and who stands above whom."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.org.models import Route, Zone
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.deciding import superiors
from fieldvisit.kernel.scopes import Assignment, expands
from fieldvisit.kernel.users import Role, User


def _ids(scopes: Iterable[str], kind: str) -> list[str]:
    return [scope.removeprefix(f"{kind}:") for scope in scopes if scope.startswith(f"{kind}:")]


@expands
def expand_territory(session: Session, role: str, assigned: Iterable[str]) -> set[str]:
    """A route's server belongs to its zone's team; a zone carries its routes, a department its zones and routes."""
    routes = set(_ids(assigned, "route"))
    zones = set(_ids(assigned, "zone"))
    departments = set(_ids(assigned, "department"))
    if departments:
        zones |= set(session.scalars(select(Zone.id).where(Zone.department_id.in_(departments))))
    teams = set(zones)
    if routes:
        teams |= set(session.scalars(select(Route.zone_id).where(Route.id.in_(routes))))
    if zones:
        routes |= set(session.scalars(select(Route.id).where(Route.zone_id.in_(zones))))
    carried = {f"route:{route}" for route in routes} | {f"zone:{zone}" for zone in zones}
    if role in (Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER):
        carried |= {f"team:{team}" for team in teams}
    return carried


@superiors
def line_of_report(session: Session, author: User) -> list[str]:
    """Market manager of the author's present, else last, zone; then department manager; then general administrator (S1.4)."""
    zone_id = _last_zone(session, author)
    zone = session.get(Zone, zone_id) if zone_id else None
    above = [zone.market_manager_id] if zone and zone.market_manager_id else []
    for role in (Role.DEPARTMENT_MANAGER, Role.GENERAL_ADMIN):
        above += session.scalars(
            select(User.id)
            .where(User.role == role, User.department_id == author.department_id, User.is_active)
            .order_by(User.id)
        ).all()
    return above


def _last_zone(session: Session, author: User) -> str | None:
    latest = session.scalars(
        select(Assignment.scope)
        .where(Assignment.user_id == author.id, Assignment.since <= today())
        .order_by(Assignment.until.is_(None).desc(), Assignment.since.desc())
    ).first()
    if latest is None:
        return None
    kind, _, scope_id = latest.partition(":")
    if kind == "route":
        return session.scalar(select(Route.zone_id).where(Route.id == scope_id))
    return scope_id if kind == "zone" else None
