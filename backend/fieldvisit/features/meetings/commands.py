"""Meetings: planned, reported, called, held, recorded, passed on (S4.1–S4.9, S5.1–S5.11)."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID, uuid5

from pydantic import Field
from sqlalchemy import select

from fieldvisit.features.meetings.models import MEETING, Meeting, MeetingAttendance, MeetingNote
from fieldvisit.features.meetings.rules import (
    CALLED,
    CHAIRING,
    INVOLVED,
    MAX_AGENDA,
    MAX_INVITEES,
    OPEN,
    PLANNED,
    RECORDED,
    REPORTED_FACTS,
    Form,
    Kind,
    Said,
    Source,
    State,
    needs_report,
)
from fieldvisit.features.org.lines import last_zone
from fieldvisit.features.org.models import Department
from fieldvisit.kernel import deadlines
from fieldvisit.kernel.bundles import Bundle, BundleKey
from fieldvisit.kernel.clock import day_of
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, invalid, missing, not_now, out_of_scope
from fieldvisit.kernel.intervals import judge
from fieldvisit.kernel.users import Role, User
from fieldvisit.kernel.values import Args, Id, Line, Moment, OptionalLine, OptionalProse, Prose, Text
from fieldvisit.kernel.work import Touching, Work

DIGEST = deadlines.deadline("meeting.digest", 2, "working_day")


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


class ExcuseInvitee(OnMeeting):
    """That somebody who was called is on leave, or did not come."""

    user_id: Id
    is_leave: bool


class WriteNote(OnMeeting):
    """What somebody said, or what is to be said of his work; `id` is the note's."""

    id: Id
    about_id: Id
    said: Said
    text: Prose


class WriteMinutes(OnMeeting):
    """The minutes."""

    minutes: Text


class PublishDigest(OnMeeting):
    """What the department and everybody who was called is to know of it."""

    digest: Prose


def _planned(touching: Touching, args: SaveMeeting) -> list[BundleKey]:
    return [MEETING.of(meeting=args.id, author=touching.user.id)]


def _there(touching: Touching, args: Any) -> list[str]:
    return touching.bundle_of(Meeting, args.meeting_id)


def _step(name: str, path: str, needs: frozenset[Role] = CHAIRING) -> Callable[..., Any]:
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
        known = _chaired(work, args.id, PLANNED)
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


@_step("report", "report")
def report(work: Work, args: OnMeeting) -> None:
    """Report (汇报) purpose, theme, content and time to the department manager, who is told and decides nothing (S4.4).

    Raises Problem 422 `meeting_incomplete` with the facts that are wanting.
    """
    meeting = _chaired(work, args.meeting_id, ("draft",))
    wanting = [name for name in REPORTED_FACTS if not getattr(meeting, name)]
    if wanting:
        raise invalid("meeting_incomplete", fields=wanting)
    meeting.state, meeting.reported_at = "reported", work.entry.stated_at
    _hang_department(work, meeting)
    work.emit("meetings.reported", meeting.bundle_id, meeting_id=meeting.id)


@_step("notify", "notify")
def notify(work: Work, args: OnMeeting) -> None:
    """Call everybody who is invited (S4.2); whoever is in another meeting then cannot be.

    Raises Problem 409 `meeting_not_reported`, `meeting_overlaps`, 422 `meeting_nobody`.
    """
    meeting = _chaired(work, args.meeting_id, PLANNED)
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


@_step("cancel", "cancel")
def cancel(work: Work, args: CancelMeeting) -> None:
    """Call a meeting off that has not begun; whoever was called is told."""
    meeting = _chaired(work, args.meeting_id, (*PLANNED, "notified"))
    meeting.state, meeting.cancel_reason = "cancelled", args.reason
    work.emit("meetings.cancelled", meeting.bundle_id, meeting_id=meeting.id)


