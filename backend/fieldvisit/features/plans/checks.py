"""What is wrong with a plan that somebody wants to submit: each fault its own code."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from fieldvisit.features.customers.models import Customer
from fieldvisit.features.plans.models import VisitPlan
from fieldvisit.features.plans.rules import NEEDED, NEEDED_OF_ITEM
from fieldvisit.kernel.calendar import days_off
from fieldvisit.kernel.errors import invalid

CLOSED = ("03", "04")


def require_complete(plan: VisitPlan) -> None:
    """A month needs its number, a week number, classes, purposes and content, a day its shops, each with purpose and suspected problem (S11.2–S11.5).

    Raises Problem 422 `plan_incomplete` with the fields that are wanting.
    """
    wanting = [name for name in NEEDED[plan.horizon] if not getattr(plan, name)]  # type: ignore[index]
    if plan.horizon == "day":
        wanting += [name for name in NEEDED_OF_ITEM if any(not item[name] for item in plan.items)]
    if wanting:
        raise invalid("plan_incomplete", fields=wanting)


def require_days(session: Session, plan: VisitPlan, items: list[dict[str, Any]], on: date) -> None:
    """The shops that are new to a plan stand on days to come that are worked, and each once a day.

    Raises Problem 422 `plan_day_passed`, `plan_day_off` or `plan_shop_twice`.
    """
    days = {date.fromisoformat(item["day"]) for item in items}
    if plan.last_on < on or any(day < on for day in days):
        raise invalid("plan_day_passed")
    off, _ = days_off(session, plan.first_on, plan.last_on)
    if days & off or (plan.horizon == "day" and plan.first_on in off):
        raise invalid("plan_day_off")
    stops = Counter((item["customer_id"], item["day"]) for item in plan.items)
    if stops and max(stops.values()) > 1:
        raise invalid("plan_shop_twice")


def require_open(customers: Iterable[Customer]) -> None:
    """No shop that is suspended or invalid is planned; raises Problem 422 `plan_shop_closed`."""
    if any(customer.customer_status in CLOSED for customer in customers):
        raise invalid("plan_shop_closed")
