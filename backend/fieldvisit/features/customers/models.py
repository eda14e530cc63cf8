"""Tables of the customer file."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.kernel.bundles import ALL, bundle
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long
from fieldvisit.kernel.intervals import Judged
from fieldvisit.kernel.users import Role

CUSTOMER = bundle(
    "customer",
    key="customer:{customer}",
    scopes=("complaint-centre",),
    carried={Role.ACCOUNT_MANAGER: ALL, Role.MARKET_MANAGER: ALL},
    contains=(
        "customers",
        "suggestions",
        "customer_changes",
        "visit_digests",
        "handovers",
        "contact_logs",
        "stock_readings",
        "shop_sales",
    ),
)


class Customer(Base):
    """零售客户 (domain §3.2). `radius_m` is how far from its place, in metres, a visit still counts as there."""

    __tablename__ = "retail_customer"
    __table_args__ = (
        UniqueConstraint("customer_code"),
        UniqueConstraint("licence_no"),
    )

    id: Mapped[GuidKey]
    version: Mapped[int] = mapped_column(default=1)
    customer_code: Mapped[str]
    licence_no: Mapped[str]
    shop_name: Mapped[str]
    initials: Mapped[str]
    address: Mapped[str | None]
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    datum: Mapped[str | None]
    radius_m: Mapped[int] = mapped_column(default=300)
    retail_format: Mapped[str]
    market_type: Mapped[str]
    business_size: Mapped[str]
    customer_grade: Mapped[int | None]
    credit_level: Mapped[str | None]
    business_area: Mapped[str | None]
    special_group: Mapped[str | None]
    order_way: Mapped[str | None]
    terminal_level: Mapped[str | None]
    opening_hours: Mapped[str | None]
    market_days: Mapped[str | None]
    customer_status: Mapped[str] = mapped_column(default="01")
    owner_name: Mapped[str | None]
    contact_name: Mapped[str | None]
    contact_phone: Mapped[str | None] = mapped_column(index=True)
    is_key: Mapped[bool] = mapped_column(default=False)
    is_sample: Mapped[bool] = mapped_column(default=False)
    is_watched: Mapped[bool] = mapped_column(default=False)
    is_model: Mapped[bool] = mapped_column(default=False)
    route_id: Mapped[Guid] = mapped_column(ForeignKey("route.id"), index=True)
    licence_expires_on: Mapped[date | None]
    opened_on: Mapped[date | None]
    last_verified_on: Mapped[date | None]
    last_visited_on: Mapped[date | None]
    note: Mapped[str | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)

    __mapper_args__ = {"version_id_col": version}


class CustomerChange(Base):
    """One field that was written: what it was, what it became, by whom (客户信息变更)."""

    __tablename__ = "customer_change"
    __table_args__ = (Index(None, "bundle_id", "made_at"),)

    id: Mapped[GuidKey]
    customer_id: Mapped[Guid] = mapped_column(ForeignKey("retail_customer.id"))
    field: Mapped[str]
    old_value: Mapped[str | None]
    new_value: Mapped[str | None]
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"))


class Suggestion(Judged, Base):
    """A value that was not written because the present one had moved on or is protected; people decide it.

    `earliest_at`, `latest_at` and `timeliness` are those of the decision.
    """

    __tablename__ = "suggestion"
    __table_args__ = (Index(None, "bundle_id", "state"),)

    id: Mapped[GuidKey]
    customer_id: Mapped[Guid] = mapped_column(ForeignKey("retail_customer.id"))
    field: Mapped[str]
    seen_value: Mapped[str | None]
    suggested_value: Mapped[str | None]
    why: Mapped[str]
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime]
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(default="open")
    decided_by_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"))


class Handover(Base):
    """移交: that a shop goes to another route on a day; `state` is planned, done or cancelled."""

    __tablename__ = "handover"
    __table_args__ = (Index(None, "state", "on_day"),)

    id: Mapped[GuidKey]
    customer_id: Mapped[Guid] = mapped_column(ForeignKey("retail_customer.id"))
    from_route_id: Mapped[Guid] = mapped_column(ForeignKey("route.id"))
    to_route_id: Mapped[Guid] = mapped_column(ForeignKey("route.id"))
    on_day: Mapped[date]
    state: Mapped[str]
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class ContactLog(Base):
    """That somebody called or wrote to the shop between visits (S11.8); `method` as a visit's, never in person."""

    __tablename__ = "contact_log"
    __table_args__ = (Index(None, "bundle_id", "made_at"),)

    id: Mapped[GuidKey]
    customer_id: Mapped[Guid] = mapped_column(ForeignKey("retail_customer.id"))
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    method: Mapped[str]
    note: Mapped[str | None]
    made_at: Mapped[datetime]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"))
