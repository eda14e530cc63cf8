"""Zones and routes that exist: what they are called, and what kind of market and which order day a route has."""

from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import select

from fieldvisit.features.org.models import Route, Zone
from fieldvisit.features.org.people import org_bundles
from fieldvisit.kernel.bundles import BundleKey
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, Id, Line
from fieldvisit.kernel.work import Touching, Work

ADMIN = {Role.GENERAL_ADMIN}


class RenameZone(Args):
    """What a zone is called from now on."""

    zone_id: Id
    name: Line
    code: Line


class ChangeRoute(Args):
    """What a route is called from now on, its kind of market and its order day (Monday = 0)."""

    route_id: Id
    name: Line
    code: Line
    market_type: Literal["C", "X"] | None = None
    order_weekday: Annotated[int, Field(ge=0, le=6)] | None = None


def _org_of(touching: Touching, _args: Args) -> list[str | BundleKey]:
    return org_bundles(touching)


@command("org.rename_zone", "PUT /zones/{zone_id}", needs=ADMIN, touches=_org_of)
def rename_zone(work: Work, args: RenameZone) -> None:
    """Rename a zone of the own department (S1.3); what was recorded there stays there."""
    zone = work.find(Zone, args.zone_id, "zone_missing", "zone_not_yours")
    others = (Zone.department_id == zone.department_id) & (Zone.id != zone.id)
    if work.session.scalar(select(Zone.id).where(others, Zone.code == args.code)):
        raise conflict("code_taken")
    zone.name, zone.code = args.name, args.code
    work.emit("org.zone_renamed", zone.bundle_id, zone_id=zone.id)


@command("org.change_route", "PUT /routes/{route_id}", needs=ADMIN, touches=_org_of)
def change_route(work: Work, args: ChangeRoute) -> None:
    """Rename a route of the own department, or say which market and order day it has."""
    route = work.find(Route, args.route_id, "route_missing", "route_not_yours")
    others = (Route.zone_id == route.zone_id) & (Route.id != route.id)
    if work.session.scalar(select(Route.id).where(others, Route.code == args.code)):
        raise conflict("code_taken")
    route.name, route.code = args.name, args.code
    route.market_type, route.order_weekday = args.market_type, args.order_weekday
    work.emit("org.route_changed", route.bundle_id, route_id=route.id)
