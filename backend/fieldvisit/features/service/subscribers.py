"""Who hears of a service plan: whoever decides on it, then its author."""

from fieldvisit.features.service.models import ServicePlan
from fieldvisit.features.service.plans import DECIDE, deciders
from fieldvisit.kernel.events import on
from fieldvisit.kernel.notices import notice, tell
from fieldvisit.kernel.reactions import Happening

SUBMITTED = notice("service_plan_submitted", "有服务计划等待审核")
DECIDED = notice("service_plan_decided", "您的服务计划已有审核结果")
NEAR = notice("service_plan_due_near", "有服务计划的审核即将到期")
OVERDUE = notice("service_plan_overdue", "有服务计划的审核已超时", urgent=True)

TO_DECIDERS = {
    "service_plans.submit": SUBMITTED,
    f"{DECIDE}.due_near": NEAR,
    f"{DECIDE}.overdue": OVERDUE,
}


def _plan(happening: Happening) -> ServicePlan:
    return happening.session.get_one(ServicePlan, happening.event.data["entity_id"])


@on(*TO_DECIDERS)
def tell_deciders(happening: Happening) -> None:
    """Who decides hears what is submitted, and what is to be decided soon or should have been."""
    plan = _plan(happening)
    kind = TO_DECIDERS[happening.event.name]
    tell(happening, deciders(happening.session, plan), kind, entity_id=plan.id)


@on("service_plans.approve", "service_plans.return")
def tell_author(happening: Happening) -> None:
    """Whose plan it is hears what was decided."""
    plan = _plan(happening)
    step = happening.event.name.rpartition(".")[2]
    tell(happening, [plan.author_id], DECIDED, step=step, entity_id=plan.id)
