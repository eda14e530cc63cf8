"""How often shops are to be visited, as the department has set it: for plans, proposals and reports."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.metrics.rules import quarter_period
from fieldvisit.features.service.models import ServicePlan, ServiceStandard


def frequencies(session: Session, department_id: str | None) -> dict[str, int]:
    """How often shops of each size are to be visited in a month, as far as the department has set it."""
    of = select(ServiceStandard.business_size, ServiceStandard.visits_a_month)
    return dict(session.execute(of.where(ServiceStandard.department_id == department_id)).all())


def agreed(session: Session, user_id: str, on: date) -> dict[str, int]:
    """How often an account manager visits shops of each size by the service plan that was passed for the quarter of a day."""
    passed = select(ServicePlan.groups).where(
        ServicePlan.author_id == user_id,
        ServicePlan.first_on == quarter_period(on).first,
        ServicePlan.state == "approved",
    )
    groups = session.scalar(passed) or []
    return {group["business_size"]: group["visits_a_month"] for group in groups}
