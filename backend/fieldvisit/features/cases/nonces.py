"""What shows that a signed call was not heard before: the nonces of the last ten minutes."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from fieldvisit.kernel.db import Base
from fieldvisit.kernel.errors import Problem, conflict
from fieldvisit.kernel.retention import AT_ONCE, keep_for

SPREAD = timedelta(minutes=5)  # so far the hotline's clock may be off, either way
KEPT = 2 * SPREAD  # what was signed five minutes ahead is old only then
MOST = 6000  # ten a second for ten minutes: more than a hotline has telephones


class HotlineNonce(Base):
    """A nonce that a call was signed with, and the SHA-256 of that call's body."""

    __tablename__ = "hotline_nonce"

    nonce: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str]
    seen_at: Mapped[datetime] = mapped_column(index=True)


def remember(session: Session, nonce: str, digest: str, at: datetime) -> None:
    """Keep a nonce with what it came with; of two at once one is kept.

    Raises Problem 409 `hotline_nonce_used` where it came with another body, 429 `hotline_too_many` beyond what is kept.
    """
    if session.get(HotlineNonce, nonce) is None:
        if (session.scalar(select(func.count()).select_from(HotlineNonce)) or 0) >= MOST:
            raise Problem(429, "hotline_too_many", params={"retry_after_s": 60})
        insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
        row = {"nonce": nonce, "digest": digest, "seen_at": at}
        session.execute(insert(HotlineNonce).values(row).on_conflict_do_nothing(index_elements=["nonce"]))
    if session.get_one(HotlineNonce, nonce).digest != digest:
        raise conflict("hotline_nonce_used")


@keep_for("nonces of the hotline", KEPT)
def forget_nonces(session: Session, before: datetime) -> int:
    """Let go of what no signature can be valid with any more."""
    old = session.scalars(select(HotlineNonce).where(HotlineNonce.seen_at < before).limit(AT_ONCE)).all()
    for row in old:
        session.delete(row)
    return len(old)
