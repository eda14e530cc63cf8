"""A call that a hotline took, signed by its system, becomes an opinion the complaint centre took down (S12.4)."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from fieldvisit.features.cases.nonces import SPREAD, remember
from fieldvisit.features.cases.rules import Category, FeedbackType
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.org.models import Zone
from fieldvisit.kernel.clock import from_unix_ms, iso, now
from fieldvisit.kernel.errors import Problem, conflict, invalid, missing
from fieldvisit.kernel.limits import PER_HOTLINE, count_failure, forgive, require_patience
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.outside.hotline_file import HotlineFile
from fieldvisit.kernel.outside.signing import signature
from fieldvisit.kernel.rest import execute_op
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.sessions import know_device
from fieldvisit.kernel.tasks import content_of
from fieldvisit.kernel.users import Device, Role, User
from fieldvisit.kernel.values import (
    Args,
    Line,
    Moment,
    OptionalLine,
    OptionalProse,
    Prose,
    canonical,
    parse_json,
)

COMMAND = "feedback_cases.register"
DEVICE_NAME = "热线"
IS_STAMP = re.compile(r"[0-9]{1,11}")
IS_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
IS_SIGNATURE = re.compile(r"[0-9a-f]{64}")


class HotlineCall(Args):
    """A call: `call_id` is the hotline's own, `received_at` when the caller rang.

    The shop is that of `licence_no` or `customer_code`, else the only one whose number rang; without one the `zone` is asked by name.
    """

    call_id: Line
    received_at: Moment
    caller_number: Line
    caller_name: OptionalLine = None
    feedback_type: FeedbackType
    category: Category
    content: Prose
    demand: OptionalProse = None
    licence_no: OptionalLine = None
    customer_code: OptionalLine = None
    zone: OptionalLine = None


@dataclass(frozen=True)
class Seal:
    """What a call's headers say: when it was signed (unix seconds), with which nonce, and the signature."""

    stamp: str
    nonce: str
    signature: str


@dataclass(frozen=True)
class Taken:
    """A case that a call has become."""

    id: str
    number: str


def take(runtime: Runtime, seal: Seal, raw: bytes, address: str) -> Taken:
    """The case of a signed call, made at its first coming and never again.

    Raises Problem 404 `hotline_not_set_up`, 401 `hotline_signature` and `hotline_time`, 409 `hotline_nonce_used` and
    `hotline_call_differs`, 429 `hotline_too_many`, 503 `hotline_not_ready`, and whatever the command refuses.
    """
    if runtime.hotline is None:
        raise missing("hotline_not_set_up")
    at = now()
    _require_genuine(runtime, runtime.hotline, seal, raw, address, at)
    if abs(at - from_unix_ms(int(seal.stamp) * 1000)) > SPREAD:
        raise Problem(401, "hotline_time")
    with runtime.db.write() as session:
        remember(session, seal.nonce, hashlib.sha256(raw).hexdigest(), at)
    call = _read(raw)
    # Under the server's own key: whoever knows the hotline's ids cannot be there first with an entry of his own.
    op_id = str(uuid5(UUID(bytes=runtime.keys.derive("hotline")[:16]), call.call_id))
    digest = hashlib.sha256(canonical(call.model_dump(mode="json"))).hexdigest()
    return _known(runtime, op_id, digest) or _made(runtime, runtime.hotline, call, op_id, digest)


def _require_genuine(
    runtime: Runtime, file: HotlineFile, seal: Seal, raw: bytes, address: str, at: datetime
) -> None:
    key = f"hotline:{address[:60]}"
    with runtime.db.read() as session:
        has_failed = require_patience(session, key, PER_HOTLINE, "hotline_too_many", at)
    is_genuine = _is_genuine(file, seal, raw)
    if not is_genuine or has_failed:
        with runtime.db.write() as session:
            if is_genuine:
                forgive(session, [key])
            else:
                count_failure(session, key, at)
    if not is_genuine:
        raise Problem(401, "hotline_signature")


def _is_genuine(file: HotlineFile, seal: Seal, raw: bytes) -> bool:
    """Whether one of the secrets signed this; every one is tried, so that how long it takes does not say which."""
    if not (
        IS_STAMP.fullmatch(seal.stamp)
        and IS_NONCE.fullmatch(seal.nonce)
        and IS_SIGNATURE.fullmatch(seal.signature)
    ):
        return False
    made = [signature(secret, seal.stamp, seal.nonce, raw) for secret in file.secrets]
    return sum(hmac.compare_digest(one, seal.signature) for one in made) > 0


