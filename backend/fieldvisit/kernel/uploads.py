"""Files coming in and pictures going out."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.kernel.attachments import Attachment, FileState
from fieldvisit.kernel.bundles import Bundle, is_visible
from fieldvisit.kernel.clock import now
from fieldvisit.kernel.collections import COLLECTIONS
from fieldvisit.kernel.errors import Problem, conflict, missing
from fieldvisit.kernel.files import NotAPicture
from fieldvisit.kernel.metrics import FILE_BYTES, FILES
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.scopes import Principal
from fieldvisit.kernel.sessions import depositor
from fieldvisit.kernel.values import is_uuid
from fieldvisit.kernel.work import Locks

Reading = Callable[[], AbstractContextManager[tuple[Session, Principal]]]


def put(runtime: Runtime, token: str, attachment_id: str, sha256: str, content: bytes) -> bool:
    """Store a file's bytes; True if they are new, False if they were here.

    Raises Problem 401, 409 `unknown` while no op of this device's user names it, 422 `hash_differs`.
    """
    with runtime.db.write() as session:
        bearer = depositor(runtime, session, token)
    return keep(runtime, bearer.user.id, attachment_id, sha256, content)


def keep(runtime: Runtime, user_id: str, attachment_id: str, sha256: str, content: bytes) -> bool:
    """Store the bytes of a file that an op of this user names; as `put`, which asks who holds the token."""
    with runtime.db.read() as session:
        row = session.get(Attachment, attachment_id) if is_uuid(attachment_id) else None
        if row is None or row.user_id != user_id:
            raise conflict("unknown")
    digest = hashlib.sha256(content).hexdigest()
    if digest != row.sha256 or (sha256 and sha256.lower() != digest) or len(content) != row.bytes:
        raise Problem(422, "hash_differs")
    if row.state == FileState.STORED and runtime.files.holds(row.id, row.sha256):
        return False
    runtime.files.put(row.id, content)
    FILES.inc()
    FILE_BYTES.inc(len(content))
    link(runtime, row.id)
    return True


def link(runtime: Runtime, attachment_id: str) -> None:
    """Note that a file's bytes are here, so that its bundle shows it."""
    with runtime.db.write() as session:
        number = session.scalar(select(Attachment.op_number).where(Attachment.id == attachment_id))
        session.execute(select(Op.number).where(Op.number == number).with_for_update())
        locks = Locks(session)
        home = select(Bundle.key).join(Attachment, Attachment.bundle_id == Bundle.id)
        locks.take(session.scalars(home.where(Attachment.id == attachment_id)).all())
        row = session.get_one(Attachment, attachment_id)
        if row.state != FileState.STORED:
            row.state, row.uploaded_at = FileState.STORED, now()
        locks.bump()


def link_arrived(runtime: Runtime) -> None:
    """Link files whose bytes came just before a crash."""
    with runtime.db.read() as session:
        pending = session.execute(
            select(Attachment.id, Attachment.sha256).where(
                Attachment.uploaded_at.is_(None), Attachment.state == FileState.PENDING
            )
        ).all()
    for attachment_id, sha256 in pending:
        if runtime.files.holds(attachment_id, sha256):
            link(runtime, attachment_id)


def picture(runtime: Runtime, reading: Reading, attachment_id: str) -> bytes:
    """The picture of an attachment in a bundle the caller sees; raises Problem 404, or 409 `not_a_picture`."""
    with reading() as (session, principal):
        if principal.role not in COLLECTIONS["attachments"].views:
            raise missing("not_found")
        row = session.get(Attachment, attachment_id) if is_uuid(attachment_id) else None
        if row is None or row.bundle_id is None or not is_visible(session, principal, row.bundle_id):
            raise missing("not_found")
        runtime.looks.note(principal, "picture", "attachments", [row.bundle_id])
    try:
        content = runtime.files.picture(row.id) if row.state == FileState.STORED else None
    except NotAPicture:
        raise conflict("not_a_picture") from None
    if content is None:
        raise missing("not_found")
    return content
