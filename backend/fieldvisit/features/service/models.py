"""Tables of service standards, and of what account managers plan by them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.features.service.rules import INVOLVED
from fieldvisit.kernel.bundles import bundle, last_days
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long

CARRIED_DAYS = 100  # this quarter's and, for the next one, the last

# A service plan hangs where its author is led once he submits it. Its day is its quarter's last.
SERVICE_PLAN = bundle(
    "service_plan",
    key="service_plan:{plan}",
    scopes=("user:{author}",),
    carried=dict.fromkeys(INVOLVED, last_days(CARRIED_DAYS)),
    readers=INVOLVED,
    contains=("service_plans", "flow_steps"),
)


class ServiceStandard(Base):
    """服务标准 of a department for shops of one size: visits a month, service items, and the group's strategy."""

    __tablename__ = "service_standard"
    __table_args__ = (UniqueConstraint("department_id", "business_size"),)

    id: Mapped[GuidKey]
    department_id: Mapped[Guid] = mapped_column(ForeignKey("department.id"))
    business_size: Mapped[str]
    visits_a_month: Mapped[int]
    items: Mapped[list[str]]
    strategy: Mapped[str | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class ServicePlan(Base):
    """服务计划 of an account manager for a quarter (domain §3.2): how he serves the shops of each size, agreed with who leads him.

    `groups` are one `ServiceGroup` a size.
    """

    __tablename__ = "service_plan"
    __table_args__ = (UniqueConstraint("author_id", "first_on"),)

    id: Mapped[GuidKey]
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    zone_id: Mapped[Guid] = mapped_column(ForeignKey("zone.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    aims: Mapped[str]
    groups: Mapped[list[dict[str, Any]]]
    state: Mapped[str]
    decided_by_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    decided_for_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)
