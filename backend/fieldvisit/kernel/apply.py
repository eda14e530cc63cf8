"""Carrying out stored ops: many in one transaction while all goes well, one by one when something fails."""

from collections.abc import Iterable
from enum import Enum, auto
from functools import partial
from itertools import groupby

import structlog
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from fieldvisit.kernel.ahead import Ahead
from fieldvisit.kernel.bundles import BundleKey
from fieldvisit.kernel.db import is_contention, is_lost
from fieldvisit.kernel.errors import Problem, Reason, conflict, missing
from fieldvisit.kernel.ops import Op, OpState
from fieldvisit.kernel.rounds import do_each
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.settle import carry_out, hold
from fieldvisit.kernel.tasks import Task, keys_of, named_by, prepare
from fieldvisit.kernel.turns import Busy, turn_of
from fieldvisit.kernel.users import Device, User
from fieldvisit.kernel.work import Locks, Unlocked

MAX_ATTEMPTS = 3
LOCK_WAIT = "5s"
IS_OPEN = (Op.state == OpState.RECEIVED) | ((Op.state == OpState.HELD) & (Op.reason == Reason.MISSING))

log = structlog.get_logger()


class Lost(Busy):
    """The connection to the database was lost on the way. Nobody knows whether by the op's doing: the try counts."""


class UncleanRefusal(Exception):
    """An entry was refused where something may have been written for it; the run is undone and tried more carefully."""


class Manner(Enum):
    """How ops are carried out: all together and written at the end; one after the other; or one by itself.

    The first is undone by any refusal, the second only by one that came after the handler had begun to write.
    """

    SWIFT = auto()
    STEADY = auto()
    ALONE = auto()


def apply_ops(runtime: Runtime, numbers: list[int]) -> None:
    """Settle received ops in the given order; raises Busy at the first that cannot be tried now.

    Each is tried in the turn of the device that brought it first, whoever brings it again: what is tried
    twice at once would count as tried and failed. Ops that were tried before and left no result are tried
    alone, so that one of them cannot take its neighbours along.
    """
    with runtime.db.read() as session:
        found = session.execute(select(Op.number, Op.device_id).where(Op.number.in_(numbers))).all()
    devices = {row.number: row.device_id for row in found}
    for device_id, run in groupby(numbers, key=devices.__getitem__):
        with turn_of(runtime.db, device_id):
            _apply_in_turn(runtime, list(run))


def apply_in_turns(runtime: Runtime, ops: Iterable[tuple[str, int]]) -> None:
    """Settle waiting ops (device and number) in the given order, ending each device at its first stop.

    What goes wrong at one device keeps no other from its turn: raises ExceptionGroup at the end.
    """
    by_device: dict[str, list[int]] = {}
    for device_id, number in ops:
        by_device.setdefault(device_id, []).append(number)

    def settle(numbers: list[int]) -> None:
        try:
            apply_ops(runtime, numbers)
        except Busy:
            return  # the sweeper comes to it again
        except OperationalError as error:
            if not is_contention(error):
                raise

    do_each(partial(settle, one) for one in by_device.values())


def _apply_in_turn(runtime: Runtime, numbers: list[int]) -> None:
    with runtime.db.read() as session:
        tried = session.execute(select(Op.number, Op.attempts).where(Op.number.in_(numbers), IS_OPEN))
        attempts_of = {row.number: row.attempts for row in tried}
    run: list[int] = []
    for number in dict.fromkeys(numbers):
        attempts = attempts_of.get(number)
        if attempts is None:
            continue
        if attempts == 0:
            run.append(number)
            continue
        _run(runtime, run)
        run = []
        _settle_alone(runtime, number, attempts)
    _run(runtime, run)


def _open_ops(session: Session, numbers: list[int]) -> list[Op]:
    """Those of the ops that still wait to be settled, in the order asked for."""
    found = session.scalars(select(Op).where(Op.number.in_(numbers), IS_OPEN)).all()
    return sorted(found, key=lambda op: numbers.index(op.number))


def _is_open(op: Op) -> bool:
    """Whether an op, now that it is locked, still waits to be settled."""
    return op.state == OpState.RECEIVED or (op.state == OpState.HELD and op.reason == Reason.MISSING)


def _run(runtime: Runtime, numbers: list[int]) -> None:
    if len(numbers) == 1:
        _settle_alone(runtime, numbers[0], 0)
        return
    if not numbers:
        return
    _count_attempt(runtime, numbers, +1)
    try:
        try:
            _retried(runtime, numbers, Manner.SWIFT)
        except UncleanRefusal:
            _retried(runtime, numbers, Manner.STEADY)
    except Lost:
        raise
    except Busy:
        _count_attempt(runtime, numbers, -1)
        raise
    except (
        Exception
    ) as error:  # whatever it was, it is one op's fault: each is tried by itself and the guilty one held
        log.info("run undone", ops=len(numbers), error=type(error).__name__)
        _count_attempt(runtime, numbers, -1)
        for number in numbers:
            _settle_alone(runtime, number, 0)


