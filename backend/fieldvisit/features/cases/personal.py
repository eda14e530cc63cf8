"""What cases say of a person: those he took down, and what he said of them; never those that are about him."""

from sqlalchemy import select

from fieldvisit.features.cases.models import (
    FeedbackCase,
    FeedbackNote,
    RectificationPlan,
    SuggestionAnalysis,
)
from fieldvisit.kernel.personal import personal

_OTHERS = FeedbackCase.object_user_id.is_(None) | (FeedbackCase.object_user_id != FeedbackCase.author_id)
_ABOUT_HIM = select(FeedbackCase.id).where(FeedbackCase.object_user_id == FeedbackNote.author_id)

personal("feedback_cases", FeedbackCase, "author_id", "number", "feedback_type", "category", "content", "demand", "received_at", "state", where=_OTHERS)  # fmt: skip
personal("feedback_notes", FeedbackNote, "author_id", "word", "text", "made_at", where=FeedbackNote.feedback_case_id.not_in(_ABOUT_HIM))  # fmt: skip
personal("rectification_plans", RectificationPlan, "owner_id", "problem", "cause", "measures", "due_on", "result", "check_result", "state")  # fmt: skip
personal("suggestion_analyses", SuggestionAnalysis, "author_id", "title", "category", "analysis", "proposal", "is_adopted", "reply", "made_at", "decided_at")  # fmt: skip