@_step("set_agenda", "agenda")
def set_agenda(work: Work, args: SetAgenda) -> None:
    """Change the agenda and the recorder until it is over; items are ticked off as they are done (S4.6)."""
    meeting = _chaired(work, args.meeting_id, OPEN)
    if args.recorder_id is not None:
        _require_colleague(work, args.recorder_id)
        if meeting.state in CALLED:
            work.hang(work.session.get_one(Bundle, meeting.bundle_id), f"user:{args.recorder_id}")
    meeting.agenda, meeting.recorder_id = _items(args.agenda), args.recorder_id
    work.emit("meetings.saved", meeting.bundle_id, meeting_id=meeting.id)


@_step("open", "open")
def open_meeting(work: Work, args: OnMeeting) -> None:
    """Begin a meeting that was called."""
    meeting = _chaired(work, args.meeting_id, ("notified",))
    meeting.state, meeting.started_at = "in_session", work.entry.stated_at
    work.emit("meetings.opened", meeting.bundle_id, meeting_id=meeting.id)


@_step("sign_in", "sign-in", needs=INVOLVED)
def sign_in(work: Work, args: OnMeeting) -> None:
    """Sign in to a meeting one was called to (S5.4): for oneself alone; whether before it was to begin is judged by what can be proven.

    Raises Problem 403 `meeting_not_invited`, 409 `meeting_not_now` before it is called and after it was passed on.
    """
    meeting = _seen(work, args.meeting_id)
    row = work.session.get(MeetingAttendance, attendance_id(meeting.id, work.user.id))
    if row is None:
        raise out_of_scope("meeting_not_invited")
    if meeting.state not in (*CALLED, *RECORDED):
        raise not_now("meeting_not_now")
    if row.state != "signed":
        row.state, row.signed_at = "signed", work.entry.stated_at
        row.note_interval(work.entry.interval, judge(meeting.planned_start, work.entry.interval))
        work.emit("meetings.signed_in", meeting.bundle_id, meeting_id=meeting.id)


@_step("excuse", "excuse")
def excuse(work: Work, args: ExcuseInvitee) -> None:
    """Write down that somebody is on leave or did not come; nobody is signed in by another."""
    meeting = _chaired(work, args.meeting_id, (*CALLED, *RECORDED))
    row = work.session.get(MeetingAttendance, attendance_id(meeting.id, args.user_id))
    if row is None:
        raise missing("meeting_invitee_missing")
    if row.state == "signed":
        raise not_now("meeting_signed_in")
    row.state = "leave" if args.is_leave else "absent"
    work.emit("meetings.excused", meeting.bundle_id, meeting_id=meeting.id)


@_step("note", "notes", needs=INVOLVED)
def write_note(work: Work, args: WriteNote) -> None:
    """Note what somebody says (S5.6), by whoever chairs or records; or comment on his work (S5.7, S10.9), by whoever chairs."""
    meeting = _seen(work, args.meeting_id)
    may = {meeting.author_id} | ({meeting.recorder_id} if args.said == "speech" else set())
    if work.user.id not in may:
        raise out_of_scope("meeting_not_yours")
    if meeting.state not in RECORDED:
        raise not_now("meeting_not_now")
    if args.about_id not in (*meeting.invitee_ids, meeting.author_id):
        raise missing("meeting_invitee_missing")
    if work.session.get(MeetingNote, args.id) is not None:
        raise conflict("id_taken")
    facts = args.model_dump()
    at = work.entry.stated_at
    work.session.add(MeetingNote(author_id=work.user.id, made_at=at, bundle_id=meeting.bundle_id, **facts))
    work.emit("meetings.noted", meeting.bundle_id, meeting_id=meeting.id)


@_step("end", "end")
def end(work: Work, args: OnMeeting) -> None:
    """End a meeting; whoever has not signed in was absent, and the digest is due: of a daily one the same day (S4.8, S5.9)."""
    meeting = _chaired(work, args.meeting_id, ("in_session",))
    meeting.state, meeting.ended_at = "minutes_pending", work.entry.stated_at
    missed = select(MeetingAttendance).where(
        MeetingAttendance.meeting_id == meeting.id, MeetingAttendance.state == "invited"
    )
    for row in work.session.scalars(missed):
        row.state = "absent"
    at = work.entry.received_at
    if meeting.kind == "daily":
        deadlines.start_until(work.session, DIGEST, meeting.id, at, day_of(at))
    else:
        deadlines.start(work.session, DIGEST, meeting.id, at)
    work.emit("meetings.ended", meeting.bundle_id, meeting_id=meeting.id)


