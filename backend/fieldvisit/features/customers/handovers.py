"""Handing shops over to another route, today or from a later day on."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from fieldvisit.features.customers.models import CUSTOMER, Customer, Handover
from fieldvisit.features.customers.transfer import transfer
from fieldvisit.features.org.models import Route
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import invalid, not_now, out_of_scope
from fieldvisit.kernel.scopes import server_of
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, Date, Id
from fieldvisit.kernel.work import Touching, Work

GIVERS = {Role.MARKET_MANAGER, Role.GENERAL_ADMIN}
PLAN_DAYS = 366


class HandOver(Args):
    """Shops that go to a route on a day."""

    route_id: Id
    customer_ids: Annotated[list[Id], Field(min_length=1, max_length=500)]
    on_day: Date


class CancelHandover(Args):
    """A planned handover that does not take place."""

    handover_id: Id


def _moved(_touching: Touching, args: HandOver) -> list[str]:
    return [CUSTOMER.of(customer=customer_id).text for customer_id in args.customer_ids]


def _planned(touching: Touching, args: CancelHandover) -> list[str]:
    return touching.bundle_of(Handover, args.handover_id)


@command("customers.hand_over", "POST /handovers", needs=GIVERS, in_person=True, touches=_moved)
def hand_over(work: Work, args: HandOver) -> None:
    """Hand shops over to a route that somebody serves on that day (S1.3); a later handover replaces a planned one.

    The file and all that is open there leaves one phone and comes to the other; past visits stay where they were made.
    """
    route = work.find(Route, args.route_id, "route_missing", "route_not_yours")
    if work.principal.role == Role.MARKET_MANAGER and f"route:{route.id}" not in work.principal.scopes:
        raise out_of_scope("route_not_yours")
    if not work.entry.day <= args.on_day <= work.entry.day + timedelta(days=PLAN_DAYS):
        raise invalid("day_invalid")
    if server_of(work.session, f"route:{route.id}", args.on_day) is None:
        raise not_now("route_unserved")
    customers = [
        work.find(Customer, customer_id, "customer_missing", "customer_reassigned")
        for customer_id in dict.fromkeys(args.customer_ids)
    ]
    left: dict[str, list[str]] = {}
    for customer in customers:
        _replace_planned(work, customer)
        if customer.route_id == route.id:
            continue
        row = Handover(
            id=work.id(f"handover:{customer.id}"),
            customer_id=customer.id,
            from_route_id=customer.route_id,
            to_route_id=route.id,
            on_day=args.on_day,
            state="planned",
            author_id=work.user.id,
            made_at=work.entry.stated_at,
            bundle_id=customer.bundle_id,
        )
        work.session.add(row)
        if args.on_day == work.entry.day:
            transfer(work.locks, row)
        work.emit("customers.handed_over", customer.bundle_id, customer_id=customer.id, route_id=route.id)
        left.setdefault(row.from_route_id, []).append(customer.id)
    for from_route_id, moved in left.items():
        work.emit(
            "customers.route_changed",
            from_route_id=from_route_id,
            to_route_id=route.id,
            on_day=args.on_day.isoformat(),
            count=len(moved),
        )


def _replace_planned(work: Work, customer: Customer) -> None:
    planned = select(Handover).where(Handover.customer_id == customer.id, Handover.state == "planned")
    for row in work.session.scalars(planned):
        row.state = "cancelled"


@command(
    "customers.cancel_handover",
    "POST /handovers/{handover_id}/cancel",
    needs=GIVERS,
    in_person=True,
    touches=_planned,
)
def cancel_handover(work: Work, args: CancelHandover) -> None:
    """Call off a handover that has not taken place."""
    row = work.find(Handover, args.handover_id, "handover_missing", "customer_reassigned")
    if row.state != "planned":
        raise not_now("handover_over")
    row.state = "cancelled"
