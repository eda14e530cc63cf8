"""Notices of what the kernel itself sees happen: decisions about held entries, phones, and a calendar that runs out."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from fieldvisit.kernel.calendar import CalendarDay, published
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.deciding import standing_above
from fieldvisit.kernel.duties import duty
from fieldvisit.kernel.events import Event, emit, on
from fieldvisit.kernel.notices import holders, notice, tell
from fieldvisit.kernel.reactions import Happening
from fieldvisit.kernel.users import Role, User

ENTRY_DECIDED = notice("entry_decided", "您的一条记录已由上级处理")
PHONE_WAITS = notice("phone_waits", "有手机等待批准")
PHONE_APPROVED = notice("phone_approved", "您的手机已获批准")
PHONE_HOLE = notice("phone_hole", "有手机的记录未能送达", urgent=True)
PHONE_SILENT = notice("phone_silent", "有手机较长时间没有同步")
CALENDAR_MISSING = notice("calendar_missing", "请维护下一年度工作日历")
CALENDAR_SET = notice("calendar_set")
DEADLINES_SET = notice("deadlines_set")
ASKED_FROM = (11, 1)


@on("held_ops.applied", "held_ops.rejected")
def tell_author(happening: Happening) -> None:
    """Whose entry it was hears how it ended (S1.4)."""
    data = happening.event.data
    state = happening.event.name.removeprefix("held_ops.")
    tell(happening, [data["author_id"]], ENTRY_DECIDED, state=state, op_id=data["op_id"])


@on("devices.waiting")
def tell_approvers(happening: Happening) -> None:
    """The administrators of a user's department hear that a further phone of his waits; without one, the system's."""
    user = happening.session.get_one(User, happening.event.data["user_id"])
    admins = holders(happening.session, Role.GENERAL_ADMIN, user.department_id) if user.department_id else []
    admins = [admin for admin in admins if admin != user.id]
    admins = admins or holders(happening.session, Role.SYSTEM_ADMIN, None)
    tell(happening, admins, PHONE_WAITS, user_id=user.id)


@on("devices.approved")
def tell_owner(happening: Happening) -> None:
    """Whose phone it is hears that it may be used."""
    tell(happening, [happening.event.data["user_id"]], PHONE_APPROVED)


@on("devices.hole", "devices.silent")
def tell_responsible(happening: Happening) -> None:
    """Whoever answers for its user hears that entries of a phone may be lost; where nobody does, the system's administrators."""
    session, data = happening.session, happening.event.data
    above = standing_above(session, session.get_one(User, data["user_id"]))
    told = [above[0].for_id or above[0].user_id] if above else holders(session, Role.SYSTEM_ADMIN, None)
    kind = PHONE_HOLE if happening.event.name == "devices.hole" else PHONE_SILENT
    tell(happening, told, kind, **data)


@duty
def ask_for_next_year(database: Database) -> None:
    """From 1 November on, say once that next year's holidays and 调休 are neither published here nor set (S18.5)."""
    day = today()
    year = day.year + 1
    if (day.month, day.day) < ASKED_FROM or published(date(year, 1, 1)) is not None:
        return
    with database.write() as session:
        asked = session.scalars(select(Event.data).where(Event.name == "calendar.year_missing"))
        is_set = select(CalendarDay.id).where(CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)))
        if any(data["year"] == year for data in asked) or session.scalar(is_set.limit(1)):
            return
        emit(session, "calendar.year_missing", data={"year": year})


@on("calendar.year_missing")
def tell_administrators(happening: Happening) -> None:
    """Every general administrator is asked to set the days once they are announced."""
    tell(happening, _administrators(happening), CALENDAR_MISSING, year=happening.event.data["year"])


@on("calendar.set", "deadlines.set")
def tell_other_administrators(happening: Happening) -> None:
    """Calendar and deadlines are everybody's, so every other general administrator hears that one has changed them."""
    kind = CALENDAR_SET if happening.event.name == "calendar.set" else DEADLINES_SET
    tell(happening, _administrators(happening), kind)


def _administrators(happening: Happening) -> Sequence[str]:
    return happening.session.scalars(
        select(User.id).where(User.role == Role.GENERAL_ADMIN, User.is_active)
    ).all()
