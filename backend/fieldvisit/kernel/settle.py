"""How one op ends: carried out, kept with its reason, or rejected together with what depends on it."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.kernel.attachments import Attachment, file_refs, owns
from fieldvisit.kernel.audit import record
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import now, today
from fieldvisit.kernel.db import after_commit
from fieldvisit.kernel.deciding import decider_of, targets_of
from fieldvisit.kernel.errors import Problem, Reason, conflict, invalid, missing, not_now, out_of_scope
from fieldvisit.kernel.metrics import OPS
from fieldvisit.kernel.ops import HELD_OPS, Op, OpState, held_name
from fieldvisit.kernel.tasks import Task, content_of, keep_only, kept_of
from fieldvisit.kernel.users import Device, Role, User
from fieldvisit.kernel.values import is_uuid
from fieldvisit.kernel.work import Entry, Locks, Work

DECIDED_BY_PEOPLE = (Reason.SCOPE, Reason.INACTIVE, Reason.INVALID, Reason.CONFLICT)
SETTLED_BY_OPERATOR = (Reason.ERROR, Reason.ID_REUSE, Reason.UNSUPPORTED)
MISSING_SHOWN_AFTER = timedelta(days=5)


def needs_people(op: Op) -> bool:
    """Whether a held op waits for a decision: at once, or as `missing` once it has waited for five days."""
    if op.reason == Reason.MISSING:
        return op.received_at <= now() - MISSING_SHOWN_AFTER
    return op.reason in DECIDED_BY_PEOPLE


def carry_out(locks: Locks, op: Op, task: Task) -> None:
    """Apply one op under its locks; raises Problem, in the order of precedence, before anything is written."""
    session = locks.session
    user = session.get_one(User, op.user_id)
    device = session.get_one(Device, op.device_id)
    if not op.is_first:
        raise Problem(409, "id_reuse", reason=Reason.ID_REUSE)
    if task.command is None and task.refusal is not None:
        raise task.refusal
    if not user.is_active or device.revoked_at is not None:
        raise Problem(403, "user_inactive", reason=Reason.INACTIVE)
    assert task.command is not None  # noqa: S101 – a task has a command or a refusal
    if Role(user.role) not in task.command.needs:
        raise out_of_scope("role_not_allowed")
    original = _corrected(session, op)
    work = Work(locks, locks.ahead.principal(user, device), Entry.of(op))
    perform(work, op, task)
    if original is not None and original.state == OpState.HELD:
        reject(locks, original, corrected_by=op)


def perform(work: Work, op: Op, task: Task) -> None:
    """Run the op's handler and note that it is applied; raises Problem."""
    if task.command is None or task.args is None:
        raise task.refusal or Problem(422, "args_invalid")
    if not owns(work.ahead, op.user_id, file_refs(content_of(op))):
        raise conflict("file_taken")
    kept = kept_of(work.session, op)
    task.command.handler(work, task.args if kept is None else task.command.parse(kept))
    work.locks.write_down()
    keep_only(op, kept)
    op.state, op.waits_for = OpState.APPLIED, None
    after_commit(work.session, OPS.labels("applied", "").inc)
    op.result, op.entity_id, op.settled_at = work.result, work.result.get("id"), now()
    _let_pass(work.session, op)
    actor, device = work.principal.user, work.principal.device
    named = next((str(getattr(task.args, field)) for field in task.command.path_fields), None)
    record(
        work.session,
        op.name,
        actor_id=actor.id,
        author_id=op.user_id if op.user_id != actor.id else None,
        device_id=device.id if device else None,
        entity_id=op.entity_id or named,
        op_id=op.id,
    )


def _let_pass(session: Session, op: Op) -> None:
    """From its end on an op's bundle is carried for thirty days."""
    if op.bundle_id is not None:
        session.get_one(Bundle, op.bundle_id).day = today()


