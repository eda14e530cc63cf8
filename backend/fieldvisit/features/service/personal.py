"""What service plans say of a person: what he meant to do for his shops, and what was said of it."""

from fieldvisit.features.service.models import ServicePlan
from fieldvisit.kernel.personal import personal

personal("service_plans", ServicePlan, "author_id", "id", "first_on", "aims", "groups", "state")
