"""Tables of meetings."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.features.meetings.rules import INVOLVED
from fieldvisit.kernel.bundles import bundle, last_days
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long
from fieldvisit.kernel.intervals import Judged

CARRIED_DAYS = 30

# Whoever chairs it has it alone until he reports or calls it; then it hangs with the department, or with each who is invited.
MEETING = bundle(
    "meeting",
    key="meeting:{meeting}",
    scopes=("user:{author}",),
    carried=dict.fromkeys(INVOLVED, last_days(CARRIED_DAYS)),
    readers=INVOLVED,
    contains=("meetings", "meeting_attendances", "meeting_notes"),
)


class Meeting(Judged, Base):
    """会议 (domain §3.2): its author chairs it. `agenda` are items (see `AgendaItem`), `invitee_ids` who is called.

    `timeliness` says whether its digest was passed on by its term.
    """

    __tablename__ = "meeting"
    __table_args__ = (Index(None, "author_id", "planned_start"),)

    id: Mapped[GuidKey]
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    department_id: Mapped[Guid] = mapped_column(ForeignKey("department.id"))
    zone_id: Mapped[Guid | None] = mapped_column(ForeignKey("zone.id"))
    recorder_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[str]
    source: Mapped[str | None]
    theme: Mapped[str]
    purpose: Mapped[str | None]
    content: Mapped[str | None]
    planned_start: Mapped[datetime]
    planned_end: Mapped[datetime]
    place: Mapped[str | None]
    outline: Mapped[str | None]
    invitee_ids: Mapped[list[str]]
    agenda: Mapped[list[dict[str, Any]]]
    state: Mapped[str]
    reported_at: Mapped[datetime | None]
    notified_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    minutes: Mapped[str | None]
    digest: Mapped[str | None]
    published_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class MeetingAttendance(Judged, Base):
    """签到: that somebody was called, whether he came, and when; `timeliness` says whether before the meeting began.

    `digest_read_at` is when he said that he has read what came of it.
    """

    __tablename__ = "meeting_attendance"
    __table_args__ = (UniqueConstraint("meeting_id", "user_id"), Index(None, "user_id"))

    id: Mapped[GuidKey]
    meeting_id: Mapped[Guid] = mapped_column(ForeignKey("meeting.id"))
    user_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    state: Mapped[str]
    signed_at: Mapped[datetime | None]
    digest_read_at: Mapped[datetime | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class MeetingNote(Base):
    """What somebody said (发言), or what was said of his work (点评): `about_id` is he."""

    __tablename__ = "meeting_note"

    id: Mapped[GuidKey]
    meeting_id: Mapped[Guid] = mapped_column(ForeignKey("meeting.id"))
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    about_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    said: Mapped[str]
    text: Mapped[str]
    made_at: Mapped[datetime]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)
