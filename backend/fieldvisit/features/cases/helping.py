"""Others that a case needs: posts that co-handle it, account managers of whom something is demanded, more time (S12.8, S12.12, S12.14)."""

from fieldvisit.features.cases import terms
from fieldvisit.features.cases.commands import concerns_leader
from fieldvisit.features.cases.models import FeedbackCase
from fieldvisit.features.cases.rules import ASSIGNING, HANDLING
from fieldvisit.features.cases.steps import (
    ExplainedOnCase,
    OnCase,
    handled,
    handles,
    make,
    say,
    seen,
    there,
)
from fieldvisit.features.slips.commands import SendSlip, send
from fieldvisit.features.slips.models import INFO_SLIP
from fieldvisit.features.slips.rules import Urgency
from fieldvisit.features.tasks.commands import AssignTask, assign
from fieldvisit.features.tasks.models import TASK
from fieldvisit.kernel.bundles import BundleKey
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import invalid, not_now, out_of_scope
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Date, Id, Line, OptionalProse, Prose
from fieldvisit.kernel.work import Touching, Work


class CoHandleCase(OnCase):
    """What another post is to do until when, or, without an addressee, what the department is told (S12.8)."""

    info_slip_id: Id
    addressee_id: Id | None = None
    urgency: Urgency = "normal"
    content: Prose
    wanted_action: OptionalProse = None
    reply_due_on: Date | None = None


class DemandOnCase(OnCase):
    """What is demanded of whom, and the last day for it."""

    task_id: Id
    assignee_id: Id
    title: Line
    requirement: Prose
    due_on: Date


class AskExtension(ExplainedOnCase):
    """Until when more time is needed, and why."""

    extension_on: Date


class DecideExtension(OnCase):
    """Whether there is more time."""

    is_granted: bool
    text: OptionalProse = None


def _with_slip(touching: Touching, args: CoHandleCase) -> list[str | BundleKey]:
    return [*there(touching, args), INFO_SLIP.of(slip=args.info_slip_id, author=touching.user.id)]


def _with_task(touching: Touching, args: DemandOnCase) -> list[str | BundleKey]:
    task = TASK.of(task=args.task_id, assignee=args.assignee_id, author=touching.user.id)
    return [*there(touching, args), task]


@command(
    "feedback_cases.co_handle",
    "POST /feedback_cases/{feedback_case_id}/co-handle",
    needs=HANDLING,
    offline=True,
    in_person=True,
    touches=_with_slip,
)
def co_handle(work: Work, args: CoHandleCase) -> None:
    """Ask another post to co-handle (协同处理) a complaint by an information slip with its own term; barred to whom it is about.

    Raises Problem 422 `case_about_addressee`, and what sending a slip raises.
    """
    case = handled(work, args.feedback_case_id)
    if args.addressee_id is not None and args.addressee_id == case.object_user_id:
        raise invalid("case_about_addressee")
    slip = args.model_dump(exclude={"feedback_case_id", "id", "info_slip_id"})
    send(work, SendSlip(id=args.info_slip_id, category="complaint", **slip))
    home = work.bundle(INFO_SLIP.of(slip=args.info_slip_id, author=work.user.id))
    home.barred_user_id = case.object_user_id
    make(work, case, args.id, "co_handle", args.content, args.info_slip_id)
    say(work, case, "co_handling")


@command(
    "feedback_cases.demand",
    "POST /feedback_cases/{feedback_case_id}/demand",
    needs=HANDLING,
    offline=True,
    in_person=True,
    touches=_with_task,
)
def demand(work: Work, args: DemandOnCase) -> None:
    """Demand something of an account manager (S12.14) by a task that names no case; raises what giving a task raises."""
    case = handled(work, args.feedback_case_id)
    given = args.model_dump(exclude={"feedback_case_id", "id", "task_id"})
    assign(work, AssignTask(id=args.task_id, **given))
    make(work, case, args.id, "demand", args.title, args.task_id)
    say(work, case, "demanded")


@command(
    "feedback_cases.ask_extension",
    "POST /feedback_cases/{feedback_case_id}/ask-extension",
    needs=HANDLING,
    offline=True,
    in_person=True,
    touches=there,
)
def ask_extension(work: Work, args: AskExtension) -> None:
    """Ask for more time (延期) for handling a complaint; nothing changes until it is granted.

    Raises Problem 422 `day_passed`, `case_extension_shorter`, 409 `feedback_case_not_now` while one is asked for.
    """
    case = handled(work, args.feedback_case_id)
    if args.extension_on < work.entry.day:
        raise invalid("day_passed")
    if case.extension_on is not None:
        raise not_now("feedback_case_not_now")
    if case.handle_due_at is not None and terms.end_of(args.extension_on) <= case.handle_due_at:
        raise invalid("case_extension_shorter")
    make(work, case, args.id, "ask_extension", args.text)
    case.extension_on = args.extension_on
    say(work, case, "extension_asked")


@command(
    "feedback_cases.decide_extension",
    "POST /feedback_cases/{feedback_case_id}/decide-extension",
    needs=ASSIGNING,
    touches=there,
)
def decide_extension(work: Work, args: DecideExtension) -> None:
    """Grant more time, or not: the department's manager, or the centre where he handles it himself or it is about him (§3.3)."""
    case = seen(work, args.feedback_case_id)
    if not _decides(work, case):
        raise out_of_scope("feedback_case_not_yours")
    if case.extension_on is None:
        raise not_now("feedback_case_not_now")
    last, case.extension_on = case.extension_on, None
    if args.is_granted:
        terms.change_handling(work.session, case, case.severity, work.entry.received_at, last)
    text = args.text if args.text is not None else str(last) if args.is_granted else None
    make(work, case, args.id, "decide_extension", text)
    say(work, case, "extension_decided", is_granted=args.is_granted)


def _decides(work: Work, case: FeedbackCase) -> bool:
    if handles(work, case):
        return False
    at_the_centre = work.user.role == Role.COMPLAINT_CENTRE
    return at_the_centre == concerns_leader(work.session, case)