@_step("write_minutes", "minutes", needs=INVOLVED)
def write_minutes(work: Work, args: WriteMinutes) -> None:
    """Hand in the minutes (S4.7), by the recorder; those of whoever chairs need nobody's acceptance."""
    meeting = _seen(work, args.meeting_id)
    is_chair = work.user.id == meeting.author_id
    if not is_chair and work.user.id != meeting.recorder_id:
        raise out_of_scope("meeting_not_yours")
    if meeting.state not in ("minutes_pending", "minutes_submitted"):
        raise not_now("meeting_not_now")
    meeting.minutes, meeting.state = args.minutes, "accepted" if is_chair else "minutes_submitted"
    work.emit("meetings.minutes_written", meeting.bundle_id, meeting_id=meeting.id)


@_step("accept", "accept")
def accept(work: Work, args: OnMeeting) -> None:
    """Accept the minutes (S4.7)."""
    meeting = _chaired(work, args.meeting_id, ("minutes_submitted",))
    meeting.state = "accepted"
    work.emit("meetings.accepted", meeting.bundle_id, meeting_id=meeting.id)


@_step("publish", "publish")
def publish(work: Work, args: PublishDigest) -> None:
    """Pass the digest on, up to the department and down to everybody who was called (S4.8, S4.9, S5.9); of a daily meeting it is the record (S5.10)."""
    meeting = _seen(work, args.meeting_id)
    states: tuple[State, ...] = ("accepted", "minutes_pending") if meeting.kind == "daily" else ("accepted",)
    meeting = _chaired(work, args.meeting_id, states)
    meeting.digest, meeting.state, meeting.published_at = args.digest, "published", work.entry.stated_at
    meeting.note_interval(
        work.entry.interval, deadlines.end(work.session, DIGEST, meeting.id, work.entry.interval)
    )
    _hang_department(work, meeting)
    work.emit("meetings.published", meeting.bundle_id, meeting_id=meeting.id)


@_step("read_digest", "receipt", needs=INVOLVED)
def read_digest(work: Work, args: OnMeeting) -> None:
    """Say that one has read the digest of a meeting one was called to (S4.9)."""
    meeting = _seen(work, args.meeting_id)
    row = work.session.get(MeetingAttendance, attendance_id(meeting.id, work.user.id))
    if row is None:
        raise out_of_scope("meeting_not_invited")
    if meeting.state != "published":
        raise not_now("meeting_not_now")
    row.digest_read_at = row.digest_read_at or work.entry.stated_at


def attendance_id(meeting_id: str, user_id: str) -> str:
    """Of somebody in a meeting: the same on every phone and at the server."""
    return str(uuid5(UUID(meeting_id), user_id))


def _items(agenda: list[AgendaItem]) -> list[dict[str, Any]]:
    return [item.model_dump(mode="json") for item in agenda]


def _hang_department(work: Work, meeting: Meeting) -> None:
    work.hang(work.session.get_one(Bundle, meeting.bundle_id), f"department:{meeting.department_id}")


def _require_colleague(work: Work, user_id: str) -> None:
    """In service in the department of whoever chairs; raises Problem 404 `meeting_invitee_missing`."""
    user = work.session.get(User, user_id)
    if user is None or not user.is_active or user.department_id != work.user.department_id:
        raise missing("meeting_invitee_missing")


def _seen(work: Work, meeting_id: str) -> Meeting:
    return work.find(Meeting, meeting_id, "meeting_missing", "meeting_not_yours")


def _chaired(work: Work, meeting_id: str, states: tuple[State, ...]) -> Meeting:
    meeting = _seen(work, meeting_id)
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
