"""Meetings as they are held: begun, signed in to, noted, ended, recorded, passed on and read (S4.6–S4.9, S5.4–S5.10)."""

from sqlalchemy import select

from fieldvisit.features.meetings.commands import (
    OnMeeting,
    attendance_id,
    chaired,
    hang_department,
    seen,
    step_command,
)
from fieldvisit.features.meetings.models import MeetingAttendance, MeetingNote
from fieldvisit.features.meetings.rules import CALLED, INVOLVED, RECORDED, Said, State
from fieldvisit.kernel import deadlines
from fieldvisit.kernel.clock import day_of
from fieldvisit.kernel.errors import conflict, missing, not_now, out_of_scope
from fieldvisit.kernel.intervals import judge
from fieldvisit.kernel.values import Id, Prose, Text
from fieldvisit.kernel.work import Work

DIGEST = deadlines.deadline("meeting.digest", 2, "working_day")


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


@step_command("open", "open")
def open_meeting(work: Work, args: OnMeeting) -> None:
    """Begin a meeting that was called."""
    meeting = chaired(work, args.meeting_id, ("notified",))
    meeting.state, meeting.started_at = "in_session", work.entry.stated_at
    work.emit("meetings.opened", meeting.bundle_id, meeting_id=meeting.id)


@step_command("sign_in", "sign-in", needs=INVOLVED)
def sign_in(work: Work, args: OnMeeting) -> None:
    """Sign in to a meeting one was called to (S5.4): for oneself alone; whether before it was to begin is judged by what can be proven.

    Raises Problem 403 `meeting_not_invited`, 409 `meeting_not_now` before it is called and after it was passed on.
    """
    meeting = seen(work, args.meeting_id)
    row = work.session.get(MeetingAttendance, attendance_id(meeting.id, work.user.id))
    if row is None:
        raise out_of_scope("meeting_not_invited")
    if meeting.state not in (*CALLED, *RECORDED):
        raise not_now("meeting_not_now")
    if row.state != "signed":
        row.state, row.signed_at = "signed", work.entry.stated_at
        row.note_interval(work.entry.interval, judge(meeting.planned_start, work.entry.interval))
        work.emit("meetings.signed_in", meeting.bundle_id, meeting_id=meeting.id)


@step_command("excuse", "excuse")
def excuse(work: Work, args: ExcuseInvitee) -> None:
    """Write down that somebody is on leave or did not come; nobody is signed in by another."""
    meeting = chaired(work, args.meeting_id, (*CALLED, *RECORDED))
    row = work.session.get(MeetingAttendance, attendance_id(meeting.id, args.user_id))
    if row is None:
        raise missing("meeting_invitee_missing")
    if row.state == "signed":
        raise not_now("meeting_signed_in")
    row.state = "leave" if args.is_leave else "absent"
    work.emit("meetings.excused", meeting.bundle_id, meeting_id=meeting.id)


@step_command("note", "notes", needs=INVOLVED)
def write_note(work: Work, args: WriteNote) -> None:
    """Note what somebody says (S5.6), by whoever chairs or records; or comment on his work (S5.7, S10.9), by whoever chairs."""
    meeting = seen(work, args.meeting_id)
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


@step_command("end", "end")
def end(work: Work, args: OnMeeting) -> None:
    """End a meeting; whoever has not signed in was absent, and the digest is due: of a daily one the same day (S4.8, S5.9)."""
    meeting = chaired(work, args.meeting_id, ("in_session",))
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


@step_command("write_minutes", "minutes", needs=INVOLVED)
def write_minutes(work: Work, args: WriteMinutes) -> None:
    """Hand in the minutes (S4.7), by the recorder; those of whoever chairs need nobody's acceptance."""
    meeting = seen(work, args.meeting_id)
    is_chair = work.user.id == meeting.author_id
    if not is_chair and work.user.id != meeting.recorder_id:
        raise out_of_scope("meeting_not_yours")
    if meeting.state not in ("minutes_pending", "minutes_submitted"):
        raise not_now("meeting_not_now")
    meeting.minutes, meeting.state = args.minutes, "accepted" if is_chair else "minutes_submitted"
    work.emit("meetings.minutes_written", meeting.bundle_id, meeting_id=meeting.id)


@step_command("accept", "accept")
def accept(work: Work, args: OnMeeting) -> None:
    """Accept the minutes (S4.7)."""
    meeting = chaired(work, args.meeting_id, ("minutes_submitted",))
    meeting.state = "accepted"
    work.emit("meetings.accepted", meeting.bundle_id, meeting_id=meeting.id)


@step_command("publish", "publish")
def publish(work: Work, args: PublishDigest) -> None:
    """Pass the digest on, up to the department and down to everybody who was called (S4.8, S4.9, S5.9); of a daily meeting it is the record (S5.10)."""
    meeting = seen(work, args.meeting_id)
    states: tuple[State, ...] = ("accepted", "minutes_pending") if meeting.kind == "daily" else ("accepted",)
    meeting = chaired(work, args.meeting_id, states)
    meeting.digest, meeting.state, meeting.published_at = args.digest, "published", work.entry.stated_at
    meeting.note_interval(
        work.entry.interval, deadlines.end(work.session, DIGEST, meeting.id, work.entry.interval)
    )
    hang_department(work, meeting)
    work.emit("meetings.published", meeting.bundle_id, meeting_id=meeting.id)


@step_command("read_digest", "receipt", needs=INVOLVED)
def read_digest(work: Work, args: OnMeeting) -> None:
    """Say that one has read the digest of a meeting one was called to (S4.9)."""
    meeting = seen(work, args.meeting_id)
    row = work.session.get(MeetingAttendance, attendance_id(meeting.id, work.user.id))
    if row is None:
        raise out_of_scope("meeting_not_invited")
    if meeting.state != "published":
        raise not_now("meeting_not_now")
    row.digest_read_at = row.digest_read_at or work.entry.stated_at
