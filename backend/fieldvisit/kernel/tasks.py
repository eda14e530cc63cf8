"""An op made ready outside the transaction: what it asks for, and which bundles that will touch."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.kernel.ahead import Ahead, Named
from fieldvisit.kernel.attachments import Attachment, file_refs
from fieldvisit.kernel.bundles import Bundle, BundleKey
from fieldvisit.kernel.commands import COMMANDS, Command
from fieldvisit.kernel.errors import Problem, Reason
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.users import User
from fieldvisit.kernel.values import Args, canonical, is_uuid
from fieldvisit.kernel.work import Entry, Touching


@dataclass(frozen=True)
class Task:
    """What one op asks for, or why it cannot be done."""

    number: int
    command: Command | None
    args: Args | None
    refusal: Problem | None


def content_of(op: Op) -> dict[str, Any]:
    """The op as it came; empty once its arguments have been erased."""
    content: dict[str, Any] = orjson.loads(op.raw or b"{}")
    return content


def prepare(op: Op) -> Task:
    """What the op asks for, as far as it can be told from the op alone."""
    content = content_of(op)
    version = content.get("v", 1)
    found = COMMANDS.get((op.name, version)) if type(version) is int else None
    if found is None:
        known = any(name == op.name for name, _ in COMMANDS)
        code = "version_unknown" if known else "command_unknown"
        return Task(op.number, None, None, Problem(422, code, reason=Reason.UNSUPPORTED))
    try:
        return Task(op.number, found, found.parse(content.get("args")), None)
    except Problem as problem:
        return Task(op.number, found, None, problem)


def kept_of(session: Session, op: Op) -> dict[str, Any] | None:
    """The arguments without what may not be kept of the author; None where all may be, or there are none.

    What a command of this name declares holds for versions this server does not know, too.
    """
    args = kept = op.args
    for command in COMMANDS.values():
        if command.name == op.name and command.keeps and kept is not None:
            kept = command.keeps(session, op.user_id, kept)
    return None if kept == args else kept


def keep_only(op: Op, args: dict[str, Any] | None) -> None:
    """Erase from the entry as it came all arguments but these; its hash stays."""
    if args is not None:
        op.raw = canonical(content_of(op) | {"args": args})


def named_by(op: Op, task: Task) -> Iterator[Named]:
    """The rows and files an op names, as far as its command declares them."""
    if task.command is None or task.args is None:
        return
    for field, models in task.command.reads.items():
        row_id = getattr(task.args, field)
        yield from ((model, row_id) for model in models)
    with suppress(Problem):
        yield from ((Attachment, ref.id) for ref in file_refs(content_of(op)))


def keys_of(ahead: Ahead, op: Op, task: Task) -> list[str | BundleKey]:
    """Every bundle that carrying the op out may change: its own, its command's, and that of the op it corrects."""
    session = ahead.session
    keys: list[str | BundleKey] = []
    if op.bundle_id is not None:
        keys.append(session.get_one(Bundle, op.bundle_id).key)
    original = content_of(op).get("corrects")
    if is_uuid(original):
        keys += session.scalars(
            select(Bundle.key).join(Op, Op.bundle_id == Bundle.id).where(Op.id == original, Op.is_first)
        )
    if task.command and task.args:
        author = session.get_one(User, op.user_id)
        keys += task.command.touches(Touching(ahead, author, Entry.of(op)), task.args)
    return keys
