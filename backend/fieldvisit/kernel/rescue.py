"""Taking in a rescue file at the desk: what a phone could not send any more, under the same ids and its own author."""

from typing import Any

from sqlalchemy import select

from fieldvisit.kernel.apply import apply_ops
from fieldvisit.kernel.audit import record
from fieldvisit.kernel.clock import now
from fieldvisit.kernel.errors import Problem, bad_request, missing, out_of_scope
from fieldvisit.kernel.events import emit, on
from fieldvisit.kernel.notices import notice, tell
from fieldvisit.kernel.ops import Op, OpState
from fieldvisit.kernel.reactions import Happening
from fieldvisit.kernel.receipts import MAX_OPS, check_op, result_of, store
from fieldvisit.kernel.release import release_missing
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.sessions import Bearer, reader
from fieldvisit.kernel.turns import Busy
from fieldvisit.kernel.users import Device, Role, User
from fieldvisit.kernel.values import is_uuid, parse_json

MAX_FILE = 12 * 1024 * 1024
MAX_ENTRIES = 5000
IMPORTERS = (Role.GENERAL_ADMIN, Role.SYSTEM_ADMIN)
IMPORTED = notice("entries_imported")


def require_importer(runtime: Runtime, token: str) -> Bearer:
    """Who may take a rescue file in; raises Problem 401 or 403 `role_not_allowed`."""
    with runtime.db.read() as session:
        bearer = reader(runtime, session, token)
    if bearer.user.role not in IMPORTERS:
        raise out_of_scope("role_not_allowed")
    return bearer


def import_file(runtime: Runtime, token: str, raw: bytes) -> dict[str, Any]:
    """Store and carry out the entries of a rescue file: `{"results", "refused", "waiting"}`.

    `refused` counts what is no entry at all, `waiting` what the sweeper will finish. Every entry stored keeps
    who imported it; one that is known already keeps its result. Raises Problem 400 `bad_rescue_file`,
    404 `device_missing` for a phone that is not known or not of the importer's department.
    """
    bearer = require_importer(runtime, token)
    device_id, ops, refused = _read(raw)
    numbers: list[int] = []
    for start in range(0, len(ops), MAX_OPS):
        numbers += _take_in(runtime, bearer, device_id, ops[start : start + MAX_OPS])
    try:
        apply_ops(runtime, numbers)
        release_missing(runtime, numbers)
    except Busy:
        pass  # stored they are; the sweeper finishes them
    with runtime.db.read() as session:
        rows = session.scalars(select(Op).where(Op.number.in_(numbers)).order_by(Op.number)).all()
        results = [result_of(runtime, row) for row in rows if row.state != OpState.RECEIVED]
    return {"results": results, "refused": refused, "waiting": len(rows) - len(results)}


def _read(raw: bytes) -> tuple[str, list[dict[str, Any]], int]:
    file = parse_json(raw)
    if not isinstance(file, dict) or file.get("proto") != 1 or not is_uuid(file.get("device")):
        raise bad_request("bad_rescue_file")
    entries = file.get("ops")
    if not isinstance(entries, list) or len(entries) > MAX_ENTRIES:
        raise bad_request("bad_rescue_file")
    ops, refused = [], 0
    for entry in entries:
        try:
            ops.append(check_op(entry))
        except Problem:
            refused += 1
    return file["device"], sorted(ops, key=lambda op: op["seq"]), refused


def _take_in(runtime: Runtime, bearer: Bearer, device_id: str, ops: list[dict[str, Any]]) -> list[int]:
    importer = bearer.user
    with runtime.db.write() as session:
        device = session.get(Device, device_id, with_for_update=True)
        author = session.get(User, device.user_id) if device else None
        if device is None or author is None or not _is_his(importer, author):
            raise missing("device_missing")
        known = set(session.scalars(select(Op.number).where(Op.id.in_([op["id"] for op in ops]))))
        rows = store(runtime, session, device, ops, now())
        fresh = [row for row in rows if row.number not in known]
        for row in fresh:
            row.imported_by_id = importer.id
        if fresh:
            emit(
                session,
                "ops.imported",
                user_id=importer.id,
                data={"user_id": author.id, "count": len(fresh)},
            )
        record(session, "sync.import", actor_id=importer.id, author_id=author.id, device_id=device_id)
        return [row.number for row in rows]


def _is_his(importer: User, author: User) -> bool:
    return importer.role == Role.SYSTEM_ADMIN or (
        importer.department_id is not None and importer.department_id == author.department_id
    )


@on("ops.imported")
def tell_author(happening: Happening) -> None:
    """Whose entries they are hears that somebody brought them in for him."""
    data = happening.event.data
    tell(happening, [data["user_id"]], IMPORTED, count=data["count"])
