"""The record of every entry a device ever made: stored before anything is judged, never deleted."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

import orjson
from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.kernel.bundles import bundle, last_days
from fieldvisit.kernel.db import Base, Guid, Long, LongKey
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import canonical


class OpState(StrEnum):
    """`received → applied | held`; `held → applied | rejected`."""

    RECEIVED = "received"
    APPLIED = "applied"
    HELD = "held"
    REJECTED = "rejected"


class Op(Base):
    """One entry as it came. `is_first` marks the content that owns the id; others with the id are `id_reuse`.

    Of a held one that was decided: by whom, for whom where a deputy did (代), and by which op
    (the decision, or the author's corrected copy). `imported_by_id` is who brought it in from
    a rescue file. `earliest_at` and `received_at` bound when it was made; `stated_at` is what the device says.
    How often it was tried is quiet: nobody's copy grows old by it.
    """

    __tablename__ = "op"
    quiet = frozenset({"attempts"})
    __table_args__ = (
        UniqueConstraint("id", "hash"),
        Index(
            "uq_op_id_first",
            "id",
            unique=True,
            sqlite_where=text("is_first = 1"),
            postgresql_where=text("is_first"),
        ),
        Index(None, "device_id", "state", "seq"),
        Index(None, "entity_id"),
        Index(None, "state", "waits_for"),
        Index(
            None,
            "received_at",
            sqlite_where=text("raw IS NOT NULL"),
            postgresql_where=text("raw IS NOT NULL"),
        ),
    )

    number: Mapped[LongKey]
    id: Mapped[Guid]
    hash: Mapped[str]
    is_first: Mapped[bool]
    user_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    device_id: Mapped[Guid] = mapped_column(ForeignKey("device.id"))
    seq: Mapped[Long]
    name: Mapped[str]
    raw: Mapped[bytes | None]
    entity_id: Mapped[str | None]
    received_at: Mapped[datetime]
    made_at: Mapped[datetime | None]
    earliest_at: Mapped[datetime]
    stated_at: Mapped[datetime | None]
    state: Mapped[str]
    reason: Mapped[str | None]
    code: Mapped[str | None]
    params: Mapped[dict[str, Any] | None]
    waits_for: Mapped[str | None]
    result: Mapped[dict[str, Any] | None]
    attempts: Mapped[int] = mapped_column(default=0)
    settled_at: Mapped[datetime | None]
    bundle_id: Mapped[Long | None] = mapped_column(ForeignKey("bundle.id"), index=True)
    decided_by_id: Mapped[Guid | None]
    decided_for_id: Mapped[Guid | None]
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str | None]
    decided_op_id: Mapped[Guid | None] = mapped_column(index=True)
    imported_by_id: Mapped[Guid | None]

    @property
    def args(self) -> dict[str, Any] | None:
        """The arguments as they came; None once they are erased, or where they are no object."""
        args = orjson.loads(self.raw).get("args") if self.raw else None
        return args if isinstance(args, dict) else None


HELD_OPS = bundle(
    "op",
    key="op:{id}",
    scopes=("user:{author}",),
    carried={role: last_days(30) for role in Role},
    contains=("held_ops", "attachments"),
)


def op_hash(user_id: str, op: dict[str, Any]) -> str:
    """The fingerprint of an op: its device's user and its parsed content, without the receipt it may carry."""
    content = {name: value for name, value in op.items() if name != "receipt"}
    return hashlib.sha256(user_id.encode() + b"\0" + canonical(content)).hexdigest()


def held_name(op: Op) -> str:
    """What names the op's own bundle: its id, or for a reused id one made from id and content."""
    return op.id if op.is_first else str(uuid5(UUID(op.id), op.hash))
