"""What service issues say of a person: those he found, and those he was to fix."""

from fieldvisit.features.service_issues.models import ServiceIssue
from fieldvisit.kernel.personal import personal

personal("service_issues", ServiceIssue, ("author_id", "owner_id"), "number", "category", "description", "found_at", "cause", "measures", "due_on", "result", "check_result", "state", "timeliness")  # fmt: skip
