"""Visit plans: drafted, submitted for 审核 or filed for 备案, amended, evaluated (S10.6, S11.3–S11.7, S11.15)."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.customers.models import Customer
from fieldvisit.features.org.lines import last_zone, superiors, unit_of
from fieldvisit.features.org.models import Department
from fieldvisit.features.plans.checks import require_complete, require_days, require_open
from fieldvisit.features.plans.collections import VisitPlanView
from fieldvisit.features.plans.models import VISIT_PLAN, VisitPlan
from fieldvisit.features.plans.progress import count
from fieldvisit.features.plans.rules import DECIDING, EDITABLE, IN_FORCE, PLANNERS, Horizon, period_of
from fieldvisit.features.visits.homes import around
from fieldvisit.features.visits.lists import Planned, on_list, put_on_list, take_off_list
from fieldvisit.features.visits.models import Visit
from fieldvisit.features.visits.rules import ContactMethod, Purpose
from fieldvisit.kernel.bundles import Bundle, BundleKey
from fieldvisit.kernel.calendar import days_off
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.deadlines import deadline
from fieldvisit.kernel.errors import conflict, invalid, missing, not_now, out_of_scope
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, Date, Id, OptionalLine, OptionalProse, Prose, TimeOfDay
from fieldvisit.kernel.work import Touching, Work
from fieldvisit.kernel.workflow import Step, workflow

DECIDE = deadline("visit_plan.decide", 1, "working_day")
MAX_ITEMS = 800


def deciders(session: Session, row: VisitPlan) -> Iterable[str]:
    """Who decides: the market manager for his account managers, the department manager for him (S11.6)."""
    return superiors(session, row.author_id, row.zone_id)


FLOW = workflow(
    "visit_plans",
    VisitPlan,
    path="/visit_plans",
    view=VisitPlanView,
    deciders=deciders,
    authors=PLANNERS,
    deciding=DECIDING,
    due=DECIDE,
    amends=False,
    steps=(
        Step("approve", ("submitted",), "approved", "decider", "Pass (审核通过) a month or week plan.", "optional", is_decision=True),
        Step("return", ("submitted",), "returned", "decider", "Give a plan back, and say what is wanting.", "needed", is_decision=True),
    ),
)  # fmt: skip


class PlanItem(Args):
    """A shop and its day; on a day plan also the id of the visit it stands for, and when, why and how (S11.5)."""

    customer_id: Id
    day: Date
    visit_id: Id | None = None
    planned_time: TimeOfDay | None = None
    purpose: Purpose | None = None
    suspected_problem: OptionalLine = None
    content: OptionalLine = None
    contact_method: ContactMethod | None = None


class SavePlan(Args):
    """What a plan holds: `first_on` is the first day of its month or week, or the day itself.

    `target_count` is how many shops are to be visited (应拜访数), `business_sizes` of which sizes (类别).
    """

    id: Id
    horizon: Horizon
    first_on: Date
    target_count: Annotated[int, Field(ge=1, le=2000)] | None = None
    business_sizes: Annotated[list[Annotated[str, Field(pattern="^[123]$")]], Field(max_length=3)] = []
    purposes: Annotated[list[Purpose], Field(max_length=10)] = []
    content: OptionalProse = None
    items: Annotated[list[PlanItem], Field(max_length=MAX_ITEMS)] = []


class SubmitPlan(SavePlan):
    """What a plan holds, as it is submitted."""


class AmendPlan(SavePlan):
    """What a plan that is in force holds from now on, and why."""

    note: Prose


class EvaluatePlan(Args):
    """How a plan went (评价), and what is to be learned from it for the next."""

    id: Id
    evaluation: Prose
    lessons: OptionalProse = None


def _saved(touching: Touching, args: SavePlan) -> list[str | BundleKey]:
    return [VISIT_PLAN.of(plan=args.id, author=touching.user.id)]


def _listed(touching: Touching, args: SavePlan) -> list[str | BundleKey]:
    """The plan, and for a day the homes of its visits and of those that are taken off."""
    plan = touching.get(VisitPlan, args.id)
    keys = _saved(touching, args)
    if args.horizon == "day":
        touching.ahead.read((Customer, item.customer_id) for item in args.items)
        for item in args.items:
            keys += around(touching, item.customer_id, args.first_on)
        waiting = on_list(touching.session, touching.user.id, args.first_on)
        for visit_id in {*waiting, *_visits(plan), *(item.visit_id for item in args.items if item.visit_id)}:
            keys += touching.bundle_of(Visit, visit_id)
    return keys


def _there(touching: Touching, args: EvaluatePlan) -> list[str]:
    return touching.bundle_of(VisitPlan, args.id)


def _visits(plan: VisitPlan | None) -> set[str]:
    return {item["visit_id"] for item in plan.items if item["visit_id"]} if plan else set()


@command("visit_plans.save", "PUT /visit_plans/{id}", needs=PLANNERS, offline=True, touches=_saved)
def save(work: Work, args: SavePlan) -> None:
    """Keep an own plan as a draft; it may want for anything but its period."""
    plan = _draft(work, args)
    _fill(work, plan, args)
    work.emit("visit_plans.saved", plan.bundle_id, plan_id=plan.id)
    work.result = {"id": plan.id}


@command("visit_plans.submit", "POST /visit_plans/{id}/submit", needs=PLANNERS, offline=True, touches=_listed)
def submit(work: Work, args: SubmitPlan) -> None:
    """Submit a month or week for 审核 (S11.6, S10.6), or file a day for 备案: it is in force at once, and is the list of its day (S11.7).

    An account manager's month or week is filed as well where his department asks for no decision.

    Raises Problem 422 for what is wanting or wrong with it, 409 `plan_overlaps` for a second one over the same days.
    """
    plan = _draft(work, args)
    customers = _fill(work, plan, args)
    require_complete(plan)
    require_days(work.session, plan, plan.items, work.entry.day)
    require_open(customers.values())
    unit = unit_of(work.session, work.user)
    if unit is None:
        raise missing("zone_missing")
    work.hang(work.session.get_one(Bundle, plan.bundle_id), unit)
    if plan.horizon == "day":
        before = on_list(work.session, work.user.id, plan.first_on)
        _list(work, plan, customers)
        for visit_id in sorted(before - _visits(plan)):
            take_off_list(work, visit_id)
    if plan.horizon == "day" or not _needs_decision(work):
        FLOW.keep(work, plan, "file", "filed")
    else:
        FLOW.submit(work, plan)
    work.result = {"id": plan.id}


def _needs_decision(work: Work) -> bool:
    """A market manager's month or week always does (S11.6), an account manager's as his department has it (S10.6)."""
    if work.user.role != Role.ACCOUNT_MANAGER or work.user.department_id is None:
        return True
    return work.session.get_one(Department, work.user.department_id).plans_need_decision


@command("visit_plans.amend", "POST /visit_plans/{id}/amend", needs=PLANNERS, offline=True, touches=_listed)
def amend(work: Work, args: AmendPlan) -> None:
    """Change a plan that is in force: what it was stays, with the day and the reason (S18.1)."""
    plan = _own(work, args.id)
    if plan.state not in IN_FORCE:
        raise not_now("step_not_now")
    before, known = _visits(plan), {(item["customer_id"], item["day"]) for item in plan.items}
    customers = _fill(work, plan, args)
    require_complete(plan)
    fresh = [item for item in plan.items if (item["customer_id"], item["day"]) not in known]
    require_days(work.session, plan, fresh, work.entry.day)
    require_open(customers[item["customer_id"]] for item in fresh)
    if plan.horizon == "day":
        _list(work, plan, customers)
        for visit_id in sorted(before - _visits(plan)):
            take_off_list(work, visit_id, args.note[:200])
    FLOW.keep(work, plan, "amend", plan.state, args.note)
    work.result = {"id": plan.id}


@command(
    "visit_plans.evaluate",
    "POST /visit_plans/{id}/evaluate",
    needs=PLANNERS,
    offline=True,
    in_person=True,
    touches=_there,
)
def evaluate(work: Work, args: EvaluatePlan) -> None:
    """Close a plan with its evaluation once no working day of it is left (S11.15); what came of it is kept with it.

    Raises Problem 409 `plan_not_over`.
    """
    plan = _own(work, args.id)
    if plan.state not in IN_FORCE:
        raise not_now("step_not_now")
    off, _ = days_off(work.session, plan.first_on, plan.last_on)
    if any(day not in off for day in _after(work.entry.day, plan.last_on)):
        raise not_now("plan_not_over")
    plan.figures = count(work.session, plan).figures
    plan.evaluation, plan.lessons = args.evaluation, args.lessons
    FLOW.keep(work, plan, "evaluate", "evaluated")


def _after(day: date, last: date) -> list[date]:
    return [date.fromordinal(number) for number in range(day.toordinal() + 1, last.toordinal() + 1)]


def _own(work: Work, plan_id: str) -> VisitPlan:
    plan = work.find(VisitPlan, plan_id, "visit_plans_missing", "visit_plans_not_yours")
    if plan.author_id != work.user.id:
        raise out_of_scope("step_not_yours")
    return plan


def _draft(work: Work, args: SavePlan) -> VisitPlan:
    """The plan as it may still be changed, or a new one."""
    home = work.bundle(VISIT_PLAN.of(plan=args.id, author=work.user.id))
    if work.get(VisitPlan, args.id) is not None:
        plan = _own(work, args.id)
        if plan.state not in EDITABLE:
            raise not_now("step_not_now")
        return plan
    zone_id = last_zone(work.session, work.user)
    if zone_id is None:
        raise missing("zone_missing")
    return VisitPlan(
        id=args.id,
        author_id=work.user.id,
        zone_id=zone_id,
        horizon=args.horizon,
        state="draft",
        bundle_id=home.id,
    )


def _fill(work: Work, plan: VisitPlan, args: SavePlan) -> dict[str, Customer]:
    """Write into a plan what it is to hold; the shops it names, by id."""
    period = period_of(args.horizon, args.first_on)
    if args.first_on != period.first or args.horizon != plan.horizon:
        raise invalid("plan_period")
    if any(not period.first <= item.day <= period.last for item in args.items):
        raise invalid("plan_item_outside")
    same = select(VisitPlan.id).where(
        VisitPlan.author_id == work.user.id,
        VisitPlan.horizon == plan.horizon,
        VisitPlan.first_on == period.first,
        VisitPlan.id != plan.id,
    )
    with work.session.no_autoflush:
        if work.session.scalar(same) is not None:
            raise conflict("plan_overlaps")
        work.ahead.read((Customer, item.customer_id) for item in args.items)
        customers = {item.customer_id: _shop(work, plan, item.customer_id) for item in args.items}
    plan.first_on, plan.last_on = period.first, period.last
    plan.target_count, plan.content = args.target_count, args.content
    plan.business_sizes, plan.purposes = sorted(set(args.business_sizes)), sorted(set(args.purposes))
    plan.items = [
        item.model_dump(mode="json") | {"shop_name": customers[item.customer_id].shop_name}
        for item in args.items
    ]
    work.session.get_one(Bundle, plan.bundle_id).day = period.last
    work.session.add(plan)
    work.session.flush()
    return customers


def _shop(work: Work, plan: VisitPlan, customer_id: str) -> Customer:
    """A shop he may see, or one that stands in the plan that is in force: it may have gone to another since."""
    if plan.state in IN_FORCE and any(item["customer_id"] == customer_id for item in plan.items):
        return work.session.get_one(Customer, customer_id)
    return work.find(Customer, customer_id, "customer_missing", "customer_reassigned")


def _list(work: Work, plan: VisitPlan, customers: dict[str, Customer]) -> None:
    """Let the visits of a day stand on its list, in the order of the plan."""
    for seq, item in enumerate(plan.items, start=1):
        planned = Planned(
            seq=seq,
            planned_time=item["planned_time"],
            purpose=item["purpose"],
            contact_method=item["contact_method"],
            suspected_problem=item["suspected_problem"],
            plan_content=item["content"],
        )
        put_on_list(work, item["visit_id"], customers[item["customer_id"]], plan.first_on, planned)
