"""Push and pull: a queue of immutable commands in, and a comparison of two lists out. There is no cursor."""

import hashlib
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import orjson
from sqlalchemy import distinct, func, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session, load_only

from fieldvisit.kernel.apply import apply_in_turns, apply_ops
from fieldvisit.kernel.audit import record
from fieldvisit.kernel.backups import safe_before
from fieldvisit.kernel.bundles import BUNDLES, Bundle, carried, visible
from fieldvisit.kernel.clock import iso, now, parse_iso
from fieldvisit.kernel.collections import COLLECTIONS, dumps
from fieldvisit.kernel.db import is_contention
from fieldvisit.kernel.epoch import ServerState
from fieldvisit.kernel.errors import Problem, bad_request
from fieldvisit.kernel.metrics import BUNDLES as SERVED
from fieldvisit.kernel.metrics import PULLED, PUSHES
from fieldvisit.kernel.ops import Op, OpState
from fieldvisit.kernel.receipts import (
    MAX_OPS,
    MAX_PUSH_BYTES,
    TOLD,
    anchor,
    check_op,
    highest_number,
    must_resend,
    result_of,
    reused,
    store,
)
from fieldvisit.kernel.release import (
    release_arrived,
    release_missing,
    release_supported,
    show_to_deciders,
)
from fieldvisit.kernel.rounds import do_each
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.scopes import Principal
from fieldvisit.kernel.sessions import REVOKED_WAIT, Bearer, depositor, require_depositor
from fieldvisit.kernel.settle import hold
from fieldvisit.kernel.turns import Busy
from fieldvisit.kernel.users import Device
from fieldvisit.kernel.values import parse_json
from fieldvisit.kernel.work import Locks

PROTO = 1
SCHEMA = 8
MAX_KEYS = 100
MAX_ANSWER_BYTES = 512 * 1024
IS_UNCONFIRMED = select(ServerState.is_unconfirmed)
AT_ONCE = 16  # bundles rendered together: few statements, and little that the answer has no room for
BUSY_MS = 3000

Stop = dict[str, Any]


def push(runtime: Runtime, token: str, raw: bytes) -> dict[str, Any]:
    """Store every op of the envelope, then carry them out in order; answer what is settled.

    Raises Problem 400 for an envelope that is none, 401 for a token that is none of ours, 413 for one too large.
    """
    require_depositor(runtime, token)
    if len(raw) > MAX_PUSH_BYTES:
        raise Problem(413, "too_large")
    envelope = parse_json(raw)
    if not isinstance(envelope, dict) or envelope.get("proto") != PROTO:
        raise bad_request("bad_envelope")
    ops = envelope.get("ops", [])
    if not isinstance(ops, list):
        raise bad_request("bad_envelope")
    if len(ops) > MAX_OPS:
        raise Problem(413, "too_large")
    ops = [check_op(op) for op in ops]
    try:
        bearer, numbers, stop = _take_in(runtime, token, envelope, ops)
    except IntegrityError:  # another device stored one of the ids at the same moment: now it is known
        bearer, numbers, stop = _take_in(runtime, token, envelope, ops)
    if stop is not None:
        return _answer(runtime, bearer, [], stop)
    try:
        apply_ops(runtime, numbers)
        release_missing(runtime, numbers)
    except Busy:
        stop = {"why": "busy", "after_ms": BUSY_MS}
    except OperationalError as error:
        if not is_contention(error):
            raise
        stop = {"why": "busy", "after_ms": BUSY_MS}
    return _answer(runtime, bearer, _settled(runtime, numbers), stop)


def _take_in(
    runtime: Runtime, token: str, envelope: dict[str, Any], ops: list[dict[str, Any]]
) -> tuple[Bearer, list[int], Stop | None]:
    """Receipts: one transaction stores every op; or nothing is stored, and the device is told to resend or wait."""
    with runtime.db.write() as session:
        bearer = depositor(runtime, session, token)
        device = session.get_one(Device, bearer.device.id, with_for_update=True)
        device.seen_at = now()
        if must_resend(runtime, session, device, envelope.get("epoch"), envelope.get("last")):
            return bearer, [], {"why": "resend", "after_ms": 0}
        if bearer.session == "revoked" and _brings_new(session, ops):
            if device.deposited_at and device.deposited_at + REVOKED_WAIT > now():
                return bearer, [], {"why": "slow_down", "after_ms": int(REVOKED_WAIT.total_seconds() * 1000)}
            device.deposited_at = now()
        _note_pending(device, envelope)
        if envelope.get("wiped") is True and device.wipe_ordered_at and device.wiped_at is None:
            device.wiped_at = now()
            record(session, "devices.wiped", actor_id=None, author_id=device.user_id, device_id=device.id)
        rows = store(runtime, session, device, ops, now())
        locks = Locks(session)
        for row in rows:
            problem = reused(row)
            if problem is not None and row.state == OpState.RECEIVED:
                hold(locks, row, problem)
        locks.bump()
        numbers = [row.number for row in rows]
        newest = highest_number(session) if ops else None
    if newest is not None:
        runtime.mark.raise_to(runtime.epoch, newest)
    return bearer, numbers, None