def _read(raw: bytes) -> HotlineCall:
    """The call; a refusal names fields of ours only, for even a name may be somebody's."""
    try:
        return HotlineCall.model_validate_json(canonical(parse_json(raw)))
    except ValidationError as error:
        found = [(str(item["loc"][0]) if item["loc"] else "", item["type"]) for item in error.errors()[:10]]
        ours = HotlineCall.model_fields
        fields = [{"field": name if name in ours else "?", "rule": rule} for name, rule in found]
        raise invalid("args_invalid", fields=fields) from None


def _known(runtime: Runtime, op_id: str, digest: str) -> Taken | None:
    """The case this call became already; raises Problem 409 `hotline_call_differs` where it said something else.

    What an entry said is erased after its time; then there is nothing left to compare with.
    """
    with runtime.db.read() as session:
        op = session.scalar(select(Op).where(Op.id == op_id, Op.is_first))
        if op is None or op.result is None:
            return None
        if content_of(op).get("call", digest) != digest:
            raise conflict("hotline_call_differs")
        return Taken(op.result["id"], op.result["number"])


def _made(runtime: Runtime, file: HotlineFile, call: HotlineCall, op_id: str, digest: str) -> Taken:
    """Take it down as an entry of the account's; where another of the same came in between, that one counts."""
    try:
        with runtime.db.write() as session:
            device = _device(runtime, session, file)
    except IntegrityError:  # two first calls at once: now it is known
        with runtime.db.write() as session:
            device = _device(runtime, session, file)
    with runtime.db.read() as session:
        args = _args(session, file, call, str(uuid5(UUID(op_id), "case")))
    op = {"id": op_id, "seq": 0, "name": COMMAND, "v": 1, "args": args, "call": digest}
    try:
        execute_op(runtime, device.id, op | {"made_at": iso(min(call.received_at, now()))})
    except Problem:
        taken = _known(runtime, op_id, digest)
        if taken is None:
            raise
        return taken
    taken = _known(runtime, op_id, digest)
    assert taken is not None  # noqa: S101 – it was carried out
    return taken


def _device(runtime: Runtime, session: Session, file: HotlineFile) -> Device:
    """The account's device that stands for the hotline: nobody can sign in with it, for it is never approved here.

    Raises Problem 503 `hotline_not_ready` where the account is no complaint centre's in service, or the device is shut out.
    """
    user = session.scalar(select(User).where(User.username == file.username))
    if user is None or not user.is_active or user.role != Role.COMPLAINT_CENTRE:
        raise Problem(503, "hotline_not_ready")
    device_id = str(UUID(bytes=runtime.keys.derive(f"hotline:{user.id}")[:16], version=4))
    device = know_device(session, device_id, user, DEVICE_NAME, now())
    if device.revoked_at is not None:
        raise Problem(503, "hotline_not_ready")
    return device


def _args(session: Session, file: HotlineFile, call: HotlineCall, case_id: str) -> dict[str, Any]:
    shop_id = _shop_id(session, call)
    return {
        "id": case_id,
        "feedback_type": call.feedback_type,
        "category": call.category,
        "source": "complaint_centre",
        "customer_id": shop_id,
        "zone_id": None if shop_id else _zone_id(session, file, call),
        "contact_name": call.caller_name,
        "contact_phone": call.caller_number,
        "content": call.content,
        "demand": call.demand,
    }


def _shop_id(session: Session, call: HotlineCall) -> str | None:
    for column, value in (
        (Customer.licence_no, call.licence_no),
        (Customer.customer_code, call.customer_code),
        (Customer.contact_phone, call.caller_number),
    ):
        found = session.scalars(select(Customer.id).where(column == value).limit(2)).all() if value else []
        if len(found) == 1:
            return found[0]
    return None


def _zone_id(session: Session, file: HotlineFile, call: HotlineCall) -> str:
    """The one zone of the name the caller gave, else of the one the file names; raises Problem 503 where that is none."""
    for name in (call.zone, file.default_zone):
        found = session.scalars(select(Zone.id).where(Zone.name == name).limit(2)).all()
        if len(found) == 1:
            return found[0]
    raise Problem(503, "hotline_not_ready")
