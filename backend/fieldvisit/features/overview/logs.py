"""Logs, slips and meetings of a week or month: in time, reviewed, important news passed on, slips answered, who came (S5, S13)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import func, select

from fieldvisit.features.meetings.models import Meeting, MeetingAttendance
from fieldvisit.features.metrics import rules as metrics
from fieldvisit.features.org.models import Person
from fieldvisit.features.overview.counts import Territory, territories
from fieldvisit.features.overview.reports import ZoneParams
from fieldvisit.features.slips.models import InfoSlip
from fieldvisit.features.worklogs.models import WorkLog
from fieldvisit.kernel.calendar import days_off
from fieldvisit.kernel.clock import day_of, start_of
from fieldvisit.kernel.reports import Reading, report
from fieldvisit.kernel.scopes import Cover
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Date, View
from fieldvisit.kernel.workflow import FlowStep

READERS = {Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER}
FIGURES = ("logs_due", "logs_in_time", "logs_late", "logs_unproven", "logs_missing", "logs_reviewed", "reviewed_in_time", "important_notes", "passed_on", "slips_answered", "slips_in_time", "meetings_called", "meetings_attended", "digests", "digests_in_time")  # fmt: skip


class LogParams(ZoneParams):
    """The week or month that a day lies in; without a day the present one."""

    period: Literal["week", "month"] = "month"
    on: Date | None = None


class LogRow(View):
    """The logs of days by all in the zones (`total`), in a zone, by its market manager, or by an account manager (domain §3.5).

    `logs_due` are working days before today on which he was there. Of them `logs_in_time` were submitted when due,
    `logs_late` later, `logs_unproven` maybe so, and `logs_missing` not before they counted as missing, or not at all.
    `logs_reviewed` were reviewed, `reviewed_in_time` within the term. `important_notes` are important information in them,
    `passed_on` with a slip. `slips_answered` came to him in the period and were answered, `slips_in_time` by their day.
    He was called to `meetings_called` that are over and came to `meetings_attended`, late or not; of `digests` he passed on
    `digests_in_time` were so by their term.
    What ends in `_before` is of the period before.
    """

    level: Literal["total", "zone", "market_manager", "account_manager"]
    zone_id: str | None
    zone_name: str | None
    person_id: str | None
    person_name: str | None
    first_on: date
    last_on: date
    logs_due: int
    logs_in_time: int
    logs_late: int
    logs_unproven: int
    logs_missing: int
    log_submit_rate: float | None
    log_submit_rate_before: float | None
    logs_reviewed: int
    log_review_rate: float | None
    reviewed_in_time: int
    log_review_rate_timely: float | None
    important_notes: int
    passed_on: int
    important_info_transfer: float | None
    slips_answered: int
    slips_in_time: int
    slip_reply_timely: float | None
    meetings_called: int
    meetings_attended: int
    meeting_attendance: float | None
    digests: int
    digests_in_time: int


@dataclass(frozen=True)
class Group:
    """Whose logs a row is about."""

    level: Literal["total", "zone", "market_manager", "account_manager"]
    people: tuple[str, ...]
    place: Territory | None = None
    name: str | None = None


@report("work_logs", row=LogRow, readers=READERS)
def work_logs(reading: Reading, params: LogParams) -> list[LogRow]:
    """Whether logs come in time, are reviewed and pass on what is important, and slips are answered, by zone and person; never ranked.

    An account manager has his own. Raises Problem 404 `zone_missing` for a zone that is not his.
    """
    period = metrics.period_of(params.period, params.on or reading.on)
    groups = _groups(reading, territories(reading, params.zone_id))
    people = {person for group in groups for person in group.people}
    now = tallies(reading, people, period)
    before = tallies(reading, people, metrics.before(params.period, period))
    return [
        LogRow(
            level=group.level,
            zone_id=group.place and group.place.zone_id,
            zone_name=group.place and group.place.name,
            person_id=group.people[0] if group.level.endswith("manager") else None,
            person_name=group.name,
            first_on=period.first,
            last_on=period.last,
            **figures(_sum(now, group), _sum(before, group)),
        )
        for group in groups
    ]


def _groups(reading: Reading, places: list[Territory]) -> list[Group]:
    led = reading.served("zone")
    own = reading.principal.user.id
    names = dict(reading.session.execute(select(Person.id, Person.name).where(reading.of("people"))).all())
    groups: list[Group] = []
    for place in places:
        walkers = [(party.person_id, party.name) for party in place.parties if party.person_id]
        if place.zone_id in led:
            ids = [person for person, _ in walkers] + [person for person in (place.manager_id,) if person]
            groups.append(Group("zone", tuple(dict.fromkeys(ids)), place))
            if place.manager_id:
                groups.append(
                    Group("market_manager", (place.manager_id,), place, names.get(place.manager_id))
                )
        groups += [
            Group("account_manager", (person,), place, name)
            for person, name in walkers
            if place.zone_id in led or person == own
        ]
    if led:
        everybody = dict.fromkeys(person for group in groups for person in group.people)
        groups.insert(0, Group("total", tuple(everybody)))
    return groups


def tallies(reading: Reading, people: set[str], period: metrics.Period) -> dict[str, Counter[str]]:
    """What each of them wrote, and was written, in a period that may still run."""
    found = {person: Counter[str]() for person in people}
    last = min(period.last, reading.on - timedelta(days=1))
    logs = {(row.author_id, row.first_on): row for row in _logs(reading, people, period.first, last)}
    for person, day in _due(reading, people, period.first, last):
        _count(found[person], logs.get((person, day)))
    reviewed_in_time = select(WorkLog.author_id, func.count()).where(
        reading.of("work_logs"),
        WorkLog.horizon == "day",
        WorkLog.first_on.between(period.first, last),
        WorkLog.state == "reviewed",
        select(FlowStep.id)
        .where(
            reading.of("flow_steps"),
            FlowStep.entity_id == WorkLog.id,
            FlowStep.step == "review",
            FlowStep.timeliness == "in_time",
        )
        .exists(),
    )
    for person, count in reading.session.execute(reviewed_in_time.group_by(WorkLog.author_id)):
        if person in found:
            found[person]["reviewed_in_time"] = count
    slips = select(InfoSlip.addressee_id, InfoSlip.made_at, InfoSlip.timeliness).where(
        reading.of("info_slips"), InfoSlip.addressee_id.in_(people), InfoSlip.timeliness.is_not(None)
    )
    for who, made_at, timeliness in reading.session.execute(slips):
        if who is not None and period.first <= day_of(made_at) <= period.last:
            found[who]["slips_answered"] += 1
            found[who]["slips_in_time"] += timeliness == "in_time"
    _count_meetings(reading, found, period)
    return found


def _count_meetings(reading: Reading, found: dict[str, Counter[str]], period: metrics.Period) -> None:
    first, after = start_of(period.first), start_of(period.last + timedelta(days=1))
    over = (
        reading.of("meetings"),
        Meeting.ended_at.is_not(None),
        Meeting.planned_start >= first,
        Meeting.planned_start < after,
    )
    called = (
        select(MeetingAttendance.user_id, MeetingAttendance.state)
        .join(Meeting, Meeting.id == MeetingAttendance.meeting_id)
        .where(*over, reading.of("meeting_attendances"), MeetingAttendance.user_id.in_(found))
    )
    for who, state in reading.session.execute(called):
        found[who]["meetings_called"] += 1
        found[who]["meetings_attended"] += state == "signed"
    digests = select(Meeting.author_id, Meeting.timeliness).where(
        *over, Meeting.state == "published", Meeting.author_id.in_(found)
    )
    for who, timeliness in reading.session.execute(digests):
        found[who]["digests"] += 1
        found[who]["digests_in_time"] += timeliness == "in_time"


def _logs(reading: Reading, people: set[str], first: date, last: date) -> list[WorkLog]:
    submitted = select(WorkLog).where(
        reading.of("work_logs"),
        WorkLog.author_id.in_(people),
        WorkLog.horizon == "day",
        WorkLog.first_on.between(first, last),
        WorkLog.submitted_at.is_not(None),
    )
    return list(reading.session.scalars(submitted))


def _due(reading: Reading, people: set[str], first: date, last: date) -> list[tuple[str, date]]:
    """Who had a day to log, and which: working days on which he was there."""
    off, _ = days_off(reading.session, first, max(first, last))
    away = list(
        reading.session.execute(
            select(Cover.user_id, Cover.since, Cover.until).where(Cover.user_id.in_(people))
        )
    )
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [
        (person, day)
        for person in people
        for day in days
        if day not in off and not any(who == person and since <= day < until for who, since, until in away)
    ]


def _count(tally: Counter[str], log: WorkLog | None) -> None:
    tally["logs_due"] += 1
    if log is None or (log.earliest_at is not None and log.earliest_at > log.missing_at):
        tally["logs_missing"] += 1
    else:
        tally[f"logs_{log.timeliness}"] += 1
    if log is not None:
        tally["logs_submitted"] += 1
        tally["logs_reviewed"] += log.state == "reviewed"
        important = [note for note in log.notes if note["is_important"]]
        tally["important_notes"] += len(important)
        tally["passed_on"] += sum(note["info_slip_id"] is not None for note in important)


def _sum(tallies: dict[str, Counter[str]], group: Group) -> Counter[str]:
    return sum((tallies[person] for person in group.people), Counter[str]())


def figures(this: Counter[str], last: Counter[str]) -> dict[str, Any]:
    """The figures of a period beside those of the one before."""
    return {name: this[name] for name in FIGURES} | {
        "log_submit_rate": metrics.log_submit_rate(this["logs_in_time"], this["logs_due"]),
        "log_submit_rate_before": metrics.log_submit_rate(last["logs_in_time"], last["logs_due"]),
        "log_review_rate": metrics.log_review_rate(this["logs_reviewed"], this["logs_submitted"]),
        "log_review_rate_timely": metrics.log_review_rate(this["reviewed_in_time"], this["logs_submitted"]),
        "important_info_transfer": metrics.important_info_transfer(
            this["passed_on"], this["important_notes"]
        ),
        "meeting_attendance": metrics.meeting_attendance(this["meetings_attended"], this["meetings_called"]),
        "slip_reply_timely": metrics.slip_reply_timely(this["slips_in_time"], this["slips_answered"]),
    }
