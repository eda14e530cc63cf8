"""The table of service issues."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.features.service_issues.rules import READERS
from fieldvisit.kernel.bundles import bundle, last_days
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long
from fieldvisit.kernel.intervals import Judged

CARRIED_DAYS = 30

# Seen by who found it, who is to fix it, and the zone with all who lead it.
SERVICE_ISSUE = bundle(
    "service_issue",
    key="service_issue:{issue}",
    scopes=("user:{author}",),
    carried=dict.fromkeys(READERS, last_days(CARRIED_DAYS)),
    readers=READERS,
    contains=("service_issues",),
)


class ServiceIssue(Judged, Base):
    """服务问题 (S16.7; domain §3.2): what is wrong with our service, why, who fixes it until the end of `due_on`, who checked.

    `source_id` is the visit or the log it was found in. `timeliness` says whether it was fixed in time.
    """

    __tablename__ = "service_issue"
    __table_args__ = (
        UniqueConstraint("number"),
        Index(None, "zone_id", "state"),
        Index(None, "owner_id", "state"),
        Index(None, "found_at", "id"),
    )

    id: Mapped[GuidKey]
    number: Mapped[str]
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    zone_id: Mapped[Guid] = mapped_column(ForeignKey("zone.id"))
    customer_id: Mapped[Guid | None] = mapped_column(ForeignKey("retail_customer.id"))
    shop_name: Mapped[str | None]
    found_in: Mapped[str]
    source_id: Mapped[Guid | None]
    category: Mapped[str]
    description: Mapped[str]
    found_at: Mapped[datetime]
    state: Mapped[str]
    cause: Mapped[str | None]
    owner_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    assigner_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    measures: Mapped[str | None]
    due_on: Mapped[date | None]
    result: Mapped[str | None]
    check_result: Mapped[str | None]
    verified_by_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)
