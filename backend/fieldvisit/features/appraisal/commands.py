"""Maintenance appraisals: drafted beside the evidence, reported with it to the department, amended with a date (S10.10–S10.14)."""

from typing import Annotated

from pydantic import Field
from sqlalchemy import ColumnElement, select

from fieldvisit.features.appraisal.collections import MaintenanceAppraisalView
from fieldvisit.features.appraisal.evidence import EvidenceFigures, collect
from fieldvisit.features.appraisal.leading import due_of, leader_of, led_then, zone_of
from fieldvisit.features.appraisal.models import MAINTENANCE_APPRAISAL, MaintenanceAppraisal
from fieldvisit.features.appraisal.rules import APPRAISING, FULL_MARKS, NEEDED
from fieldvisit.features.metrics.rules import Period, month_period
from fieldvisit.features.org.lines import last_zone
from fieldvisit.features.overview.counts import territories
from fieldvisit.features.overview.field import Group
from fieldvisit.kernel.bundles import Bundle, BundleKey
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, invalid, missing, not_now, out_of_scope
from fieldvisit.kernel.intervals import judge
from fieldvisit.kernel.reports import Reading
from fieldvisit.kernel.users import User
from fieldvisit.kernel.values import Args, Date, Id, OptionalProse
from fieldvisit.kernel.work import Touching, Work
from fieldvisit.kernel.workflow import Step, workflow

FLOW = workflow(
    "maintenance_appraisals",
    MaintenanceAppraisal,
    path="/maintenance_appraisals",
    view=MaintenanceAppraisalView,
    authors=APPRAISING,
    begins="reported",
    steps=(
        Step("amend", ("reported",), None, "author", "Add a dated amendment to what has been reported.", "needed"),
    ),
)  # fmt: skip


class SaveAppraisal(Args):
    """What is found of an account manager in the month that begins on `first_on`: in his records (S10.11), of his shops'
    satisfaction and his goals (S10.12), and how good his work is, from 0 to 100, in a few words (S10.13)."""

    id: Id
    account_manager_id: Id
    first_on: Date
    record_check: OptionalProse = None
    satisfaction: OptionalProse = None
    target_completion: OptionalProse = None
    quality_score: Annotated[int, Field(ge=0, le=FULL_MARKS)] | None = None
    comment: OptionalProse = None


class ReportAppraisal(SaveAppraisal):
    """What is found, as it is reported."""


def _written(touching: Touching, args: SaveAppraisal) -> list[str | BundleKey]:
    return [MAINTENANCE_APPRAISAL.of(appraisal=args.id, author=touching.user.id)]


def _reported(touching: Touching, args: ReportAppraisal) -> list[str | BundleKey]:
    """The sheet, and others of the same month, so that of two that are reported at once one comes first."""
    same = select(Bundle.key).join(MaintenanceAppraisal, MaintenanceAppraisal.bundle_id == Bundle.id)
    others = touching.session.scalars(same.where(*_same_month(args), MaintenanceAppraisal.id != args.id))
    return [*_written(touching, args), *others]


@command(
    "maintenance_appraisals.save",
    "PUT /maintenance_appraisals/{id}",
    needs=APPRAISING,
    offline=True,
    in_person=True,
    touches=_written,
)
def save(work: Work, args: SaveAppraisal) -> None:
    """Keep a draft of somebody one led in a month that is over or runs; nobody else sees it.

    Raises Problem 404 `account_manager_missing`, 422 `appraisal_month`, `appraisal_ahead` or `appraisal_of_another`,
    409 `appraisal_before_leading`, `appraisal_exists` for a second one, or `appraisal_reported`.
    """
    row = _kept(work, args)
    work.emit("maintenance_appraisals.saved", row.bundle_id, appraisal_id=row.id)
    work.result = {"id": row.id}


@command(
    "maintenance_appraisals.report",
    "POST /maintenance_appraisals/{id}/report",
    needs=APPRAISING,
    offline=True,
    in_person=True,
    touches=_reported,
)
def report(work: Work, args: ReportAppraisal) -> None:
    """Report (汇报) a sheet, a draft or a new one, to the department, with the figures as they stand now; from then on it is
    read by whom it is about, too, and what it says stays (S10.10, S10.14).

    Raises Problem 422 `appraisal_incomplete` with the fields that are wanting, and what a draft is refused for.
    """
    wanting = [name for name in NEEDED if getattr(args, name) is None]
    if wanting:
        raise invalid("appraisal_incomplete", fields=wanting)
    row = _kept(work, args)
    _require_only_one(work, row)
    row.evidence = _evidence(work, row).model_dump(mode="json")
    row.reported_at = work.entry.stated_at
    row.note_interval(work.entry.interval, judge(row.due_at, work.entry.interval))
    home = work.session.get_one(Bundle, row.bundle_id)
    work.hang(home, f"zone:{row.zone_id}")
    work.hang(home, f"user:{row.account_manager_id}")
    FLOW.keep(work, row, "report", "reported")
    work.result = {"id": row.id}


