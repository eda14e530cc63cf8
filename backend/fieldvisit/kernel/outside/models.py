"""Tables of what goes outside: per kind of notice, when, to which addresses, and each message with what became of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.kernel.bundles import ALL, bundle
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long
from fieldvisit.kernel.outside.rules import SAID
from fieldvisit.kernel.users import Role

ADMIN = frozenset({Role.GENERAL_ADMIN})
OUTSIDE_RULES = bundle(
    "ref:outside",
    key="ref:outside:all",
    scopes=("all",),
    carried=dict.fromkeys(ADMIN, ALL),
    readers=ADMIN,
    contains=("outside_rules", "outside_hours"),
)
OUTSIDE_ADDRESSES = bundle(
    "outside_addresses",
    key="outside_addresses:{department}",
    scopes=("department:{department}",),
    carried=dict.fromkeys(ADMIN, ALL),
    readers=ADMIN,
    contains=("outside_addresses",),
)
OUTSIDE_MESSAGES = bundle(
    "outside_messages",
    key="outside_messages:{department}",
    scopes=("department:{department}",),
    readers=ADMIN,
    contains=("outside_messages",),
)


class OutsideRule(Base):
    """Of one kind of notice: whether it goes out, at once or with the next digest; by SMS to who wants it; into the group."""

    __tablename__ = "outside_rule"

    id: Mapped[GuidKey]
    kind: Mapped[str] = mapped_column(unique=True)
    way: Mapped[str]
    sms: Mapped[bool]
    bot: Mapped[bool]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)

    @property
    def text(self) -> str:
        """The sentence that goes out."""
        return SAID[self.kind].text if self.kind in SAID else ""

    @property
    def is_urgent(self) -> bool:
        """Whether every one of the kind is urgent."""
        return self.kind in SAID and SAID[self.kind].is_urgent


class OutsideHours(Base):
    """When messages go out at all, and when digests do; times are Shanghai `hh:mm`. There is one row."""

    __tablename__ = "outside_hours"

    id: Mapped[GuidKey]
    quiet_from: Mapped[str]
    quiet_until: Mapped[str]
    digest_at: Mapped[list[str]]
    rests_on_days_off: Mapped[bool]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class OutsideAddress(Base):
    """Where somebody is reached outside the app: his user ids there, and whether what is urgent also goes to his phone number."""

    __tablename__ = "outside_address"

    id: Mapped[GuidKey]
    user_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"), unique=True)
    wecom: Mapped[str | None]
    dingtalk: Mapped[str | None]
    sms: Mapped[bool]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class OutsideMessage(Base):
    """One notice on its way to one addressee: a user, or (`user_id` None) his department's group.

    It waits while `ended_at` is None; then `end` says how: sent, read in the app before, the addressee left, given up.
    `trouble` is why the last try failed, as a code.
    """

    __tablename__ = "outside_message"
    __table_args__ = (Index(None, "ended_at", "due_at"),)

    id: Mapped[GuidKey]
    channel: Mapped[str]
    kind: Mapped[str]
    user_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    department_id: Mapped[Guid | None]
    notice_id: Mapped[Guid | None]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    tries: Mapped[int]
    ended_at: Mapped[datetime | None]
    end: Mapped[str | None]
    trouble: Mapped[str | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)