def _brings_new(session: Session, ops: list[dict[str, Any]]) -> bool:
    ids = {op["id"] for op in ops}
    return session.scalar(select(func.count(distinct(Op.id))).where(Op.id.in_(ids))) != len(ids)


def _note_pending(device: Device, envelope: dict[str, Any]) -> None:
    """What the device says it still owes; ignored where it makes no sense."""
    pending = envelope.get("pending")
    counts = pending if isinstance(pending, dict) else {}
    for field, name in (("pending_ops", "ops"), ("pending_files", "files"), ("free_mb", "free_mb")):
        count = counts.get(name)
        if type(count) is int and 0 <= count < 2**31:
            setattr(device, field, count)
    if counts:
        device.pending_oldest = parse_iso(counts.get("oldest"))
    if type(counts.get("persisted")) is bool:
        device.persisted = counts["persisted"]
    app = envelope.get("app")
    if isinstance(app, str) and app.isprintable():
        device.app = app[:40]


def _settled(runtime: Runtime, numbers: list[int]) -> list[dict[str, Any]]:
    """Results in the order pushed, up to the first op that is not settled yet."""
    with runtime.db.read() as session:
        found = select(Op).options(load_only(*TOLD)).where(Op.number.in_(numbers))
        rows = {row.number: row for row in session.scalars(found)}
    results = []
    for number in numbers:
        if rows[number].state == OpState.RECEIVED:
            break
        results.append(result_of(runtime, rows[number]))
    return results


def _answer(
    runtime: Runtime, bearer: Bearer, results: list[dict[str, Any]], stop: Stop | None
) -> dict[str, Any]:
    PUSHES.labels(stop["why"] if stop else "done").inc()
    with runtime.db.read() as session:
        safe = safe_before(session)
    return {
        "proto": PROTO,
        "epoch": runtime.epoch,
        "server_now": iso(now()),
        "anchor": anchor(runtime, bearer.device),
        "session": bearer.session,
        "safe_before": iso(safe) if safe else None,
        "results": results,
        "stop": stop,
        **({"wipe": True} if bearer.device.wipe_ordered_at else {}),
    }


def sweep(runtime: Runtime) -> None:
    """Finish what a crash left received, per device in order and ending a device at its first stop; then release.

    What fails on the way keeps nothing else from being done: raises ExceptionGroup at the end.
    """
    do_each(
        partial(part, runtime)
        for part in (release_supported, _finish_received, release_arrived, show_to_deciders)
    )


def _finish_received(runtime: Runtime) -> None:
    with runtime.db.read() as session:
        left = session.execute(
            select(Op.device_id, Op.number)
            .where(Op.state == OpState.RECEIVED)
            .order_by(Op.device_id, Op.seq, Op.number)
        ).all()
    apply_in_turns(runtime, [(device_id, number) for device_id, number in left])


def view_name(runtime: Runtime, principal: Principal) -> str:
    """`epoch.role.schema`: when it changes, a device fetches everything again."""
    return f"{runtime.epoch}.{principal.role}.{SCHEMA}"


def require_current(runtime: Runtime, app: str | None) -> None:
    """Raises Problem 426 `app_too_old` for an app below the setting; one that does not say is let through."""
    oldest = runtime.settings.oldest_app
    if oldest and app and _version(app) < _version(oldest):
        raise Problem(426, "app_too_old")


def _version(text: str) -> list[int]:
    return [int(part) if part.isascii() and part.isdigit() else 0 for part in text[:40].split(".")]


def require_confirmed(session: Session) -> None:
    """After a restore nothing is read until the operator has confirmed people and assignments (503)."""
    if session.scalar(IS_UNCONFIRMED):
        raise Problem(503, "restore_unconfirmed")


