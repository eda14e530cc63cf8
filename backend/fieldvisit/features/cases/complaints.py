"""A complaint on its way to who handles it: assigned, accepted or refused, the shop called, the facts verified (S12.4, S12.6, S12.7)."""

from datetime import date
from typing import Annotated

from pydantic import Field

from fieldvisit.features.cases import terms
from fieldvisit.features.cases.commands import department_of, require_object
from fieldvisit.features.cases.models import FeedbackCase
from fieldvisit.features.cases.rules import (
    ASSIGNING,
    COMPLAINT,
    HANDLING,
    MAX_PHOTOS,
    Severity,
    VerifyMethod,
    VerifyResult,
)
from fieldvisit.features.cases.steps import (
    ExplainedOnCase,
    OnCase,
    SaidOfCase,
    all_of_it,
    end,
    handled,
    handles,
    make,
    note,
    say,
    seen,
    there,
)
from fieldvisit.kernel import deadlines
from fieldvisit.kernel.attachments import attach
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import invalid, missing, not_now, out_of_scope
from fieldvisit.kernel.users import Role, User
from fieldvisit.kernel.values import Date, Id, OptionalProse, Prose
from fieldvisit.kernel.work import Touching, Unlocked, Work

Photos = Annotated[list[Id], Field(max_length=MAX_PHOTOS)]


class AssignCase(OnCase):
    """Who is to handle it, how grave it is if that is to change, and, other than the severity has it, the last day for it."""

    handler_id: Id
    severity: Severity | None = None
    handle_on: Date | None = None
    text: OptionalProse = None


class VerifyCase(OnCase):
    """How the facts were verified and what was found; how grave it is after that, and whom it is about (S12.6, S12.7)."""

    verify_method: VerifyMethod
    verify_result: VerifyResult
    finding: Prose
    severity: Severity | None = None
    object_user_id: Id | None = None
    photos: Photos = []


class UpgradeCase(OnCase):
    """Why it is a complaint after all."""

    severity: Severity = "normal"
    text: Prose


class JoinCase(OnCase):
    """The case that is about the same matter."""

    joined_to_id: Id


@command(
    "feedback_cases.assign", "POST /feedback_cases/{feedback_case_id}/assign", needs=ASSIGNING, touches=there
)
def assign(work: Work, args: AssignCase) -> None:
    """Give a complaint to who is to handle it (转办, S12.4), or to somebody else than before; in his absence his deputy handles it.

    Raises Problem 404 `case_handler_missing`: nobody in service who handles cases in that department; 422 `case_about_handler`.
    """
    case = seen(work, args.feedback_case_id)
    _require_handler(work, case, args.handler_id)
    if args.handle_on is not None and args.handle_on < work.entry.day:
        raise invalid("day_passed")
    at = work.entry.received_at
    deadlines.end(work.session, terms.ASSIGN, case.id, work.entry.interval)
    deadlines.drop(work.session, terms.ACCEPT, case.id, at)
    deadlines.start(work.session, terms.ACCEPT, case.id, at)
    _set_severity(work, case, args.severity, args.handle_on)
    case.handler_id, case.extension_on = args.handler_id, None
    home = work.session.get_one(Bundle, case.bundle_id)
    work.locks.hang_only(home, "user", {f"user:{case.author_id}", f"user:{case.handler_id}"})
    make(work, case, args.id, "assign", args.text, case.handler_id)
    say(work, case, "assigned")


@command(
    "feedback_cases.accept",
    "POST /feedback_cases/{feedback_case_id}/accept",
    needs=HANDLING,
    offline=True,
    in_person=True,
    touches=there,
)
def accept(work: Work, args: SaidOfCase) -> None:
    """Take over (接办) what one was assigned."""
    case = handled(work, args.feedback_case_id)
    make(work, case, args.id, "accept", args.text)
    deadlines.end(work.session, terms.ACCEPT, case.id, work.entry.interval)
    say(work, case, "accepted")


@command(
    "feedback_cases.refuse",
    "POST /feedback_cases/{feedback_case_id}/refuse",
    needs=HANDLING,
    offline=True,
    in_person=True,
    touches=there,
)
def refuse(work: Work, args: ExplainedOnCase) -> None:
    """Say why one cannot take it over; it is the centre's again, and the time for handling runs on."""
    case = handled(work, args.feedback_case_id)
    make(work, case, args.id, "refuse", args.text)
    _back_to_centre(work, case)


@command(
    "feedback_cases.return",
    "POST /feedback_cases/{feedback_case_id}/return",
    needs=HANDLING,
    offline=True,
    in_person=True,
    touches=there,
)
def give_back(work: Work, args: ExplainedOnCase) -> None:
    """Give back (退回) what one had taken over already, with the reason."""
    case = handled(work, args.feedback_case_id)
    make(work, case, args.id, "return", args.text)
    _back_to_centre(work, case)


