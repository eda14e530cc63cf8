"""What is seen of service standards: by everybody who serves shops, or leads those who do."""

from fieldvisit.features.service.models import ServiceStandard
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
