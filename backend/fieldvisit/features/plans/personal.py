"""What plans say of a person: what he meant to do, what was said of it, and how he judged it himself."""

from fieldvisit.features.plans.models import PlanProgress, VisitPlan
from fieldvisit.kernel.personal import personal

personal("visit_plans", VisitPlan, "author_id", "id", "horizon", "first_on", "target_count", "purposes", "content", "state", "evaluation", "lessons", "figures")  # fmt: skip
personal("plan_progress", PlanProgress, "author_id", "id", "first_on", "last_on", "days")
