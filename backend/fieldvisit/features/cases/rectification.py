"""Rectification plans (整改计划): what is put right after a case, by whom, checked by who asked for it (S12.13, S12.19; domain §3.4, machine 16)."""

from typing import Any

from fieldvisit.features.cases.commands import department_of
from fieldvisit.features.cases.models import RECTIFICATION_PLAN, RectificationPlan
from fieldvisit.features.cases.rules import HANDLING, PLAN_STEPS
from fieldvisit.features.cases.steps import OnCase, handled, make, say, there
from fieldvisit.kernel import deadlines
from fieldvisit.kernel.bundles import Bundle, BundleKey
from fieldvisit.kernel.clock import day_of
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, invalid, missing, not_now, out_of_scope
from fieldvisit.kernel.users import Role, User
from fieldvisit.kernel.values import Args, Date, Id, OptionalProse, Prose
from fieldvisit.kernel.work import Touching, Work

DUE = "rectification_plan.close"
OWNING = frozenset({Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER})
PLACE = "/rectification_plans/{rectification_plan_id}"


class AssignRectification(OnCase):
    """Problem, cause and measures, who carries them out, and the last day for it; `id` is the note's on the case."""

    rectification_plan_id: Id
    owner_id: Id
    problem: Prose
    cause: Prose
    measures: Prose
    due_on: Date


class OnRectification(Args):
    """A step on a plan."""

    rectification_plan_id: Id


class SubmitRectification(OnRectification):
    """What was done."""

    result: Prose


class CheckRectification(OnRectification):
    """What the check says of it."""

    check_result: OptionalProse = None


class RejectRectification(OnRectification):
    """What is wanting."""

    check_result: Prose


def _planned(touching: Touching, args: AssignRectification) -> list[str | BundleKey]:
    key = RECTIFICATION_PLAN.of(plan=args.rectification_plan_id, author=touching.user.id, owner=args.owner_id)
    return [*there(touching, args), key]


def _there(touching: Touching, args: Any) -> list[str]:
    return touching.bundle_of(RectificationPlan, args.rectification_plan_id)


@command(
    "rectification_plans.assign",
    "POST /rectification_plans",
    needs=HANDLING,
    offline=True,
    in_person=True,
    touches=_planned,
)
def assign(work: Work, args: AssignRectification) -> None:
    """Make a plan of what is to be put right after a case (S12.13); a major complaint is not resolved without one.

    Raises Problem 404 `assignee_missing`, 422 `case_about_owner`, `day_passed`.
    """
    case = handled(work, args.feedback_case_id)
    if work.session.get(RectificationPlan, args.rectification_plan_id) is not None:
        raise conflict("id_taken")
    if args.owner_id == case.object_user_id:
        raise invalid("case_about_owner")
    owner = work.session.get(User, args.owner_id)
    if (
        owner is None
        or not owner.is_active
        or owner.role not in OWNING
        or owner.id == work.user.id
        or owner.department_id != department_of(work.session, case)
    ):
        raise missing("assignee_missing")
    if args.due_on < work.entry.day:
        raise invalid("day_passed")
    home = work.bundle(
        RECTIFICATION_PLAN.of(plan=args.rectification_plan_id, author=work.user.id, owner=args.owner_id)
    )
    home.barred_user_id = case.object_user_id
    work.hang(home, f"zone:{case.zone_id}")
    plan = RectificationPlan(
        author_id=work.user.id,
        state="assigned",
        made_at=work.entry.stated_at,
        bundle_id=home.id,
        **args.model_dump(exclude={"rectification_plan_id", "id"}),
        id=args.rectification_plan_id,
    )
    work.session.add(plan)
    make(work, case, args.id, "rectify", args.measures, plan.id)
    deadlines.start_until(work.session, DUE, plan.id, work.entry.received_at, args.due_on)
    say(work, case, "rectifying")
    _say(work, plan, "assigned")


@command(
    "rectification_plans.start",
    f"POST {PLACE}/start",
    needs=OWNING,
    offline=True,
    in_person=True,
    touches=_there,
)
def start(work: Work, args: OnRectification) -> None:
    """Begin with one's plan."""
    plan = _owned(work, args.rectification_plan_id)
    _move(plan, "start")
    _say(work, plan, "started")


@command(
    "rectification_plans.submit",
    f"POST {PLACE}/submit",
    needs=OWNING,
    offline=True,
    in_person=True,
    touches=_there,
)
def submit(work: Work, args: SubmitRectification) -> None:
    """Hand in what was done; whether in time is judged by what can be proven."""
    plan = _owned(work, args.rectification_plan_id)
    _move(plan, "submit")
    plan.result = args.result
    plan.note_interval(work.entry.interval, deadlines.end(work.session, DUE, plan.id, work.entry.interval))
    _say(work, plan, "submitted")


@command(
    "rectification_plans.accept",
    f"POST {PLACE}/accept",
    needs=HANDLING,
    offline=True,
    in_person=True,
    touches=_there,
)
def accept(work: Work, args: CheckRectification) -> None:
    """Accept what was done after checking it; it is over, and carried for 30 days more."""
    plan = _checked(work, args.rectification_plan_id)
    _move(plan, "accept")
    plan.check_result = args.check_result
    work.session.get_one(Bundle, plan.bundle_id).day = day_of(work.entry.received_at)
    _say(work, plan, "accepted")


@command(
    "rectification_plans.reject",
    f"POST {PLACE}/reject",
    needs=HANDLING,
    offline=True,
    in_person=True,
    touches=_there,
)
def reject(work: Work, args: RejectRectification) -> None:
    """Say what is wanting; the time for it runs on as if it had not been handed in."""
    plan = _checked(work, args.rectification_plan_id)
    _move(plan, "reject")
    plan.check_result = args.check_result
    plan.earliest_at = plan.latest_at = plan.timeliness = None
    deadlines.resume(work.session, DUE, plan.id)
    _say(work, plan, "rejected")


def _move(plan: RectificationPlan, step: str) -> None:
    come_from, to = PLAN_STEPS[step]
    if plan.state != come_from:
        raise not_now("rectification_plan_not_now")
    plan.state = to


def _seen(work: Work, plan_id: str) -> RectificationPlan:
    return work.find(RectificationPlan, plan_id, "rectification_plan_missing", "rectification_plan_not_yours")


def _owned(work: Work, plan_id: str) -> RectificationPlan:
    plan = _seen(work, plan_id)
    if plan.owner_id != work.user.id:
        raise out_of_scope("rectification_plan_not_yours")
    return plan


def _checked(work: Work, plan_id: str) -> RectificationPlan:
    plan = _seen(work, plan_id)
    if plan.owner_id == work.user.id or plan.author_id != work.user.id:
        raise out_of_scope("rectification_plan_not_yours")
    return plan


def _say(work: Work, plan: RectificationPlan, name: str) -> None:
    work.emit(f"rectification_plans.{name}", plan.bundle_id, rectification_plan_id=plan.id)
