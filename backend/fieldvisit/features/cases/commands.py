"""Opinions: taken in under a minute, handled, told the shop with its ratings, closed (S12.1, S12.2, S12.5–S12.10, S12.16, S12.17)."""

from typing import Annotated

from pydantic import Field, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.cases import terms
from fieldvisit.features.cases.models import FEEDBACK_CASE, FeedbackCase
from fieldvisit.features.cases.rules import (
    COMPLAINT,
    HANDLING,
    MAX_PHOTOS,
    PREFIX,
    RATINGS,
    TAKING,
    Category,
    FeedbackType,
    InformMethod,
    Severity,
    Source,
    VerifyMethod,
    VerifyResult,
)
from fieldvisit.features.cases.steps import (
    ExplainedOnCase,
    OnCase,
    SaidOfCase,
    end,
    handled,
    make,
    note,
    say,
    seen,
    there,
)
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.org.lines import last_zone
from fieldvisit.features.org.models import Route, Zone
from fieldvisit.kernel import deadlines
from fieldvisit.kernel.attachments import attach
from fieldvisit.kernel.bundles import BundleKey
from fieldvisit.kernel.clock import day_of, today
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, invalid, missing, out_of_scope
from fieldvisit.kernel.notices import holders
from fieldvisit.kernel.numbers import doc_no
from fieldvisit.kernel.scopes import server_of
from fieldvisit.kernel.users import Role, User
from fieldvisit.kernel.values import Args, Id, OptionalLine, OptionalProse, Prose
from fieldvisit.kernel.work import Touching, Work

Rating = Annotated[int, Field(ge=1, le=5)]


class RegisterCase(Args):
    """What a shop says, and how it is to be called back; `object_user_id` is whom it is about, if it is about somebody.

    `zone_id` is needed of the complaint centre where no shop is named; anybody else works in a zone.
    """

    id: Id
    feedback_type: FeedbackType
    severity: Severity = "normal"
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


def _taken(touching: Touching, args: RegisterCase) -> list[BundleKey]:
    return [FEEDBACK_CASE.of(case=args.id, author=touching.user.id)]


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
    require_object(work, args.object_user_id)
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
    case.number = doc_no(work.session, PREFIX, day_of(work.entry.received_at).year)
    case.due_at = work.entry.received_at
    work.session.add(case)
    terms.begin(work.session, case, work.entry.received_at)
    work.session.flush()
    attach(work, args.photos, case.id, home.id)
    work.hang(home, f"zone:{zone.id}")
    work.hang(home, f"user:{case.handler_id}")
    note(work, case, work.id("registered"), "register")
    say(work, case, "registered")
    work.result = {"id": case.id, "number": case.number}


@command(
    "feedback_cases.handle",
    "POST /feedback_cases/{feedback_case_id}/handle",
    needs=HANDLING,
    offline=True,
    in_person=True,
    touches=there,
)
def handle(work: Work, args: HandleCase) -> None:
    """Write down what was found and what is done (S12.6–S12.10); as often as there is something new."""
    case = handled(work, args.feedback_case_id)
    case.opinion = args.opinion
    for name in ("verify_method", "verify_result", "finding"):
        if (value := getattr(args, name)) is not None:
            setattr(case, name, value)
    make(work, case, args.id, "handle", args.opinion)
    say(work, case, "handled")


@command(
    "feedback_cases.inform",
    "POST /feedback_cases/{feedback_case_id}/inform",
    needs=HANDLING,
    offline=True,
    in_person=True,
    touches=there,
)
def inform(work: Work, args: InformShop) -> None:
    """Tell the shop what came of it and take down how satisfied it is; whether in time is judged by what can be proven.

    The shop of a complaint is told what was reported before.
    """
    case = handled(work, args.feedback_case_id)
    make(work, case, args.id, "inform", args.text)
    key = terms.INFORM if case.feedback_type == COMPLAINT else terms.REPLY
    judgement = deadlines.end(work.session, key, case.id, work.entry.interval)
    if case.feedback_type != COMPLAINT:
        case.note_interval(work.entry.interval, judgement)
    case.informed_at, case.informed_method = work.entry.stated_at, args.method
    for name in RATINGS:
        setattr(case, name, getattr(args, name))
    say(work, case, "informed")


@command(
    "feedback_cases.close",
    "POST /feedback_cases/{feedback_case_id}/close",
    needs=HANDLING,
    offline=True,
    in_person=True,
    touches=there,
)
def close(work: Work, args: SaidOfCase) -> None:
    """Close an opinion of which the shop was told; it is carried for 30 days more."""
    case = handled(work, args.feedback_case_id)
    make(work, case, args.id, "close", args.text)
    end(work, case)
    say(work, case, "ended")


@command(
    "feedback_cases.withdraw",
    "POST /feedback_cases/{feedback_case_id}/withdraw",
    needs=TAKING,
    offline=True,
    in_person=True,
    touches=there,
)
def withdraw(work: Work, args: ExplainedOnCase) -> None:
    """Take back (撤回) an own case that nobody has dealt with yet."""
    case = seen(work, args.feedback_case_id)
    if case.author_id != work.user.id:
        raise out_of_scope("feedback_case_not_yours")
    make(work, case, args.id, "withdraw", args.text)
    terms.drop_all(work.session, case, work.entry.received_at)
    end(work, case)
    say(work, case, "ended")


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


def require_object(work: Work, user_id: str | None) -> None:
    """Whom it is about is somebody, and not who says so."""
    if user_id is None:
        return
    if user_id == work.user.id:
        raise invalid("case_about_oneself")
    if work.session.get(User, user_id) is None:
        raise missing("case_object_missing")


def department_of(session: Session, case: FeedbackCase) -> str:
    """The department in which a case is handled."""
    return session.get_one(Zone, case.zone_id).department_id


def concerns_leader(session: Session, case: FeedbackCase) -> bool:
    """Whether the department's manager handles it himself, or it is about him: then the centre decides in his place."""
    people = select(User.role).where(User.id.in_((case.handler_id, case.object_user_id)))
    return Role.DEPARTMENT_MANAGER in session.scalars(people).all()


def _handler(work: Work, zone: Zone, object_user_id: str | None) -> str:
    """Its market manager, or the department's where it is about him or there is none (§3.3)."""
    manager = server_of(work.session, f"zone:{zone.id}", today())
    leaders = holders(work.session, Role.DEPARTMENT_MANAGER, zone.department_id)
    found = next((one for one in (manager, *leaders) if one and one != object_user_id), None)
    if found is None:
        raise missing("case_handler_missing")
    return found
