"""What is seen of visits."""

from datetime import date, datetime
from typing import Literal

from fieldvisit.features.questionnaires.rules import Question
from fieldvisit.features.visits.models import (
    Checklist,
    StockReading,
    Visit,
    VisitAmendment,
    VisitAnomaly,
    VisitAnswers,
    VisitComment,
    VisitDigest,
)
from fieldvisit.features.visits.rules import ContactMethod, Purpose
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.intervals import Timeliness
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import View

READERS = {Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER}
AnomalyState = Literal["open", "submitted", "withdrawn", "returned", "accepted", "invalid"]


class VisitView(View):
    """A visit; of a planned one also what may be wrong there (`suspected_problem`) and what it is to bring (`plan_content`).

    He came between `earliest_at` and `latest_at`, the phone states `check_in_at`; he left between
    `check_out_earliest_at` and `check_out_latest_at`, the phone states `check_out_at`. `*_wall_at` is what the
    phone's clock showed. `scope_timeliness`, where `is_late_scope`: whether he came while he still served the shop.
    """

    id: str
    version: int
    customer_id: str
    shop_name: str
    visitor_id: str
    zone_id: str
    day: date
    state: Literal["planned", "in_progress", "completed", "cancelled", "missed"]
    is_planned: bool
    seq: int | None
    planned_time: str | None
    purpose: Purpose | None
    suspected_problem: str | None
    plan_content: str | None
    contact_method: ContactMethod | None
    check_in_at: datetime | None
    check_in_lat: float | None
    check_in_lng: float | None
    check_in_datum: str | None
    check_in_accuracy_m: float | None
    check_in_fix_at: datetime | None
    check_in_fix_age_s: int | None
    place_refusal: str | None
    place_note: str | None
    phone_verdict: str | None
    place_verdict: str | None
    distance_m: int | None
    photo_refusal: str | None
    check_out_at: datetime | None
    met_person: str | None
    findings: str | None
    note: str | None
    next_step: str | None
    satisfaction: int | None
    responsibility_tags: list[str]
    cancel_reason: str | None
    is_late_scope: bool
    stated_at: datetime | None
    earliest_at: datetime | None
    latest_at: datetime | None
    check_in_wall_at: datetime | None
    check_out_earliest_at: datetime | None
    check_out_latest_at: datetime | None
    check_out_wall_at: datetime | None
    scope_timeliness: Timeliness | None


class VisitDigestView(View):
    """A visit as the shop's file shows it."""

    id: str
    customer_id: str
    day: date
    visitor_id: str
    outcome: str | None
    next_step: str | None
    satisfaction: int | None


class VisitAnswersView(View):
    """The answers to a visit's checklist by the key of the question, and their score in per cent; `id` is the visit's."""

    id: str
    checklist_id: str
    answers: dict[str, bool | int | str]
    score: float | None


class Flag(View):
    """What was found, and the limit it passed: metres, seconds, km/h, minutes or questions, as the flag says."""

    figure: int
    limit: int


class VisitAnomalyView(View):
    """What about a visit wants an explanation, and how that stands; `id` is the visit's."""

    id: str
    author_id: str
    customer_id: str
    day: date
    flags: dict[str, Flag]
    explanation: str | None
    state: AnomalyState
    decided_by_id: str | None
    decided_for_id: str | None
    decided_at: datetime | None


class VisitCommentView(View):
    """A word on a visit."""

    id: str
    visit_id: str
    author_id: str
    text: str
    made_at: datetime


class VisitAmendmentView(View):
    """That a visit had been recorded at the wrong shop."""

    id: str
    visit_id: str
    from_customer_id: str
    to_customer_id: str
    from_shop_name: str
    to_shop_name: str
    reason: str
    author_id: str
    made_at: datetime


class StockReadingView(View):
    """Stock of a spec at a visit. Quantities in tenths of a carton (packs), prices in fen."""

    id: str
    visit_id: str
    customer_id: str
    spec_id: str
    read_on: date
    counter_qty: int
    backroom_qty: int
    out_of_stock_days: int | None
    carton_price: int | None
    pack_price: int | None
    collected_by_id: str


class ChecklistView(View):
    """A checklist; one with `ended_at` is not asked any more, but what was answered to it is read by it."""

    id: str
    department_id: str
    kind: Literal["visit", "supervision", "survey"]
    title: str
    market_types: list[str]
    business_sizes: list[str]
    retail_formats: list[str]
    items: list[Question]
    made_at: datetime
    ended_at: datetime | None


collection(
    "visits",
    Visit,
    VisitView,
    readers=READERS,
    filters=("visitor_id", "zone_id", "customer_id", "day", "state", "place_verdict"),
    sorting=("day", "check_in_at", "seq"),
    is_watched=True,
)
collection(
    "visit_digests",
    VisitDigest,
    VisitDigestView,
    readers=READERS,
    filters=("customer_id",),
    order=(VisitDigest.day.desc(), VisitDigest.id),
    newest=20,
)
collection("visit_answers", VisitAnswers, VisitAnswersView, readers=READERS)
collection(
    "visit_anomalies",
    VisitAnomaly,
    VisitAnomalyView,
    readers=READERS,
    filters=("author_id", "customer_id", "state", "day"),
    sorting=("day",),
    order=(VisitAnomaly.day, VisitAnomaly.id),
    is_watched=True,
)
collection(
    "visit_comments",
    VisitComment,
    VisitCommentView,
    readers=READERS,
    filters=("visit_id", "author_id"),
    sorting=("made_at",),
    order=(VisitComment.made_at, VisitComment.id),
)
collection(
    "visit_amendments",
    VisitAmendment,
    VisitAmendmentView,
    readers=READERS,
    filters=("visit_id",),
    order=(VisitAmendment.made_at, VisitAmendment.id),
)
collection(
    "stock_readings",
    StockReading,
    StockReadingView,
    readers=READERS,
    filters=("visit_id", "customer_id", "spec_id", "read_on"),
    sorting=("read_on",),
    order=(StockReading.read_on.desc(), StockReading.id),
    newest=60,
)
collection(
    "checklists",
    Checklist,
    ChecklistView,
    readers=READERS | {Role.GENERAL_ADMIN},
    filters=("kind",),
    order=(Checklist.made_at, Checklist.id),
)