def _corrected(session: Session, op: Op) -> Op | None:
    """The author's own held op that this one corrects; raises Problem where it cannot be corrected."""
    original_id = content_of(op).get("corrects")
    if original_id is None:
        return None
    if not is_uuid(original_id):
        raise invalid("args_invalid", fields=[{"field": "corrects", "rule": "uuid"}])
    original = session.scalar(select(Op).where(Op.id == original_id, Op.is_first).with_for_update())
    if original is None or original.user_id != op.user_id or original.number == op.number:
        raise missing("corrected_missing", waits_for=original_id)
    if original.state == OpState.APPLIED:
        raise not_now("corrected_applied")
    return original


def hold(locks: Locks, op: Op, problem: Problem) -> None:
    """Keep the op with its reason, in a bundle its author and (where people decide) its decider see.

    One that was held for just this already stays as it is, so that trying it again moves nothing on any phone.
    """
    session = locks.session
    if problem.reason == Reason.MISSING and _was_rejected(session, problem.waits_for):
        problem = not_now("parent_rejected")
    why = (problem.reason, problem.code, problem.waits_for)
    if op.state == OpState.HELD and (op.reason, op.code, op.waits_for) == why:
        op.attempts = 0
        return
    key = HELD_OPS.of(id=held_name(op), author=op.user_id)
    locks.take([key])
    bundle = locks.held[key.text]
    op.state, op.reason, op.code, op.params = OpState.HELD, problem.reason, problem.code, problem.params
    op.waits_for, op.settled_at, op.bundle_id = problem.waits_for, now(), bundle.id
    op.attempts = 0
    after_commit(session, OPS.labels("held", op.reason).inc)
    keep_only(op, kept_of(session, op))
    if needs_people(op):
        show_to_decider(locks, op)
    elif op.reason in SETTLED_BY_OPERATOR:
        locks.hang(bundle, "system")
    for row in session.scalars(select(Attachment).where(Attachment.op_number == op.number)):
        if row.bundle_id is None:
            row.bundle_id = bundle.id


def show_to_decider(locks: Locks, op: Op) -> None:
    """Hang the op's bundle at whoever decides it now, and at nobody else but its author; barred like what it names."""
    session = locks.session
    bundle = session.get_one(Bundle, op.bundle_id)
    decider = decider_of(session, op)
    wanted = {f"user:{op.user_id}"} | ({f"user:{decider.user_id}"} if decider else set())
    locks.hang_only(bundle, "user", wanted)
    bundle.barred_user_id = next(
        (target.barred_user_id for target in targets_of(session, op) if target.barred_user_id), None
    )


def _was_rejected(session: Session, entity_id: str | None) -> bool:
    """Whether what an op waits for was to be made by an op that has been rejected, and by no other."""
    if entity_id is None:
        return False
    ends = set(session.scalars(select(Op.state).where(Op.entity_id == entity_id)))
    return OpState.REJECTED in ends and OpState.APPLIED not in ends


def reject(locks: Locks, op: Op, *, corrected_by: Op | None = None) -> None:
    """End a held op as rejected; what waited for it can never come, and goes back to its author.

    A corrected copy that makes the same thing keeps what waits for it waiting: it is released by the copy.
    """
    session = locks.session
    made = (
        (content_of(op).get("args") or {}).get("id") if isinstance(content_of(op).get("args"), dict) else None
    )
    keep_only(op, kept_of(session, op))
    op.state, op.settled_at, op.waits_for = OpState.REJECTED, now(), None
    after_commit(session, OPS.labels("rejected", "").inc)
    op.entity_id = made if op.is_first and is_uuid(made) else None
    if corrected_by is not None:
        op.decided_op_id, op.decided_by_id, op.decided_at = corrected_by.id, op.user_id, now()
    _let_pass(session, op)
    session.flush()
    if op.entity_id is None or (corrected_by is not None and corrected_by.entity_id == op.entity_id):
        return
    children = session.scalars(
        select(Op).where(Op.state == OpState.HELD, Op.reason == Reason.MISSING, Op.waits_for == op.entity_id)
    ).all()
    for child in children:
        hold(locks, child, not_now("parent_rejected"))
