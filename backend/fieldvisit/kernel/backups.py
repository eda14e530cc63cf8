"""Which backups were verified, so that phones know what they need not keep any longer.

The list stands in the database itself: a restored database knows the backups it knew then and the one it came from,
and so never lets phones forget what only a later past had.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session

from fieldvisit.kernel.db import Base, GuidKey, Long


class Backup(Base):
    """An archive that was read back whole. What was confirmed before `started_at` is in it.

    `bytes` and `sha256` are of the archive file; `struck_at` is when the operator said that it is not to be had any more.
    """

    __tablename__ = "backup"

    id: Mapped[GuidKey]
    name: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    sha256: Mapped[str]
    bytes: Mapped[Long]
    is_encrypted: Mapped[bool]
    struck_at: Mapped[datetime | None]


def safe_before(session: Session) -> datetime | None:
    """The start of the newest verified backup that is not struck out; None where there is none."""
    return session.scalar(select(func.max(Backup.started_at)).where(Backup.struck_at.is_(None)))
