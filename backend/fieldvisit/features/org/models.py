"""Tables of the organisation."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, synonym

from fieldvisit.features.org.rules import LOGS_DUE_AT, LOGS_MISSING_AT
from fieldvisit.kernel.bundles import ALL, bundle
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long
from fieldvisit.kernel.users import Role

ORG = bundle(
    "ref:org",
    key="ref:org:{department}",
    scopes=("department:{department}", "complaint-centre"),
    carried=dict.fromkeys(Role, ALL),
    contains=("departments", "zones", "routes", "checklists", "service_standards"),
)
PEOPLE = bundle(
    "ref:people",
    key="ref:people:{department}",
    scopes=("department:{department}", "complaint-centre"),
    carried=dict.fromkeys(Role, ALL),
    contains=("people", "absences"),
)
ME = bundle(
    "me",
    key="me:{user}",
    scopes=("user:{user}",),
    carried=dict.fromkeys(Role, ALL),
    contains=("profile", "consents"),
)


class Department(Base):
    """营销部 (S1.3). `plans_need_decision` is whether account managers' plans of a month or week wait for one (S10.6).

    Weekly meetings are reported before they are called where `weekly_meetings_need_report` (S4.4). Work logs are due at `logs_due_at` and count as missing from `logs_missing_at` of the next day on (`hh:mm`, domain §3.6).
    """

    __tablename__ = "department"
    __table_args__ = (UniqueConstraint("code"),)

    id: Mapped[GuidKey]
    name: Mapped[str]
    code: Mapped[str]
    plans_need_decision: Mapped[bool] = mapped_column(default=True, server_default="1")
    weekly_meetings_need_report: Mapped[bool] = mapped_column(default=True, server_default="1")
    logs_due_at: Mapped[str] = mapped_column(default=LOGS_DUE_AT, server_default=LOGS_DUE_AT)
    logs_missing_at: Mapped[str] = mapped_column(default=LOGS_MISSING_AT, server_default=LOGS_MISSING_AT)
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class Zone(Base):
    """辖区: the territory of a market manager (S1.3)."""

    __tablename__ = "zone"
    __table_args__ = (UniqueConstraint("department_id", "code"),)

    id: Mapped[GuidKey]
    department_id: Mapped[Guid] = mapped_column(ForeignKey("department.id"))
    name: Mapped[str]
    code: Mapped[str]
    market_manager_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)
    server_id: Mapped[str | None] = synonym("market_manager_id")


class Route(Base):
    """服务线路: the shops of an account manager. `order_weekday` counts from Monday = 0."""

    __tablename__ = "route"
    __table_args__ = (UniqueConstraint("zone_id", "code"),)

    id: Mapped[GuidKey]
    zone_id: Mapped[Guid] = mapped_column(ForeignKey("zone.id"), index=True)
    name: Mapped[str]
    code: Mapped[str]
    account_manager_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    market_type: Mapped[str | None]
    order_weekday: Mapped[int | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)
    server_id: Mapped[str | None] = synonym("account_manager_id")


class Person(Base):
    """What everybody in the department may know of a colleague: name and post, no number."""

    __tablename__ = "person"

    id: Mapped[Guid] = mapped_column(ForeignKey("user.id"), primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    department_id: Mapped[Guid | None] = mapped_column(ForeignKey("department.id"))
    is_active: Mapped[bool] = mapped_column(default=True)
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class Consent(Base):
    """That somebody read the purpose notice, or allowed his place to be taken, or took that back.

    Rows are only added; of a kind the one with the highest `op_number` holds.
    """

    __tablename__ = "consent"
    __table_args__ = (Index(None, "user_id", "kind", "op_number"),)

    id: Mapped[GuidKey]
    user_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[str]
    version: Mapped[int]
    is_given: Mapped[bool]
    made_at: Mapped[datetime]
    op_number: Mapped[Long]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)
