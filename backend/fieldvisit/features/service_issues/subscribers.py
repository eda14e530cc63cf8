"""Who hears of a service issue: whoever it waits for."""

from fieldvisit.features.org.lines import superiors
from fieldvisit.features.service_issues.models import ServiceIssue
from fieldvisit.features.service_issues.steps import DUE
from fieldvisit.kernel.events import on
from fieldvisit.kernel.notices import notice, tell
from fieldvisit.kernel.reactions import Happening
from fieldvisit.kernel.users import Role, User

FOUND = notice("service_issue_found", "有服务问题等待分析")
ASSIGNED = notice("service_issue_assigned", "有服务问题交给您整改")
FIXED = notice("service_issue_fixed", "有服务问题的整改结果等待验证")
REJECTED = notice("service_issue_rejected", "您的整改结果未通过验证")
DUE_NEAR = notice("service_issue_due_near", "有服务问题即将到期", urgent=True)
OVERDUE = notice("service_issue_overdue", "有服务问题已超时", urgent=True)

TO_OWNER = {
    "service_issues.assigned": ASSIGNED,
    "service_issues.rejected": REJECTED,
    f"{DUE}.due_near": DUE_NEAR,
}


def _issue(happening: Happening) -> ServiceIssue:
    data = happening.event.data
    return happening.session.get_one(ServiceIssue, data.get("service_issue_id") or data["entity_id"])


@on("service_issues.found")
def tell_manager(happening: Happening) -> None:
    """What an account manager finds is for the zone's market manager to analyse, or the department's where there is none."""
    issue = _issue(happening)
    if happening.session.get_one(User, issue.author_id).role == Role.ACCOUNT_MANAGER:
        leaders = superiors(happening.session, issue.author_id, issue.zone_id)
        tell(happening, leaders, FOUND, entity_id=issue.id)


@on(*TO_OWNER)
def tell_owner(happening: Happening) -> None:
    """Who fixes it hears that it is his, due soon, or wanting."""
    issue = _issue(happening)
    tell(happening, [issue.owner_id], TO_OWNER[happening.event.name], entity_id=issue.id)


@on("service_issues.fixed")
def tell_verifier(happening: Happening) -> None:
    """Who checks what was done: whoever asked for it, or the department's manager where he has done it himself."""
    issue = _issue(happening)
    checks = [issue.assigner_id]
    if issue.owner_id is not None and issue.owner_id == issue.assigner_id:
        checks = [*superiors(happening.session, issue.owner_id, issue.zone_id)]
    tell(happening, checks, FIXED, entity_id=issue.id)


@on(f"{DUE}.overdue")
def tell_both(happening: Happening) -> None:
    """Nothing has come in time: who was to fix it hears it, and who asked for it."""
    issue = _issue(happening)
    tell(happening, {issue.owner_id, issue.assigner_id}, OVERDUE, entity_id=issue.id)
