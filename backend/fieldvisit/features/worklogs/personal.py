"""What work logs say of a person: what he wrote, when, and how it was judged."""

from fieldvisit.features.worklogs.models import WorkLog
from fieldvisit.kernel.personal import personal

personal("work_logs", WorkLog, "author_id", "horizon", "first_on", "notes", "figures", "state", "submitted_at", "timeliness", "plan_check", "info_check", "transfer_check", "truth_check", "grade", "comment")  # fmt: skip
