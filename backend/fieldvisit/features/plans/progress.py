"""What comes of a plan: its days and shops, counted from the visits themselves (S11.12)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.plans.models import PlanProgress, VisitPlan
from fieldvisit.features.plans.rules import Count, count_visits
from fieldvisit.features.visits.models import Visit


def count(session: Session, plan: VisitPlan | PlanProgress) -> Count:
    """What the visits of the plan's author on its days come to."""
    made = select(Visit.day, Visit.customer_id, Visit.state, Visit.is_planned).where(
        Visit.visitor_id == plan.author_id, Visit.day.between(plan.first_on, plan.last_on)
    )
    return count_visits(session.execute(made))
