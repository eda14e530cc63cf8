"""What is kept about somebody, told by each feature for itself, so that he can be given a copy of it (PIPL Art. 45)."""

import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any

import orjson
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from fieldvisit.kernel.attachments import Attachment, FileState
from fieldvisit.kernel.audit import Audit, record
from fieldvisit.kernel.files import NotAPicture
from fieldvisit.kernel.looks import Look
from fieldvisit.kernel.notices import Notice
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.outside.models import OutsideAddress, OutsideMessage
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.scopes import Assignment, Cover, Principal
from fieldvisit.kernel.users import Device, User
from fieldvisit.kernel.workflow import FlowStep

AT_ONCE = 1000
IN_MEMORY = 8 * 1024 * 1024


@dataclass(frozen=True)
class About:
    """One kind of rows about a person: the columns that name him, and what of the rows is about him.

    What a row says of others (a shop's numbers, say) is not among the fields: who leaves takes no list of shops along.
    """

    name: str
    model: type[Any]
    columns: tuple[str, ...]
    fields: tuple[str, ...]
    where: ColumnElement[bool] | None = None

    def rows(self, session: Session, user_id: str) -> Iterator[dict[str, Any]]:
        """The rows about a user, in no particular order."""
        his = or_(*(getattr(self.model, column) == user_id for column in self.columns))
        told = his if self.where is None else his & self.where
        for row in session.scalars(select(self.model).where(told).execution_options(yield_per=AT_ONCE)):
            yield {name: _plain(getattr(row, name)) for name in self.fields}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


ABOUT: dict[str, About] = {}


def personal(
    name: str,
    model: type[Any],
    by: str | tuple[str, ...],
    *fields: str,
    where: ColumnElement[bool] | None = None,
) -> None:
    """Declare that rows of a table (those `where` holds of) are about the user one of the columns `by` names."""
    ABOUT[name] = About(name, model, (by,) if isinstance(by, str) else by, fields, where)


personal("account", User, "id", "id", "username", "employee_no", "name", "role", "former_roles", "phone", "is_active", "created_at", "password_set_at")  # fmt: skip
personal(
    "phones", Device, "user_id", "id", "name", "created_at", "seen_at", "approved_at", "revoked_at", "app"
)
personal(
    "entries",
    Op,
    "user_id",
    "id",
    "name",
    "device_id",
    "received_at",
    "made_at",
    "stated_at",
    "earliest_at",
    "state",
    "reason",
    "code",
)
personal("actions", Audit, ("actor_id", "author_id"), "at", "action", "outcome", "entity_id", "device_id")
personal("readings", Look, "user_id", "at", "door", "what", "rows", "device_id")
personal("notices", Notice, "user_id", "kind", "data", "made_at", "read_at")
personal("addresses", OutsideAddress, "user_id", "wecom", "dingtalk", "sms")
personal("messages", OutsideMessage, "user_id", "channel", "kind", "made_at", "ended_at", "end")
personal("posts", Assignment, "user_id", "scope", "since", "until")
personal("absences", Cover, ("user_id", "deputy_id"), "user_id", "deputy_id", "since", "until")
personal("steps", FlowStep, "by_id", "flow", "entity_id", "step", "note", "made_at", "timeliness")
personal("files", Attachment, "user_id", "id", "kind", "type", "bytes", "state", "uploaded_at")


def copy_for(runtime: Runtime, session: Session, principal: Principal) -> IO[bytes]:
    """A zip with `data.json`, all rows about the caller by their kind, and the pictures he took; open at its beginning."""
    user_id = principal.user.id
    out: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 – whoever sends it closes it
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        about = {name: list(one.rows(session, user_id)) for name, one in sorted(ABOUT.items())}
        archive.writestr("data.json", orjson.dumps(about, option=orjson.OPT_INDENT_2))
        stored = select(Attachment.id).where(
            Attachment.user_id == user_id, Attachment.state == FileState.STORED
        )
        for file_id in session.scalars(stored.order_by(Attachment.id)):
            try:
                content = runtime.files.picture(file_id)
            except NotAPicture:
                continue
            if content is not None:
                archive.writestr(f"pictures/{file_id}.jpg", content, zipfile.ZIP_STORED)
    out.seek(0)
    return out


def note_copy(runtime: Runtime, principal: Principal) -> None:
    """Write down that somebody was given the copy."""
    device_id = principal.device.id if principal.device else None
    with runtime.db.write() as session:
        record(session, "privacy.copy", actor_id=principal.user.id, device_id=device_id)
