"""Who hears of an analysis of suggestions: who answers it, who wrote it, and who handles what is in it."""

from sqlalchemy import select

from fieldvisit.features.cases.models import FeedbackCase, FeedbackNote, SuggestionAnalysis
from fieldvisit.kernel.events import on
from fieldvisit.kernel.notices import holders, notice, tell
from fieldvisit.kernel.reactions import Happening
from fieldvisit.kernel.users import Role

SUBMITTED = notice("suggestion_analysis_submitted", "有一份建议分析等待答复")
ANSWERED = notice("suggestion_analysis_answered", "您的建议分析已有答复")


def _analysis(happening: Happening) -> SuggestionAnalysis:
    return happening.session.get_one(SuggestionAnalysis, happening.event.data["suggestion_analysis_id"])


@on("suggestion_analyses.submitted")
def tell_department(happening: Happening) -> None:
    """The department's manager answers it."""
    row = _analysis(happening)
    leaders = holders(happening.session, Role.DEPARTMENT_MANAGER, row.department_id)
    tell(happening, leaders, SUBMITTED, entity_id=row.id)


@on("suggestion_analyses.answered")
def tell_who_tells_the_shops(happening: Happening) -> None:
    """Its author, and of a department's analysis those who handle what is in it, can say to the shops what became of it."""
    row = _analysis(happening)
    in_it = select(FeedbackCase.handler_id).join(
        FeedbackNote, FeedbackNote.feedback_case_id == FeedbackCase.id
    )
    about_nobody = FeedbackCase.object_user_id.is_(None)
    handlers = in_it.where(FeedbackNote.ref_id == row.id, FeedbackNote.word == "pool", about_nobody)
    tell(happening, {row.author_id, *happening.session.scalars(handlers)}, ANSWERED, entity_id=row.id)
