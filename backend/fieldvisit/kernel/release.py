"""Letting go of what waited: an entry held as `missing` is tried again once what it named has come."""

from collections.abc import Iterable, Sequence
from functools import partial

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from fieldvisit.kernel.apply import apply_in_turns
from fieldvisit.kernel.bundles import Bundle, BundleScope, is_visible
from fieldvisit.kernel.collections import COLLECTIONS
from fieldvisit.kernel.commands import COMMANDS
from fieldvisit.kernel.deciding import decider_of
from fieldvisit.kernel.errors import Reason
from fieldvisit.kernel.ops import Op, OpState
from fieldvisit.kernel.rounds import do_each
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.scopes import principal_of
from fieldvisit.kernel.settle import needs_people, show_to_decider
from fieldvisit.kernel.tasks import prepare
from fieldvisit.kernel.users import User
from fieldvisit.kernel.values import is_uuid
from fieldvisit.kernel.work import Locks

RELEASED_AT_ONCE = 500
SHOWN_AT_ONCE = 200
MISSING = (Op.state == OpState.HELD) & (Op.reason == Reason.MISSING)


def release_missing(runtime: Runtime, numbers: Iterable[int]) -> None:
    """Try again what waited for something these ops have made, or have decided; and what waited for that, in turn."""
    made = list(numbers)
    while made:
        with runtime.db.read() as session:
            deciding = select(Op.id).where(Op.number.in_(made))
            made += session.scalars(
                select(Op.number).where(Op.decided_op_id.in_(deciding), Op.number.not_in(made))
            ).all()
            # Asked for by number alone: with the state SQLite would look through all that was ever applied.
            ends = session.execute(select(Op.entity_id, Op.state).where(Op.number.in_(made)))
            entities = {entity for entity, state in ends if entity and state == OpState.APPLIED}
            children = session.scalars(
                select(Op).where(MISSING, Op.waits_for.in_(entities)).limit(RELEASED_AT_ONCE)
            ).all()
        apply_in_turns(runtime, _in_order(children))
        made = [op.number for op in children]


def release_arrived(runtime: Runtime) -> None:
    """Try again what waited for a row that has come into its author's sight by any way (a handover, say)."""
    with runtime.db.read() as session:
        waiting = _next(runtime, session, "arrived", MISSING & Op.waits_for.is_not(None), RELEASED_AT_ONCE)
        arrived = [op for op in waiting if _has_come(session, op)]
    apply_in_turns(runtime, _in_order(arrived))


def release_supported(runtime: Runtime) -> None:
    """Put back in the queue what was unknown to an older server and is known to this one."""
    known = Op.name.in_({name for name, _ in COMMANDS})
    unsupported = (Op.state == OpState.HELD) & (Op.reason == Reason.UNSUPPORTED) & known
    with runtime.db.read() as session:
        held = _next(runtime, session, "supported", unsupported, RELEASED_AT_ONCE)
        again = [op.number for op in held if prepare(op).command is not None]
    if again:
        with runtime.db.write() as session:
            put_back(session, again)


def put_back(session: Session, numbers: Iterable[int]) -> None:
    """Let held ops be tried again, as if they had just come; the sweeper carries them out."""
    held = select(Op).where(Op.number.in_(numbers), Op.state == OpState.HELD).order_by(Op.number)
    for op in session.scalars(held.with_for_update()):
        op.state, op.attempts, op.settled_at = OpState.RECEIVED, 0, None
        op.reason = op.code = op.params = op.waits_for = None


def show_to_deciders(runtime: Runtime) -> None:
    """Hang every entry that waits for people at whoever decides it today: people move, are absent, come back."""
    held = (Op.state == OpState.HELD) & Op.bundle_id.is_not(None)
    with runtime.db.read() as session:
        waiting = _next(runtime, session, "shown", held, SHOWN_AT_ONCE)
        moved = [op.number for op in waiting if needs_people(op) and _hangs_wrong(session, op)]
    do_each(partial(_show, runtime, number) for number in moved)


def _show(runtime: Runtime, number: int) -> None:
    with runtime.db.write() as session:
        op = session.get_one(Op, number, with_for_update=True)
        locks = Locks(session)
        locks.take(session.scalars(select(Bundle.key).where(Bundle.id == op.bundle_id)).all())
        if op.state == OpState.HELD:
            show_to_decider(locks, op)


def _next(
    runtime: Runtime, session: Session, part: str, which: ColumnElement[bool], at_once: int
) -> Sequence[Op]:
    """The next of the entries in question, taken in turn, so that a round stays short however many wait."""
    after = runtime.reached.get(part, 0)
    found = session.scalars(
        select(Op).where(which, Op.number > after).order_by(Op.number).limit(at_once)
    ).all()
    runtime.reached[part] = found[-1].number if len(found) == at_once else 0
    return found


def _in_order(ops: Iterable[Op]) -> list[tuple[str, int]]:
    """Device and number of each, as their devices made them."""
    return [(op.device_id, op.number) for op in sorted(ops, key=lambda op: (op.device_id, op.seq, op.number))]


def _hangs_wrong(session: Session, op: Op) -> bool:
    decider = decider_of(session, op)
    wanted = {f"user:{op.user_id}"} | ({f"user:{decider.user_id}"} if decider else set())
    present = select(BundleScope.scope).where(
        BundleScope.bundle_id == op.bundle_id, BundleScope.until.is_(None)
    )
    return set(session.scalars(present)) != wanted


def _has_come(session: Session, op: Op) -> bool:
    if not is_uuid(op.waits_for):
        return False
    principal = principal_of(session, session.get_one(User, op.user_id))
    homes = (
        session.scalar(select(made.model.bundle_id).where(made.model.id == op.waits_for))
        for made in COLLECTIONS.values()
    )
    return any(home is not None and is_visible(session, principal, home) for home in homes)
