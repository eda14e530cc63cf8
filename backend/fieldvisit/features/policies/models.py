"""Tables of policies and of who has read them."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.features.policies.rules import READERS
from fieldvisit.kernel.bundles import bundle, last_days
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long

CARRIED_DAYS = 30
_CARRIED = dict.fromkeys(READERS, last_days(CARRIED_DAYS))

# One that is in force has no day and is always carried; what has ended, and who had read it, for a while longer.
POLICY = bundle(
    "policy",
    key="policy:{policy}",
    scopes=("department:{department}", "complaint-centre"),
    carried=_CARRIED,
    readers=READERS,
    contains=("policies", "attachments"),
)
# Read by one person: his, and those who lead him see it.
POLICY_RECEIPT = bundle(
    "policy_receipt",
    key="policy_receipt:{policy}:{user}",
    scopes=("user:{user}",),
    carried=_CARRIED,
    readers=READERS,
    contains=("policy_receipts",),
)


class Policy(Base):
    """规章制度 (domain §3.2): a text of a `version`, in force from `effective_on` until it is ended or replaced.

    `must_read_roles` are the posts that have to say they have read it. Its pictures have `owner_id` = this id.
    """

    __tablename__ = "policy"

    id: Mapped[GuidKey]
    department_id: Mapped[Guid] = mapped_column(ForeignKey("department.id"), index=True)
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    replaces_id: Mapped[Guid | None] = mapped_column(ForeignKey("policy.id"))
    title: Mapped[str]
    category: Mapped[str]
    version: Mapped[str]
    text: Mapped[str]
    effective_on: Mapped[date]
    must_read_roles: Mapped[list[str]]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class PolicyReceipt(Base):
    """阅读回执: that somebody has read a policy, and whether he understood it or asks."""

    __tablename__ = "policy_receipt"
    __table_args__ = (UniqueConstraint("policy_id", "user_id"),)

    id: Mapped[GuidKey]
    policy_id: Mapped[Guid] = mapped_column(ForeignKey("policy.id"))
    user_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    is_understood: Mapped[bool]
    question: Mapped[str | None]
    read_at: Mapped[datetime]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)
