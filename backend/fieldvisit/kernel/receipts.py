"""Taking entries in: every op is stored as it came, before anything about it is judged."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from fieldvisit.kernel.attachments import FileRef, claim, file_refs
from fieldvisit.kernel.audit import record
from fieldvisit.kernel.clock import now, parse_iso
from fieldvisit.kernel.db import Database, after_commit
from fieldvisit.kernel.errors import Problem, Reason, bad_request
from fieldvisit.kernel.losses import count_missing
from fieldvisit.kernel.metrics import OPS, RESENDS, waiting_figures
from fieldvisit.kernel.ops import Op, OpState, op_hash
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.tasks import content_of
from fieldvisit.kernel.users import Device, User
from fieldvisit.kernel.values import canonical, is_uuid

ALARMS = Counter("fieldvisit_alarms_total", "What no phone and no server should ever see", ["action"])

log = structlog.get_logger()

MAX_OPS = 50
MAX_PUSH_BYTES = 256 * 1024
MAX_SEQ = 2**53


def check_op(op: Any) -> dict[str, Any]:
    """The op, if it has the three things that name it; raises Problem 400 `bad_op` otherwise."""
    if (
        not isinstance(op, dict)
        or not is_uuid(op.get("id"))
        or type(op.get("seq")) is not int
        or not 0 <= op["seq"] < MAX_SEQ
        or not isinstance(op.get("name"), str)
        or not 0 < len(op["name"]) <= 100
        or "\0" in op["name"]
    ):
        raise bad_request("bad_op")
    return {**op, "id": op["id"].lower()}


def must_resend(runtime: Runtime, session: Session, device: Device, epoch: object, last: object) -> bool:
    """Whether the device remembers a past that this database does not: it must send its settled ops again."""
    if epoch is not None and epoch != runtime.epoch:
        RESENDS.inc()
        return True
    if last is None:
        return False
    # Asked for by id alone: with the phone SQLite would look through all that it ever brought.
    known = is_uuid(last) and device.id in session.scalars(select(Op.device_id).where(Op.id == str(last)))
    if not known and epoch is not None:
        alarm(session, "sync.last_unknown", device)
    if not known:
        RESENDS.inc()
    return not known


def alarm(session: Session, action: str, device: Device) -> None:
    """Tell the operator what no phone and no server should ever see: in the log, the metrics and the audit."""
    log.warning("alarm", action=action, device=device.id)
    ALARMS.labels(action).inc()
    record(session, action, actor_id=None, author_id=device.user_id, device_id=device.id, outcome="alarm")


def store(
    runtime: Runtime, session: Session, device: Device, ops: list[dict[str, Any]], at: datetime
) -> list[Op]:
    """One row per op, in order; an op that is known already keeps the row it has."""
    ids = [op["id"] for op in ops]
    kept = select(Op).where(Op.id.in_(ids))
    known = {(row.id, row.hash): row for row in session.scalars(kept)}
    owned = {op_id for op_id, _ in known}
    names = [(op["id"], op_hash(device.user_id, op)) for op in ops]
    new: dict[tuple[str, str], dict[str, Any]] = {}
    for op, name in zip(ops, names, strict=True):
        if name in known or name in new:
            after_commit(session, OPS.labels("replayed", "").inc)
            continue
        new[name] = _values(runtime, session, device, op, name[1], at, is_first=op["id"] not in owned)
        owned.add(op["id"])
    if new:
        # All at once, and numbered in the order they came.
        session.execute(insert(Op), list(new.values()))
        known |= {(row.id, row.hash): row for row in session.scalars(kept) if (row.id, row.hash) in new}
        _claim(session, [known[name] for name in new])
    _count_on(session, device, sorted({op["seq"] for op in ops}))
    return [known[name] for name in names]


def _count_on(session: Session, device: Device, numbers: list[int]) -> None:
    """Note how far the device's own count has come; where it leaps, entries of his never came here."""
    recount = bool(device.missing_ops)
    for number in numbers:
        highest = device.highest_seq or 0
        if number > highest + 1:
            recount = True
            if highest:
                alarm(session, "sync.seq_hole", device)
        device.highest_seq = max(number, highest)
    if recount:
        count_missing(session, device, now())


