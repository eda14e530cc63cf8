"""Who has not submitted the log of his day is reminded when it is due, and his market manager hears whose are missing (domain §3.6)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.org.lines import last_zone, superiors
from fieldvisit.features.org.models import Department, Route, Zone
from fieldvisit.features.worklogs.models import WorkLog
from fieldvisit.features.worklogs.rules import moment
from fieldvisit.kernel.calendar import days_off
from fieldvisit.kernel.clock import now, start_of, today
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.duties import duty
from fieldvisit.kernel.events import Event, emit, on
from fieldvisit.kernel.notices import notice, tell
from fieldvisit.kernel.reactions import Happening
from fieldvisit.kernel.scopes import Cover
from fieldvisit.kernel.users import User

WANTED, MISSING = "work_logs.wanted", "work_logs.missing"
LOG_WANTED = notice("work_log_wanted", "请提交今天的工作日志")
LOGS_MISSING = notice("work_logs_missing", "有人未提交工作日志", urgent=True)
Said = dict[str, str]


@duty
def say_what_is_due(database: Database) -> None:
    """Say once of a working day that its logs are due, and the next day that those still missing are."""
    with database.read() as session:
        asked = _due(session, now())
        said = select(Event.name, Event.data).where(
            Event.name.in_((WANTED, MISSING)), Event.happened_at >= start_of(today())
        )
        known = [(name, data) for name, data in session.execute(said)]
    unsaid = [one for one in asked if one not in known]
    if unsaid:
        with database.write() as session:
            for name, data in unsaid:
                emit(session, name, data=data)


def _due(session: Session, at: datetime) -> list[tuple[str, Said]]:
    on_day = today()
    before = on_day - timedelta(days=1)
    off, _ = days_off(session, before, on_day)
    due = []
    for department in session.scalars(select(Department).order_by(Department.id)):
        if on_day not in off and at >= moment(on_day, department.logs_due_at):
            due.append((WANTED, {"department_id": department.id, "day": on_day.isoformat()}))
        if before not in off and at >= moment(on_day, department.logs_missing_at):
            due.append((MISSING, {"department_id": department.id, "day": before.isoformat()}))
    return due


def _wanting(session: Session, department_id: str, day: date) -> Iterable[User]:
    """Who serves a route or leads a zone, was there that day, and has submitted no log of it."""
    serving = set(session.scalars(select(Route.account_manager_id)))
    serving |= set(session.scalars(select(Zone.market_manager_id)))
    away = select(Cover.user_id).where(Cover.since <= day, Cover.until > day)
    submitted = select(WorkLog.author_id).where(
        WorkLog.horizon == "day", WorkLog.first_on == day, WorkLog.submitted_at.is_not(None)
    )
    wanting = serving - set(session.scalars(away)) - set(session.scalars(submitted)) - {None}
    there = select(User).where(User.id.in_(wanting), User.department_id == department_id, User.is_active)
    return session.scalars(there.order_by(User.id))


@on(WANTED)
def remind(happening: Happening) -> None:
    """Who has submitted none hears that his log is due."""
    day = happening.event.data["day"]
    wanting = _wanting(happening.session, happening.event.data["department_id"], date.fromisoformat(day))
    tell(happening, [user.id for user in wanting], LOG_WANTED, first_on=day)


@on(MISSING)
def say_whose_are_missing(happening: Happening) -> None:
    """Who leads them hears how many logs of his people are missing."""
    data = happening.event.data
    short: defaultdict[str, int] = defaultdict(int)
    for user in _wanting(happening.session, data["department_id"], date.fromisoformat(data["day"])):
        zone_id = last_zone(happening.session, user)
        for leader in superiors(happening.session, user.id, zone_id) if zone_id else ():
            short[leader] += 1
    for leader, count in sorted(short.items()):
        tell(happening, [leader], LOGS_MISSING, first_on=data["day"], count=count)
