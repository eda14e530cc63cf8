"""How often shops are to be visited, as the department has set it: for plans, proposals and reports."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.service.models import ServiceStandard


def frequencies(session: Session, department_id: str | None) -> dict[str, int]:
    """How often shops of each size are to be visited in a month, as far as the department has set it."""
    of = select(ServiceStandard.business_size, ServiceStandard.visits_a_month)
    return dict(session.execute(of.where(ServiceStandard.department_id == department_id)).all())
