"""Information slips: sent, received, answered, passed on, confirmed or sent back for a better answer (S11.10, S11.13, S18.4)."""

from typing import Annotated, Any

from pydantic import Field

from fieldvisit.features.customers.models import Customer
from fieldvisit.features.org.lines import unit_of
from fieldvisit.features.slips.models import INFO_SLIP, InfoSlip, InfoSlipNote
from fieldvisit.features.slips.rules import (
    DEPARTMENT_POSTS,
    MAX_PHOTOS,
    PREFIX,
    SENDING,
    Category,
    State,
    Urgency,
    Word,
)
from fieldvisit.features.visits.models import Visit
from fieldvisit.kernel import deadlines
from fieldvisit.kernel.attachments import attach
from fieldvisit.kernel.bundles import Bundle, BundleKey
from fieldvisit.kernel.clock import day_of
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, invalid, missing, not_now, out_of_scope
from fieldvisit.kernel.numbers import doc_no
from fieldvisit.kernel.users import Role, User
from fieldvisit.kernel.values import Args, Date, Id, OptionalProse, Prose
from fieldvisit.kernel.work import Touching, Work

REPLY = deadlines.deadline("info_slip.reply", 2, "working_day")
REPLY_URGENT = deadlines.deadline("info_slip.reply_urgent", 24, "hour")
Photos = Annotated[list[Id], Field(max_length=MAX_PHOTOS)]


class SendSlip(Args):
    """To a person, or to one's own department (no addressee); about a shop and from a visit, if it is.

    Without `reply_due_on` the answer is due as the department has set it for its urgency.
    """

    id: Id
    addressee_id: Id | None = None
    category: Category
    urgency: Urgency = "normal"
    customer_id: Id | None = None
    visit_id: Id | None = None
    content: Prose
    wanted_action: OptionalProse = None
    reply_due_on: Date | None = None
    photos: Photos = []


class OnSlip(Args):
    """A step on a slip; `id` is the note's."""

    info_slip_id: Id
    id: Id


class ReplySlip(OnSlip):
    """What was done about it."""

    text: Prose
    photos: Photos = []


class ForwardSlip(OnSlip):
    """Who is to deal with it instead, and why."""

    addressee_id: Id
    text: OptionalProse = None


class ConfirmSlip(OnSlip):
    """That the answer will do."""

    text: OptionalProse = None


class WithdrawSlip(OnSlip):
    """Why it need not be dealt with."""

    text: OptionalProse = None


class RejectReply(OnSlip):
    """What the answer leaves open."""

    text: Prose


def _sent(touching: Touching, args: SendSlip) -> list[BundleKey]:
    return [INFO_SLIP.of(slip=args.id, author=touching.user.id)]


def _there(touching: Touching, args: Any) -> list[str]:
    return touching.bundle_of(InfoSlip, args.info_slip_id)


@command("info_slips.send", "POST /info_slips", needs=SENDING, offline=True, in_person=True, touches=_sent)
def send(work: Work, args: SendSlip) -> None:
    """Tell another post something, with what is wanted of it and until when; the number (XXD-year-six digits) comes with the arrival."""
    if work.session.get(InfoSlip, args.id) is not None:
        raise conflict("id_taken")
    _require_addressee(work, args.addressee_id)
    if args.reply_due_on is not None and args.reply_due_on < work.entry.day:
        raise invalid("day_passed")
    customer = args.customer_id and work.find(
        Customer, args.customer_id, "customer_missing", "customer_reassigned"
    )
    if args.visit_id is not None:
        work.find(Visit, args.visit_id, "visit_missing", "visit_not_yours")
    home = work.bundle(INFO_SLIP.of(slip=args.id, author=work.user.id))
    slip = InfoSlip(
        number=doc_no(work.session, PREFIX, day_of(work.entry.received_at).year),
        author_id=work.user.id,
        department_id=work.user.department_id,
        shop_name=customer.shop_name if customer else None,
        state="sent",
        made_at=work.entry.stated_at,
        bundle_id=home.id,
        **args.model_dump(exclude={"photos"}),
    )
    work.session.add(slip)
    work.session.flush()
    attach(work, args.photos, slip.id, home.id)
    if (unit := unit_of(work.session, work.user)) is not None:
        work.hang(home, unit)
    _deliver(work, slip)
    _start_term(work, slip)
    work.emit("info_slips.sent", home.id, info_slip_id=slip.id, addressee_id=slip.addressee_id)
    work.result = {"id": slip.id, "number": slip.number}


