"""Building the organisation: who works where, from which day."""

from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import select

from fieldvisit.features.org.models import ORG, PEOPLE, Department, Route, Zone
from fieldvisit.features.org.people import colleague
from fieldvisit.features.org.rules import may_serve
from fieldvisit.kernel.bundles import BundleKey
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, invalid, not_now
from fieldvisit.kernel.scopes import Assignment, server_of
from fieldvisit.kernel.users import Role, User
from fieldvisit.kernel.values import Args, Date, Id, Line, TimeOfDay, is_uuid
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


class Assign(Args):
    """That a user serves a route or zone from a day on, until (not including) another day."""

    user_id: Id
    scope: Annotated[str, Field(pattern=r"^(route|zone|department|post):[0-9a-z_-]{1,40}$")]
    since: Date
    until: Date | None = None


class SetRules(Args):
    """How a department works where the manual leaves it open; what is not named stays as it is.

    Whether account managers' plans need a decision, and weekly meetings to be reported; when work logs are due, and when the next day they count as missing.
    """

    id: Id
    plans_need_decision: bool | None = None
    weekly_meetings_need_report: bool | None = None
    logs_due_at: TimeOfDay | None = None
    logs_missing_at: TimeOfDay | None = None


def _org_of(touching: Touching, _args: Args) -> list[str | BundleKey]:
    department = touching.user.department_id
    if department is None:
        return []
    return [ORG.of(department=department), PEOPLE.of(department=department)]


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
    work.emit("org.zone_created", org.id, zone_id=args.id)
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


@command("org.assign", "POST /assignments", needs=ADMIN, in_person=True, touches=_assigned_bundles)
def assign(work: Work, args: Assign) -> None:
    """Let a user serve a scope from today or a later day on; who served it until then is replaced on that day (S1.3)."""
    user = colleague(work, args.user_id)
    kind, _, scope_id = args.scope.partition(":")
    place = {"route": Route, "zone": Zone, "department": Department}.get(kind)
    if not may_serve(Role(user.role), args.scope) or (args.until and args.until <= args.since):
        raise invalid("assignment_invalid")
    if place is not None and not is_uuid(scope_id):
        raise invalid("assignment_invalid")
    if args.since < work.entry.day:
        raise invalid("day_invalid")
    if place is not None:
        work.find(place, scope_id, f"{kind}_missing", f"{kind}_not_yours")
    if not user.is_active:
        raise not_now("user_inactive")
    _replace(work, user, args)
    work.session.flush()
    served = work.session.get(place, scope_id) if place else None
    if isinstance(served, Route | Zone):
        served.server_id = server_of(work.session, args.scope, work.entry.day)
    since = args.since.isoformat()
    work.emit("org.assigned", user.bundle_id, user_id=user.id, scope=args.scope, since=since)


def _replace(work: Work, user: User, args: Assign) -> None:
    kind = args.scope.partition(":")[0]
    if kind in ("route", "zone"):
        serving = Assignment.until.is_(None) | (Assignment.until > args.since)
        for row in work.session.scalars(select(Assignment).where(Assignment.scope == args.scope, serving)):
            if row.user_id == user.id and row.since <= args.since and row.until is None:
                return
            row.until = max(args.since, row.since)
    work.session.add(Assignment(user_id=user.id, scope=args.scope, since=args.since, until=args.until))


@command("org.set_rules", "PUT /departments/{id}/rules", needs=ADMIN, in_person=True, touches=_org_of)
def set_rules(work: Work, args: SetRules) -> None:
    """Set how the own department works from now on; what has been submitted already goes its way (S10.6)."""
    department = work.find(Department, args.id, "department_missing", "department_not_yours")
    for name, value in args.model_dump(exclude={"id"}, exclude_none=True).items():
        setattr(department, name, value)


def _require_free(work: Work, model: type[Zone] | type[Route], row_id: str) -> None:
    if work.session.get(model, row_id) is not None:
        raise conflict("id_taken")
