"""Tables of visit plans."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.features.plans.rules import INVOLVED
from fieldvisit.kernel.bundles import bundle, last_days
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long

CARRIED_DAYS = 45
_CARRIED = dict.fromkeys(INVOLVED, last_days(CARRIED_DAYS))

# A plan is its author's alone until he submits it; then it hangs where he is led. Its day is the last it runs over.
VISIT_PLAN = bundle(
    "visit_plan",
    key="visit_plan:{plan}",
    scopes=("user:{author}",),
    carried=_CARRIED,
    readers=INVOLVED,
    contains=("visit_plans", "flow_steps"),
)
# What comes of it changes with every visit, so it travels apart from the plan, which may name hundreds of shops.
PLAN_PROGRESS = bundle(
    "plan_progress",
    key="plan_progress:{plan}",
    scopes=("user:{author}",),
    carried=_CARRIED,
    readers=INVOLVED,
    contains=("plan_progress",),
)


class VisitPlan(Base):
    """拜访计划 (domain §3.2): `first_on` to `last_on` are the month, the week or the day of its `horizon`.

    `items` are shops with their day (see `PlanItem`). `figures` is what had come of it when it was evaluated.
    """

    __tablename__ = "visit_plan"
    __table_args__ = (UniqueConstraint("author_id", "horizon", "first_on"),)

    id: Mapped[GuidKey]
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    zone_id: Mapped[Guid] = mapped_column(ForeignKey("zone.id"))
    horizon: Mapped[str]
    first_on: Mapped[date]
    last_on: Mapped[date]
    target_count: Mapped[int | None]
    business_sizes: Mapped[list[str]]
    purposes: Mapped[list[str]]
    content: Mapped[str | None]
    items: Mapped[list[dict[str, Any]]]
    state: Mapped[str]
    decided_by_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    decided_for_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    evaluation: Mapped[str | None]
    lessons: Mapped[str | None]
    figures: Mapped[dict[str, Any] | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class PlanProgress(Base):
    """What has come of a plan so far: day → [planned, completed of them], and the shops visited. `id` is the plan's."""

    __tablename__ = "plan_progress"
    __table_args__ = (Index(None, "author_id", "last_on"),)

    id: Mapped[Guid] = mapped_column(ForeignKey("visit_plan.id"), primary_key=True)
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    days: Mapped[dict[str, Any]]
    visited: Mapped[list[str]]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)
