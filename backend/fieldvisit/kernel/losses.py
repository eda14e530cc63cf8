"""Entries that may be lost: numbers of a phone's own count that never came, and phones that fell silent with unsent work."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from fieldvisit.kernel.clock import now
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.duties import duty
from fieldvisit.kernel.events import emit
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.users import Device

HOLE_OLD = timedelta(days=1)  # entries of one pass may overtake each other; after a day they are missing
SILENT = timedelta(days=3)
MOST_HOLES = 20


def count_missing(session: Session, device: Device, at: datetime) -> None:
    """Note which numbers of the device's count, from 1 to the highest that came, never came."""
    numbers = select(Op.seq).where(Op.device_id == device.id, Op.seq > 0).distinct().subquery()
    before = func.lag(numbers.c.seq, 1, 0).over(order_by=numbers.c.seq).label("before")
    steps = select(before, numbers.c.seq.label("number")).subquery()
    leaps = select(steps).where(steps.c.number > steps.c.before + 1).order_by(steps.c.number)
    holes = [[last + 1, number - 1] for last, number in session.execute(leaps)]
    device.missing_ops = sum(end - start + 1 for start, end in holes)
    device.holes = holes[:MOST_HOLES]
    device.missing_since = (device.missing_since or at) if holes else None


def _hole_is_due(at: datetime) -> ColumnElement[bool]:
    told = Device.hole_told_at
    return and_(Device.missing_since <= at - HOLE_OLD, told.is_(None) | (told < Device.missing_since))


def _silence_is_due(at: datetime) -> ColumnElement[bool]:
    told = Device.silence_told_at
    return and_(
        Device.pending_ops > 0,
        Device.seen_at <= at - SILENT,
        Device.wiped_at.is_(None),
        told.is_(None) | (told < Device.seen_at),
    )


@duty
def look_for_losses(database: Database) -> None:
    """Say once that a phone's count has had a hole for a day, and once that it fell silent while it owed entries.

    A hole that was filled, or a phone that came back, is told again if it happens again.
    """
    at = now()
    uncounted = and_(Device.missing_ops.is_(None), Device.highest_seq.is_not(None))
    due = select(Device).where(or_(uncounted, _hole_is_due(at), _silence_is_due(at)))
    with database.read() as session:
        if session.scalar(due.limit(1)) is None:
            return
    with database.write() as session:
        for device in session.scalars(due.with_for_update()).all():
            if device.missing_ops is None:
                count_missing(session, device, at)
        session.flush()
        for device in session.scalars(select(Device).where(_hole_is_due(at))):
            device.hole_told_at = at
            _happens(session, "devices.hole", device, device.missing_ops)
        for device in session.scalars(select(Device).where(_silence_is_due(at))):
            device.silence_told_at = at
            _happens(session, "devices.silent", device, device.pending_ops)


def _happens(session: Session, name: str, device: Device, count: int | None) -> None:
    emit(session, name, data={"user_id": device.user_id, "device_id": device.id, "count": count})
