"""Tables of visits."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.kernel.bundles import bundle, last_days
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long
from fieldvisit.kernel.users import Role

VISITS = bundle(
    "visits",
    key="visits:{visitor}:{zone}:{day}",
    scopes=("user:{visitor}", "zone:{zone}"),
    carried={Role.ACCOUNT_MANAGER: last_days(45), Role.MARKET_MANAGER: last_days(7)},
    contains=("visits", "attachments"),
)


class Visit(Base):
    """拜访记录 (domain §3.2). Distances in metres; `place_verdict` is the server's, `phone_verdict` the phone's."""

    __tablename__ = "visit"
    __table_args__ = (Index(None, "visitor_id", "day"), Index(None, "customer_id", "day"))

    id: Mapped[GuidKey]
    version: Mapped[int] = mapped_column(default=1)
    customer_id: Mapped[Guid] = mapped_column(ForeignKey("retail_customer.id"))
    shop_name: Mapped[str]
    visitor_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    zone_id: Mapped[Guid] = mapped_column(ForeignKey("zone.id"))
    day: Mapped[date]
    state: Mapped[str]
    is_planned: Mapped[bool]
    seq: Mapped[int | None]
    planned_time: Mapped[str | None]
    purpose: Mapped[str | None]
    contact_method: Mapped[str | None]
    check_in_at: Mapped[datetime | None]
    check_in_lat: Mapped[float | None]
    check_in_lng: Mapped[float | None]
    check_in_datum: Mapped[str | None]
    check_in_accuracy_m: Mapped[float | None]
    check_in_fix_at: Mapped[datetime | None]
    place_refusal: Mapped[str | None]
    phone_verdict: Mapped[str | None]
    place_verdict: Mapped[str | None]
    distance_m: Mapped[int | None]
    photo_refusal: Mapped[str | None]
    check_out_at: Mapped[datetime | None]
    met_person: Mapped[str | None]
    findings: Mapped[str | None]
    note: Mapped[str | None]
    next_step: Mapped[str | None]
    satisfaction: Mapped[int | None]
    responsibility_tags: Mapped[list[str]]
    cancel_reason: Mapped[str | None]
    is_late_scope: Mapped[bool] = mapped_column(default=False)
    stated_at: Mapped[datetime | None]
    earliest_at: Mapped[datetime | None]
    latest_at: Mapped[datetime | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)

    __mapper_args__ = {"version_id_col": version}


class VisitDigest(Base):
    """What everybody who serves the shop may know of a visit; none for supervision. `id` is the visit's."""

    __tablename__ = "visit_digest"
    __table_args__ = (Index(None, "bundle_id", "day"),)

    id: Mapped[Guid] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    customer_id: Mapped[Guid] = mapped_column(ForeignKey("retail_customer.id"))
    day: Mapped[date]
    visitor_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    outcome: Mapped[str | None]
    next_step: Mapped[str | None]
    satisfaction: Mapped[int | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"))
