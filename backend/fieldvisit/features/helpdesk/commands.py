"""Asking about the app: asked, answered, asked on, closed; numbered when it arrives."""

from typing import Annotated

from pydantic import Field

from fieldvisit.features.helpdesk.models import HELP, HelpMessage, HelpRequest
from fieldvisit.features.helpdesk.rules import ANSWERING, MAX_PHOTOS, PREFIX, Kind, desk_of
from fieldvisit.kernel.attachments import attach
from fieldvisit.kernel.bundles import Bundle, BundleKey
from fieldvisit.kernel.clock import day_of
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, not_now, out_of_scope
from fieldvisit.kernel.numbers import doc_no
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, Id, OptionalLine, Prose
from fieldvisit.kernel.work import Touching, Work

Photos = Annotated[list[Id], Field(max_length=MAX_PHOTOS)]


class AskHelp(Args):
    """A problem, a wish or a question; `page` is the app's page it was written on, `app` the app's version."""

    id: Id
    kind: Kind
    text: Prose
    page: OptionalLine = None
    app: OptionalLine = None
    photos: Photos = []


class WriteHelp(Args):
    """More on one's own request; `id` is the new message's."""

    request_id: Id
    id: Id
    text: Prose
    photos: Photos = []


class AnswerHelp(Args):
    """An answer; `id` is the new message's."""

    request_id: Id
    id: Id
    text: Prose


class CloseHelp(Args):
    """That nothing more is to be said on a request."""

    request_id: Id


def _made(touching: Touching, args: AskHelp) -> list[BundleKey]:
    return [HELP.of(request=args.id, author=touching.user.id)]


def _there(touching: Touching, args: WriteHelp | AnswerHelp | CloseHelp) -> list[str]:
    return touching.bundle_of(HelpRequest, args.request_id)


@command("helpdesk.ask", "POST /help_requests", needs=set(Role), offline=True, in_person=True, touches=_made)
def ask(work: Work, args: AskHelp) -> None:
    """Report a problem of the app, wish for something or ask; the number (YJ-year-six digits) comes with the arrival."""
    if work.session.get(HelpRequest, args.id) is not None:
        raise conflict("id_taken")
    home = work.bundle(HELP.of(request=args.id, author=work.user.id))
    row = HelpRequest(
        id=args.id,
        number=doc_no(work.session, PREFIX, day_of(work.entry.received_at).year),
        author_id=work.user.id,
        kind=args.kind,
        page=args.page,
        app=args.app,
        state="open",
        made_at=work.entry.stated_at,
        bundle_id=home.id,
    )
    work.session.add(row)
    work.session.flush()
    if work.user.department_id:
        work.hang(home, desk_of(work.user.department_id))
    _say(work, row, args.id, args.text, args.photos)
    work.emit("helpdesk.asked", home.id, request_id=row.id, number=row.number)
    work.result = {"id": row.id, "number": row.number}


@command(
    "helpdesk.write",
    "POST /help_requests/{request_id}/messages",
    needs=set(Role),
    offline=True,
    in_person=True,
    touches=_there,
)
def write(work: Work, args: WriteHelp) -> None:
    """Write again on one's own request; it is open again."""
    row = _open_request(work, args.request_id)
    if row.author_id != work.user.id:
        raise out_of_scope("help_request_not_yours")
    _say(work, row, args.id, args.text, args.photos)
    row.state = "open"
    work.emit("helpdesk.asked", row.bundle_id, request_id=row.id, number=row.number)


@command(
    "helpdesk.answer",
    "POST /help_requests/{request_id}/answer",
    needs=ANSWERING,
    offline=True,
    in_person=True,
    touches=_there,
)
def answer(work: Work, args: AnswerHelp) -> None:
    """Answer somebody else's request; its author is told."""
    row = _open_request(work, args.request_id)
    if row.author_id == work.user.id:
        raise out_of_scope("help_request_own")
    _say(work, row, args.id, args.text, [])
    row.state = "answered"
    work.emit("helpdesk.answered", row.bundle_id, request_id=row.id, number=row.number)


@command(
    "helpdesk.close",
    "POST /help_requests/{request_id}/close",
    needs=set(Role),
    offline=True,
    in_person=True,
    touches=_there,
)
def close(work: Work, args: CloseHelp) -> None:
    """Close a request one has made or answers; it is carried for 30 days more."""
    row = _open_request(work, args.request_id)
    row.state, row.closed_at = "closed", work.entry.stated_at
    work.session.get_one(Bundle, row.bundle_id).day = day_of(work.entry.received_at)
    work.emit("helpdesk.closed", row.bundle_id, request_id=row.id, number=row.number)


def _open_request(work: Work, request_id: str) -> HelpRequest:
    row = work.find(HelpRequest, request_id, "help_request_missing", "help_request_missing")
    if row.state == "closed":
        raise not_now("help_request_closed")
    return row


def _say(work: Work, row: HelpRequest, message_id: str, text: str, photos: list[str]) -> None:
    if work.session.get(HelpMessage, message_id) is not None:
        raise conflict("id_taken")
    work.session.add(
        HelpMessage(
            id=message_id,
            request_id=row.id,
            author_id=work.user.id,
            text=text,
            made_at=work.entry.stated_at,
            bundle_id=row.bundle_id,
        )
    )
    attach(work, photos, message_id, row.bundle_id)
