"""What the kernel asks of the organisation: which scopes carry others, and who stands above whom."""

from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.org.lines import LATEST, last_zone
from fieldvisit.features.org.models import Route, Zone
from fieldvisit.kernel.bundles import Bundle, BundleScope
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.deciding import superiors
from fieldvisit.kernel.duties import duty
from fieldvisit.kernel.scopes import Assignment, expands, server_of
from fieldvisit.kernel.sessions import oversees_phones
from fieldvisit.kernel.users import Device, Role, User
from fieldvisit.kernel.work import Locks


def _ids(scopes: Iterable[str], kind: str) -> list[str]:
    return [scope.removeprefix(f"{kind}:") for scope in scopes if scope.startswith(f"{kind}:")]


@expands(Route, Zone)
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
    zone_id = last_zone(session, author)
    manager = server_of(session, f"zone:{zone_id}", today()) if zone_id else None
    above = [manager] if manager else []
    for role in (Role.DEPARTMENT_MANAGER, Role.GENERAL_ADMIN):
        above += session.scalars(
            select(User.id)
            .where(User.role == role, User.department_id == author.department_id, User.is_active)
            .order_by(User.id)
        ).all()
    return above


@oversees_phones
def zone_of_phones(session: Session, user: User) -> list[str]:
    """Phones are overseen by whoever leads the zone their user serves now, or served last."""
    zone_id = last_zone(session, user)
    return [f"zone:{zone_id}"] if zone_id else []


@duty
def move_phones(database: Database) -> None:
    """Who is moved to another zone takes his phones along."""
    with database.read() as session:
        moved = _moved_phones(session)
    if not moved:
        return
    with database.write() as session:
        locks = Locks(session)
        locks.take(session.scalars(select(Bundle.key).where(Bundle.id.in_(moved))).all())
        homes = {bundle.id: bundle for bundle in locks.held.values()}
        for bundle_id, scope in _moved_phones(session).items():
            if bundle_id in homes:
                locks.hang_only(homes[bundle_id], "zone", {scope})
        locks.bump()


def _moved_phones(session: Session) -> dict[int, str]:
    """The bundles of phones that hang in another zone than their user's, with the scope of his."""
    zone_of_route = dict(session.execute(select(Route.id, Route.zone_id)).all())
    zones: dict[str, str | None] = {}
    for user_id, scope in session.execute(
        select(Assignment.user_id, Assignment.scope).where(Assignment.since <= today()).order_by(*LATEST)
    ):
        kind, _, place = scope.partition(":")
        zones.setdefault(
            user_id, zone_of_route.get(place) if kind == "route" else place if kind == "zone" else None
        )
    homes = session.execute(
        select(Device.bundle_id, Device.user_id).where(Device.bundle_id.is_not(None)).distinct()
    )
    wanted = {home: f"zone:{zones[user]}" for home, user in homes if home and zones.get(user)}
    hung = select(BundleScope.bundle_id, BundleScope.scope).where(
        BundleScope.bundle_id.in_(select(Device.bundle_id)),
        BundleScope.scope.startswith("zone:"),
        BundleScope.until.is_(None),
    )
    present: dict[int, set[str]] = {}
    for home, scope in session.execute(hung):
        present.setdefault(home, set()).add(scope)
    return {home: scope for home, scope in wanted.items() if present.get(home) != {scope}}


@duty
def keep_posts_true(database: Database) -> None:
    """On the day an assignment begins or ends, routes and zones say who serves them now."""
    with database.read() as session:
        stale = list(_stale(session))
    if not stale:
        return
    with database.write() as session:
        locks = Locks(session)
        homes = select(Bundle.key).where(Bundle.id.in_({place.bundle_id for place, _ in stale}))
        locks.take(session.scalars(homes).all())
        for place, server_id in _stale(session):
            place.server_id = server_id
        locks.bump()


def _stale(session: Session) -> Iterator[tuple[Route | Zone, str | None]]:
    """Routes and zones that name another than today's server, with today's."""
    on = today()
    serving = Assignment.until.is_(None) | (Assignment.until > on)
    rows = session.execute(
        select(Assignment.scope, Assignment.user_id).where(Assignment.since <= on, serving)
    )
    servers = dict(rows.all())
    for kind, places in (("route", session.scalars(select(Route))), ("zone", session.scalars(select(Zone)))):
        for place in places:
            if place.server_id != servers.get(f"{kind}:{place.id}"):
                yield place, servers.get(f"{kind}:{place.id}")
