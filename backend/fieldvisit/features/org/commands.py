"""Building the organisation: who works where, from which day."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import select

from fieldvisit.features.org.founding import add_user
from fieldvisit.features.org.models import ME, ORG, PEOPLE, Department, Route, Zone
from fieldvisit.features.org.rules import may_serve
from fieldvisit.kernel.auth import NO_PASSWORD
from fieldvisit.kernel.bundles import BundleKey
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, invalid, missing, out_of_scope
from fieldvisit.kernel.scopes import Assignment
from fieldvisit.kernel.users import Role, User
from fieldvisit.kernel.values import Args, Id, Line, OptionalLine
from fieldvisit.kernel.work import Touching, Work

ADMIN = {Role.GENERAL_ADMIN}


class CreateZone(Args):
    """A new zone of a department."""

    id: Id
    department_id: Id
    name: Line
    code: Line


class CreateRoute(Args):
    """A new route of a zone."""

    id: Id
    zone_id: Id
    name: Line
    code: Line
    market_type: Literal["C", "X"] | None = None
    order_weekday: Annotated[int, Field(ge=0, le=6)] | None = None


class CreateUser(Args):
    """A new account in the administrator's own department."""

    id: Id
    username: Annotated[str, Field(pattern=r"^[a-z0-9._-]{2,40}$")]
    employee_no: Line
    name: Line
    role: Literal["account_manager", "market_manager", "department_manager", "general_admin", "related_post"]
    phone: OptionalLine = None


class Assign(Args):
    """That a user serves a route or zone from a day on, until (not including) another day."""

    user_id: Id
    scope: Annotated[str, Field(pattern=r"^(route|zone|department|post):[0-9a-z_-]{1,40}$")]
    since: date
    until: date | None = None


def _org_of(touching: Touching, _args: Args) -> list[str | BundleKey]:
    department = touching.user.department_id
    if department is None:
        return []
    return [ORG.of(department=department), PEOPLE.of(department=department)]


def _user_bundles(touching: Touching, args: CreateUser) -> list[str | BundleKey]:
    return [*_org_of(touching, args), ME.of(user=args.id)]


def _assigned_bundles(touching: Touching, args: Assign) -> list[str | BundleKey]:
    return [*_org_of(touching, args), *touching.bundle_of(User, args.user_id)]


@command("org.create_zone", "POST /zones", needs=ADMIN, touches=_org_of)
def create_zone(work: Work, args: CreateZone) -> None:
    """Add a zone to the own department (S1.3)."""
    department = work.find(Department, args.department_id, "department_missing", "department_not_yours")
    _require_free(work, Zone, args.id)
    if work.session.scalar(
        select(Zone.id).where(Zone.department_id == department.id, Zone.code == args.code)
    ):
        raise conflict("code_taken")
    org = work.bundle(ORG.of(department=department.id))
    work.session.add(
        Zone(id=args.id, department_id=department.id, name=args.name, code=args.code, bundle_id=org.id)
    )
    for bundle in (org, work.bundle(PEOPLE.of(department=department.id))):
        work.hang(bundle, f"team:{args.id}")
    work.result = {"id": args.id}


@command("org.create_route", "POST /routes", needs=ADMIN, touches=_org_of)
def create_route(work: Work, args: CreateRoute) -> None:
    """Add a route to a zone of the own department."""
    zone = work.find(Zone, args.zone_id, "zone_missing", "zone_not_yours")
    _require_free(work, Route, args.id)
    if work.session.scalar(select(Route.id).where(Route.zone_id == zone.id, Route.code == args.code)):
        raise conflict("code_taken")
    work.session.add(Route(**args.model_dump(), bundle_id=zone.bundle_id))
    work.result = {"id": args.id}


@command("org.create_user", "POST /users", needs=ADMIN, touches=_user_bundles)
def create_user(work: Work, args: CreateUser) -> None:
    """Open an account in the own department; it has no password yet and serves nothing until it is assigned.

    No password travels in a command, for commands are kept as they came.
    """
    _require_free(work, User, args.id)
    if work.session.scalar(select(User.id).where(User.username == args.username)):
        raise conflict("username_taken")
    department_id = work.user.department_id
    if department_id is None:
        raise out_of_scope("department_not_yours")
    add_user(
        work.session,
        User(
            **args.model_dump(),
            department_id=department_id,
            password_hash=NO_PASSWORD,
            created_at=work.entry.received_at,
        ),
        work.bundle(ME.of(user=args.id)),
        work.bundle(PEOPLE.of(department=department_id)),
    )
    work.result = {"id": args.id}


@command("org.assign", "POST /assignments", needs=ADMIN, touches=_assigned_bundles)
def assign(work: Work, args: Assign) -> None:
    """Let a user serve a scope from a day on; the scope's present server is replaced on that day (S1.3)."""
    user = work.session.get(User, args.user_id)
    if user is None or user.department_id != work.user.department_id or user.department_id is None:
        raise missing("user_missing", waits_for=args.user_id)
    if not may_serve(Role(user.role), args.scope) or (args.until and args.until <= args.since):
        raise invalid("assignment_invalid")
    kind, _, scope_id = args.scope.partition(":")
    place = {"route": Route, "zone": Zone, "department": Department}.get(kind)
    if place is not None:
        work.find(place, scope_id, f"{kind}_missing", f"{kind}_not_yours")
    elif kind == "post" and user.role != Role.RELATED_POST:
        raise invalid("assignment_invalid")
    _replace(work, user, args)
    served = work.session.get(place, scope_id) if place else None
    if isinstance(served, Route):
        served.account_manager_id = user.id
    if isinstance(served, Zone):
        served.market_manager_id = user.id
    work.emit("org.assigned", user.bundle_id, user_id=user.id, scope=args.scope)


def _replace(work: Work, user: User, args: Assign) -> None:
    kind = args.scope.partition(":")[0]
    if kind in ("route", "zone"):
        for row in work.session.scalars(
            select(Assignment).where(Assignment.scope == args.scope, Assignment.until.is_(None))
        ):
            if row.user_id == user.id and row.since <= args.since:
                return
            row.until = max(args.since, row.since)
    work.session.add(Assignment(user_id=user.id, scope=args.scope, since=args.since, until=args.until))


def _require_free(work: Work, model: type[Zone] | type[Route] | type[User], row_id: str) -> None:
    if work.session.get(model, row_id) is not None:
        raise conflict("id_taken")