@command(
    "info_slips.receive",
    "POST /info_slips/{info_slip_id}/receive",
    needs=SENDING,
    offline=True,
    in_person=True,
    touches=_there,
)
def receive(work: Work, args: OnSlip) -> None:
    """Say that a slip has reached one (签收)."""
    slip = _addressed(work, args.info_slip_id, ("sent",))
    _step(work, slip, args.id, "receive", "received")
    work.emit("info_slips.received", slip.bundle_id, info_slip_id=slip.id)


@command(
    "info_slips.reply",
    "POST /info_slips/{info_slip_id}/reply",
    needs=SENDING,
    offline=True,
    in_person=True,
    touches=_there,
)
def reply(work: Work, args: ReplySlip) -> None:
    """Answer a slip with what was done; whether in time is judged by what can be proven."""
    slip = _addressed(work, args.info_slip_id, ("sent", "received"))
    slip.note_interval(
        work.entry.interval, deadlines.end(work.session, _term(slip), slip.id, work.entry.interval)
    )
    _step(work, slip, args.id, "reply", "replied", args.text)
    attach(work, args.photos, args.id, slip.bundle_id)
    work.emit("info_slips.replied", slip.bundle_id, info_slip_id=slip.id)


@command(
    "info_slips.forward",
    "POST /info_slips/{info_slip_id}/forward",
    needs=SENDING,
    offline=True,
    in_person=True,
    touches=_there,
)
def forward(work: Work, args: ForwardSlip) -> None:
    """Pass a slip on to whom it concerns; the term goes on, and one goes on seeing it.

    Raises Problem 422 `info_slip_to_author`: whoever sent it cannot answer himself.
    """
    slip = _addressed(work, args.info_slip_id, ("sent", "received"))
    if args.addressee_id == slip.author_id:
        raise invalid("info_slip_to_author")
    _require_addressee(work, args.addressee_id)
    slip.addressee_id = args.addressee_id
    _deliver(work, slip)
    _step(work, slip, args.id, "forward", "sent", args.text, args.addressee_id)
    work.emit("info_slips.forwarded", slip.bundle_id, info_slip_id=slip.id, addressee_id=slip.addressee_id)


@command(
    "info_slips.confirm",
    "POST /info_slips/{info_slip_id}/confirm",
    needs=SENDING,
    offline=True,
    in_person=True,
    touches=_there,
)
def confirm(work: Work, args: ConfirmSlip) -> None:
    """Close an own slip that was answered; it is carried for 30 days more."""
    slip = _own(work, args.info_slip_id)
    work.session.get_one(Bundle, slip.bundle_id).day = day_of(work.entry.received_at)
    _step(work, slip, args.id, "confirm", "closed", args.text)
    work.emit("info_slips.confirmed", slip.bundle_id, info_slip_id=slip.id)


@command(
    "info_slips.reject_reply",
    "POST /info_slips/{info_slip_id}/reject-reply",
    needs=SENDING,
    offline=True,
    in_person=True,
    touches=_there,
)
def reject_reply(work: Work, args: RejectReply) -> None:
    """Ask for a better answer to an own slip; a new term begins."""
    slip = _own(work, args.info_slip_id)
    slip.reply_due_on = None
    _step(work, slip, args.id, "unsatisfied", "received", args.text)
    _start_term(work, slip)
    work.emit("info_slips.reply_rejected", slip.bundle_id, info_slip_id=slip.id)


