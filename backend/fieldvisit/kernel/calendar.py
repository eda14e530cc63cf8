"""The working calendar (工作日历): the published holidays and 调休, and what the administrator corrects of them.

Beyond the years that are published, Monday to Friday count as working days, provisionally (domain §3.2, S18.5).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

import chinese_calendar
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from fieldvisit.kernel.bundles import ALL, BundleKey, bundle
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.db import Base, Guid, Long
from fieldvisit.kernel.errors import invalid
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, Date, OptionalLine, View
from fieldvisit.kernel.work import Touching, Work

CALENDAR = bundle(
    "ref:calendar",
    key="ref:calendar:all",
    scopes=("all",),
    carried=dict.fromkeys(Role, ALL),
    contains=("calendar_days",),
)


class CalendarDay(Base):
    """A day of which an administrator says whether it is worked, whatever was published."""

    __tablename__ = "calendar_day"

    id: Mapped[Guid] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(unique=True)
    is_working: Mapped[bool]
    note: Mapped[str | None]
    bundle_id: Mapped[Long] = mapped_column(index=True)


class CalendarDayView(View):
    """A day that differs from what was published, or for which nothing is published yet."""

    id: str
    day: date
    is_working: bool
    note: str | None


collection(
    "calendar_days",
    CalendarDay,
    CalendarDayView,
    readers=set(Role),
    sorting=("day",),
    order=(CalendarDay.day,),
)


@dataclass(frozen=True)
class Due:
    """A day that was counted out; `is_provisional` while a day on the way is not published yet."""

    day: date
    is_provisional: bool


def published(day: date) -> bool | None:
    """Whether a day is worked as the State Council published it; None where it has not yet."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


def days_off(session: Session, first: date, last: date) -> tuple[set[date], bool]:
    """The days between two (both included) that are not worked, and whether any of it is provisional."""
    said = {
        row.day: row.is_working
        for row in session.scalars(select(CalendarDay).where(CalendarDay.day.between(first, last)))
    }
    off, is_provisional = set(), False
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        working = said.get(day, published(day))
        if working is None:
            working, is_provisional = day.weekday() < 5, True
        if not working:
            off.add(day)
    return off, is_provisional


def working_days_after(session: Session, day: date, count: int) -> Due:
    """The `count`-th working day after a day, that day itself not counted; raises ValueError below 1 or above 400."""
    if not 1 <= count <= 400:
        raise ValueError("between 1 and 400 working days can be counted")
    last = day + timedelta(days=count * 2 + 20)
    off, _ = days_off(session, day + timedelta(days=1), last)
    due = day
    while count:
        due += timedelta(days=1)
        count -= due not in off
    _, is_provisional = days_off(session, day + timedelta(days=1), due)
    return Due(due, is_provisional)


class DayOfCalendar(Args):
    """One day and whether it is worked; `note` says why (a holiday's name, 调休)."""

    day: Date
    is_working: bool
    note: OptionalLine = None


class SetCalendarDays(Args):
    """Days of the calendar, up to a year of them."""

    days: Annotated[list[DayOfCalendar], Field(min_length=1, max_length=400)]


def _calendar(_touching: Touching, _args: SetCalendarDays) -> Iterable[BundleKey]:
    return [CALENDAR.of()]


@command(
    "calendar.set_days", "PUT /calendar_days", needs={Role.GENERAL_ADMIN}, in_person=True, touches=_calendar
)
def set_days(work: Work, args: SetCalendarDays) -> None:
    """Say of days whether they are worked: next year's holidays and 调休 once they are announced, or a correction."""
    if len({one.day for one in args.days}) != len(args.days):
        raise invalid("day_twice")
    home = work.bundle(CALENDAR.of())
    known = {
        row.day: row
        for row in work.session.scalars(
            select(CalendarDay).where(CalendarDay.day.in_([one.day for one in args.days]))
        )
    }
    for one in args.days:
        row = known.get(one.day)
        if row is None:
            row = CalendarDay(id=work.id(one.day.isoformat()), day=one.day, bundle_id=home.id)
            work.session.add(row)
        row.is_working, row.note = one.is_working, one.note
    work.emit("calendar.set", home.id, first=min(one.day for one in args.days).isoformat())
