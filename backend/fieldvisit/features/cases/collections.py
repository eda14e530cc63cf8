"""What is seen of opinions: the whole by who deals with them, numbers masked for those who only oversee."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, select

from fieldvisit.features.cases.models import (
    FeedbackCase,
    FeedbackNote,
    RectificationPlan,
    SuggestionAnalysis,
)
from fieldvisit.features.cases.rules import (
    OVERSEERS,
    POOL_READERS,
    READERS,
    AnalysisState,
    Category,
    FeedbackType,
    InformMethod,
    PlanState,
    Severity,
    Source,
    State,
    VerifyMethod,
    VerifyResult,
    Word,
)
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.intervals import Timeliness
from fieldvisit.kernel.search import holding
from fieldvisit.kernel.values import Masked, View


class FeedbackCaseView(View):
    """An opinion or complaint and how it stands; `sat_*` are the shop's ratings, 1 to 5.

    `due_at` is when the next step is due; `extension_on` the day until which more time was asked for and is not decided yet.
    """

    id: str
    number: str
    author_id: str
    zone_id: str
    handler_id: str
    object_user_id: str | None
    feedback_type: FeedbackType
    source: Source
    source_id: str | None
    category: Category
    customer_id: str | None
    shop_name: str | None
    contact_name: str | None
    contact_phone: str | None
    content: str
    demand: str | None
    received_at: datetime
    due_at: datetime
    severity: Severity
    handle_due_at: datetime | None
    state: State
    verify_method: VerifyMethod | None
    verify_result: VerifyResult | None
    finding: str | None
    opinion: str | None
    result: str | None
    resolved_at: datetime | None
    reported_at: datetime | None
    extension_on: date | None
    reopen_count: int
    joined_to_id: str | None
    judged_by_id: str | None
    informed_at: datetime | None
    informed_method: InformMethod | None
    sat_time: int | None
    sat_manner: int | None
    sat_process: int | None
    sat_result: int | None
    earliest_at: datetime | None
    latest_at: datetime | None
    timeliness: Timeliness | None


class FeedbackCaseMaskedView(FeedbackCaseView):
    """The same for who oversees: the number to call back is masked; each look at the whole is written down."""

    contact_phone: Masked


class FeedbackNoteView(View):
    """A step of a case; photos have `owner_id` = the case's id."""

    id: str
    feedback_case_id: str
    author_id: str
    word: Word
    text: str | None
    ref_id: str | None
    made_at: datetime


class RectificationPlanView(View):
    """What is to be put right after a case, by whom until the end of `due_on`, and what the check said."""

    id: str
    feedback_case_id: str
    author_id: str
    owner_id: str
    problem: str
    cause: str
    measures: str
    due_on: date
    result: str | None
    check_result: str | None
    state: PlanState
    made_at: datetime
    earliest_at: datetime | None
    latest_at: datetime | None
    timeliness: Timeliness | None


class SuggestionAnalysisView(View):
    """An analysis of suggestions and its answer; those in it have a note `pool` with `ref_id` = this id."""

    id: str
    author_id: str
    department_id: str
    zone_id: str | None
    title: str
    category: Category | None
    analysis: str
    proposal: str
    state: AnalysisState
    is_adopted: bool | None
    reply: str | None
    decided_by_id: str | None
    made_at: datetime
    decided_at: datetime | None


def _matches(term: str, _masked: frozenset[str]) -> ColumnElement[bool]:
    """By any part of what is written; by a number to call back only where it is the whole, which is how a caller is found."""
    called = select(FeedbackCase.id).where(FeedbackCase.contact_phone == term.strip())
    return holding(FeedbackCase.id.expression, term, called.correlate(None))


collection(
    "feedback_cases",
    FeedbackCase,
    FeedbackCaseView,
    readers=READERS,
    views=dict.fromkeys(OVERSEERS, FeedbackCaseMaskedView),
    filters=(
        "feedback_type",
        "severity",
        "category",
        "state",
        "handler_id",
        "customer_id",
        "zone_id",
        "number",
        "received_at",
    ),
    sorting=("received_at", "due_at", "number"),
    search=_matches,
    order=(FeedbackCase.received_at, FeedbackCase.id),
)
collection(
    "feedback_notes",
    FeedbackNote,
    FeedbackNoteView,
    readers=READERS,
    filters=("feedback_case_id", "word", "ref_id", "made_at"),
    sorting=("made_at",),
    order=(FeedbackNote.made_at, FeedbackNote.id),
)
collection(
    "rectification_plans",
    RectificationPlan,
    RectificationPlanView,
    readers=READERS,
    filters=("feedback_case_id", "owner_id", "state"),
    sorting=("due_on", "made_at"),
    order=(RectificationPlan.made_at, RectificationPlan.id),
)
collection(
    "suggestion_analyses",
    SuggestionAnalysis,
    SuggestionAnalysisView,
    readers=POOL_READERS,
    filters=("state", "category", "zone_id", "is_adopted", "made_at"),
    sorting=("made_at",),
    order=(SuggestionAnalysis.made_at, SuggestionAnalysis.id),
)
