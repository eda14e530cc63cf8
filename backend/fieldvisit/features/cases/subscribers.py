"""Who hears of a case: who deals with it, and who took it down; when time is running out, and when it is over."""

from sqlalchemy import select

from fieldvisit.features.cases.commands import REPLY
from fieldvisit.features.cases.models import FeedbackCase
from fieldvisit.features.org.models import Zone
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.deadlines import Deadline
from fieldvisit.kernel.events import on
from fieldvisit.kernel.notices import holders, notice, tell
from fieldvisit.kernel.reactions import Happening
from fieldvisit.kernel.users import Role

REGISTERED = notice("feedback_case_registered", "有客户意见等待处理")
INFORMED = notice("feedback_case_informed", "您记录的客户意见已有结果")
DUE_NEAR = notice("feedback_case_due_near", "有客户意见即将到期", urgent=True)
OVERDUE = notice("feedback_case_overdue", "有客户意见已超时", urgent=True)


def _case(happening: Happening) -> FeedbackCase:
    data = happening.event.data
    return happening.session.get_one(FeedbackCase, data.get("feedback_case_id") or data["entity_id"])


@on("feedback_cases.registered", f"{REPLY}.due_near")
def tell_handler(happening: Happening) -> None:
    """Whoever deals with it hears that it came, and that it is due soon."""
    case = _case(happening)
    kind = REGISTERED if happening.event.name == "feedback_cases.registered" else DUE_NEAR
    tell(happening, [case.handler_id], kind, entity_id=case.id)


@on("feedback_cases.informed")
def tell_author(happening: Happening) -> None:
    """Whoever took it down hears what the shop was told."""
    case = _case(happening)
    tell(happening, [case.author_id], INFORMED, entity_id=case.id)


@on(f"{REPLY}.overdue")
def tell_leaders(happening: Happening) -> None:
    """The shop was not told in time: whoever deals with it hears it, and the department's manager; never whom it is about."""
    case = _case(happening)
    department = happening.session.get_one(Zone, case.zone_id).department_id
    leaders = holders(happening.session, Role.DEPARTMENT_MANAGER, department)
    told = {case.handler_id, *leaders} - {case.object_user_id}
    tell(happening, told, OVERDUE, entity_id=case.id)


@on(f"{REPLY}.due_moved")
def move(happening: Happening) -> None:
    """The calendar has changed, and with it the day until which the shop is to be told."""
    session, case = happening.session, _case(happening)
    happening.bundles(session.scalars(select(Bundle.key).where(Bundle.id == case.bundle_id)))
    counted = select(Deadline.due_at).where(Deadline.entity_id == case.id, Deadline.key == REPLY)
    case.due_at = session.scalars(counted).one()
