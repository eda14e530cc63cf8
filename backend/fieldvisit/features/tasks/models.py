"""Tables of tasks."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.features.tasks.rules import INVOLVED
from fieldvisit.kernel.bundles import bundle, last_days
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long
from fieldvisit.kernel.intervals import Judged

CARRIED_DAYS = 30

# A task that is over has a day and is carried for a while longer; any other has none and is always carried.
TASK = bundle(
    "task",
    key="task:{task}",
    scopes=("user:{assignee}", "user:{author}"),
    carried=dict.fromkeys(INVOLVED, last_days(CARRIED_DAYS)),
    contains=("tasks", "task_notes", "attachments"),
)


class Task(Judged, Base):
    """任务 (domain §3.2): `state` is open, finished, accepted or cancelled; due by the end of `due_on` in Shanghai.

    It came out of a meeting or a log where `source_type` and `source_id` say so: whoever may not see that sees the task alone.
    It was finished last between `earliest_at` and `latest_at`; `timeliness` says whether by `due_on`.
    """

    __tablename__ = "task"
    __table_args__ = (Index(None, "assignee_id", "due_on"), Index(None, "author_id", "due_on"))

    id: Mapped[GuidKey]
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    assignee_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    title: Mapped[str]
    requirement: Mapped[str]
    key_points: Mapped[str | None]
    cautions: Mapped[str | None]
    due_on: Mapped[date]
    source_type: Mapped[str | None]
    source_id: Mapped[Guid | None]
    progress_pct: Mapped[int]
    state: Mapped[str]
    made_at: Mapped[datetime]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class TaskNote(Base):
    """What was said on the way: `word` is progress, result, return, accept or cancel."""

    __tablename__ = "task_note"

    id: Mapped[GuidKey]
    task_id: Mapped[Guid] = mapped_column(ForeignKey("task.id"))
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    word: Mapped[str]
    text: Mapped[str | None]
    progress_pct: Mapped[int]
    made_at: Mapped[datetime]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)
