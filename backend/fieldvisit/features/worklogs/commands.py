"""Work logs: written on whichever phone, submitted, reviewed or given back (S13.1–S13.5, S1.5, S11.13)."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.customers.models import Customer
from fieldvisit.features.org.lines import last_zone, superiors, unit_of
from fieldvisit.features.org.models import Department
from fieldvisit.features.plans.progress import count
from fieldvisit.features.slips.models import InfoSlip
from fieldvisit.features.worklogs.collections import WorkLogView
from fieldvisit.features.worklogs.models import WORK_LOG, WorkLog
from fieldvisit.features.worklogs.rules import (
    AUTHORS,
    EDITABLE,
    KINDS,
    REVIEWING,
    Grade,
    Horizon,
    Kind,
    Verdict,
    is_passed_on,
    merge,
    moment,
    period_of,
)
from fieldvisit.features.worklogs.stand_ups import next_stand_up
from fieldvisit.kernel.bundles import Bundle, BundleKey
from fieldvisit.kernel.calendar import days_off
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.deadlines import deadline
from fieldvisit.kernel.errors import invalid, missing, not_now
from fieldvisit.kernel.intervals import judge
from fieldvisit.kernel.values import Args, Date, Id, OptionalProse
from fieldvisit.kernel.work import Touching, Work
from fieldvisit.kernel.workflow import Step, workflow

REVIEW = deadline("work_log.review", 1, "working_day")
MAX_NOTES = 100
LONGEST_REST = timedelta(days=30)


def reviewers(session: Session, row: WorkLog) -> Iterable[str]:
    """Who reviews: the market manager his account managers' logs, the department manager his (S13, S11.13)."""
    return superiors(session, row.author_id, row.zone_id)


class SettledNote(Args):
    """An important note for which the slip was found, or why it needs none (S13.4)."""

    note_id: Id
    info_slip_id: Id | None = None
    explanation: OptionalProse = None


def _judge(work: Work, row: WorkLog, args: Any) -> None:
    """Write down what the review says; raises Problem 409 `work_log_not_passed_on` while important information went nowhere."""
    settled = {one.note_id: one for one in args.settled}
    notes = []
    for note in row.notes:
        one = settled.get(note["id"])
        slip = one and one.info_slip_id and _slip(work, one.info_slip_id)
        found = {"info_slip_id": slip.id, "slip_number": slip.number} if slip else {}
        said = {"explanation": one.explanation} if one and one.explanation else {}
        notes.append(note | found | said)
    if not all(is_passed_on(note) for note in notes):
        raise not_now("work_log_not_passed_on")
    row.notes, row.comment = notes, args.note
    for name in ("plan_check", "info_check", "transfer_check", "truth_check", "grade"):
        setattr(row, name, getattr(args, name))


def _give_back(_work: Work, row: WorkLog, args: Any) -> None:
    row.comment = args.note


VERDICTS: dict[str, Any] = {
    "plan_check": (Verdict, ...),
    "info_check": (Verdict, "good"),
    "transfer_check": (Verdict, "good"),
    "truth_check": (Verdict, "good"),
    "grade": (Grade, ...),
    "settled": (Annotated[list[SettledNote], Field(max_length=MAX_NOTES)], []),
}
FLOW = workflow(
    "work_logs",
    WorkLog,
    path="/work_logs",
    view=WorkLogView,
    deciders=reviewers,
    authors=AUTHORS,
    deciding=REVIEWING,
    due=REVIEW,
    steps=(
        Step("review", ("submitted",), "reviewed", "decider", "Review (批阅) a log: was the plan done, is the information there, was it passed on, is it true; with a grade.", "optional", is_decision=True, asks=VERDICTS, apply=_judge),
        Step("return", ("submitted",), "returned", "decider", "Give a log back, and say what is wanting.", "needed", is_decision=True, apply=_give_back),
    ),
)  # fmt: skip


class LogNote(Args):
    """A note as it is to be, or None to take it away; `seen` is the text the phone had of it, if it had one."""

    id: Id
    kind: Kind
    text: OptionalProse = None
    seen: OptionalProse = None
    is_important: bool = False
    info_slip_id: Id | None = None
    customer_id: Id | None = None


class SaveLog(Args):
    """What is written of a day, or of the week or month that begins on `first_on`.

    `id` counts where the period has no log yet; where it has, from whichever phone, the notes join it.
    """

    id: Id
    horizon: Horizon = "day"
    first_on: Date
    notes: Annotated[list[LogNote], Field(max_length=MAX_NOTES)] = []


class SubmitLog(SaveLog):
    """What is written, as it is submitted."""


