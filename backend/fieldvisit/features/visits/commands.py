"""A visit from its notes to its end, in the order it happens."""

from typing import Annotated

from pydantic import Field

from fieldvisit.features.customers.models import CUSTOMER
from fieldvisit.features.visits.anomalies import judge
from fieldvisit.features.visits.digests import tell_file
from fieldvisit.features.visits.models import Visit, VisitAnomaly, VisitAnswers, VisitDigest
from fieldvisit.features.visits.rules import (
    VISITORS,
    ContactMethod,
    Purpose,
    ResponsibilityTag,
    may_cancel,
    may_record,
)
from fieldvisit.features.visits.sight import own_visit
from fieldvisit.kernel.attachments import attach
from fieldvisit.kernel.bundles import BundleKey
from fieldvisit.kernel.commands import Reads, command
from fieldvisit.kernel.errors import not_now
from fieldvisit.kernel.values import Args, Id, Line, OptionalLine, OptionalProse
from fieldvisit.kernel.work import Touching, Work

READS: Reads = {"visit_id": (Visit,)}
READS_ALL: Reads = {"visit_id": (Visit, VisitDigest, VisitAnswers, VisitAnomaly)}


class RecordVisit(Args):
    """What was found; only the fields that are named change, null clears one."""

    visit_id: Id
    purpose: Purpose | None = None
    contact_method: ContactMethod | None = None
    findings: OptionalProse = None
    responsibility_tags: Annotated[list[ResponsibilityTag], Field(max_length=4)] = []
    met_person: OptionalLine = None
    note: OptionalProse = None
    next_step: OptionalProse = None
    satisfaction: Annotated[int, Field(ge=1, le=5)] | None = None


class AddPhotos(Args):
    """Further photos of a visit; the op's `files` list them."""

    visit_id: Id
    photos: Annotated[list[Id], Field(min_length=1, max_length=9)]


class CheckOut(Args):
    """Leaving the shop."""

    visit_id: Id


class CancelVisit(Args):
    """That a visit does not take place, and why."""

    visit_id: Id
    reason: Line


def _own(touching: Touching, args: RecordVisit | AddPhotos | CheckOut | CancelVisit) -> list[str | BundleKey]:
    visit = touching.get(Visit, args.visit_id)
    if visit is None:
        return []
    return [*touching.bundle_of(Visit, visit.id), CUSTOMER.of(customer=visit.customer_id).text]


@command("visits.record", "PATCH /visits/{visit_id}", needs=VISITORS, offline=True, touches=_own, reads=READS)
def record(work: Work, args: RecordVisit) -> None:
    """Write down purpose, findings, responsibility tags, whom he met, satisfaction (S1.2, S11.11)."""
    visit = own_visit(work, args.visit_id)
    if not may_record(visit.state):
        raise not_now("visit_not_open")
    for field in args.model_fields_set - {"visit_id"}:
        value = getattr(args, field)
        setattr(visit, field, sorted(set(value)) if field == "responsibility_tags" else value)
    if visit.state == "completed":
        tell_file(work, visit)


@command(
    "visits.add_photos",
    "POST /visits/{visit_id}/photos",
    needs=VISITORS,
    offline=True,
    touches=_own,
    reads=READS,
)
def add_photos(work: Work, args: AddPhotos) -> None:
    """Add photos to an own visit."""
    visit = own_visit(work, args.visit_id)
    if not may_record(visit.state):
        raise not_now("visit_not_open")
    attach(work, args.photos, visit.id, visit.bundle_id)


@command(
    "visits.check_out",
    "POST /visits/{visit_id}/check-out",
    needs=VISITORS,
    offline=True,
    touches=_own,
    reads=READS_ALL,
)
def check_out(work: Work, args: CheckOut) -> None:
    """Leave the shop; its file now shows the visit, unless it was a supervision."""
    visit = own_visit(work, args.visit_id)
    if visit.state != "in_progress":
        raise not_now("visit_not_open")
    left = work.entry.interval
    visit.state, visit.check_out_at, visit.check_out_wall_at = "completed", left.stated, left.wall
    visit.check_out_earliest_at, visit.check_out_latest_at = left.earliest, left.latest
    tell_file(work, visit)
    judge(work, visit)
    work.emit("visits.completed", visit.bundle_id, visit_id=visit.id, customer_id=visit.customer_id)


@command(
    "visits.cancel", "POST /visits/{visit_id}/cancel", needs=VISITORS, offline=True, touches=_own, reads=READS
)
def cancel(work: Work, args: CancelVisit) -> None:
    """Say that a visit does not take place, and why."""
    visit = own_visit(work, args.visit_id)
    if not may_cancel(visit.state):
        raise not_now("visit_not_open")
    visit.state, visit.cancel_reason = "cancelled", args.reason
    work.emit("visits.cancelled", visit.bundle_id, visit_id=visit.id)
