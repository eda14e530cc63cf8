"""Who may enter: the account of a user and the phones he enters with."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.kernel.db import Base, Guid, GuidKey, Long


class Role(StrEnum):
    """What a user is (domain §3.1 `user_role`); one role per user."""

    ACCOUNT_MANAGER = "account_manager"
    MARKET_MANAGER = "market_manager"
    DEPARTMENT_MANAGER = "department_manager"
    COMPLAINT_CENTRE = "complaint_centre"
    GENERAL_ADMIN = "general_admin"
    RELATED_POST = "related_post"
    SYSTEM_ADMIN = "system_admin"


class User(Base):
    """An account. `stamp` rises when every token given so far must die; `former_roles` are posts it held before."""

    __tablename__ = "user"
    __table_args__ = (UniqueConstraint("username"),)

    id: Mapped[GuidKey]
    username: Mapped[str]
    employee_no: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    phone: Mapped[str | None]
    department_id: Mapped[Guid | None]
    password_hash: Mapped[str]
    password_set_at: Mapped[datetime | None]
    code_hash: Mapped[str | None]
    code_expires_at: Mapped[datetime | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    former_roles: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    stamp: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    bundle_id: Mapped[Long | None] = mapped_column(ForeignKey("bundle.id"), index=True)


class Device(Base):
    """One user on one phone. It may be used once it is approved and until it is revoked.

    `pending_*`, `free_mb` and `persisted` are what it last said of itself: entries and files it still owes,
    the time of the oldest entry, room left in MB, and whether its browser promised to clear nothing.
    `missing_ops` counts the numbers of its own count that never came though later ones did, `holes` names the
    first of them as `[from, to]`, `missing_since` is when that was first seen.
    What every contact changes is quiet: nobody's copy of the bundle grows old by it.
    """

    __tablename__ = "device"
    quiet = frozenset(
        {
            "seen_at",
            "deposited_at",
            "app",
            "pending_ops",
            "pending_files",
            "pending_oldest",
            "free_mb",
            "persisted",
            "highest_seq",
            "missing_ops",
            "holes",
            "missing_since",
            "hole_told_at",
            "silence_told_at",
        }
    )

    id: Mapped[GuidKey]
    user_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"), index=True)
    username: Mapped[str] = mapped_column(default="?", server_default="?")
    name: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    deposited_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    app: Mapped[str | None]
    pending_ops: Mapped[int | None]
    pending_files: Mapped[int | None]
    pending_oldest: Mapped[datetime | None]
    free_mb: Mapped[int | None]
    persisted: Mapped[bool | None]
    highest_seq: Mapped[Long | None]
    missing_ops: Mapped[Long | None]
    holes: Mapped[list[list[int]] | None]
    missing_since: Mapped[datetime | None]
    hole_told_at: Mapped[datetime | None]
    silence_told_at: Mapped[datetime | None]
    wipe_ordered_at: Mapped[datetime | None]
    wiped_at: Mapped[datetime | None]
    bundle_id: Mapped[Long | None] = mapped_column(index=True)
