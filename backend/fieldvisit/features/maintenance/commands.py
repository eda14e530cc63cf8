"""Cases of upkeep: written, commented, shared (S10.3, S10.4)."""

from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from fieldvisit.features.customers.models import Customer
from fieldvisit.features.maintenance.models import MAINTENANCE_CASE, MaintenanceCase
from fieldvisit.features.maintenance.rules import COMMENTING, MAX_TAGS, WIDTH, WRITING, Shared
from fieldvisit.features.org.lines import last_zone, superiors, unit_of
from fieldvisit.features.org.models import Zone
from fieldvisit.kernel.bundles import Bundle, BundleKey
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import missing, not_now, out_of_scope
from fieldvisit.kernel.values import Args, Id, Line, Prose
from fieldvisit.kernel.work import Touching, Work

Tag = Annotated[Line, Field(max_length=20)]


class WriteCase(Args):
    """How it was, what one did, what came of it; at which shop, if it was at one."""

    id: Id
    customer_id: Id | None = None
    title: Line
    situation: Prose
    action: Prose
    effect: Prose
    skill_tags: Annotated[list[Tag], Field(max_length=MAX_TAGS)] = []


class CommentCase(Args):
    """What is to be learned from a case, and who is to read it."""

    id: Id
    mm_comment: Prose
    shared: Shared = "none"


def _written(touching: Touching, args: WriteCase) -> list[str | BundleKey]:
    return [MAINTENANCE_CASE.of(case=args.id, author=touching.user.id)]


def _there(touching: Touching, args: CommentCase) -> list[str]:
    return touching.bundle_of(MaintenanceCase, args.id)


@command(
    "maintenance_cases.write",
    "PUT /maintenance_cases/{id}",
    needs=WRITING,
    offline=True,
    in_person=True,
    touches=_written,
)
def write(work: Work, args: WriteCase) -> None:
    """Write a case (S10.3), or change an own one; raises Problem 409 `maintenance_case_shared` once others read it."""
    home = work.bundle(MAINTENANCE_CASE.of(case=args.id, author=work.user.id))
    case = work.get(MaintenanceCase, args.id)
    if case is not None:
        case = _seen(work, args.id)
        if case.author_id != work.user.id:
            raise out_of_scope("maintenance_case_not_yours")
        if case.shared != "none":
            raise not_now("maintenance_case_shared")
    zone_id = last_zone(work.session, work.user)
    if zone_id is None:
        raise missing("zone_missing")
    if args.customer_id is not None:
        work.find(Customer, args.customer_id, "customer_missing", "customer_reassigned")
    if case is None:
        case = MaintenanceCase(
            author_id=work.user.id,
            zone_id=zone_id,
            made_at=work.entry.stated_at,
            shared="none",
            bundle_id=home.id,
        )
        work.emit("maintenance_cases.written", home.id, case_id=args.id)
    for name, value in args.model_dump().items():
        setattr(case, name, value)
    work.session.add(case)
    if (unit := unit_of(work.session, work.user)) is not None:
        work.hang(home, unit)
    work.result = {"id": case.id}


@command(
    "maintenance_cases.comment",
    "POST /maintenance_cases/{id}/comment",
    needs=COMMENTING,
    offline=True,
    in_person=True,
    touches=_there,
)
def comment(work: Work, args: CommentCase) -> None:
    """Comment on a case of somebody one leads, and share it with the zone or the department (S10.4); what is shared stays so."""
    case = _seen(work, args.id)
    if work.user.id not in superiors(work.session, case.author_id, case.zone_id):
        raise out_of_scope("maintenance_case_not_yours")
    case.mm_comment, case.commented_by_id = args.mm_comment, work.user.id
    if WIDTH[args.shared] > WIDTH[case.shared]:  # type: ignore[index]  # the column holds widths only
        case.shared = args.shared
        _share(work, case)
    work.emit("maintenance_cases.commented", case.bundle_id, case_id=case.id)


def _share(work: Work, case: MaintenanceCase) -> None:
    home, zone = work.session.get_one(Bundle, case.bundle_id), work.session.get_one(Zone, case.zone_id)
    zones = [zone.id]
    if case.shared == "department":
        work.hang(home, f"department:{zone.department_id}")
        of = select(Zone.id).where(Zone.department_id == zone.department_id)
        zones = list(work.session.scalars(of.order_by(Zone.id)))
    for zone_id in zones:
        work.hang(home, f"team:{zone_id}")


def _seen(work: Work, case_id: str) -> MaintenanceCase:
    return work.find(MaintenanceCase, case_id, "maintenance_case_missing", "maintenance_case_not_yours")
