"""Commands over their REST routes: the same op as a pushed one, but a refusal is a Problem and stores nothing."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError

from fieldvisit.kernel.ahead import Ahead
from fieldvisit.kernel.apply import integrity_problem
from fieldvisit.kernel.bundles import BundleKey
from fieldvisit.kernel.clock import now
from fieldvisit.kernel.commands import Command
from fieldvisit.kernel.db import is_contention
from fieldvisit.kernel.errors import Problem, bad_request
from fieldvisit.kernel.ops import Op, OpState
from fieldvisit.kernel.receipts import check_op, must_resend, result_of, reused, store
from fieldvisit.kernel.release import release_missing
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.sessions import Bearer
from fieldvisit.kernel.settle import carry_out
from fieldvisit.kernel.tasks import keys_of, prepare
from fieldvisit.kernel.turns import Busy
from fieldvisit.kernel.users import Device, User
from fieldvisit.kernel.values import parse_json
from fieldvisit.kernel.work import Locks, Unlocked


@dataclass(frozen=True)
class OpHeaders:
    """What a pushed op and its envelope carry besides name and arguments, as HTTP headers (JSON where structured)."""

    id: str | None
    seq: str | None
    made_at: str | None
    clock: str | None
    files: str | None
    epoch: str | None
    last: str | None


def op_of(command: Command, args: dict[str, Any], headers: OpHeaders) -> dict[str, Any]:
    """The op a REST call stands for; without `Idempotency-Key` it gets an id of its own."""
    op: dict[str, Any] = {
        "id": headers.id or str(uuid4()),
        "seq": 0,
        "name": command.name,
        "v": command.v,
        "args": args,
    }
    if headers.seq is not None:
        if not headers.seq.isascii() or not headers.seq.isdigit() or len(headers.seq) > 16:
            raise bad_request("bad_op")
        op["seq"] = int(headers.seq)
    if headers.made_at is not None:
        op["made_at"] = headers.made_at
    for name, text in (("clock", headers.clock), ("files", headers.files)):
        if text is not None:
            op[name] = parse_json(text.encode())
    return check_op(op)


def execute(
    runtime: Runtime, bearer: Bearer, command: Command, args: dict[str, Any], headers: OpHeaders
) -> dict[str, Any]:
    """Carry the command out now; the answer is the op's result and, where it made one, the `entity_id`.

    Raises Problem: the refusal itself, 409 `resend` as push would stop, 409 `held` for an op that is held already.
    """
    op = op_of(command, args, headers)
    return execute_op(runtime, bearer.device.id, op, epoch=headers.epoch, last=headers.last)


def execute_op(
    runtime: Runtime, device_id: str, op: dict[str, Any], *, epoch: str | None = None, last: str | None = None
) -> dict[str, Any]:
    """The same for an op that is put together already, as its device's; raises Problem likewise."""
    keys: list[str | BundleKey] = []
    for _ in range(20):
        try:
            number = _attempt(runtime, device_id, op, keys, (epoch, last))
        except Unlocked as unlocked:
            keys += unlocked.keys
        except IntegrityError as error:
            raise integrity_problem(error) from None
        except OperationalError as error:
            if is_contention(error):
                break
            raise
        else:
            return _answer(runtime, number)
    raise Problem(503, "busy")


def _attempt(
    runtime: Runtime,
    device_id: str,
    op: dict[str, Any],
    keys: list[str | BundleKey],
    remembered: tuple[str | None, str | None],
) -> int:
    with runtime.db.write() as session:
        device = session.get_one(Device, device_id, with_for_update=True)
        if must_resend(runtime, session, device, *remembered):
            raise Problem(409, "resend", extra={"epoch": runtime.epoch})
        (row,) = store(runtime, session, device, [op], now())
        if row.state == OpState.APPLIED:
            return row.number
        if row.state != OpState.RECEIVED:
            raise Problem(409, "held", params={"reason": row.reason, "code": row.code})
        if problem := reused(row):
            raise problem
        task = prepare(row)
        keys = [*keys, *keys_of(Ahead(session), row, task)]
        session.execute(select(User.id).where(User.id == row.user_id).with_for_update(read=True))
        session.flush()
        session.expire_all()
        locks = Locks(session)
        locks.take(keys)
        carry_out(locks, row, task)
        locks.bump()
        return row.number


def _answer(runtime: Runtime, number: int) -> dict[str, Any]:
    with suppress(Busy):  # the sweeper will come to it
        release_missing(runtime, [number])
    with runtime.db.read() as session:
        row = session.get_one(Op, number)
        return result_of(runtime, row) | {"entity_id": row.entity_id}
