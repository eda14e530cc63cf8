"""Letting go of what waited: an entry held as `missing` is tried again once what it named has come."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from fieldvisit.kernel.apply import settle_alone
from fieldvisit.kernel.bundles import Bundle, BundleScope, is_visible
from fieldvisit.kernel.collections import COLLECTIONS
from fieldvisit.kernel.deciding import decider_of
from fieldvisit.kernel.errors import Reason
from fieldvisit.kernel.ops import Op, OpState
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.scopes import principal_of
from fieldvisit.kernel.settle import needs_people, show_to_decider
from fieldvisit.kernel.tasks import prepare
from fieldvisit.kernel.users import User
from fieldvisit.kernel.work import Locks

RELEASED_AT_ONCE = 500
SHOWN_AT_ONCE = 200


def release_missing(runtime: Runtime, numbers: Iterable[int]) -> None:
    """Try again what waited for something these ops have made, or have decided; and what waited for that, in turn."""
    made = list(numbers)
    while made:
        with runtime.db.read() as session:
            deciding = select(Op.id).where(Op.number.in_(made))
            made += session.scalars(
                select(Op.number).where(Op.decided_op_id.in_(deciding), Op.number.not_in(made))
            ).all()
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


def release_supported(runtime: Runtime) -> None:
    """Put back in the queue what was unknown to an older server and is known to this one."""
    with runtime.db.read() as session:
        held = session.scalars(
            select(Op)
            .where(Op.state == OpState.HELD, Op.reason == Reason.UNSUPPORTED)
            .limit(RELEASED_AT_ONCE)
        ).all()
        known = [op.number for op in held if prepare(op).command is not None]
    if known:
        with runtime.db.write() as session:
            put_back(session, known)


def put_back(session: Session, numbers: Iterable[int]) -> None:
    """Let held ops be tried again, as if they had just come; the sweeper carries them out."""
    held = select(Op).where(Op.number.in_(numbers), Op.state == OpState.HELD).order_by(Op.number)
    for op in session.scalars(held.with_for_update()):
        op.state, op.attempts, op.settled_at = OpState.RECEIVED, 0, None


def show_to_deciders(runtime: Runtime) -> None:
    """Hang every entry that waits for people at whoever decides it today: people move, are absent, come back.

    Some hundred a round, taken in turn, so that a round stays short however many wait.
    """
    with runtime.db.read() as session:
        held = select(Op).where(Op.state == OpState.HELD, Op.bundle_id.is_not(None))
        waiting = session.scalars(
            held.where(Op.number > runtime.shown_up_to).order_by(Op.number).limit(SHOWN_AT_ONCE)
        ).all()
        runtime.shown_up_to = waiting[-1].number if len(waiting) == SHOWN_AT_ONCE else 0
        moved = [op.number for op in waiting if needs_people(op) and _hangs_wrong(session, op)]
    for number in moved:
        with runtime.db.write() as session:
            op = session.get_one(Op, number, with_for_update=True)
            locks = Locks(session)
            locks.take(session.scalars(select(Bundle.key).where(Bundle.id == op.bundle_id)).all())
            if op.state == OpState.HELD:
                show_to_decider(locks, op)


def _hangs_wrong(session: Session, op: Op) -> bool:
    decider = decider_of(session, op)
    wanted = {f"user:{op.user_id}"} | ({f"user:{decider.user_id}"} if decider else set())
    present = select(BundleScope.scope).where(
        BundleScope.bundle_id == op.bundle_id, BundleScope.until.is_(None)
    )
    return set(session.scalars(present)) != wanted


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
