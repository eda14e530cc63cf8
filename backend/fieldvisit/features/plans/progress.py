"""What comes of a plan, or of what a log is about: its days and shops, counted from the visits themselves (S11.12)."""

from datetime import date
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.plans.rules import Count, count_visits
from fieldvisit.features.visits.models import Visit


class Days(Protocol):
    """Whatever is about the days of somebody."""

    author_id: str
    first_on: date
    last_on: date


def count(session: Session, plan: Days) -> Count:
    """What the visits of its author on its days come to."""
    made = select(Visit.day, Visit.customer_id, Visit.state, Visit.is_planned).where(
        Visit.visitor_id == plan.author_id, Visit.day.between(plan.first_on, plan.last_on)
    )
    return count_visits(session.execute(made))
