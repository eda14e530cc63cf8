"""Deadlines (时限): counted by the working calendar, as long as the policy of the day they begin on says (S18.5).

A deadline that has begun keeps the length it began with; its day moves when the calendar does, unless somebody named its end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from fieldvisit.kernel.calendar import days_off, working_days_after
from fieldvisit.kernel.clock import SHANGHAI, day_of, now
from fieldvisit.kernel.db import Base, Database, Guid, Long, LongKey
from fieldvisit.kernel.duties import duty
from fieldvisit.kernel.events import emit, on
from fieldvisit.kernel.intervals import Interval, Judged, Judgement, judge
from fieldvisit.kernel.reactions import Happening

Unit = Literal["hour", "working_hour", "calendar_day", "working_day"]
WORKED = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))
AT_ONCE = 500


class DeadlinePolicy(Base):
    """时限规则: how long something may take that begins on `since` or later, until a later one holds."""

    __tablename__ = "deadline_policy"
    __table_args__ = (UniqueConstraint("key", "since"),)

    id: Mapped[Guid] = mapped_column(primary_key=True)
    key: Mapped[str]
    since: Mapped[date]
    value: Mapped[int]
    unit: Mapped[str]
    remind_hours: Mapped[int]
    bundle_id: Mapped[Long] = mapped_column(index=True)


class Deadline(Judged, Base):
    """That something is due: which policy, of which row, from when, until when; open while `ended_at` is None.

    One that was met or missed keeps when what was due was done, and the judgement; one that fell away keeps none.
    `named_at` is the end of one that is not counted: somebody has named the moment.
    """

    __tablename__ = "deadline"
    __table_args__ = (Index(None, "ended_at", "due_at"), Index(None, "entity_id", "key"))

    number: Mapped[LongKey]
    key: Mapped[str]
    entity_id: Mapped[Guid]
    started_at: Mapped[datetime]
    value: Mapped[int]
    unit: Mapped[str]
    remind_hours: Mapped[int]
    due_at: Mapped[datetime]
    named_at: Mapped[datetime | None]
    is_provisional: Mapped[bool]
    ended_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    passed_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Length:
    """How long, in which unit, and how many hours before the end somebody is reminded."""

    value: int
    unit: Unit
    remind_hours: int = 4


DEFAULTS: dict[str, Length] = {}


def deadline(key: str, value: int, unit: Unit, remind_hours: int = 4) -> str:
    """Declare a deadline with the length it has unless an administrator sets another; its key.

    Its events are `<key>.due_near`, `<key>.overdue` and `<key>.due_moved`, each with `entity_id`.
    """
    DEFAULTS[key] = Length(value, unit, remind_hours)
    return key


@dataclass(frozen=True)
class Due:
    """The last moment that is in time; `is_provisional` while the calendar on the way is not published."""

    at: datetime
    is_provisional: bool


def due_after(session: Session, start: datetime, length: Length) -> Due:
    """When a length from `start` on ends. Days end at midnight in Shanghai; the day it begins on is not counted.

    Of no days at all it is the end of that day, or where working days count of the first one from that day on. Working hours are 8:30 to 12:00 and 13:30 to 17:30 of working days.
    """
    local = start.astimezone(SHANGHAI)
    if length.unit == "hour":
        return Due(start + timedelta(hours=length.value), False)
    if length.unit == "calendar_day":
        end = local.date() + timedelta(days=length.value + 1)
        return Due(datetime.combine(end, time(), SHANGHAI), False)
    if length.unit == "working_day":
        before = local.date() if length.value else local.date() - timedelta(days=1)
        counted = working_days_after(session, before, length.value or 1)
        end = datetime.combine(counted.day + timedelta(days=1), time(), SHANGHAI)
        return Due(end, counted.is_provisional)
    off, _ = days_off(session, local.date(), local.date() + timedelta(days=length.value // 3 + 30))
    end = _after_worked(local, timedelta(hours=length.value), off)
    return Due(end, days_off(session, local.date(), end.date())[1])


def _after_worked(start: datetime, left: timedelta, off: set[Any]) -> datetime:
    day = start.date()
    while True:
        for opens, closes in WORKED if day not in off else ():
            begin = max(start, datetime.combine(day, opens, SHANGHAI))
            there = datetime.combine(day, closes, SHANGHAI) - begin
            if there >= left:
                return begin + left
            left -= max(there, timedelta())
        day += timedelta(days=1)


def policy_of(session: Session, key: str, at: datetime) -> Length:
    """The length of a deadline that begins at a moment: what was set last of what holds on its day."""
    held = select(DeadlinePolicy).where(DeadlinePolicy.key == key, DeadlinePolicy.since <= day_of(at))
    row = session.scalars(held.order_by(DeadlinePolicy.since.desc()).limit(1)).first()
    return Length(row.value, row.unit, row.remind_hours) if row else DEFAULTS[key]  # type: ignore[arg-type]  # the column holds units only


def start(session: Session, key: str, entity_id: str, at: datetime, named_at: datetime | None = None) -> Due:
    """Let a deadline of a row begin; it ends at the moment that is named, or else as its policy says."""
    return _start(session, key, entity_id, at, policy_of(session, key, at), named_at)


def start_until(session: Session, key: str, entity_id: str, at: datetime, last: date) -> Due:
    """Let a deadline begin whose last day somebody has named; a reminder comes a day before its end."""
    return _start(session, key, entity_id, at, Length((last - day_of(at)).days, "calendar_day", 24))


def _start(
    session: Session,
    key: str,
    entity_id: str,
    at: datetime,
    length: Length,
    named_at: datetime | None = None,
) -> Due:
    due = Due(named_at, False) if named_at else due_after(session, at, length)
    session.add(
        Deadline(
            key=key,
            entity_id=entity_id,
            started_at=at,
            value=length.value,
            unit=length.unit,
            remind_hours=length.remind_hours,
            due_at=due.at,
            named_at=named_at,
            is_provisional=due.is_provisional,
        )
    )
    return due


def hasten(session: Session, key: str, entity_id: str, named_at: datetime) -> None:
    """What is running ends at a moment that is named, where that is earlier than it would."""
    for row in _running(session, key, entity_id):
        if named_at < row.due_at:
            row.named_at = named_at
            _recount(session, iter([row]))


def end(session: Session, key: str, entity_id: str, done: Interval) -> Judgement | None:
    """What was due is done: judged by what can be proven of the time, and written down. None where nothing was due."""
    judgement = None
    for row in _running(session, key, entity_id):
        judgement = judge(row.due_at, done)
        row.ended_at = done.latest
        row.note_interval(done, judgement)
    return judgement


def drop(session: Session, key: str, entity_id: str, at: datetime) -> None:
    """What was due need not be done any more; nothing is judged."""
    for row in _running(session, key, entity_id):
        row.ended_at = at


def resume(session: Session, key: str, entity_id: str) -> None:
    """What was ended last runs again as if it had not been: what was done did not count. Nothing where it is running."""
    mine = select(Deadline).where(Deadline.entity_id == entity_id, Deadline.key == key)
    row = session.scalars(mine.order_by(Deadline.number.desc()).limit(1)).first()
    if row is not None and row.ended_at is not None:
        row.ended_at = row.earliest_at = row.latest_at = row.timeliness = None
        _recount(session, iter([row]))


def due_of(session: Session, key: str, entity_id: str) -> datetime | None:
    """Until when what is running is in time; None where nothing is."""
    return next((row.due_at for row in _running(session, key, entity_id)), None)


def began_at(session: Session, key: str, entity_id: str) -> datetime | None:
    """When what is running began; None where nothing is."""
    return next((row.started_at for row in _running(session, key, entity_id)), None)


def _running(session: Session, key: str, entity_id: str) -> Iterator[Deadline]:
    yield from session.scalars(
        select(Deadline).where(
            Deadline.entity_id == entity_id, Deadline.key == key, Deadline.ended_at.is_(None)
        )
    )


def _open(session: Session) -> Iterator[Deadline]:
    yield from session.scalars(select(Deadline).where(Deadline.ended_at.is_(None)).order_by(Deadline.number))


def _recount(session: Session, rows: Iterator[Deadline]) -> None:
    for row in rows:
        length = Length(row.value, row.unit, row.remind_hours)  # type: ignore[arg-type]  # as above
        due = Due(row.named_at, False) if row.named_at else due_after(session, row.started_at, length)
        row.is_provisional = due.is_provisional
        if due.at != row.due_at:
            row.due_at = due.at
            emit(session, f"{row.key}.due_moved", data={"entity_id": row.entity_id})


@on("calendar.set")
def recount(happening: Happening) -> None:
    """When the calendar changes, whatever is open is due on another day."""
    _recount(happening.session, _open(happening.session))


@duty
def watch(database: Database) -> None:
    """Recount what was counted provisionally, and say once of each deadline that it is near, and that it is over."""
    with database.read() as session:
        if session.scalar(select(Deadline.number).where(Deadline.ended_at.is_(None)).limit(1)) is None:
            return
    with database.write() as session:
        _recount(session, (row for row in _open(session) if row.is_provisional))
        session.flush()
        soon = now() + timedelta(days=40)
        waiting = select(Deadline).where(
            Deadline.ended_at.is_(None), Deadline.due_at <= soon, Deadline.passed_at.is_(None)
        )
        for row in session.scalars(waiting.order_by(Deadline.due_at).limit(AT_ONCE)):
            if row.due_at < now():
                row.passed_at = row.reminded_at = now()
                emit(session, f"{row.key}.overdue", data={"entity_id": row.entity_id})
            elif row.reminded_at is None and row.due_at - timedelta(hours=row.remind_hours) <= now():
                row.reminded_at = now()
                emit(session, f"{row.key}.due_near", data={"entity_id": row.entity_id})