def _kept(work: Work, args: SaveAppraisal) -> MaintenanceAppraisal:
    """The draft with what is to be kept in it; a new one where there is none."""
    home = work.bundle(MAINTENANCE_APPRAISAL.of(appraisal=args.id, author=work.user.id))
    row = work.get(MaintenanceAppraisal, args.id)
    if row is not None:
        row = _draft(work, args.id)
    month = month_period(args.first_on)
    zone_id = _zone_led(work, args.account_manager_id, month)
    if args.first_on != month.first:
        raise invalid("appraisal_month")
    if args.first_on > work.entry.day:
        raise invalid("appraisal_ahead")
    if row is None:
        row = MaintenanceAppraisal(
            id=args.id,
            account_manager_id=args.account_manager_id,
            author_id=work.user.id,
            first_on=month.first,
            last_on=month.last,
            state="draft",
            due_at=due_of(work.session, month),
            bundle_id=home.id,
        )
        _require_only_one(work, row)
        home.day = month.last
    elif (row.account_manager_id, row.first_on) != (args.account_manager_id, args.first_on):
        raise invalid("appraisal_of_another")
    row.zone_id = zone_id
    for name in ("record_check", "satisfaction", "target_completion", "quality_score", "comment"):
        setattr(row, name, getattr(args, name))
    work.session.add(row)
    work.session.flush()
    return row


def _draft(work: Work, appraisal_id: str) -> MaintenanceAppraisal:
    row = work.find(
        MaintenanceAppraisal,
        appraisal_id,
        "maintenance_appraisals_missing",
        "maintenance_appraisals_not_yours",
    )
    if row.author_id != work.user.id:
        raise out_of_scope("step_not_yours")
    if row.state != "draft":
        raise not_now("appraisal_reported")
    return row


def _zone_led(work: Work, account_manager_id: str, month: Period) -> str:
    """The zone in which he worked last in the month, which the author leads today and led then; nobody appraises himself."""
    him = work.session.get(User, account_manager_id)
    if him is None:
        raise missing("account_manager_missing")
    then = zone_of(work.session, him.id, month)
    zone_id = then or last_zone(work.session, him)
    leader = zone_id and leader_of(work.session, work.user.id, zone_id)
    if not zone_id or not leader:
        raise missing("account_manager_missing")
    if him.id in (work.user.id, leader):
        raise out_of_scope("own_submission")
    if then is None or not led_then(work.session, leader, zone_id, month):
        raise not_now("appraisal_before_leading")
    return zone_id


def _same_month(row: MaintenanceAppraisal | SaveAppraisal) -> tuple[ColumnElement[bool], ...]:
    return (
        MaintenanceAppraisal.account_manager_id == row.account_manager_id,
        MaintenanceAppraisal.first_on == row.first_on,
    )


def _require_only_one(work: Work, row: MaintenanceAppraisal) -> None:
    """Of a month he has one sheet: nobody begins a second, and of drafts of two who led him one is reported."""
    others = select(MaintenanceAppraisal.id).where(
        *_same_month(row),
        MaintenanceAppraisal.id != row.id,
        (MaintenanceAppraisal.author_id == row.author_id) | (MaintenanceAppraisal.state == "reported"),
    )
    if work.session.scalar(others.limit(1)) is not None:
        raise conflict("appraisal_exists")


def _evidence(work: Work, row: MaintenanceAppraisal) -> EvidenceFigures:
    month = Period(row.first_on, row.last_on)
    reading = Reading(work.session, work.principal, work.entry.day)
    (place,) = territories(reading, row.zone_id)
    routes = [
        route
        for party in place.parties
        if party.person_id == row.account_manager_id
        for route in party.route_ids
    ]
    group = Group("account_manager", [place], routes, row.account_manager_id)
    return collect(reading, [group], month)[row.zone_id, row.account_manager_id]
