"""What is not kept for ever, how long it is, and the job that lets it go."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from fieldvisit.kernel.clock import now
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.duties import duty
from fieldvisit.kernel.limits import SignInCount
from fieldvisit.kernel.looks import Look
from fieldvisit.kernel.notices import Notice
from fieldvisit.kernel.ops import Op, OpState
from fieldvisit.kernel.outside.models import OutsideMessage
from fieldvisit.kernel.sessions import RefreshToken

AT_ONCE = 500

LetGo = Callable[[Session, datetime], int]


@dataclass(frozen=True)
class Kept:
    """One line of the table: what, how long, and how some of what is older goes (says how many went)."""

    what: str
    life: timedelta
    let_go: LetGo


def _erase_arguments(session: Session, before: datetime) -> int:
    """Id, hash and result of an entry stay for ever; what it said goes, once it has been settled."""
    # Said as what they are not, so that SQLite looks among the old ones and not among all that were ever settled.
    settled = Op.state.not_in([OpState.RECEIVED, OpState.HELD])
    old = session.scalars(
        select(Op)
        .where(Op.raw.is_not(None), settled, Op.received_at < before)
        .order_by(Op.received_at)
        .limit(AT_ONCE)
    ).all()
    for op in old:
        op.raw = None
    return len(old)


def _drop(session: Session, old: Select[Any]) -> int:
    rows = session.scalars(old.limit(AT_ONCE)).all()
    for row in rows:
        session.delete(row)
    return len(rows)


def _forget_failures(session: Session, before: datetime) -> int:
    return _drop(session, select(SignInCount).where(SignInCount.last_at < before))


def _drop_sessions(session: Session, before: datetime) -> int:
    return _drop(session, select(RefreshToken).where(RefreshToken.expires_at < before))


def _forget_looks(session: Session, before: datetime) -> int:
    return _drop(session, select(Look).where(Look.at < before))


def _forget_notices(session: Session, before: datetime) -> int:
    return _drop(session, select(Notice).where(Notice.made_at < before))


def _forget_messages(session: Session, before: datetime) -> int:
    return _drop(session, select(OutsideMessage).where(OutsideMessage.ended_at < before))


RETENTION = [
    Kept("what settled entries said", timedelta(days=400), _erase_arguments),
    Kept("who looked at what", timedelta(days=400), _forget_looks),
    Kept("notices", timedelta(days=400), _forget_notices),
    Kept("messages outside", timedelta(days=90), _forget_messages),
    Kept("failures to sign in", timedelta(days=30), _forget_failures),
    Kept("sessions that are over", timedelta(days=180), _drop_sessions),
]


def keep_for(what: str, life: timedelta) -> Callable[[LetGo], LetGo]:
    """Add a feature's line to the table, over the function that lets some of what is older go."""

    def declare(let_go: LetGo) -> LetGo:
        RETENTION.append(Kept(what, life, let_go))
        return let_go

    return declare


@duty
def let_go(database: Database) -> None:
    """Let go of whatever has outlived its line of the table, some hundred rows in a transaction."""
    for kept in RETENTION:
        gone = AT_ONCE
        while gone == AT_ONCE:
            with database.write() as session:
                gone = kept.let_go(session, now() - kept.life)
