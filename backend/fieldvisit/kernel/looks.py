"""Who looked at what: one row for each reading of what is not for everybody, with the bundles it showed.

Readings are noted in memory and written by the next round of the sweeper, so that no reader waits for a
writer; a server that is killed loses what it noted since the last round.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from uuid import uuid4

from sqlalchemy import ColumnElement, Index, String, cast, literal, select
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.kernel.audit import BUNDLE_ID
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import now
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.db import Base, Database, Guid, GuidKey, Long
from fieldvisit.kernel.scopes import Principal
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import View


class Look(Base):
    """One reading: by whom, from which phone, through which door, of what, and the ids of the bundles it showed."""

    __tablename__ = "look"
    __table_args__ = (Index(None, "at"), Index(None, "user_id", "at"))
    is_apart = True

    id: Mapped[GuidKey]
    at: Mapped[datetime]
    user_id: Mapped[Guid]
    device_id: Mapped[Guid | None]
    door: Mapped[str]
    what: Mapped[str]
    rows: Mapped[int]
    seen: Mapped[str]
    bundle_id: Mapped[Long] = mapped_column(index=True)


class LookView(View):
    """One reading: `rows` of `what` through `door` (list, detail, export, bundles, picture, reveal or copy)."""

    id: str
    at: datetime
    user_id: str
    device_id: str | None
    door: str
    what: str
    rows: int


def _showed(key: str, _masked: frozenset[str]) -> ColumnElement[bool]:
    """Whether a reading showed the bundle of this key (`customer:<id>`, say)."""
    named = select(cast(Bundle.id, String)).where(Bundle.key == key).scalar_subquery()
    return Look.seen.like(literal("%,") + named + literal(",%"))


collection(
    "looks",
    Look,
    LookView,
    readers={Role.SYSTEM_ADMIN},
    filters=("user_id", "door", "what", "at"),
    sorting=("at",),
    search=_showed,
)


@dataclass
class Looks:
    """What was read since it was last written down."""

    _noted: list[Look] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def note(self, principal: Principal, door: str, what: str, bundle_ids: Iterable[int]) -> None:
        """Note that somebody was shown rows of these bundles; nothing is noted where nothing was shown."""
        ids = list(bundle_ids)
        if not ids:
            return
        device_id = principal.device.id if principal.device else None
        seen = ",".join(str(one) for one in dict.fromkeys(ids))
        row = Look(id=str(uuid4()), at=now(), user_id=principal.user.id, device_id=device_id, door=door, what=what, rows=len(ids), seen=f",{seen},", bundle_id=BUNDLE_ID)  # fmt: skip
        with self._lock:
            self._noted.append(row)

    def write(self, db: Database) -> None:
        """Write down what was noted."""
        with self._lock:
            rows, self._noted = self._noted, []
        if rows:
            with db.write() as session:
                session.add_all(rows)
