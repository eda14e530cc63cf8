"""The archive of opinions and complaints: what ended in a period, by time or by content, with what each file holds and lacks (S12.20)."""

from collections import Counter, defaultdict
from datetime import date, datetime
from typing import Any, Literal, get_args

from sqlalchemy import func, select

from fieldvisit.features.cases.models import FeedbackCase, FeedbackNote, RectificationPlan
from fieldvisit.features.cases.rules import (
    COMPLAINT,
    OVER,
    Category,
    FeedbackType,
    Severity,
    State,
)
from fieldvisit.features.metrics import rules as metrics
from fieldvisit.features.overview.complaint_sums import names, zones
from fieldvisit.features.overview.complaints import READERS, ComplaintParams
from fieldvisit.kernel.attachments import Attachment
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.reports import Reading, report
from fieldvisit.kernel.values import View

Material = Literal["intake", "verification", "handling", "transfer", "feedback"]
Wanting = Literal["verification", "result", "report", "shop_feedback", "ratings", "rectification"]
# What each step leaves in the file (受理、核实、办理、传递).
MATERIALS: dict[str, Material] = {
    **dict.fromkeys(("register", "upgrade", "join"), "intake"),
    **dict.fromkeys(("contact", "verify"), "verification"),
    **dict.fromkeys(("handle", "resolve", "rectify", "reject", "reopen", "judge", "pool", "unpool", "adopt", "decline"), "handling"),
    **dict.fromkeys(("assign", "accept", "refuse", "return", "co_handle", "co_handled", "demand", "ask_extension", "decide_extension", "report"), "transfer"),
    **dict.fromkeys(("inform", "close", "confirm", "withdraw"), "feedback"),
}  # fmt: skip
SORTS = get_args(Material)
SHOWN = ("number", "received_at", "shop_name", "feedback_type", "category", "severity", "state")
SETTLED = "closed"
PUT_RIGHT = "closed"


class ArchiveParams(ComplaintParams):
    """By the day a case was filed, or by its kind and category first."""

    order: Literal["time", "content"] = "time"


class CaseArchiveRow(View):
    """A case that ended in the period: the day its file was closed, what it is about, how many papers of each sort it holds.

    `wanting` is what a settled case should have and has not; nothing is asked of one taken back or joined to another.
    """

    feedback_case_id: str
    number: str
    filed_on: date
    received_at: datetime
    zone_name: str
    shop_name: str | None
    feedback_type: FeedbackType
    category: Category
    severity: Severity
    handler_name: str | None
    state: State
    intake: int
    verification: int
    handling: int
    transfer: int
    feedback: int
    photos: int
    wanting: list[Wanting]
    first_on: date
    last_on: date


@report("case_archive", row=CaseArchiveRow, readers=READERS)
def case_archive(reading: Reading, params: ArchiveParams) -> list[CaseArchiveRow]:
    """The files of opinions and complaints closed in a week or month (S12.20), in the order of time or of content.

    A case about somebody is in no archive he reads. Raises Problem 404 `zone_missing` for a zone that is not his.
    """
    period = metrics.period_of(params.period, params.on or reading.on)
    places = {place.id: place.name for place in zones(reading, params.zone_id)}
    found = reading.session.execute(
        select(FeedbackCase, Bundle.day)
        .join(Bundle, Bundle.id == FeedbackCase.bundle_id)
        .where(
            reading.of("feedback_cases"),
            Bundle.kind == "feedback_case",
            Bundle.day.between(period.first, period.last),
            FeedbackCase.zone_id.in_(places),
            FeedbackCase.state.in_(OVER),
        )
        .order_by(Bundle.day, FeedbackCase.number)
    ).all()
    ids = [case.id for case, _ in found]
    papers, plans, people = _papers(reading, ids), _plans(reading, ids), names(reading)
    rows = [
        CaseArchiveRow(
            feedback_case_id=case.id,
            filed_on=filed_on,
            zone_name=places[case.zone_id],
            handler_name=people.get(case.handler_id),
            wanting=wanting(case, plans[case.id]),
            first_on=period.first,
            last_on=period.last,
            **{name: papers[case.id][name] for name in (*SORTS, "photos")},
            **{name: getattr(case, name) for name in SHOWN},
        )
        for case, filed_on in found
    ]
    if params.order == "content":
        rows.sort(key=lambda row: (row.feedback_type, row.category))
    return rows


def wanting(case: FeedbackCase, plans: list[str]) -> list[Wanting]:
    """What the file of a settled case lacks; `plans` are the states of its rectification plans."""
    if case.state != SETTLED:
        return []
    lacks: dict[Wanting, bool] = {
        "shop_feedback": case.informed_at is None,
        "ratings": case.sat_time is None,
        "rectification": any(state != PUT_RIGHT for state in plans),
    }
    if case.feedback_type == COMPLAINT:
        lacks |= {
            "verification": case.verify_result is None,
            "result": case.result is None,
            "report": case.reported_at is None,
        }
        lacks["rectification"] |= case.severity == "major" and not plans
    return [name for name, is_lacking in lacks.items() if is_lacking]


def _papers(reading: Reading, ids: list[str]) -> dict[str, Counter[str]]:
    """Case → how many papers of each sort, and photos, its file holds."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    note = FeedbackNote
    steps = select(note.feedback_case_id, note.word, func.count()).where(
        reading.of("feedback_notes"), note.feedback_case_id.in_(ids)
    )
    for case_id, word, count in reading.session.execute(steps.group_by(note.feedback_case_id, note.word)):
        found[case_id][MATERIALS[word]] += count
    photos = (
        select(FeedbackCase.id, func.count())
        .join(Attachment, Attachment.bundle_id == FeedbackCase.bundle_id)
        .where(reading.of("feedback_cases"), FeedbackCase.id.in_(ids), Attachment.state == "stored")
    )
    for case_id, count in reading.session.execute(photos.group_by(FeedbackCase.id)):
        found[case_id]["photos"] = count
    return found


def _plans(reading: Reading, ids: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[Any]] = defaultdict(list)
    plan = RectificationPlan
    query = select(plan.feedback_case_id, plan.state).where(
        reading.of("rectification_plans"), plan.feedback_case_id.in_(ids)
    )
    for case_id, state in reading.session.execute(query):
        found[case_id].append(state)
    return found