def _written(touching: Touching, args: SaveLog) -> list[str | BundleKey]:
    touching.ahead.read((Customer, note.customer_id) for note in args.notes if note.customer_id)
    return [_key(touching.user.id, args)]


def _key(author: str, args: SaveLog) -> BundleKey:
    return WORK_LOG.of(author=author, horizon=args.horizon, first_on=args.first_on.isoformat())


@command("work_logs.save", "PUT /work_logs", needs=AUTHORS, offline=True, touches=_written)
def save(work: Work, args: SaveLog) -> None:
    """Keep notes of an own log that is not reviewed; raises Problem 409 `work_log_reviewed`."""
    log = _log(work, args)
    work.emit("work_logs.saved", log.bundle_id, work_log_id=log.id)
    work.result = {"id": log.id}


@command("work_logs.submit", "POST /work_logs/submit", needs=AUTHORS, offline=True, touches=_written)
def submit(work: Work, args: SubmitLog) -> None:
    """Submit an own log; what another phone has submitted of the period stays in it.

    Whether it is in time is judged once, by what can be proven (domain §3.6). Its review is due before the zone's next
    daily meeting, once one is called. Raises Problem 422 `work_log_empty`.
    """
    log = _log(work, args)
    if not log.notes:
        raise invalid("work_log_empty")
    unit = unit_of(work.session, work.user)
    if unit is not None:
        work.hang(work.session.get_one(Bundle, log.bundle_id), unit)
    if log.submitted_at is None:
        log.submitted_at = work.entry.stated_at
        log.note_interval(work.entry.interval, judge(log.due_at, work.entry.interval))
    if log.state == "submitted":
        FLOW.keep(work, log, "supplement", "submitted")
    else:
        FLOW.submit(work, log, next_stand_up(work.session, log, work.entry.received_at))
    work.result = {"id": log.id}


def _log(work: Work, args: SaveLog) -> WorkLog:
    """The log of the period with what was written in it; a new one where there is none."""
    period = period_of(args.horizon, args.first_on)
    if args.first_on != period.first:
        raise invalid("work_log_period")
    if args.first_on > work.entry.day:
        raise invalid("work_log_ahead")
    if any(note.kind not in KINDS[args.horizon] for note in args.notes):
        raise invalid("work_log_kind")
    home = work.bundle(_key(work.user.id, args))
    same = select(WorkLog).where(
        WorkLog.author_id == work.user.id,
        WorkLog.horizon == args.horizon,
        WorkLog.first_on == args.first_on,
    )
    log = work.session.scalar(same)
    if log is None:
        log = _begin(work, args, home)
    elif log.state not in (*EDITABLE, "submitted"):
        raise not_now("work_log_reviewed")
    log.notes = merge(log.notes, [_note(work, note) for note in args.notes])
    log.figures = count(work.session, log).figures
    work.session.flush()
    return log


def _begin(work: Work, args: SaveLog, home: Bundle) -> WorkLog:
    zone_id = last_zone(work.session, work.user)
    if zone_id is None or work.user.department_id is None:
        raise missing("zone_missing")
    if work.session.get(WorkLog, args.id) is not None:
        raise invalid("id_taken")
    department = work.session.get_one(Department, work.user.department_id)
    last_on = home.day = period_of(args.horizon, args.first_on).last
    due_on = last_on if args.horizon == "day" else _next_worked(work.session, last_on)
    log = WorkLog(
        id=args.id,
        author_id=work.user.id,
        zone_id=zone_id,
        horizon=args.horizon,
        first_on=args.first_on,
        last_on=last_on,
        notes=[],
        figures={},
        state="open",
        due_at=moment(due_on, department.logs_due_at),
        missing_at=moment(due_on + timedelta(days=1), department.logs_missing_at),
        bundle_id=home.id,
    )
    work.session.add(log)
    return log


def _next_worked(session: Session, day: date) -> date:
    """The first working day after a day: on it a summary is due."""
    off, _ = days_off(session, day, day + LONGEST_REST)
    return next(
        on for number in range(1, LONGEST_REST.days) if (on := day + timedelta(days=number)) not in off
    )


def _note(work: Work, note: LogNote) -> dict[str, Any]:
    customer = note.customer_id and work.find(
        Customer, note.customer_id, "customer_missing", "customer_reassigned"
    )
    slip = note.info_slip_id and _slip(work, note.info_slip_id)
    return note.model_dump(mode="json") | {
        "shop_name": customer.shop_name if customer else None,
        "slip_number": slip.number if slip else None,
        "explanation": None,
    }


def _slip(work: Work, info_slip_id: str) -> InfoSlip:
    return work.find(InfoSlip, info_slip_id, "info_slip_missing", "info_slip_not_yours")
