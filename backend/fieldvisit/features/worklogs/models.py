"""The table of work logs."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.features.worklogs.rules import INVOLVED
from fieldvisit.kernel.bundles import bundle, last_days
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long
from fieldvisit.kernel.intervals import Judged

CARRIED_DAYS = 45

# Of a period everybody has one log, from however many phones it is written. Until it is submitted it is its author's alone.
WORK_LOG = bundle(
    "work_log",
    key="work_log:{author}:{horizon}:{first_on}",
    scopes=("user:{author}",),
    carried=dict.fromkeys(INVOLVED, last_days(CARRIED_DAYS)),
    readers=INVOLVED,
    contains=("work_logs", "flow_steps"),
)


class WorkLog(Judged, Base):
    """工作日志, and for a week or month the 周/月总结 (domain §3.2).

    `notes` are what it says (see `LogNote`). `figures` are planned visits, those of them completed, and shops visited.
    It was due at `due_at` and counts as missing from `missing_at` on, as the department had it when it was begun;
    what is judged is its first submission.
    """

    __tablename__ = "work_log"
    __table_args__ = (UniqueConstraint("author_id", "horizon", "first_on"),)

    id: Mapped[GuidKey]
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    zone_id: Mapped[Guid] = mapped_column(ForeignKey("zone.id"))
    horizon: Mapped[str]
    first_on: Mapped[date]
    last_on: Mapped[date]
    notes: Mapped[list[dict[str, Any]]]
    figures: Mapped[dict[str, Any]]
    state: Mapped[str]
    due_at: Mapped[datetime]
    missing_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_by_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    decided_for_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    plan_check: Mapped[str | None]
    info_check: Mapped[str | None]
    transfer_check: Mapped[str | None]
    truth_check: Mapped[str | None]
    grade: Mapped[str | None]
    comment: Mapped[str | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)