def manifest(runtime: Runtime, session: Session, principal: Principal) -> tuple[str, bytes]:
    """ETag and body of the list of all bundles this user carries now, with their revs."""
    require_confirmed(session)
    items = carried(session, principal)
    view, user = view_name(runtime, principal), principal.user.id
    body = orjson.dumps({"proto": PROTO, "view": view, "user": user, "count": len(items), "items": items})
    return f'"{hashlib.sha256(body).hexdigest()}"', body


def bundles(runtime: Runtime, session: Session, principal: Principal, raw: bytes) -> bytes:
    """The asked bundles as this role sees them; unknown and forbidden keys alike come back in `gone`.

    May answer fewer than asked (at least one), at most 512 KiB. Raises Problem 400 or 413.
    """
    require_confirmed(session)
    asked = parse_json(raw)
    keys = asked.get("keys") if isinstance(asked, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, str) and "\0" not in key for key in keys):
        raise bad_request("bad_keys")
    if len(keys) > MAX_KEYS:
        raise Problem(413, "too_large")
    seen = session.scalars(
        select(Bundle).where(Bundle.key.in_(keys), Bundle.id.in_(visible(principal)))
    ).all()
    found = {row.key: row for row in seen}
    gone = [key for key in keys if key not in found]
    rendered: list[orjson.Fragment] = []
    shown: list[Bundle] = []
    size = 0
    view = view_name(runtime, principal)
    for row, part in _parts(
        runtime, session, principal, view, [found[key] for key in dict.fromkeys(keys) if key in found]
    ):
        if rendered and size + len(part) > MAX_ANSWER_BYTES:
            break
        rendered.append(orjson.Fragment(part))
        shown.append(row)
        size += len(part)
    runtime.looks.note(principal, "bundles", "bundles", [row.id for row in shown if _is_watched(row.kind)])
    answer = orjson.dumps(
        {
            "proto": PROTO,
            "view": view,
            "user": principal.user.id,
            "bundles": rendered,
            "gone": gone,
        }
    )
    SERVED.inc(len(rendered))
    PULLED.labels("bundles").inc(len(answer))
    return answer


def _is_watched(kind: str) -> bool:
    return any(COLLECTIONS[name].is_watched for name in BUNDLES[kind].contains)


def _parts(
    runtime: Runtime, session: Session, principal: Principal, view: str, rows: list[Bundle]
) -> Iterator[tuple[Bundle, bytes]]:
    """Each bundle as it is sent; only those are rendered that were not before, a few ahead of what is taken."""
    kept = ((row.key, runtime.renderings.get(view, row.key, row.rev)) for row in rows)
    known = {key: part for key, part in kept if part is not None}
    unknown = [row for row in rows if row.key not in known]
    for row in rows:
        if row.key not in known:
            ahead, unknown = unknown[:AT_ONCE], unknown[AT_ONCE:]
            with runtime.renderings.turn(principal.user.id):
                known |= _made(runtime, session, principal, view, ahead)
        yield row, known[row.key]


def _made(
    runtime: Runtime, session: Session, principal: Principal, view: str, rows: list[Bundle]
) -> dict[str, bytes]:
    """These bundles, but for those that somebody else has rendered in the meantime rendered now."""
    kept = ((row.key, runtime.renderings.get(view, row.key, row.rev)) for row in rows)
    parts = {key: part for key, part in kept if part is not None}
    for row, content in _render(session, principal, [row for row in rows if row.key not in parts]):
        parts[row.key] = dumps({"key": row.key, "rev": row.rev, "rows": content})
        runtime.renderings.put(view, row.key, row.rev, parts[row.key])
    return parts


def _render(
    session: Session, principal: Principal, rows: list[Bundle]
) -> Iterable[tuple[Bundle, dict[str, list[dict[str, Any]]]]]:
    """Each bundle's rows by collection; a role sees of them what its views show."""
    by_kind: dict[str, list[Bundle]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row)
    for kind, members in by_kind.items():
        ids = [row.id for row in members]
        parts = {
            name: COLLECTIONS[name].rows(session, ids, principal.role)
            for name in BUNDLES[kind].contains
            if principal.role in COLLECTIONS[name].views
        }
        for row in members:
            yield row, {name: rows.get(row.id, []) for name, rows in parts.items()}
