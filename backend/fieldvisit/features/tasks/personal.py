"""What tasks say of a person: those he was given and gave, and what he said on them."""

from fieldvisit.features.tasks.models import Task, TaskNote
from fieldvisit.kernel.personal import personal

personal("tasks", Task, ("assignee_id", "author_id"), "title", "requirement", "due_on", "progress_pct", "state", "timeliness")  # fmt: skip
personal("task_notes", TaskNote, "author_id", "task_id", "word", "text", "progress_pct", "made_at")
