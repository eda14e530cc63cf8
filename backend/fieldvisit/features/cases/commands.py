"""Opinions: taken in under a minute, handled, told the shop with its ratings, closed (S12.1, S12.2, S12.5–S12.10, S12.16, S12.17)."""

from typing import Annotated, Any

from pydantic import Field, model_validator

from fieldvisit.features.cases.models import FEEDBACK_CASE, FeedbackCase, FeedbackNote
from fieldvisit.features.cases.rules import (
    HANDLING,
    MAX_PHOTOS,
    OPEN,
    PREFIX,
    RATINGS,
    TAKING,
    Category,
    FeedbackType,
    InformMethod,
    Source,
    State,
    VerifyMethod,
    VerifyResult,
    Word,
)
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.org.lines import last_zone
from fieldvisit.features.org.models import Route, Zone
from fieldvisit.kernel import deadlines
from fieldvisit.kernel.attachments import attach
from fieldvisit.kernel.bundles import Bundle, BundleKey
from fieldvisit.kernel.clock import day_of, today
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, invalid, missing, not_now, out_of_scope
from fieldvisit.kernel.notices import holders
from fieldvisit.kernel.numbers import doc_no
from fieldvisit.kernel.scopes import deputy_of, server_of
from fieldvisit.kernel.users import Role, User
from fieldvisit.kernel.values import Args, Id, OptionalLine, OptionalProse, Prose
from fieldvisit.kernel.work import Touching, Work

REPLY = deadlines.deadline("feedback_case.reply", 2, "working_day")
Rating = Annotated[int, Field(ge=1, le=5)]


class RegisterCase(Args):
    """What a shop says, and how it is to be called back; `object_user_id` is whom it is about, if it is about somebody.

    `zone_id` is needed of the complaint centre where no shop is named; anybody else works in a zone.
    """

    id: Id
    feedback_type: FeedbackType
    category: Category
    source: Source
    source_id: Id | None = None
    customer_id: Id | None = None
    zone_id: Id | None = None
    contact_name: OptionalLine = None
    contact_phone: OptionalLine = None
    object_user_id: Id | None = None
    content: Prose
    demand: OptionalProse = None
    photos: Annotated[list[Id], Field(max_length=MAX_PHOTOS)] = []


class OnCase(Args):
    """A step on a case; `id` is the note's."""

    feedback_case_id: Id
    id: Id


class HandleCase(OnCase):
    """What was found, by which method, how true it is, and what is done about it (S12.6, S12.7)."""

    opinion: Prose
    verify_method: VerifyMethod | None = None
    verify_result: VerifyResult | None = None
    finding: OptionalProse = None


class InformShop(OnCase):
    """What the shop was told and how; its four ratings, all of them or none (S12.16, S12.17)."""

    text: Prose
    method: InformMethod
    sat_time: Rating | None = None
    sat_manner: Rating | None = None
    sat_process: Rating | None = None
    sat_result: Rating | None = None

    @model_validator(mode="after")
    def _are_four(self) -> "InformShop":
        if len({getattr(self, name) is None for name in RATINGS}) > 1:
            raise ValueError("four ratings or none")
        return self


class CloseCase(OnCase):
    """That nothing is left to do."""

    text: OptionalProse = None


class WithdrawCase(OnCase):
    """Why it need not be dealt with."""

    text: Prose


def _taken(touching: Touching, args: RegisterCase) -> list[BundleKey]:
    return [FEEDBACK_CASE.of(case=args.id, author=touching.user.id)]


def _there(touching: Touching, args: Any) -> list[str]:
    return touching.bundle_of(FeedbackCase, args.feedback_case_id)


@command(
    "feedback_cases.register",
    "POST /feedback_cases",
    needs=TAKING,
    offline=True,
    in_person=True,
    touches=_taken,
)
def register(work: Work, args: RegisterCase) -> None:
    """Take down what a shop says (S12.1–S12.5); the number (YJ-year-six digits) and who deals with it come with the arrival.

    Raises Problem 422 `case_without_contact` where nobody could be told, `case_about_oneself`, 404 `case_object_missing`.
    """
    if work.session.get(FeedbackCase, args.id) is not None:
        raise conflict("id_taken")
    if args.customer_id is None and args.contact_phone is None:
        raise invalid("case_without_contact")
    customer = args.customer_id and work.find(
        Customer, args.customer_id, "customer_missing", "customer_reassigned"
    )
    zone = _zone(work, args, customer or None)
    _require_object(work, args.object_user_id)
    home = work.bundle(FEEDBACK_CASE.of(case=args.id, author=work.user.id))
    home.barred_user_id = args.object_user_id
    case = FeedbackCase(
        author_id=work.user.id,
        handler_id=_handler(work, zone, args.object_user_id),
        shop_name=customer.shop_name if customer else None,
        received_at=work.entry.stated_at,
        state="registered",
        bundle_id=home.id,
        **args.model_dump(exclude={"photos", "zone_id"}),
        zone_id=zone.id,
    )
    case.due_at = deadlines.start(work.session, REPLY, case.id, work.entry.received_at).at
    case.number = doc_no(work.session, PREFIX, day_of(work.entry.received_at).year)
    work.session.add(case)
    work.session.flush()
    attach(work, args.photos, case.id, home.id)
    work.hang(home, f"zone:{zone.id}")
    work.hang(home, f"user:{case.handler_id}")
    _note(work, case, work.id("registered"), "register", "registered", None)
    work.emit("feedback_cases.registered", home.id, feedback_case_id=case.id)
    work.result = {"id": case.id, "number": case.number}


