"""How often signing in, or a signature, may fail, counted in the database so that a restart or a second process forgets nothing.

Three counts stand side by side: a phone the account is known on counts by itself, so that a rival who
fails on purpose elsewhere cannot lock anybody out of his own phone; every other phone counts against the
account; and all together against the address they come from.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from fieldvisit.kernel.db import Base
from fieldvisit.kernel.errors import Problem
from fieldvisit.kernel.users import Device, User

FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """`free` failures cost nothing; each further one doubles the wait, from `first` up to `longest`."""

    free: int
    first: timedelta
    longest: timedelta

    def wait(self, failures: int) -> timedelta:
        """How long after its last failure the next try must wait."""
        if failures < self.free:
            return timedelta(0)
        return min(self.first * (1 << min(failures - self.free, 20)), self.longest)


PER_ACCOUNT = Limit(5, timedelta(minutes=1), timedelta(hours=1))
PER_HOTLINE = Limit(20, timedelta(seconds=10), timedelta(minutes=15))
PER_ADDRESS = Limit(50, timedelta(seconds=10), timedelta(minutes=15))


class SignInCount(Base):
    """Failures to sign in under one key since the last success there."""

    __tablename__ = "sign_in_count"

    key: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]


def count_try(
    session: Session, name: str, user: User | None, device_id: str, address: str, at: datetime
) -> list[str]:
    """Count a try before it is judged, so that many at once count too; the keys, for `forgive` on success.

    Raises Problem 429 `too_many_attempts` with `retry_after_s`, alike for names that exist and that do not.
    """
    device = session.get(Device, device_id) if user else None
    own = (
        device is not None
        and user is not None
        and device.user_id == user.id
        and device.approved_at is not None
    )
    account = user.id if user else hashlib.sha256(name.lower().encode()).hexdigest()
    limits = {f"device:{device_id}" if own else f"account:{account}": PER_ACCOUNT}
    if not own:
        limits[f"address:{address[:60]}"] = PER_ADDRESS
    counts = _locked(session, sorted(limits), at)
    # A clock that was set back must not lengthen the wait.
    waits = [limits[row.key].wait(row.failures) - max(at - row.last_at, timedelta(0)) for row in counts]
    if max(waits) > timedelta(0):
        seconds = int(max(waits).total_seconds()) + 1
        raise Problem(429, "too_many_attempts", params={"retry_after_s": seconds})
    for row in counts:
        row.failures, row.last_at = row.failures + 1, at
    return [row.key for row in counts]


def _locked(session: Session, keys: list[str], at: datetime) -> list[SignInCount]:
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = [{"key": key, "failures": 0, "last_at": at} for key in keys]
    session.execute(insert(SignInCount).values(values).on_conflict_do_nothing(index_elements=["key"]))
    rows = session.scalars(
        select(SignInCount).where(SignInCount.key.in_(keys)).order_by(SignInCount.key).with_for_update()
    ).all()
    for row in rows:
        if row.last_at + FORGOTTEN_AFTER <= at:
            row.failures = 0
    return list(rows)


def require_patience(session: Session, key: str, limit: Limit, code: str, at: datetime) -> bool:
    """Whether something failed under a key lately; raises Problem 429 with `code` and `retry_after_s` while it must wait.

    For what nobody can guess: only failures are counted, after they were judged, so that what succeeds writes nothing.
    """
    row = session.get(SignInCount, key)
    if row is None:
        return False
    wait = limit.wait(row.failures) - max(at - row.last_at, timedelta(0))
    if wait > timedelta(0):
        raise Problem(429, code, params={"retry_after_s": int(wait.total_seconds()) + 1})
    return row.failures > 0


def count_failure(session: Session, key: str, at: datetime) -> None:
    """Count something that has failed under a key."""
    (row,) = _locked(session, [key], at)
    row.failures, row.last_at = row.failures + 1, at


def forgive(session: Session, keys: list[str]) -> None:
    """A success: the account's count begins anew, the address is given its try back."""
    for row in session.scalars(select(SignInCount).where(SignInCount.key.in_(keys)).with_for_update()):
        row.failures = row.failures - 1 if row.key.startswith("address:") else 0
