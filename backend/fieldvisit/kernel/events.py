"""What has happened, as rows written in the transaction that made it so; later readers run once per event."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from fieldvisit.kernel.db import Base, Guid, Long, LongKey


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
