"""本机 = 服务器: which of the entries a phone says it made the server has."""

from typing import Any

from sqlalchemy import select

from fieldvisit.kernel.errors import Problem, bad_request
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.sessions import depositor
from fieldvisit.kernel.values import is_uuid, parse_json

MAX_IDS = 500


def known(runtime: Runtime, token: str, raw: bytes) -> dict[str, Any]:
    """Of `{"ids": [… ≤ 500]}` those the server has from this very phone, as `{"known": […]}`, whatever became of them.

    Raises Problem 401, 400 `bad_keys` for what is no list of ids, 413 `too_large`.
    """
    with runtime.db.write() as session:
        device_id = depositor(runtime, session, token).device.id
    asked = parse_json(raw)
    ids = asked.get("ids") if isinstance(asked, dict) else None
    if not isinstance(ids, list) or not all(is_uuid(op_id) for op_id in ids):
        raise bad_request("bad_keys")
    if len(ids) > MAX_IDS:
        raise Problem(413, "too_large")
    wanted = {op_id.lower() for op_id in ids}
    with runtime.db.read() as session:
        here = session.execute(select(Op.id, Op.device_id).where(Op.id.in_(wanted)))
        known = {op_id for op_id, brought_by in here if brought_by == device_id}
    return {"known": sorted(known)}
