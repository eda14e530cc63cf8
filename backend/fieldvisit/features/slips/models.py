"""Tables of information slips."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.features.slips.rules import SENDING
from fieldvisit.kernel.bundles import bundle, last_days
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long
from fieldvisit.kernel.intervals import Judged

CARRIED_DAYS = 30

# A slip that is closed has a day and is carried for a while longer; any other has none and is always carried.
INFO_SLIP = bundle(
    "info_slip",
    key="info_slip:{slip}",
    scopes=("user:{author}",),
    carried=dict.fromkeys(SENDING, last_days(CARRIED_DAYS)),
    contains=("info_slips", "info_slip_notes", "attachments"),
)


class InfoSlip(Judged, Base):
    """信息传递单 (domain §3.2): from its author to a person, or to the department where `addressee_id` is null.

    `shop_name` is a copy, for whoever may not see the shop. `timeliness` says of the last reply whether it was in time.
    """

    __tablename__ = "info_slip"
    __table_args__ = (
        UniqueConstraint("number"),
        Index(None, "author_id", "made_at"),
        Index(None, "addressee_id", "state"),
    )

    id: Mapped[GuidKey]
    number: Mapped[str]
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    department_id: Mapped[Guid | None] = mapped_column(ForeignKey("department.id"))
    addressee_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    category: Mapped[str]
    urgency: Mapped[str]
    customer_id: Mapped[Guid | None] = mapped_column(ForeignKey("retail_customer.id"))
    shop_name: Mapped[str | None]
    visit_id: Mapped[Guid | None] = mapped_column(ForeignKey("visit.id"))
    content: Mapped[str]
    wanted_action: Mapped[str | None]
    reply_due_on: Mapped[date | None]
    state: Mapped[str]
    made_at: Mapped[datetime]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class InfoSlipNote(Base):
    """What became of a slip, step by step: `word` says what, `to_id` whom it was passed on to."""

    __tablename__ = "info_slip_note"

    id: Mapped[GuidKey]
    info_slip_id: Mapped[Guid] = mapped_column(ForeignKey("info_slip.id"))
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    word: Mapped[str]
    text: Mapped[str | None]
    to_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)