def _settle_alone(runtime: Runtime, number: int, attempts: int = 0) -> None:
    """Try one op by itself; it ends applied or held. Raises Busy."""
    if attempts >= MAX_ATTEMPTS:
        _hold(runtime, number, Problem(500, "internal", reason=Reason.ERROR))
        return
    _count_attempt(runtime, [number], +1)
    try:
        _retried(runtime, [number], Manner.ALONE)
    except Lost:
        raise
    except Busy:
        _count_attempt(runtime, [number], -1)
        raise
    except Problem as problem:
        _hold(runtime, number, problem)
    except Exception as error:
        log.exception("op failed", op=number, error=type(error).__name__)
        _hold(runtime, number, Problem(500, "internal", reason=Reason.ERROR))


def _count_attempt(runtime: Runtime, numbers: list[int], by: int) -> None:
    """Before a try, in a transaction of its own, so that a crash cannot hide that it was tried."""
    with runtime.db.write() as session:
        session.execute(select(Op.number).where(Op.number.in_(numbers)).order_by(Op.number).with_for_update())
        session.execute(
            update(Op)
            .where(Op.number.in_(numbers))
            .values(attempts=Op.attempts + by)
            .execution_options(synchronize_session=False)
        )


def _hold(runtime: Runtime, number: int, problem: Problem) -> None:
    with runtime.db.write() as session:
        op = session.get_one(Op, number, with_for_update=True)
        if not _is_open(op):
            return
        locks = Locks(session)
        hold(locks, op, problem)
        locks.bump()


def _retried(runtime: Runtime, numbers: list[int], manner: Manner) -> None:
    """Try the ops in one transaction, three times over deadlocks and waits, and with more locks where asked."""
    keys: list[str | BundleKey] = []
    contended = 0
    while True:
        try:
            tasks = _prepare(runtime, numbers, keys)
            with runtime.db.write() as session:
                _transact(session, tasks, keys, manner)
            return
        except Unlocked as unlocked:
            if manner != Manner.ALONE or len(keys) > 100:
                raise
            keys += unlocked.keys
        except OperationalError as error:
            if is_lost(error):
                raise Lost from None
            if not is_contention(error):
                raise
            contended += 1
            if contended == 3:
                raise Busy from None
        except IntegrityError as error:
            if manner != Manner.ALONE:
                raise
            raise integrity_problem(error) from None


def integrity_problem(error: IntegrityError) -> Problem:
    """A broken constraint as a refusal: a taken id or value, or a reference to what is not here."""
    said = f"{getattr(error.orig, 'sqlstate', '')} {error.orig}"
    if "23503" in said or "FOREIGN KEY" in said:
        return missing("reference_missing")
    return conflict("id_taken")


def _prepare(runtime: Runtime, numbers: list[int], keys: list[str | BundleKey]) -> list[Task]:
    """Parse and validate before anything is locked, and ask the commands which bundles they will touch."""
    with runtime.db.read() as session:
        ahead = Ahead(session)
        ops = _open_ops(session, numbers)
        tasks = [prepare(op) for op in ops]
        ahead.read(name for op, task in zip(ops, tasks, strict=True) for name in named_by(op, task))
        ahead.read_homes()
        for op, task in zip(ops, tasks, strict=True):
            keys += keys_of(ahead, op, task)
    return tasks


def _transact(session: Session, tasks: list[Task], keys: list[str | BundleKey], manner: Manner) -> None:
    """Lock in the one order (device, user, ops, bundles), then carry the ops out and raise the revs."""
    numbers = [task.number for task in tasks]
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'"))
    devices = select(Op.device_id).where(Op.number.in_(numbers)).distinct()
    session.execute(select(Device.id).where(Device.id.in_(devices)).order_by(Device.id).with_for_update())
    authors = select(Op.user_id).where(Op.number.in_(numbers)).distinct()
    session.execute(select(User.id).where(User.id.in_(authors)).order_by(User.id).with_for_update(read=True))
    ops = {
        op.number: op
        for op in session.scalars(
            select(Op).where(Op.number.in_(numbers)).order_by(Op.number).with_for_update()
        )
    }
    locks = Locks(session, is_swift=manner == Manner.SWIFT)
    locks.take(keys)
    locks.ahead.read(name for task in tasks for name in named_by(ops[task.number], task))
    for task in tasks:
        op = ops[task.number]
        if _is_open(op):
            _settle(locks, op, task, manner)
    locks.bump()


def _settle(locks: Locks, op: Op, task: Task, manner: Manner) -> None:
    if manner == Manner.SWIFT:
        try:
            carry_out(locks, op, task)
        except Problem as problem:
            raise UncleanRefusal from problem
        return
    locks.session.flush()
    before = locks.writes
    try:
        carry_out(locks, op, task)
    except Problem as problem:
        if manner == Manner.ALONE:
            raise
        if locks.writes != before or locks.session.new or locks.session.dirty:
            raise UncleanRefusal from problem
        hold(locks, op, problem)
