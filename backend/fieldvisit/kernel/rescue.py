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
from fieldvisit.kernel.sealing import Content, is_sealed
from fieldvisit.kernel.sessions import REVOKED_WAIT, Bearer, depositor, reader, require_depositor
from fieldvisit.kernel.turns import Busy
from fieldvisit.kernel.uploads import keep
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
    """Store and carry out the entries of a rescue file: `{"results", "refused", "waiting", "files", "files_refused"}`.

    `refused` counts what is no entry at all, `waiting` what the sweeper will finish, `files` the photos of a sealed
    file that are here now, `files_refused` those that no entry names so. Every entry stored keeps who imported it;
    one that is known already keeps its result. Raises Problem 400 `bad_rescue_file`, 409 `rescue_key_unknown` for
    one sealed for another server, 404 `device_missing` for a phone not known or not of the importer's department.
    """
    bearer = require_importer(runtime, token)
    content = _open(runtime, raw)
    device_id, ops, refused = _read(content.head)
    return _carry_out(runtime, bearer.user, device_id, ops, content.files) | {"refused": refused}


def deposit_file(runtime: Runtime, token: str, raw: bytes) -> dict[str, Any]:
    """Take in what a wiped phone had sealed; answers as `import_file`.

    The phone itself hands it in, by its deposit token. Raises Problem 401, 400 `bad_rescue_file` also for another
    phone's file, 409 `rescue_key_unknown`, 429 `too_many_attempts` where a phone that is shut out comes too soon.
    """
    require_depositor(runtime, token)
    content = _open(runtime, raw)
    device_id, ops, refused = _read(content.head)
    with runtime.db.write() as session:
        bearer = depositor(runtime, session, token)
        device = session.get_one(Device, bearer.device.id, with_for_update=True)
        if device.id != device_id:
            raise bad_request("bad_rescue_file")
        if bearer.session == "revoked":
            if device.deposited_at and device.deposited_at + REVOKED_WAIT > now():
                raise Problem(
                    429, "too_many_attempts", params={"retry_after_s": int(REVOKED_WAIT.total_seconds())}
                )
            device.deposited_at = now()
    return _carry_out(runtime, None, device_id, ops, content.files) | {"refused": refused}


def _open(runtime: Runtime, raw: bytes) -> Content:
    return runtime.rescue_key.open(raw) if is_sealed(raw) else Content(parse_json(raw), {})


def _carry_out(
    runtime: Runtime,
    importer: User | None,
    device_id: str,
    ops: list[dict[str, Any]],
    files: dict[str, bytes],
) -> dict[str, Any]:
    numbers: list[int] = []
    author_id = ""
    for start in range(0, max(len(ops), 1), MAX_OPS):
        author_id, taken = _take_in(runtime, importer, device_id, ops[start : start + MAX_OPS])
        numbers += taken
    try:
        apply_ops(runtime, numbers)
        release_missing(runtime, numbers)
    except Busy:
        pass  # stored they are; the sweeper finishes them
    with runtime.db.read() as session:
        rows = session.scalars(select(Op).where(Op.number.in_(numbers)).order_by(Op.number)).all()
        results = [result_of(runtime, row) for row in rows if row.state != OpState.RECEIVED]
    stored = sum(_keeps(runtime, author_id, file_id, content) for file_id, content in files.items())
    told = {"results": results, "waiting": len(rows) - len(results)}
    return told | {"files": stored, "files_refused": len(files) - stored}


def _keeps(runtime: Runtime, author_id: str, file_id: str, content: bytes) -> bool:
    try:
        keep(runtime, author_id, file_id, "", content)
    except Problem as problem:
        if problem.status == 503:
            raise  # the store does not answer: the whole file comes again
        return False
    return True


def _read(file: Any) -> tuple[str, list[dict[str, Any]], int]:
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


def _take_in(
    runtime: Runtime, importer: User | None, device_id: str, ops: list[dict[str, Any]]
) -> tuple[str, list[int]]:
    """The author, and the numbers of the entries; `importer` is None where the phone itself hands them in."""
    with runtime.db.write() as session:
        device = session.get(Device, device_id, with_for_update=True)
        author = session.get(User, device.user_id) if device else None
        if device is None or author is None or (importer and not _is_his(importer, author)):
            raise missing("device_missing")
        known = set(session.scalars(select(Op.number).where(Op.id.in_([op["id"] for op in ops]))))
        rows = store(runtime, session, device, ops, now())
        fresh = [row for row in rows if row.number not in known]
        if fresh and importer:
            for row in fresh:
                row.imported_by_id = importer.id
            emit(
                session,
                "ops.imported",
                user_id=importer.id,
                data={"user_id": author.id, "count": len(fresh)},
            )
        record(
            session,
            "sync.import",
            actor_id=importer.id if importer else None,
            author_id=author.id,
            device_id=device_id,
        )
        return author.id, [row.number for row in rows]


def _is_his(importer: User, author: User) -> bool:
    return importer.role == Role.SYSTEM_ADMIN or (
        importer.department_id is not None and importer.department_id == author.department_id
    )


@on("ops.imported")
def tell_author(happening: Happening) -> None:
    """Whose entries they are hears that somebody brought them in for him."""
    data = happening.event.data
    tell(happening, [data["user_id"]], IMPORTED, count=data["count"])