def _claim(session: Session, rows: list[Op]) -> None:
    refs: list[tuple[Op, FileRef]] = []
    for row in rows:
        with suppress(Problem):  # the op will be held for it when it is its turn
            refs += [(row, ref) for ref in file_refs(content_of(row)) if row.is_first]
    claim(session, refs)


def _values(
    runtime: Runtime,
    session: Session,
    device: Device,
    op: dict[str, Any],
    digest: str,
    at: datetime,
    *,
    is_first: bool,
) -> dict[str, Any]:
    received = runtime.keys.receipt_time(op.get("receipt"), op["id"]) or at
    clock = op["clock"] if isinstance(op.get("clock"), dict) else {}
    anchored = runtime.keys.anchor_time(clock.get("anchor"), device.id)
    elapsed = clock.get("elapsed_ms")
    made = parse_iso(op.get("made_at"))
    stated = made
    if anchored and type(elapsed) is int and 0 <= elapsed < 10**11:
        stated = anchored + timedelta(milliseconds=elapsed)
    return {
        "id": op["id"],
        "hash": digest,
        "is_first": is_first,
        "user_id": device.user_id,
        "device_id": device.id,
        "seq": op["seq"],
        "name": op["name"],
        "raw": canonical({name: value for name, value in op.items() if name != "receipt"}),
        "received_at": min(received, at),
        "made_at": made,
        "earliest_at": min(anchored or _known_since(session, device, received), received, at),
        "stated_at": stated,
        "state": OpState.RECEIVED,
        "attempts": 0,
    }


def _known_since(session: Session, device: Device, received: datetime) -> datetime:
    """The device's first sign-in; its user's, where a receipt shows that the database was restored to before it."""
    if device.created_at <= received:
        return device.created_at
    return session.get_one(User, device.user_id).created_at


def reused(op: Op) -> Problem | None:
    """The refusal of an op whose id belongs to another content."""
    return None if op.is_first else Problem(409, "id_reuse", reason=Reason.ID_REUSE)


def highest_number(session: Session) -> int:
    """The number of the newest op, for the mark."""
    return session.scalar(select(func.max(Op.number))) or 0


TOLD = (Op.number, Op.id, Op.state, Op.received_at, Op.reason, Op.code, Op.params, Op.result)


def result_of(runtime: Runtime, op: Op) -> dict[str, Any]:
    """What the device is told of a settled op: codes, never row values."""
    result: dict[str, Any] = {
        "id": op.id,
        "state": op.state,
        "receipt": runtime.keys.receipt(op.id, op.received_at),
    }
    if op.state in (OpState.HELD, OpState.REJECTED):
        result |= {"reason": op.reason, "code": op.code, "params": op.params or {}}
    if op.result and op.result.get("suggested"):
        result["suggested"] = op.result["suggested"]
    return result


def anchor(runtime: Runtime, device: Device) -> str:
    """The server's time, as the device will hand it back."""
    return runtime.keys.anchor(device.id, now())


def waiting_in(database: Database) -> CollectorRegistry:
    """The figures of entries that wait: held ones by reason, and those stored and not yet settled."""
    with database.read() as session:
        held = select(Op.reason, func.count()).where(Op.state == OpState.HELD).group_by(Op.reason)
        by_reason = {str(reason): count for reason, count in session.execute(held)}
        stored = select(func.count(), func.min(Op.received_at)).where(Op.state == OpState.RECEIVED)
        received, oldest = session.execute(stored).one()
    age = max(now() - oldest, timedelta(0)) if received else timedelta(0)
    return waiting_figures({reason: by_reason.get(reason, 0) for reason in Reason}, received, age)
