"""The table of cases of upkeep."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.features.maintenance.rules import READERS
from fieldvisit.kernel.bundles import ALL, bundle
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long

# Seen by its author and whoever leads him; shared, by the teams of the zone or of the whole department.
MAINTENANCE_CASE = bundle(
    "maintenance_case",
    key="maintenance_case:{case}",
    scopes=("user:{author}",),
    carried=dict.fromkeys(READERS, ALL),
    readers=READERS,
    contains=("maintenance_cases",),
)


class MaintenanceCase(Base):
    """维护案例 (domain §3.2). The shop is an id alone: a shared case is read by people who may not see the shop."""

    __tablename__ = "maintenance_case"
    __table_args__ = (Index(None, "author_id", "made_at"),)

    id: Mapped[GuidKey]
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    zone_id: Mapped[Guid] = mapped_column(ForeignKey("zone.id"))
    customer_id: Mapped[Guid | None] = mapped_column(ForeignKey("retail_customer.id"))
    title: Mapped[str]
    situation: Mapped[str]
    action: Mapped[str]
    effect: Mapped[str]
    skill_tags: Mapped[list[str]]
    made_at: Mapped[datetime]
    mm_comment: Mapped[str | None]
    commented_by_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    shared: Mapped[str]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)
