"""Photos and documents: claimed by the op that names them, uploaded later, served only through permission."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError
from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from fieldvisit.kernel.ahead import Ahead
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long
from fieldvisit.kernel.errors import conflict, invalid, missing
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, Id, Line, View
from fieldvisit.kernel.work import Touching, Work

MAX_BYTES = 12 * 1024 * 1024


class FileState(StrEnum):
    """`pending → stored | given_up`."""

    PENDING = "pending"
    STORED = "stored"
    GIVEN_UP = "given_up"


class Attachment(Base):
    """A file named by an op. It lives in that op's bundle once applied, in `op:<id>` while held."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index(
            "ix_attachment_awaited",
            "id",
            sqlite_where=text("uploaded_at IS NULL"),
            postgresql_where=text("uploaded_at IS NULL"),
        ),
    )

    id: Mapped[GuidKey]
    op_number: Mapped[Long] = mapped_column(ForeignKey("op.number"), index=True)
    user_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    owner_id: Mapped[Guid | None] = mapped_column(index=True)
    sha256: Mapped[str]
    bytes: Mapped[Long]
    type: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default=FileState.PENDING)
    failures: Mapped[int] = mapped_column(default=0)
    uploaded_at: Mapped[datetime | None]
    bundle_id: Mapped[Long | None] = mapped_column(ForeignKey("bundle.id"), index=True)


class FileRef(Args):
    """One entry of an op's `files`: id, SHA-256 in hex, size in bytes, media type, and what it shows."""

    id: Id
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    bytes: Annotated[int, Field(gt=0, le=MAX_BYTES)]
    type: Literal["image/jpeg", "image/png", "image/webp"]
    kind: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]


_refs: TypeAdapter[list[FileRef]] = TypeAdapter(Annotated[list[FileRef], Field(max_length=20)])


def file_refs(op: dict[str, Any]) -> list[FileRef]:
    """The op's files; raises Problem 422 `files_invalid`."""
    try:
        return _refs.validate_python(op.get("files") or [], strict=True)
    except ValidationError:
        raise invalid("files_invalid") from None


def claim(session: Session, refs: list[tuple[Op, FileRef]]) -> None:
    """Let each op own those of its files that no op named before."""
    if not refs:
        return
    ids = [ref.id for _, ref in refs]
    known = set(session.scalars(select(Attachment.id).where(Attachment.id.in_(ids))))
    for op, ref in refs:
        if ref.id not in known:
            known.add(ref.id)
            session.add(
                Attachment(op_number=op.number, user_id=op.user_id, owner_id=None, **ref.model_dump())
            )


def owns(ahead: Ahead, user_id: str, refs: list[FileRef]) -> bool:
    """Whether every file is the user's, with just this content."""
    return all(
        (row := ahead.get(Attachment, ref.id)) is not None
        and row.user_id == user_id
        and row.sha256 == ref.sha256
        for ref in refs
    )


def attach(work: Work, file_ids: list[str], owner_id: str, bundle_id: int) -> None:
    """Hang own files on a row; raises Problem 422 `files_unnamed` for an id that no `files` of his lists,
    409 `file_taken` for a file that hangs on another row already.
    """
    found = [work.get(Attachment, file_id) for file_id in file_ids]
    rows = [row for row in found if row is not None and row.user_id == work.user.id]
    if len(rows) != len(found):
        raise invalid("files_unnamed")
    if any(row.owner_id not in (None, owner_id) for row in rows):
        raise conflict("file_taken")
    for row in rows:
        row.owner_id, row.bundle_id = owner_id, bundle_id


class AttachmentView(View):
    """A file of a row: `owner_id` is the row's id, `bytes` its size, `state` whether its bytes have come."""

    id: str
    owner_id: str | None
    kind: str
    type: str
    bytes: int
    sha256: str
    state: Literal["pending", "stored", "given_up"]
    uploaded_at: datetime | None


collection(
    "attachments",
    Attachment,
    AttachmentView,
    readers=set(Role) - {Role.SYSTEM_ADMIN},
    filters=("owner_id", "state"),
    is_watched=True,
)


class GiveUpAttachment(Args):
    """That a file will never come, and why."""

    attachment_id: Id
    reason: Line


def _touches_attachment(touching: Touching, args: GiveUpAttachment) -> list[str]:
    return touching.bundle_of(Attachment, args.attachment_id)


@command(
    "attachments.give_up",
    "POST /attachments/{attachment_id}/give-up",
    needs=set(Role),
    offline=True,
    touches=_touches_attachment,
)
def give_up(work: Work, args: GiveUpAttachment) -> None:
    """Say that one of the own files cannot be uploaded any more; people see it as missing."""
    row = work.session.get(Attachment, args.attachment_id)
    if row is None or row.user_id != work.user.id:
        raise missing("attachment_missing", waits_for=args.attachment_id)
    if row.state == FileState.PENDING:
        row.state = FileState.GIVEN_UP
        work.emit("attachments.given_up", row.bundle_id, attachment_id=row.id, reason=args.reason)
