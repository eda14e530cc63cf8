"""The audit: one row for whatever was done, in the transaction that did it, sealed into a hash chain.

Rows are sealed a moment after they are committed, by the sweeper, so that no writer waits for another.
A row changed, removed or slipped in after that breaks the chain; a tail that was cut off is found by
the head kept outside the database.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from fieldvisit.kernel.bundles import bundle
from fieldvisit.kernel.clock import now
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.db import Base, Database, Guid, GuidKey, Long, write_last
from fieldvisit.kernel.epoch import ServerState
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import View, canonical

AT_ONCE = 1000
ROOT = "0" * 64

BUNDLE_ID = 0  # made with the table, so that no writer has to look it up or lock it

bundle("audit", key="audit:all", scopes=("system",), contains=("audit", "looks"))


class Audit(Base):
    """Who did what, when, with which op, from which phone: ids and codes, never values.

    `place` is where the row stands in the chain and `hash` what it adds to it; both are None until it is sealed.
    """

    __tablename__ = "audit"
    __table_args__ = (
        Index(None, "place", unique=True),
        Index(None, "actor_id", "at"),
        Index(None, "entity_id"),
    )
    is_apart = True

    id: Mapped[GuidKey]
    at: Mapped[datetime]
    actor_id: Mapped[Guid | None]
    author_id: Mapped[Guid | None]
    device_id: Mapped[Guid | None]
    action: Mapped[str]
    outcome: Mapped[str]
    entity_id: Mapped[str | None]
    op_id: Mapped[Guid | None]
    place: Mapped[Long | None]
    hash: Mapped[str | None]
    bundle_id: Mapped[Long] = mapped_column(index=True)


def record(
    session: Session,
    action: str,
    *,
    actor_id: str | None,
    author_id: str | None = None,
    device_id: str | None = None,
    entity_id: str | None = None,
    op_id: str | None = None,
    outcome: str = "done",
) -> None:
    """Write down in this transaction that something was done, or refused."""
    row = {
        "id": str(uuid4()),
        "at": now(),
        "actor_id": actor_id,
        "author_id": author_id,
        "device_id": device_id,
        "action": action,
        "outcome": outcome,
        "entity_id": entity_id,
        "op_id": op_id,
        "bundle_id": BUNDLE_ID,
    }
    write_last(session, Audit, row)


def link(before: str, row: Audit) -> str:
    """The hash of a row that follows the hash `before`: SHA-256 over it and over everything the row says."""
    said: list[str | int | None] = [
        row.id,
        row.at.isoformat(),
        row.actor_id,
        row.author_id,
        row.device_id,
        row.action,
        row.outcome,
    ]
    said += [row.entity_id, row.op_id, row.place]
    return hashlib.sha256(before.encode() + canonical(said)).hexdigest()


@dataclass(frozen=True)
class Head:
    """The last link, kept outside the database."""

    folder: Path

    @property
    def _path(self) -> Path:
        return self.folder / "audit_head.json"

    def read(self) -> tuple[int, str] | None:
        """Place and hash, or None where nothing was sealed yet."""
        if not self._path.exists():
            return None
        kept = json.loads(self._path.read_text())
        return kept["place"], kept["hash"]

    def write(self, place: int, link_hash: str) -> None:
        """Replace it as a whole."""
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps({"place": place, "hash": link_hash}))
        fresh.replace(self._path)


def seal(db: Database, head: Head) -> int:
    """Put every committed row that stands in no chain yet into it; how many there were. One sealer at a time."""
    sealed = 0
    while True:
        with db.write() as session:
            session.get(ServerState, 1, with_for_update=True)
            place, before = _last(session)
            loose = select(Audit).where(Audit.place.is_(None)).order_by(Audit.at, Audit.id).limit(AT_ONCE)
            rows = session.scalars(loose).all()
            for row in rows:
                place += 1
                row.place = place
                row.hash = before = link(before, row)
        if rows:
            head.write(place, before)
        sealed += len(rows)
        if len(rows) < AT_ONCE:
            return sealed


def _last(session: Session) -> tuple[int, str]:
    row = session.scalar(select(Audit).where(Audit.place.is_not(None)).order_by(Audit.place.desc()).limit(1))
    return (row.place or 0, row.hash or ROOT) if row else (0, ROOT)


def verify(db: Database, head: Head) -> tuple[int, int | None]:
    """How many rows the chain has, and the place of the first that does not fit; None where all do.

    A tail that was cut off breaks at the place after the last row there is.
    """
    before, place = ROOT, 0
    kept = head.read()
    with db.read() as session:
        for row in _chain(session):
            place += 1
            if row.place != place or row.hash != link(before, row):
                return place, place
            before = row.hash
            if kept and kept[0] == place and kept[1] != before:
                return place, place
    return place, place + 1 if kept and kept[0] > place else None


def _chain(session: Session) -> Iterator[Audit]:
    after = 0
    while rows := session.scalars(
        select(Audit).where(Audit.place > after).order_by(Audit.place).limit(AT_ONCE)
    ).all():
        yield from rows
        after = rows[-1].place or 0
        session.expunge_all()


class AuditView(View):
    """One row of the audit; `author_id` is whom it was done for, where that is another."""

    id: str
    at: datetime
    actor_id: str | None
    author_id: str | None
    device_id: str | None
    action: str
    outcome: str
    entity_id: str | None
    op_id: str | None
    place: int | None
    hash: str | None


collection(
    "audit",
    Audit,
    AuditView,
    readers={Role.SYSTEM_ADMIN},
    filters=("actor_id", "action", "outcome", "entity_id", "at"),
    sorting=("at", "place"),
)
