"""Tables of opinions and complaints, of the steps on their way, and of the rectification that follows."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.features.cases.rules import POOL_READERS, READERS
from fieldvisit.kernel.bundles import bundle, last_days
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long
from fieldvisit.kernel.intervals import Judged
from fieldvisit.kernel.search import Searched
from fieldvisit.kernel.users import Role

CARRIED_DAYS = 30

# Seen by who took it, the zone with all who lead it, and the complaint centre, at its desk alone; barred to whom it is about.
FEEDBACK_CASE = bundle(
    "feedback_case",
    key="feedback_case:{case}",
    scopes=("user:{author}", "complaint-centre"),
    carried=dict.fromkeys(READERS - {Role.COMPLAINT_CENTRE}, last_days(CARRIED_DAYS)),
    readers=READERS,
    contains=("feedback_cases", "feedback_notes", "attachments"),
)


class FeedbackCase(Judged, Searched, Base):
    """意见投诉 (domain §3.2): what a shop says, who deals with it, and how satisfied the shop was.

    `due_at` is when the next step is due, `handle_due_at` of a complaint until when it is to be handled at all (S12.11).
    `sat_*` are the shop's ratings of time, manner, process and result, 1 to 5 (S12.17). `timeliness` says whether the shop
    was told in time, of a complaint whether its result was reported in time; where that could not be proven, who decided
    it is `judged_by_id`. Whom it is about (`object_user_id`) never sees it.
    """

    __tablename__ = "feedback_case"
    __table_args__ = (
        UniqueConstraint("number"),
        Index(None, "zone_id", "state", "due_at"),
        Index(None, "customer_id", "received_at"),
        Index(None, "handler_id", "state"),
        Index(None, "contact_phone", "received_at"),
        Index(None, "state", "due_at", "id"),
        Index(None, "due_at", "id"),
        Index(None, "received_at", "id"),
    )
    searched = ("number", "shop_name", "contact_name", "content", "demand")

    id: Mapped[GuidKey]
    number: Mapped[str]
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    zone_id: Mapped[Guid] = mapped_column(ForeignKey("zone.id"))
    handler_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    object_user_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    feedback_type: Mapped[str]
    source: Mapped[str]
    source_id: Mapped[Guid | None]
    category: Mapped[str]
    customer_id: Mapped[Guid | None] = mapped_column(ForeignKey("retail_customer.id"))
    shop_name: Mapped[str | None]
    contact_name: Mapped[str | None]
    contact_phone: Mapped[str | None]
    content: Mapped[str]
    demand: Mapped[str | None]
    received_at: Mapped[datetime]
    due_at: Mapped[datetime]
    severity: Mapped[str] = mapped_column(server_default="normal")
    handle_due_at: Mapped[datetime | None]
    state: Mapped[str]
    verify_method: Mapped[str | None]
    verify_result: Mapped[str | None]
    finding: Mapped[str | None]
    opinion: Mapped[str | None]
    result: Mapped[str | None]
    resolved_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    extension_on: Mapped[date | None]
    reopen_count: Mapped[int] = mapped_column(server_default="0")
    joined_to_id: Mapped[Guid | None]
    judged_by_id: Mapped[Guid | None]
    informed_at: Mapped[datetime | None]
    informed_method: Mapped[str | None]
    sat_time: Mapped[int | None]
    sat_manner: Mapped[int | None]
    sat_process: Mapped[int | None]
    sat_result: Mapped[int | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class FeedbackNote(Base):
    """One step of a case: `word` says which, `text` in whose words.

    `ref_id` is what it made or names: the slip of a co-handler, a task, a rectification plan, the case it was joined to,
    the analysis it is part of.
    """

    __tablename__ = "feedback_note"
    __table_args__ = (Index(None, "word", "made_at"),)

    id: Mapped[GuidKey]
    feedback_case_id: Mapped[Guid] = mapped_column(ForeignKey("feedback_case.id"))
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    word: Mapped[str]
    text: Mapped[str | None]
    ref_id: Mapped[Guid | None] = mapped_column(index=True)
    made_at: Mapped[datetime]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


# Seen by who made it, who owns it and the case's zone; barred to whom the case is about.
RECTIFICATION_PLAN = bundle(
    "rectification_plan",
    key="rectification_plan:{plan}",
    scopes=("user:{author}", "user:{owner}", "complaint-centre"),
    carried=dict.fromkeys(READERS - {Role.COMPLAINT_CENTRE}, last_days(CARRIED_DAYS)),
    readers=READERS,
    contains=("rectification_plans",),
)


class RectificationPlan(Judged, Base):
    """整改计划 (S12.13, S12.19): the problem, its cause, what is done about it, by whom until the end of `due_on`."""

    __tablename__ = "rectification_plan"
    __table_args__ = (Index(None, "owner_id", "state"), Index(None, "feedback_case_id"))

    id: Mapped[GuidKey]
    feedback_case_id: Mapped[Guid] = mapped_column(ForeignKey("feedback_case.id"))
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    owner_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    problem: Mapped[str]
    cause: Mapped[str]
    measures: Mapped[str]
    due_on: Mapped[date]
    result: Mapped[str | None]
    check_result: Mapped[str | None]
    state: Mapped[str]
    made_at: Mapped[datetime]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


# Read by its author, and by who leads the zone, or the department where it goes beyond a zone; at the server only.
SUGGESTION_ANALYSIS = bundle(
    "suggestion_analysis",
    key="suggestion_analysis:{analysis}",
    scopes=("user:{author}",),
    readers=POOL_READERS,
    contains=("suggestion_analyses",),
)


class SuggestionAnalysis(Base):
    """建议分析 (S12.9): what some suggestions have in common, what is proposed, and what the department's manager says to it.

    `zone_id` is None where it is of a whole department, `category` where its suggestions are of several. It does not name
    them: each says of itself, by a note, that it is part of it, so that who may not see one does not find it here.
    """

    __tablename__ = "suggestion_analysis"
    __table_args__ = (Index(None, "made_at", "id"),)

    id: Mapped[GuidKey]
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    department_id: Mapped[Guid] = mapped_column(ForeignKey("department.id"))
    zone_id: Mapped[Guid | None] = mapped_column(ForeignKey("zone.id"))
    title: Mapped[str]
    category: Mapped[str | None]
    analysis: Mapped[str]
    proposal: Mapped[str]
    state: Mapped[str]
    is_adopted: Mapped[bool | None]
    reply: Mapped[str | None]
    decided_by_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)
