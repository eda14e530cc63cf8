"""What has happened, as rows written in the transaction that made it so; readers run once per event, after the commit."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from fieldvisit.kernel.clock import now
from fieldvisit.kernel.db import Base, Guid, Long, LongKey, write_last


class Event(Base):
    """One thing that happened: its name, the op that did it, the bundle it happened in, and ids (never values)."""

    __tablename__ = "event"
    __table_args__ = (Index(None, "name", "number"),)

    number: Mapped[LongKey]
    name: Mapped[str]
    op_id: Mapped[Guid | None]
    user_id: Mapped[Guid | None]
    bundle_id: Mapped[Long | None]
    data: Mapped[dict[str, Any]]
    happened_at: Mapped[datetime]


class Reaction(Base):
    """That a reader has still to deal with an event; gone in the very transaction in which it does."""

    __tablename__ = "reaction"

    number: Mapped[LongKey]
    event_number: Mapped[Long] = mapped_column(ForeignKey("event.number"), index=True)
    reader: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    event: Mapped[Event] = relationship()


Reader = Callable[[Any], None]
READERS: dict[str, tuple[tuple[str, ...], Reader]] = {}


def on(*names: str) -> Callable[[Reader], Reader]:
    """Register a reader `(happening)` of the events of these names; see `fieldvisit.kernel.reactions`."""

    def declare(reader: Reader) -> Reader:
        key = f"{reader.__module__.removeprefix('fieldvisit.')}.{reader.__name__}"
        if key in READERS:
            raise ValueError(f"reader {key} is declared twice")
        READERS[key] = (names, reader)
        return reader

    return declare


def emit(
    session: Session,
    name: str,
    *,
    op_id: str | None = None,
    user_id: str | None = None,
    bundle_id: int | None = None,
    at: datetime | None = None,
    data: dict[str, Any],
) -> None:
    """Record in this transaction that something happened, and that its readers have to deal with it."""
    happened = {
        "name": name,
        "op_id": op_id,
        "user_id": user_id,
        "bundle_id": bundle_id,
        "data": data,
        "happened_at": at or now(),
    }
    readers = [key for key, (names, _) in READERS.items() if name in names]
    if readers:
        event = Event(**happened)
        session.add_all([event, *(Reaction(event=event, reader=key) for key in readers)])
    else:  # its number is needed by nobody
        write_last(session, Event, happened)