@command(
    "feedback_cases.handle",
    "POST /feedback_cases/{feedback_case_id}/handle",
    needs=HANDLING,
    offline=True,
    in_person=True,
    touches=_there,
)
def handle(work: Work, args: HandleCase) -> None:
    """Write down what was found and what is done (S12.6–S12.10); as often as there is something new."""
    case = _to_handle(work, args.feedback_case_id, OPEN)
    case.opinion = args.opinion
    for name in ("verify_method", "verify_result", "finding"):
        if (value := getattr(args, name)) is not None:
            setattr(case, name, value)
    _note(work, case, args.id, "handle", "handling", args.opinion)
    work.emit("feedback_cases.handled", case.bundle_id, feedback_case_id=case.id)


@command(
    "feedback_cases.inform",
    "POST /feedback_cases/{feedback_case_id}/inform",
    needs=HANDLING,
    offline=True,
    in_person=True,
    touches=_there,
)
def inform(work: Work, args: InformShop) -> None:
    """Tell the shop what came of it and take down how satisfied it is; whether in time is judged by what can be proven."""
    case = _to_handle(work, args.feedback_case_id, OPEN)
    case.note_interval(work.entry.interval, deadlines.end(work.session, REPLY, case.id, work.entry.interval))
    case.informed_at, case.informed_method = work.entry.stated_at, args.method
    for name in RATINGS:
        setattr(case, name, getattr(args, name))
    _note(work, case, args.id, "inform", "informed", args.text)
    work.emit("feedback_cases.informed", case.bundle_id, feedback_case_id=case.id)


@command(
    "feedback_cases.close",
    "POST /feedback_cases/{feedback_case_id}/close",
    needs=HANDLING,
    offline=True,
    in_person=True,
    touches=_there,
)
def close(work: Work, args: CloseCase) -> None:
    """Close a case of which the shop was told; it is carried for 30 days more."""
    case = _to_handle(work, args.feedback_case_id, ("informed",))
    _end(work, case, args.id, "close", "closed", args.text)


@command(
    "feedback_cases.withdraw",
    "POST /feedback_cases/{feedback_case_id}/withdraw",
    needs=TAKING,
    offline=True,
    in_person=True,
    touches=_there,
)
def withdraw(work: Work, args: WithdrawCase) -> None:
    """Take back (撤回) an own case that nobody has dealt with yet."""
    case = _seen(work, args.feedback_case_id)
    if case.author_id != work.user.id:
        raise out_of_scope("feedback_case_not_yours")
    if case.state != "registered":
        raise not_now("feedback_case_not_now")
    deadlines.drop(work.session, REPLY, case.id, work.entry.received_at)
    _end(work, case, args.id, "withdraw", "withdrawn", args.text)


def _zone(work: Work, args: RegisterCase, customer: Customer | None) -> Zone:
    """The zone it belongs to: the shop's, else the author's own; the complaint centre names one."""
    if customer is not None:
        return work.session.get_one(Zone, work.session.get_one(Route, customer.route_id).zone_id)
    at_the_centre = work.user.role == Role.COMPLAINT_CENTRE
    zone_id = args.zone_id if at_the_centre else last_zone(work.session, work.user)
    zone = work.session.get(Zone, zone_id) if zone_id else None
    if zone is None:
        raise missing("zone_missing")
    return zone


def _require_object(work: Work, user_id: str | None) -> None:
    if user_id is None:
        return
    if user_id == work.user.id:
        raise invalid("case_about_oneself")
    if work.session.get(User, user_id) is None:
        raise missing("case_object_missing")


def _handler(work: Work, zone: Zone, object_user_id: str | None) -> str:
    """Its market manager, or the department's where it is about him or there is none (§3.3)."""
    manager = server_of(work.session, f"zone:{zone.id}", today())
    leaders = holders(work.session, Role.DEPARTMENT_MANAGER, zone.department_id)
    found = next((one for one in (manager, *leaders) if one and one != object_user_id), None)
    if found is None:
        raise missing("case_handler_missing")
    return found


def _to_handle(work: Work, case_id: str, states: tuple[State, ...]) -> FeedbackCase:
    """A case that is one's own, or that of whom one stands in for, to deal with now."""
    case = _seen(work, case_id)
    if work.user.id not in (case.handler_id, deputy_of(work.session, case.handler_id)):
        raise out_of_scope("feedback_case_not_yours")
    if case.state not in states:
        raise not_now("feedback_case_not_now")
    return case


def _seen(work: Work, case_id: str) -> FeedbackCase:
    return work.find(FeedbackCase, case_id, "feedback_case_missing", "feedback_case_not_yours")


def _end(work: Work, case: FeedbackCase, note_id: str, word: Word, state: State, text: str | None) -> None:
    work.session.get_one(Bundle, case.bundle_id).day = day_of(work.entry.received_at)
    _note(work, case, note_id, word, state, text)
    work.emit("feedback_cases.ended", case.bundle_id, feedback_case_id=case.id)


def _note(work: Work, case: FeedbackCase, note_id: str, word: Word, state: State, text: str | None) -> None:
    if work.session.get(FeedbackNote, note_id) is not None:
        raise conflict("id_taken")
    case.state = state
    work.session.add(
        FeedbackNote(
            id=note_id,
            feedback_case_id=case.id,
            author_id=work.user.id,
            word=word,
            text=text,
            made_at=work.entry.stated_at,
            bundle_id=case.bundle_id,
        )
    )