@command(
    "feedback_cases.contact",
    "POST /feedback_cases/{feedback_case_id}/contact",
    needs=HANDLING,
    offline=True,
    in_person=True,
    touches=there,
)
def contact(work: Work, args: ExplainedOnCase) -> None:
    """Write down what was said with the shop on the way; the first time ends the term of first contact."""
    case = handled(work, args.feedback_case_id)
    make(work, case, args.id, "contact", args.text)
    deadlines.end(work.session, terms.CONTACT, case.id, work.entry.interval)
    say(work, case, "contacted")


def _verified(touching: Touching, args: VerifyCase) -> list[str]:
    return all_of_it(touching, args) if args.object_user_id is not None else there(touching, args)


@command(
    "feedback_cases.verify",
    "POST /feedback_cases/{feedback_case_id}/verify",
    needs=HANDLING,
    offline=True,
    in_person=True,
    touches=_verified,
)
def verify(work: Work, args: VerifyCase) -> None:
    """Write down what is true of a complaint (S12.6, S12.7). Who turns out to be its object does not see it from now on."""
    case = handled(work, args.feedback_case_id)
    case.verify_method, case.verify_result, case.finding = (
        args.verify_method,
        args.verify_result,
        args.finding,
    )
    _set_severity(work, case, args.severity, None)
    if args.object_user_id is not None:
        _bar(work, case, args)
    if args.verify_method == "visit":
        deadlines.end(work.session, terms.CONTACT, case.id, work.entry.interval)
    make(work, case, args.id, "verify", args.finding)
    attach(work, args.photos, args.id, case.bundle_id)
    say(work, case, "verified")


@command(
    "feedback_cases.upgrade",
    "POST /feedback_cases/{feedback_case_id}/upgrade",
    needs={Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER, Role.COMPLAINT_CENTRE},
    in_person=True,
    touches=there,
)
def upgrade(work: Work, args: UpgradeCase) -> None:
    """Make a complaint of a suggestion, a query or a grumble; its clocks begin now."""
    case = _ours(work, args.feedback_case_id)
    make(work, case, args.id, "upgrade", args.text)
    deadlines.drop(work.session, terms.REPLY, case.id, work.entry.received_at)
    case.feedback_type, case.severity = COMPLAINT, args.severity
    terms.begin(work.session, case, work.entry.received_at)
    say(work, case, "upgraded")


def _joined(touching: Touching, args: JoinCase) -> list[str]:
    return [*there(touching, args), *touching.bundle_of(FeedbackCase, args.joined_to_id)]


@command(
    "feedback_cases.join",
    "POST /feedback_cases/{feedback_case_id}/join",
    needs={Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER, Role.COMPLAINT_CENTRE},
    in_person=True,
    touches=_joined,
)
def join(work: Work, args: JoinCase) -> None:
    """Join a case to another about the same matter: nothing of it is lost, and it is dealt with there.

    Raises Problem 422 `case_joined_to_itself`, 409 `feedback_case_not_now` where the other is over.
    """
    case, other = _ours(work, args.feedback_case_id), seen(work, args.joined_to_id)
    if case.id == other.id:
        raise invalid("case_joined_to_itself")
    if terms.is_over(other):
        raise not_now("feedback_case_not_now")
    make(work, case, args.id, "join", other.number, other.id)
    case.joined_to_id = other.id
    note(work, other, work.id("joined"), "join", case.number, case.id)
    terms.drop_all(work.session, case, work.entry.received_at)
    end(work, case)
    say(work, case, "ended")


def _ours(work: Work, case_id: str) -> FeedbackCase:
    """A case that is one's own to deal with, or any at the centre."""
    case = seen(work, case_id)
    if work.user.role != Role.COMPLAINT_CENTRE and not handles(work, case):
        raise out_of_scope("feedback_case_not_yours")
    return case


def _require_handler(work: Work, case: FeedbackCase, user_id: str) -> None:
    if user_id == case.object_user_id:
        raise invalid("case_about_handler")
    user = work.session.get(User, user_id)
    if user is None or not user.is_active or user.role not in HANDLING:
        raise missing("case_handler_missing")
    if user.department_id != department_of(work.session, case):
        raise missing("case_handler_missing")


def _set_severity(work: Work, case: FeedbackCase, severity: Severity | None, last: date | None) -> None:
    """How grave it is decides how long handling may take, counted from when it was taken down or became a complaint."""
    wanted = severity or case.severity
    if wanted != case.severity or last is not None:
        terms.change_handling(work.session, case, wanted, work.entry.received_at, last)


def _back_to_centre(work: Work, case: FeedbackCase) -> None:
    at = work.entry.received_at
    case.extension_on = None
    deadlines.drop(work.session, terms.ACCEPT, case.id, at)
    deadlines.start(work.session, terms.ASSIGN, case.id, at)
    terms.show(work.session, case)
    say(work, case, "returned")


def _bar(work: Work, case: FeedbackCase, args: VerifyCase) -> None:
    require_object(work, args.object_user_id)
    if args.object_user_id == case.handler_id:
        raise invalid("case_about_handler")
    case.object_user_id = args.object_user_id
    keys = all_of_it(Touching(work.ahead, work.user, work.entry), args)
    if strangers := [key for key in keys if key not in work.locks.held]:
        raise Unlocked(strangers)
    for key in keys:
        work.locks.held[key].barred_user_id = args.object_user_id
