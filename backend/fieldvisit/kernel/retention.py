"""What is not kept for ever, how long it is, and the job that lets it go."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.kernel.clock import now
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.duties import duty
from fieldvisit.kernel.limits import SignInCount
from fieldvisit.kernel.ops import Op, OpState
from fieldvisit.kernel.sessions import RefreshToken

AT_ONCE = 500


@dataclass(frozen=True)
class Kept:
    """One line of the table: what, how long, and how some of what is older goes (says how many went)."""

    what: str
    life: timedelta
    let_go: Callable[[Session, datetime], int]


def _erase_arguments(session: Session, before: datetime) -> int:
    """Id, hash and result of an entry stay for ever; what it said goes, once it has been settled."""
    settled = Op.state.in_([OpState.APPLIED, OpState.REJECTED])
    old = session.scalars(
        select(Op)
        .where(Op.raw.is_not(None), settled, Op.received_at < before)
        .order_by(Op.number)
        .limit(AT_ONCE)
    ).all()
    for op in old:
        op.raw = None
    return len(old)


def _forget_failures(session: Session, before: datetime) -> int:
    old = session.scalars(select(SignInCount).where(SignInCount.last_at < before).limit(AT_ONCE)).all()
    for row in old:
        session.delete(row)
    return len(old)


def _drop_sessions(session: Session, before: datetime) -> int:
    old = session.scalars(select(RefreshToken).where(RefreshToken.expires_at < before).limit(AT_ONCE)).all()
    for row in old:
        session.delete(row)
    return len(old)


RETENTION = (
    Kept("what settled entries said", timedelta(days=400), _erase_arguments),
    Kept("failures to sign in", timedelta(days=30), _forget_failures),
    Kept("sessions that are over", timedelta(days=180), _drop_sessions),
)


@duty
def let_go(database: Database) -> None:
    """Let go of whatever has outlived its line of the table, some hundred rows in a transaction."""
    for kept in RETENTION:
        gone = AT_ONCE
        while gone == AT_ONCE:
            with database.write() as session:
                gone = kept.let_go(session, now() - kept.life)
