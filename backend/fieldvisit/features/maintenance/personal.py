"""What cases of upkeep say of a person: those he wrote, and what was said of them."""

from fieldvisit.features.maintenance.models import MaintenanceCase
from fieldvisit.kernel.personal import personal

personal("maintenance_cases", MaintenanceCase, "author_id", "title", "situation", "action", "effect", "skill_tags", "made_at", "mm_comment", "shared")  # fmt: skip
