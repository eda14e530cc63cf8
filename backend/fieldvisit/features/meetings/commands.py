"""Meetings before they are held: planned, reported, called, called off (S4.1–S4.5, S5.1–S5.3)."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID, uuid5

from pydantic import Field
from sqlalchemy import select

from fieldvisit.features.meetings.models import MEETING, Meeting, MeetingAttendance
from fieldvisit.features.meetings.rules import (
    CALLED,
    CHAIRING,
    MAX_AGENDA,
    MAX_INVITEES,
    OPEN,
    PLANNED,
    REPORTED_FACTS,
    Form,
    Kind,
    Source,
    State,
    needs_report,
)
from fieldvisit.features.org.lines import last_zone
from fieldvisit.features.org.models import Department
from fieldvisit.kernel.bundles import Bundle, BundleKey
from fieldvisit.kernel.clock import day_of
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, invalid, missing, not_now, out_of_scope
from fieldvisit.kernel.users import Role, User
from fieldvisit.kernel.values import Args, Id, Line, Moment, OptionalLine, OptionalProse, Prose
from fieldvisit.kernel.work import Touching, Work


class AgendaItem(Args):
    """An item of the agenda: in which form, about what, who speaks, for how many minutes, and whether it is done."""

    id: Id
    form: Form
    title: Line
    speaker_id: Id | None = None
    minutes: Annotated[int, Field(ge=0, le=480)] = 5
    is_done: bool = False


Agenda = Annotated[list[AgendaItem], Field(max_length=MAX_AGENDA)]


class SaveMeeting(Args):
    """A meeting as it is planned; `invitee_ids` are colleagues of the department, its author chairs it."""

    id: Id
    kind: Kind = "daily"
    source: Source | None = None
    theme: Line
    purpose: OptionalProse = None
    content: OptionalProse = None
    planned_start: Moment
    planned_end: Moment
    place: OptionalLine = None
    outline: OptionalProse = None
    recorder_id: Id | None = None
    invitee_ids: Annotated[list[Id], Field(max_length=MAX_INVITEES)] = []
    agenda: Agenda = []


class OnMeeting(Args):
    """A meeting."""

    meeting_id: Id


class SetAgenda(OnMeeting):
    """The agenda and the recorder from now on."""

    agenda: Agenda
    recorder_id: Id | None = None


class CancelMeeting(OnMeeting):
    """Why it does not take place."""

    reason: Prose


def _planned(touching: Touching, args: SaveMeeting) -> list[BundleKey]:
    return [MEETING.of(meeting=args.id, author=touching.user.id)]


def _there(touching: Touching, args: Any) -> list[str]:
    return touching.bundle_of(Meeting, args.meeting_id)


def step_command(name: str, path: str, needs: frozenset[Role] = CHAIRING) -> Callable[..., Any]:
    """A step on a meeting as a command at `POST /meetings/{meeting_id}/<path>`."""
    route = f"POST /meetings/{{meeting_id}}/{path}"
    return command(f"meetings.{name}", route, needs=needs, offline=True, in_person=True, touches=_there)


@command(
    "meetings.save", "PUT /meetings/{id}", needs=CHAIRING, offline=True, in_person=True, touches=_planned
)
def save(work: Work, args: SaveMeeting) -> None:
    """Plan a meeting, or change one that is not called yet; what was reported is to be reported anew then (S4.1–S4.5, S5.3).

    Raises Problem 422 `meeting_times` or `meeting_passed`, 404 `meeting_invitee_missing`.
    """
    home = work.bundle(MEETING.of(meeting=args.id, author=work.user.id))
    known = work.get(Meeting, args.id)
    if known is not None:
        known = chaired(work, args.id, PLANNED)
    if args.planned_end <= args.planned_start:
        raise invalid("meeting_times")
    if day_of(args.planned_start) < work.entry.day:
        raise invalid("meeting_passed")
    invitees = sorted({*args.invitee_ids} - {work.user.id})
    for one in (*invitees, *((args.recorder_id,) if args.recorder_id else ())):
        _require_colleague(work, one)
    department_id = work.user.department_id
    if department_id is None:
        raise missing("department_missing")
    if known is None:
        known = Meeting(
            id=args.id,
            author_id=work.user.id,
            department_id=department_id,
            zone_id=last_zone(work.session, work.user) if work.user.role == Role.MARKET_MANAGER else None,
            bundle_id=home.id,
        )
    for name, value in args.model_dump(mode="python", exclude={"id", "invitee_ids", "agenda"}).items():
        setattr(known, name, value)
    known.invitee_ids, known.agenda = invitees, _items(args.agenda)
    known.state, home.day = "draft", day_of(args.planned_start)
    work.session.add(known)
    work.emit("meetings.saved", home.id, meeting_id=known.id)
    work.result = {"id": known.id}


@step_command("report", "report")
def report(work: Work, args: OnMeeting) -> None:
    """Report (汇报) purpose, theme, content and time to the department manager, who is told and decides nothing (S4.4).

    Raises Problem 422 `meeting_incomplete` with the facts that are wanting.
    """
    meeting = chaired(work, args.meeting_id, ("draft",))
    wanting = [name for name in REPORTED_FACTS if not getattr(meeting, name)]
    if wanting:
        raise invalid("meeting_incomplete", fields=wanting)
    meeting.state, meeting.reported_at = "reported", work.entry.stated_at
    hang_department(work, meeting)
    work.emit("meetings.reported", meeting.bundle_id, meeting_id=meeting.id)


@step_command("notify", "notify")
def notify(work: Work, args: OnMeeting) -> None:
    """Call everybody who is invited (S4.2); whoever is in another meeting then cannot be.

    Raises Problem 409 `meeting_not_reported`, `meeting_overlaps`, 422 `meeting_nobody`.
    """
    meeting = chaired(work, args.meeting_id, PLANNED)
    department = work.session.get_one(Department, meeting.department_id)
    is_due = needs_report(meeting.kind, weekly_does=department.weekly_meetings_need_report)
    if meeting.state == "draft" and is_due:
        raise not_now("meeting_not_reported")
    if not meeting.invitee_ids:
        raise invalid("meeting_nobody")
    if _taken(work, meeting):
        raise conflict("meeting_overlaps")
    home = work.session.get_one(Bundle, meeting.bundle_id)
    for user_id in meeting.invitee_ids:
        work.hang(home, f"user:{user_id}")
        work.session.add(
            MeetingAttendance(
                id=attendance_id(meeting.id, user_id),
                meeting_id=meeting.id,
                user_id=user_id,
                state="invited",
                bundle_id=meeting.bundle_id,
            )
        )
    if meeting.recorder_id:
        work.hang(home, f"user:{meeting.recorder_id}")
    meeting.state, meeting.notified_at = "notified", work.entry.stated_at
    work.emit("meetings.notified", meeting.bundle_id, meeting_id=meeting.id)


@step_command("cancel", "cancel")
def cancel(work: Work, args: CancelMeeting) -> None:
    """Call a meeting off that has not begun; whoever was called is told."""
    meeting = chaired(work, args.meeting_id, (*PLANNED, "notified"))
    meeting.state, meeting.cancel_reason = "cancelled", args.reason
    work.emit("meetings.cancelled", meeting.bundle_id, meeting_id=meeting.id)


@step_command("set_agenda", "agenda")
def set_agenda(work: Work, args: SetAgenda) -> None:
    """Change the agenda and the recorder until it is over; items are ticked off as they are done (S4.6)."""
    meeting = chaired(work, args.meeting_id, OPEN)
    if args.recorder_id is not None:
        _require_colleague(work, args.recorder_id)
        if meeting.state in CALLED:
            work.hang(work.session.get_one(Bundle, meeting.bundle_id), f"user:{args.recorder_id}")
    meeting.agenda, meeting.recorder_id = _items(args.agenda), args.recorder_id
    work.emit("meetings.saved", meeting.bundle_id, meeting_id=meeting.id)


def attendance_id(meeting_id: str, user_id: str) -> str:
    """Of somebody in a meeting: the same on every phone and at the server."""
    return str(uuid5(UUID(meeting_id), user_id))


def _items(agenda: list[AgendaItem]) -> list[dict[str, Any]]:
    return [item.model_dump(mode="json") for item in agenda]


def hang_department(work: Work, meeting: Meeting) -> None:
    """Let the department see it from now on."""
    work.hang(work.session.get_one(Bundle, meeting.bundle_id), f"department:{meeting.department_id}")


def _require_colleague(work: Work, user_id: str) -> None:
    """In service in the department of whoever chairs; raises Problem 404 `meeting_invitee_missing`."""
    user = work.session.get(User, user_id)
    if user is None or not user.is_active or user.department_id != work.user.department_id:
        raise missing("meeting_invitee_missing")


def seen(work: Work, meeting_id: str) -> Meeting:
    """A meeting that is his to see; raises Problem 404 `meeting_missing`."""
    return work.find(Meeting, meeting_id, "meeting_missing", "meeting_not_yours")


def chaired(work: Work, meeting_id: str, states: tuple[State, ...]) -> Meeting:
    """One that he chairs and that stands so; raises Problem 403 `meeting_not_yours`, 409 `meeting_not_now`."""
    meeting = seen(work, meeting_id)
    if meeting.author_id != work.user.id:
        raise out_of_scope("meeting_not_yours")
    if meeting.state not in states:
        raise not_now("meeting_not_now")
    return meeting


def _taken(work: Work, meeting: Meeting) -> bool:
    """Whether any of those called is in another meeting at that time."""
    people = [*meeting.invitee_ids, meeting.author_id]
    other = (
        Meeting.id != meeting.id,
        Meeting.state.in_(CALLED),
        Meeting.planned_start < meeting.planned_end,
        Meeting.planned_end > meeting.planned_start,
    )
    called = select(MeetingAttendance.user_id).join(Meeting, Meeting.id == MeetingAttendance.meeting_id)
    called = called.where(
        *other, MeetingAttendance.user_id.in_(people), MeetingAttendance.state.in_(("invited", "signed"))
    )
    chairs = select(Meeting.author_id).where(*other, Meeting.author_id.in_(people))
    return work.session.execute(called.union(chairs).limit(1)).first() is not None
