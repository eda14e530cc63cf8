"""The table of maintenance appraisals."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.features.appraisal.rules import READERS
from fieldvisit.kernel.bundles import bundle, last_days
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long
from fieldvisit.kernel.intervals import Judged

CARRIED_DAYS = 400

# Its author's alone until it is reported; then it hangs with the zone, with all who lead it, and with whom it is about.
MAINTENANCE_APPRAISAL = bundle(
    "maintenance_appraisal",
    key="maintenance_appraisal:{appraisal}",
    scopes=("user:{author}",),
    carried=dict.fromkeys(READERS, last_days(CARRIED_DAYS)),
    readers=READERS,
    contains=("maintenance_appraisals", "flow_steps"),
)


class MaintenanceAppraisal(Judged, Base):
    """客户维护考核 of an account manager for the month that begins on `first_on` (domain §3.2).

    `evidence` is what the figures were when it was reported (see `EvidenceFigures`). It was due at `due_at`, as the term
    was when it was begun; `timeliness` says whether it was reported by then.
    """

    __tablename__ = "maintenance_appraisal"
    __table_args__ = (
        UniqueConstraint("account_manager_id", "first_on", "author_id"),
        Index(None, "zone_id", "first_on"),
    )

    id: Mapped[GuidKey]
    account_manager_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    zone_id: Mapped[Guid] = mapped_column(ForeignKey("zone.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    record_check: Mapped[str | None]
    satisfaction: Mapped[str | None]
    target_completion: Mapped[str | None]
    quality_score: Mapped[int | None]
    comment: Mapped[str | None]
    evidence: Mapped[dict[str, Any] | None]
    state: Mapped[str]
    due_at: Mapped[datetime]
    reported_at: Mapped[datetime | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)