@command(
    "info_slips.withdraw",
    "POST /info_slips/{info_slip_id}/withdraw",
    needs=SENDING,
    offline=True,
    in_person=True,
    touches=_there,
)
def withdraw(work: Work, args: WithdrawSlip) -> None:
    """Take back (撤回) an own slip that nobody has received yet; nothing is due any more, and it stays to be read."""
    slip = _own(work, args.info_slip_id, "sent")
    deadlines.drop(work.session, _term(slip), slip.id, work.entry.received_at)
    work.session.get_one(Bundle, slip.bundle_id).day = day_of(work.entry.received_at)
    _step(work, slip, args.id, "withdraw", "closed", args.text)
    work.emit("info_slips.withdrawn", slip.bundle_id, info_slip_id=slip.id)


def _term(slip: InfoSlip) -> str:
    return REPLY_URGENT if slip.urgency == "urgent" else REPLY


def _start_term(work: Work, slip: InfoSlip) -> None:
    at = work.entry.received_at
    if slip.reply_due_on is not None:
        deadlines.start_until(work.session, _term(slip), slip.id, at, slip.reply_due_on)
    else:
        deadlines.start(work.session, _term(slip), slip.id, at)


def _require_addressee(work: Work, addressee_id: str | None) -> None:
    """A colleague in service, or none for the own department; raises Problem 404 `info_slip_addressee_missing`, 422 `info_slip_to_self`."""
    if addressee_id == work.user.id:
        raise invalid("info_slip_to_self")
    addressee = work.session.get(User, addressee_id) if addressee_id else None
    is_there = addressee is not None and addressee.is_active and _are_colleagues(work.user, addressee)
    if not is_there and (addressee_id is not None or work.user.department_id is None):
        raise missing("info_slip_addressee_missing")


def _deliver(work: Work, slip: InfoSlip) -> None:
    home = work.session.get_one(Bundle, slip.bundle_id)
    to_department = f"department:{slip.department_id}"
    work.hang(home, f"user:{slip.addressee_id}" if slip.addressee_id else to_department)


def _are_colleagues(one: User, other: User) -> bool:
    """Of one department; the complaint centre stands beside all of them. The system's administrator has no part in it."""
    if other.role not in SENDING:
        return False
    return one.department_id == other.department_id or Role.COMPLAINT_CENTRE in (one.role, other.role)


def _addressed(work: Work, info_slip_id: str, states: tuple[State, ...]) -> InfoSlip:
    """A slip that is one's own to deal with now."""
    slip = work.find(InfoSlip, info_slip_id, "info_slip_missing", "info_slip_not_yours")
    is_department = slip.addressee_id is None and work.user.role in DEPARTMENT_POSTS
    if slip.author_id == work.user.id or not (is_department or slip.addressee_id == work.user.id):
        raise out_of_scope("info_slip_not_yours")
    if slip.state not in states:
        raise not_now("info_slip_not_now")
    return slip


def _own(work: Work, info_slip_id: str, state: State = "replied") -> InfoSlip:
    slip = work.find(InfoSlip, info_slip_id, "info_slip_missing", "info_slip_not_yours")
    if slip.author_id != work.user.id:
        raise out_of_scope("info_slip_not_yours")
    if slip.state != state:
        raise not_now("info_slip_not_now")
    return slip


def _step(
    work: Work,
    slip: InfoSlip,
    note_id: str,
    word: Word,
    state: State,
    text: str | None = None,
    to_id: str | None = None,
) -> None:
    if work.session.get(InfoSlipNote, note_id) is not None:
        raise conflict("id_taken")
    slip.state = state
    work.session.add(
        InfoSlipNote(
            id=note_id,
            info_slip_id=slip.id,
            author_id=work.user.id,
            word=word,
            text=text,
            to_id=to_id,
            made_at=work.entry.stated_at,
            bundle_id=slip.bundle_id,
        )
    )
