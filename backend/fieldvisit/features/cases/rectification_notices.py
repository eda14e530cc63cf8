"""Who hears of a rectification plan: who carries it out, and who asked for it."""

from fieldvisit.features.cases.models import RectificationPlan
from fieldvisit.features.cases.rectification import DUE
from fieldvisit.kernel.events import on
from fieldvisit.kernel.notices import notice, tell
from fieldvisit.kernel.reactions import Happening

ASSIGNED = notice("rectification_plan_assigned", "有整改任务等待办理")
SUBMITTED = notice("rectification_plan_submitted", "有整改结果等待检查")
REJECTED = notice("rectification_plan_rejected", "您的整改结果被退回")
ACCEPTED = notice("rectification_plan_accepted", "您的整改结果已通过检查")
DUE_NEAR = notice("rectification_plan_due_near", "有整改任务即将到期", urgent=True)
OVERDUE = notice("rectification_plan_overdue", "有整改任务已超时", urgent=True)

TO_OWNER = {
    "rectification_plans.assigned": ASSIGNED,
    "rectification_plans.rejected": REJECTED,
    "rectification_plans.accepted": ACCEPTED,
    f"{DUE}.due_near": DUE_NEAR,
}


def _plan(happening: Happening) -> RectificationPlan:
    data = happening.event.data
    return happening.session.get_one(
        RectificationPlan, data.get("rectification_plan_id") or data["entity_id"]
    )


@on(*TO_OWNER)
def tell_owner(happening: Happening) -> None:
    """Who carries it out hears that it is his, due soon, wanting, or done."""
    plan = _plan(happening)
    tell(happening, [plan.owner_id], TO_OWNER[happening.event.name], entity_id=plan.id)


@on("rectification_plans.submitted")
def tell_author(happening: Happening) -> None:
    """Who asked for it checks what was done."""
    plan = _plan(happening)
    tell(happening, [plan.author_id], SUBMITTED, entity_id=plan.id)


@on(f"{DUE}.overdue")
def tell_both(happening: Happening) -> None:
    """Nothing has come in time: both hear it."""
    plan = _plan(happening)
    tell(happening, [plan.owner_id, plan.author_id], OVERDUE, entity_id=plan.id)
