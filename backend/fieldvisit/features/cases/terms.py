"""The clocks of a case: which term runs in which state, and until when the next step is due (S12.11, S12.15, S18.5; domain §3.6)."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from fieldvisit.features.cases.models import FeedbackCase
from fieldvisit.features.cases.rules import AT_WORK, COMPLAINT, OVER, State
from fieldvisit.kernel import deadlines
from fieldvisit.kernel.clock import start_of
from fieldvisit.kernel.intervals import Interval, Judgement, judge

REPLY = deadlines.deadline("feedback_case.reply", 2, "working_day")
ASSIGN = deadlines.deadline("complaint.assign", 0, "working_day")
ACCEPT = deadlines.deadline("complaint.accept", 4, "working_hour", 1)
CONTACT = deadlines.deadline("complaint.first_contact", 24, "hour")
HANDLE = {
    "normal": deadlines.deadline("complaint.handle.normal", 3, "working_day", 8),
    "important": deadlines.deadline("complaint.handle.important", 7, "working_day", 24),
    "major": deadlines.deadline("complaint.handle.major", 15, "working_day", 48),
}
REPORT = deadlines.deadline("complaint.report_result", 1, "working_day")
INFORM = deadlines.deadline("complaint.inform_shop", 1, "working_day")
REOPEN = deadlines.deadline("complaint.reopen", 30, "calendar_day")
ALL = (REPLY, ASSIGN, ACCEPT, CONTACT, *HANDLE.values(), REPORT, INFORM)


def begin(session: Session, case: FeedbackCase, at: datetime) -> None:
    """What begins when a case is taken down, or becomes a complaint."""
    if case.feedback_type != COMPLAINT:
        case.due_at = deadlines.start(session, REPLY, case.id, at).at
        return
    deadlines.start(session, ASSIGN, case.id, at)
    deadlines.start(session, CONTACT, case.id, at)
    begin_handling(session, case, at)
    show(session, case)


def begin_handling(session: Session, case: FeedbackCase, at: datetime) -> None:
    """A new term of handling begins, as long as the severity has it."""
    case.handle_due_at = deadlines.start(session, HANDLE[case.severity], case.id, at).at


def change_handling(
    session: Session, case: FeedbackCase, severity: str, at: datetime, last: date | None = None
) -> None:
    """The term of handling that runs gets another end, counted from when it began: by the severity, or the day `last`."""
    before = HANDLE[case.severity]
    began = deadlines.began_at(session, before, case.id) or at
    deadlines.drop(session, before, case.id, at)
    case.severity = severity
    if last is None:
        begin_handling(session, case, began)
    else:
        case.handle_due_at = deadlines.start_until(session, HANDLE[severity], case.id, began, last).at


def end_of(day: date) -> datetime:
    """The last moment of a day in Shanghai, as terms end."""
    return start_of(day + timedelta(days=1))


def until_reopened(session: Session, told: datetime) -> datetime:
    """Until when a shop that was told at a moment may say that it is not content."""
    return deadlines.due_after(session, told, deadlines.policy_of(session, REOPEN, told)).at


def is_over(case: FeedbackCase) -> bool:
    """Whether nothing more will come of it."""
    return case.state in OVER


def drop_all(session: Session, case: FeedbackCase, at: datetime) -> None:
    """Nothing of it is due any more."""
    for key in ALL:
        deadlines.drop(session, key, case.id, at)


def key_of(case: FeedbackCase) -> str | None:
    """The term that runs in a case's state; None where nothing is due."""
    if case.feedback_type != COMPLAINT:
        return REPLY if case.state in ("registered", "handling") else None
    keys: dict[State, str] = dict.fromkeys(AT_WORK, HANDLE[case.severity])
    keys |= {"registered": ASSIGN, "assigned": ACCEPT, "resolved": REPORT, "reported": INFORM}
    return keys.get(case.state)  # type: ignore[call-overload,no-any-return]  # the column holds states only


def show(session: Session, case: FeedbackCase) -> None:
    """Write down when the next step is due; a result is to be reported no later than it was to be handled."""
    key = key_of(case)
    due = key and deadlines.due_of(session, key, case.id)
    if due and case.state == "resolved" and case.handle_due_at is not None:
        due = min(due, case.handle_due_at)
    if due:
        case.due_at = due


def judge_report(session: Session, case: FeedbackCase, done: Interval) -> Judgement | None:
    """Whether a result was reported in time: within its own term, and by when the complaint was to be handled (S12.15)."""
    own = deadlines.end(session, REPORT, case.id, done)
    if own is None or case.handle_due_at is None:
        return own
    whole = judge(case.handle_due_at, done)
    order = ("in_time", "unproven", "late")
    return max(own, whole, key=lambda one: order.index(one.timeliness))
