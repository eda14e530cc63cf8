"""Tables of visits."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.kernel.bundles import bundle, last_days
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long
from fieldvisit.kernel.intervals import Interval, Span, interval_of, span
from fieldvisit.kernel.users import Role

VISITS = bundle(
    "visits",
    key="visits:{visitor}:{zone}:{day}",
    scopes=("user:{visitor}", "zone:{zone}"),
    carried={Role.ACCOUNT_MANAGER: last_days(45), Role.MARKET_MANAGER: last_days(7)},
    contains=(
        "visits",
        "attachments",
        "visit_answers",
        "visit_anomalies",
        "visit_comments",
        "visit_amendments",
        "flow_steps",
    ),
)


class Visit(Base):
    """拜访记录 (domain §3.2). Distances in metres; `place_verdict` is the server's, `phone_verdict` the phone's.

    Arrival and leaving keep the interval in which they lie (`arrived`, `left`). `scope_timeliness` says of a visit
    that came in when the shop was somebody else's already whether it was made before.
    """

    __tablename__ = "visit"
    __table_args__ = (
        Index(None, "visitor_id", "day"),
        Index(None, "customer_id", "day"),
        Index(None, "day"),
        Index(
            "ix_visit_day_placed",
            "day",
            sqlite_where=text("check_in_lat IS NOT NULL"),
            postgresql_where=text("check_in_lat IS NOT NULL"),
        ),
    )

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
    suspected_problem: Mapped[str | None]
    plan_content: Mapped[str | None]
    contact_method: Mapped[str | None]
    check_in_at: Mapped[datetime | None]
    check_in_lat: Mapped[float | None]
    check_in_lng: Mapped[float | None]
    check_in_datum: Mapped[str | None]
    check_in_accuracy_m: Mapped[float | None]
    check_in_fix_at: Mapped[datetime | None]
    check_in_fix_age_s: Mapped[int | None]
    place_refusal: Mapped[str | None]
    place_note: Mapped[str | None]
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
    check_in_wall_at: Mapped[datetime | None]
    check_out_earliest_at: Mapped[datetime | None]
    check_out_latest_at: Mapped[datetime | None]
    check_out_wall_at: Mapped[datetime | None]
    scope_timeliness: Mapped[str | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)

    __mapper_args__ = {"version_id_col": version}

    @property
    def arrived(self) -> Interval | None:
        """When he came, as far as that can be proven."""
        return interval_of(self.earliest_at, self.stated_at, self.latest_at, self.check_in_wall_at)

    @property
    def came_at(self) -> datetime | None:
        """The likely moment of arrival: as stated, as far as that is possible."""
        return self.arrived.likely if self.arrived else self.check_in_at

    @property
    def left(self) -> Interval | None:
        """When he left, as far as that can be proven."""
        bounds = self.check_out_earliest_at, self.check_out_at, self.check_out_latest_at
        return interval_of(*bounds, self.check_out_wall_at)

    @property
    def stay(self) -> Span | None:
        """How long he stayed; None where nothing was kept to tell it by."""
        return span(self.arrived, self.left) if self.arrived and self.left else None


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


class VisitAnswers(Base):
    """What was answered to the checklist of a visit: item key → answer, and its score in per cent. `id` is the visit's."""

    __tablename__ = "visit_answers"

    id: Mapped[Guid] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    checklist_id: Mapped[Guid] = mapped_column(ForeignKey("checklist.id"))
    answers: Mapped[dict[str, Any]]
    score: Mapped[float | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class VisitAnomaly(Base):
    """What about a visit wants an explanation (异常待说明): flag → its figure and limit. `id` is the visit's."""

    __tablename__ = "visit_anomaly"
    __table_args__ = (Index(None, "author_id", "day"),)

    id: Mapped[Guid] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    customer_id: Mapped[Guid] = mapped_column(ForeignKey("retail_customer.id"))
    day: Mapped[date]
    flags: Mapped[dict[str, Any]]
    explanation: Mapped[str | None]
    state: Mapped[str]
    decided_by_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    decided_for_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class VisitComment(Base):
    """拜访点评: what a superior says of a visit, and what the visitor answers."""

    __tablename__ = "visit_comment"
    __table_args__ = (Index(None, "visit_id", "made_at"),)

    id: Mapped[GuidKey]
    visit_id: Mapped[Guid] = mapped_column(ForeignKey("visit.id"))
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    text: Mapped[str]
    made_at: Mapped[datetime]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class VisitAmendment(Base):
    """That a visit was recorded at the wrong shop: at which, at which it was really made, why, by whom."""

    __tablename__ = "visit_amendment"

    id: Mapped[GuidKey]
    visit_id: Mapped[Guid] = mapped_column(ForeignKey("visit.id"), index=True)
    from_customer_id: Mapped[Guid] = mapped_column(ForeignKey("retail_customer.id"))
    to_customer_id: Mapped[Guid] = mapped_column(ForeignKey("retail_customer.id"))
    from_shop_name: Mapped[str]
    to_shop_name: Mapped[str]
    reason: Mapped[str]
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class StockReading(Base):
    """库存采集 of one spec at a visit. Quantities in tenths of a carton (packs), prices in fen."""

    __tablename__ = "stock_reading"
    __table_args__ = (UniqueConstraint("visit_id", "spec_id"), Index(None, "bundle_id", "read_on"))

    id: Mapped[GuidKey]
    visit_id: Mapped[Guid] = mapped_column(ForeignKey("visit.id"))
    customer_id: Mapped[Guid] = mapped_column(ForeignKey("retail_customer.id"))
    spec_id: Mapped[Guid] = mapped_column(ForeignKey("product_spec.id"))
    read_on: Mapped[date]
    counter_qty: Mapped[int]
    backroom_qty: Mapped[int]
    out_of_stock_days: Mapped[int | None]
    carton_price: Mapped[int | None]
    pack_price: Mapped[int | None]
    collected_by_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"))


class Checklist(Base):
    """A checklist for a kind of visit and some classes of shops; what was answered to stays as it was, so a change is a new row.

    Empty lists of classes mean every class; the questions are data (`questions.Question`). It lives in the
    bundle of its department, which everybody there carries.
    """

    __tablename__ = "checklist"

    id: Mapped[GuidKey]
    department_id: Mapped[Guid] = mapped_column(ForeignKey("department.id"), index=True)
    kind: Mapped[str]
    title: Mapped[str]
    market_types: Mapped[list[str]]
    business_sizes: Mapped[list[str]]
    retail_formats: Mapped[list[str]]
    items: Mapped[list[dict[str, Any]]]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)
