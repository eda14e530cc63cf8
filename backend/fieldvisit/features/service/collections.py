"""What is seen of service standards and plans: by everybody who serves shops, or leads those who do."""

from datetime import date, datetime

from fieldvisit.features.service.models import ServicePlan, ServiceStandard
from fieldvisit.features.service.rules import INVOLVED, State
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import View

READERS = {Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER, Role.GENERAL_ADMIN}


class ServiceStandardView(View):
    """How often shops of a size are visited in a month, what is done there, and by which strategy."""

    id: str
    department_id: str
    business_size: str
    visits_a_month: int
    items: list[str]
    strategy: str | None


collection("service_standards", ServiceStandard, ServiceStandardView, readers=READERS)


class ServiceGroupView(View):
    """How the shops of a size are served: visits a month, what is done there, and what is meant to come of it."""

    business_size: str
    visits_a_month: int
    items: list[str]
    measures: str | None


class ServicePlanView(View):
    """A service plan of a quarter, and how it stands."""

    id: str
    author_id: str
    zone_id: str
    first_on: date
    last_on: date
    aims: str
    groups: list[ServiceGroupView]
    state: State
    decided_by_id: str | None
    decided_for_id: str | None
    decided_at: datetime | None


collection(
    "service_plans",
    ServicePlan,
    ServicePlanView,
    readers=INVOLVED,
    filters=("author_id", "state", "first_on"),
    sorting=("first_on",),
    order=(ServicePlan.first_on, ServicePlan.id),
)
