"""Tables of opinions and what was said of them on the way."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.features.cases.rules import READERS
from fieldvisit.kernel.bundles import bundle, last_days
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long
from fieldvisit.kernel.intervals import Judged
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


class FeedbackCase(Judged, Base):
    """意见 (domain §3.2): what a shop says, who deals with it until `due_at`, and how satisfied the shop was.

    `sat_*` are the shop's ratings of time, manner, process and result, 1 to 5 (S12.17). `timeliness` says whether the shop
    was told in time. Whom it is about (`object_user_id`) never sees it.
    """

    __tablename__ = "feedback_case"
    __table_args__ = (
        UniqueConstraint("number"),
        Index(None, "zone_id", "state", "due_at"),
        Index(None, "customer_id", "received_at"),
        Index(None, "handler_id", "state"),
    )

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
    state: Mapped[str]
    verify_method: Mapped[str | None]
    verify_result: Mapped[str | None]
    finding: Mapped[str | None]
    opinion: Mapped[str | None]
    informed_at: Mapped[datetime | None]
    informed_method: Mapped[str | None]
    sat_time: Mapped[int | None]
    sat_manner: Mapped[int | None]
    sat_process: Mapped[int | None]
    sat_result: Mapped[int | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class FeedbackNote(Base):
    """One step of a case: `word` says which, `text` in whose words."""

    __tablename__ = "feedback_note"

    id: Mapped[GuidKey]
    feedback_case_id: Mapped[Guid] = mapped_column(ForeignKey("feedback_case.id"))
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    word: Mapped[str]
    text: Mapped[str | None]
    made_at: Mapped[datetime]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)
