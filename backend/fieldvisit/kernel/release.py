"""Letting go of what waited: an entry held as `missing` is tried again once what it named has come."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from fieldvisit.kernel.apply import settle_alone
from fieldvisit.kernel.bundles import is_visible
from fieldvisit.kernel.collections import COLLECTIONS
from fieldvisit.kernel.errors import Reason
from fieldvisit.kernel.ops import Op, OpState
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.scopes import principal_of
from fieldvisit.kernel.users import User

RELEASED_AT_ONCE = 500


def release_missing(runtime: Runtime, numbers: Iterable[int]) -> None:
    """Try again what waited for something that these ops have made; and what waited for that, in turn."""
    made = list(numbers)
    while made:
        with runtime.db.read() as session:
            entities = select(Op.entity_id).where(Op.number.in_(made), Op.state == OpState.APPLIED)
            children = [op.number for op in _waiting(session, Op.waits_for.in_(entities))]
        for number in children:
            settle_alone(runtime, number)
        made = children


def release_arrived(runtime: Runtime) -> None:
    """Try again what waited for a row that has come into its author's sight by any way (a handover, say)."""
    with runtime.db.read() as session:
        arrived = [op.number for op in _waiting(session, Op.waits_for.is_not(None)) if _has_come(session, op)]
    for number in arrived:
        settle_alone(runtime, number)


def _waiting(session: Session, which: ColumnElement[bool]) -> Sequence[Op]:
    return session.scalars(
        select(Op)
        .where(Op.state == OpState.HELD, Op.reason == Reason.MISSING, which)
        .order_by(Op.device_id, Op.seq, Op.number)
        .limit(RELEASED_AT_ONCE)
    ).all()


def _has_come(session: Session, op: Op) -> bool:
    principal = principal_of(session, session.get_one(User, op.user_id))
    homes = (
        session.scalar(select(made.model.bundle_id).where(made.model.id == op.waits_for))
        for made in COLLECTIONS.values()
    )
    return any(home is not None and is_visible(session, principal, home) for home in homes)
