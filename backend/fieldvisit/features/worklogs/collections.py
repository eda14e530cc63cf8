"""What is seen of work logs: by whose they are, and from their submission on by who leads him."""

from datetime import date, datetime

from fieldvisit.features.worklogs.models import WorkLog
from fieldvisit.features.worklogs.rules import INVOLVED, Grade, Horizon, Kind, State, Verdict
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.intervals import Timeliness
from fieldvisit.kernel.values import View


class LogNoteView(View):
    """A note of a log. An important one has the slip it was passed on with, or the reason why it was not."""

    id: str
    kind: Kind
    text: str
    is_important: bool
    info_slip_id: str | None
    slip_number: str | None
    explanation: str | None
    customer_id: str | None
    shop_name: str | None


class LogFiguresView(View):
    """The visits of a log's days: planned, completed of those, and how many shops were visited."""

    planned: int
    completed: int
    visited: int


class WorkLogView(View):
    """The log of a day, or the summary of a week or month, and how it stands; an open one is seen by its author alone.

    `timeliness` says whether its first submission was in by `due_at`; from `missing_at` on it counted as missing.
    """

    id: str
    author_id: str
    zone_id: str
    horizon: Horizon
    first_on: date
    last_on: date
    notes: list[LogNoteView]
    figures: LogFiguresView
    state: State
    due_at: datetime
    missing_at: datetime
    submitted_at: datetime | None
    earliest_at: datetime | None
    latest_at: datetime | None
    timeliness: Timeliness | None
    decided_by_id: str | None
    decided_for_id: str | None
    decided_at: datetime | None
    plan_check: Verdict | None
    info_check: Verdict | None
    transfer_check: Verdict | None
    truth_check: Verdict | None
    grade: Grade | None
    comment: str | None


collection(
    "work_logs",
    WorkLog,
    WorkLogView,
    readers=INVOLVED,
    filters=("author_id", "horizon", "state", "first_on", "grade"),
    sorting=("first_on",),
    order=(WorkLog.first_on, WorkLog.id),
)
