"""Service plans: what an account manager means to do for the shops of each size in a quarter, passed by who leads him (S1.23, S10.6)."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.customers.rules import BusinessSize
from fieldvisit.features.metrics.rules import quarter_period
from fieldvisit.features.org.lines import last_zone, superiors
from fieldvisit.features.service.collections import ServicePlanView
from fieldvisit.features.service.models import SERVICE_PLAN, ServicePlan
from fieldvisit.features.service.rules import DECIDING, PLANNERS
from fieldvisit.kernel.bundles import Bundle, BundleKey
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.deadlines import deadline
from fieldvisit.kernel.errors import conflict, invalid, missing
from fieldvisit.kernel.values import Args, Date, Id, Line, OptionalProse, Prose
from fieldvisit.kernel.work import Touching, Work
from fieldvisit.kernel.workflow import Step, workflow

DECIDE = deadline("service_plan.decide", 2, "working_day")


def deciders(session: Session, row: ServicePlan) -> Iterable[str]:
    """Who decides: the market manager for his account managers, the department manager where there is none (S10.6)."""
    return superiors(session, row.author_id, row.zone_id)


FLOW = workflow(
    "service_plans",
    ServicePlan,
    path="/service_plans",
    view=ServicePlanView,
    deciders=deciders,
    authors=PLANNERS,
    deciding=DECIDING,
    due=DECIDE,
    steps=(
        Step("approve", ("submitted",), "approved", "decider", "Pass (审核通过) a service plan.", "optional", is_decision=True),
        Step("return", ("submitted",), "returned", "decider", "Give a service plan back, and say what is wanting.", "needed", is_decision=True),
    ),
)  # fmt: skip


class ServiceGroup(Args):
    """How shops of a size are to be served: visits a month, service items, and what else is done for them."""

    business_size: BusinessSize
    visits_a_month: Annotated[int, Field(ge=0, le=31)]
    items: Annotated[list[Line], Field(max_length=20)] = []
    measures: OptionalProse = None


class SubmitServicePlan(Args):
    """A plan for a quarter, named by its first day: what is aimed at, and how each size of shop is served."""

    id: Id
    first_on: Date
    aims: Prose
    groups: Annotated[list[ServiceGroup], Field(min_length=1, max_length=3)]


def _submitted(touching: Touching, args: SubmitServicePlan) -> list[BundleKey]:
    return [SERVICE_PLAN.of(plan=args.id, author=touching.user.id)]


@command("service_plans.submit", "PUT /service_plans/{id}", needs=PLANNERS, offline=True, touches=_submitted)
def submit(work: Work, args: SubmitServicePlan) -> None:
    """Submit a service plan, new or after it came back; once it is passed, proposals of months go by its visits.

    Raises Problem 422 `plan_period`, `plan_day_passed` or `service_size_twice`, 409 `plan_overlaps` for a second one.
    """
    period = quarter_period(args.first_on)
    if args.first_on != period.first:
        raise invalid("plan_period")
    if period.last < work.entry.day:
        raise invalid("plan_day_passed")
    if len({group.business_size for group in args.groups}) < len(args.groups):
        raise invalid("service_size_twice")
    plan = _plan(work, args)
    plan.first_on, plan.last_on, plan.aims = period.first, period.last, args.aims
    plan.groups = [group.model_dump() for group in args.groups]
    work.session.get_one(Bundle, plan.bundle_id).day = period.last
    FLOW.submit(work, plan)
    work.hang(work.session.get_one(Bundle, plan.bundle_id), f"zone:{plan.zone_id}")
    work.result = {"id": plan.id}


def _plan(work: Work, args: SubmitServicePlan) -> ServicePlan:
    """The plan that came back, or a new one of the author's zone."""
    home = work.bundle(SERVICE_PLAN.of(plan=args.id, author=work.user.id))
    same = select(ServicePlan.id).where(
        ServicePlan.author_id == work.user.id,
        ServicePlan.first_on == args.first_on,
        ServicePlan.id != args.id,
    )
    if work.session.scalar(same) is not None:
        raise conflict("plan_overlaps")
    if work.session.get(ServicePlan, args.id) is not None:
        known: ServicePlan = FLOW.editable(work, args.id)
        return known
    zone_id = last_zone(work.session, work.user)
    if zone_id is None:
        raise missing("zone_missing")
    return ServicePlan(id=args.id, author_id=work.user.id, zone_id=zone_id, bundle_id=home.id)
