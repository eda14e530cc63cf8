"""Deciding held entries: the author's superior applies one on his behalf, or rejects it with a reason."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.kernel.bundles import BundleKey, is_visible
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.deciding import Decider, decider_of
from fieldvisit.kernel.errors import missing, not_now, out_of_scope
from fieldvisit.kernel.ops import Op, OpState
from fieldvisit.kernel.settle import needs_people, perform, reject
from fieldvisit.kernel.tasks import keys_of, prepare
from fieldvisit.kernel.users import Role, User
from fieldvisit.kernel.values import Args, Id, Line
from fieldvisit.kernel.work import Entry, Touching, Work

DECIDERS = {Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER, Role.GENERAL_ADMIN}


class ApplyHeldOp(Args):
    """A held entry to carry out for its author."""

    held_op_id: Id


class RejectHeldOp(Args):
    """A held entry that is not to be carried out, and why."""

    held_op_id: Id
    reason: Line


def _first(session: Session, op_id: str) -> Op | None:
    return session.scalar(select(Op).where(Op.id == op_id, Op.is_first))


def _touched(touching: Touching, args: ApplyHeldOp | RejectHeldOp) -> list[str | BundleKey]:
    op = _first(touching.session, args.held_op_id)
    if op is None:
        return []
    task = prepare(op)
    if task.command is not None and task.command.in_person:  # it will be refused, and might name itself
        return []
    return keys_of(touching.ahead, op, task)


@command(
    "held_ops.apply",
    "POST /held_ops/{held_op_id}/apply",
    needs=DECIDERS,
    offline=True,
    in_person=True,
    touches=_touched,
)
def apply_held_op(work: Work, args: ApplyHeldOp) -> None:
    """Carry out a held entry on its author's behalf, as made by him and at its own time.

    The decider must see what it names; the post it needs must be, or have been, the author's, or be the decider's.
    """
    op, decider = _to_decide(work, args.held_op_id)
    task = prepare(op)
    author = work.session.get_one(User, op.user_id)
    posts = {author.role, *author.former_roles, work.principal.role}
    if task.command and (task.command.in_person or not task.command.needs & posts):
        raise out_of_scope("not_on_behalf")
    perform(Work(work.locks, work.principal, Entry.of(op), on_behalf_of=author), op, task)
    _note(work, op, decider, None)


@command(
    "held_ops.reject",
    "POST /held_ops/{held_op_id}/reject",
    needs=DECIDERS,
    offline=True,
    in_person=True,
    touches=_touched,
)
def reject_held_op(work: Work, args: RejectHeldOp) -> None:
    """End a held entry without carrying it out; its author is told the reason."""
    op, decider = _to_decide(work, args.held_op_id)
    reject(work.locks, op)
    _note(work, op, decider, args.reason)


def _to_decide(work: Work, op_id: str) -> tuple[Op, Decider]:
    """The held entry, if it is his to decide now; nobody decides his own."""
    op = _first(work.session, op_id)
    if op is None or op.bundle_id is None or not is_visible(work.session, work.principal, op.bundle_id):
        raise missing("held_op_missing", waits_for=op_id)
    if op.user_id == work.user.id:
        raise out_of_scope("held_op_own")
    if op.state != OpState.HELD or not needs_people(op):
        raise not_now("held_op_settled")
    decider = decider_of(work.session, op)
    if decider is None or decider.user_id != work.user.id:
        raise out_of_scope("held_op_not_yours")
    return op, decider


def _note(work: Work, op: Op, decider: Decider, note: str | None) -> None:
    op.decided_by_id, op.decided_for_id = work.user.id, decider.for_id
    op.decided_at, op.decision_note, op.decided_op_id = work.entry.stated_at, note, work.entry.id
    work.emit(f"held_ops.{op.state}", op.bundle_id, op_id=op.id, author_id=op.user_id)
