"""What is seen of visit plans: by whose they are, and from their submission on by who leads him."""

from datetime import date, datetime

from fieldvisit.features.plans.models import PlanProgress, VisitPlan
from fieldvisit.features.plans.rules import INVOLVED, Horizon, State
from fieldvisit.features.visits.rules import ContactMethod, Purpose
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.values import View


class PlanItemView(View):
    """A shop of a plan and its day; on a day plan also the visit it stands for, and when, why and how (S11.5)."""

    customer_id: str
    shop_name: str
    day: date
    visit_id: str | None
    planned_time: str | None
    purpose: Purpose | None
    suspected_problem: str | None
    content: str | None
    contact_method: ContactMethod | None


class PlanFiguresView(View):
    """What had come of a plan: planned visits, those of them completed, and distinct shops visited."""

    planned: int
    completed: int
    visited: int


class VisitPlanView(View):
    """A visit plan of a month, a week or a day, and how it stands; drafts are seen by their author alone."""

    id: str
    author_id: str
    zone_id: str
    horizon: Horizon
    first_on: date
    last_on: date
    target_count: int | None
    business_sizes: list[str]
    purposes: list[Purpose]
    content: str | None
    items: list[PlanItemView]
    state: State
    decided_by_id: str | None
    decided_for_id: str | None
    decided_at: datetime | None
    evaluation: str | None
    lessons: str | None
    figures: PlanFiguresView | None


class PlanProgressView(View):
    """What has come of a plan so far: day → [planned visits, completed of them], and the shops visited; `id` is the plan's."""

    id: str
    author_id: str
    days: dict[str, list[int]]
    visited: list[str]


collection(
    "visit_plans",
    VisitPlan,
    VisitPlanView,
    readers=INVOLVED,
    filters=("author_id", "horizon", "state", "first_on"),
    sorting=("first_on",),
    order=(VisitPlan.first_on, VisitPlan.id),
)
collection(
    "plan_progress",
    PlanProgress,
    PlanProgressView,
    readers=INVOLVED,
    filters=("author_id",),
    order=(PlanProgress.last_on, PlanProgress.id),
)
