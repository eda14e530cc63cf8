"""What cases say of a person: those he took down, and what he said of them; never those that are about him."""

from fieldvisit.features.cases.models import FeedbackCase, FeedbackNote, RectificationPlan
from fieldvisit.kernel.personal import personal

personal("feedback_cases", FeedbackCase, "author_id", "number", "feedback_type", "category", "content", "demand", "received_at", "state")  # fmt: skip
personal("feedback_notes", FeedbackNote, "author_id", "word", "text", "made_at")
personal("rectification_plans", RectificationPlan, "owner_id", "problem", "cause", "measures", "due_on", "result", "check_result", "state")  # fmt: skip
