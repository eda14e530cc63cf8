"""Before which daily meeting a log is to be reviewed: it is on the screen there the morning after (S5.1)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.meetings.models import Meeting
from fieldvisit.features.worklogs.models import WorkLog
from fieldvisit.kernel.deadlines import Deadline


def next_stand_up(session: Session, log: WorkLog, at: datetime) -> datetime | None:
    """When the next daily meeting of a log's zone begins that is called; None where none is.

    The log of whoever chairs it is reviewed by his superior, who keeps to no meeting of the zone's.
    """
    called = select(Meeting.planned_start).where(
        Meeting.kind == "daily",
        Meeting.state == "notified",
        Meeting.zone_id == log.zone_id,
        Meeting.author_id != log.author_id,
        Meeting.planned_start > at,
    )
    return session.scalars(called.order_by(Meeting.planned_start).limit(1)).first()


def to_review_before(session: Session, meeting: Meeting, review: str) -> Sequence[str]:
    """The logs of a meeting's zone whose review, by its deadline's key, is running and due only after it begins."""
    running = select(WorkLog.id).join(Deadline, Deadline.entity_id == WorkLog.id)
    later = running.where(
        Deadline.key == review,
        Deadline.ended_at.is_(None),
        Deadline.started_at < meeting.planned_start,
        Deadline.due_at > meeting.planned_start,
        WorkLog.zone_id == meeting.zone_id,
        WorkLog.author_id != meeting.author_id,
    )
    return session.scalars(later.order_by(WorkLog.id)).all()
