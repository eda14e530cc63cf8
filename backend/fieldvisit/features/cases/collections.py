"""What is seen of opinions: the whole by who deals with them, numbers masked for those who only oversee."""

from datetime import datetime

from fieldvisit.features.cases.models import FeedbackCase, FeedbackNote
from fieldvisit.features.cases.rules import (
    OVERSEERS,
    READERS,
    Category,
    FeedbackType,
    InformMethod,
    Source,
    State,
    VerifyMethod,
    VerifyResult,
    Word,
)
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.intervals import Timeliness
from fieldvisit.kernel.values import Masked, View


class FeedbackCaseView(View):
    """An opinion and how it stands; `sat_*` are the shop's ratings, 1 to 5."""

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
    state: State
    verify_method: VerifyMethod | None
    verify_result: VerifyResult | None
    finding: str | None
    opinion: str | None
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
    made_at: datetime


collection(
    "feedback_cases",
    FeedbackCase,
    FeedbackCaseView,
    readers=READERS,
    views=dict.fromkeys(OVERSEERS, FeedbackCaseMaskedView),
    filters=(
        "feedback_type",
        "category",
        "state",
        "handler_id",
        "customer_id",
        "zone_id",
        "number",
        "received_at",
    ),
    sorting=("received_at", "due_at", "number"),
    order=(FeedbackCase.received_at, FeedbackCase.id),
)
collection(
    "feedback_notes",
    FeedbackNote,
    FeedbackNoteView,
    readers=READERS,
    filters=("feedback_case_id",),
    sorting=("made_at",),
    order=(FeedbackNote.made_at, FeedbackNote.id),
)
