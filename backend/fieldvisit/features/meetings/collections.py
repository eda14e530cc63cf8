"""What is seen of meetings: by whoever chairs them, whoever is called, and the department once they are reported or over."""

from datetime import datetime

from fieldvisit.features.meetings.models import Meeting, MeetingAttendance, MeetingNote
from fieldvisit.features.meetings.rules import INVOLVED, Attended, Form, Kind, Said, Source, State
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.intervals import Timeliness
from fieldvisit.kernel.values import View


class AgendaItemView(View):
    """An item of the agenda; `speaker_id` speaks, for so many `minutes`."""

    id: str
    form: Form
    title: str
    speaker_id: str | None
    minutes: int
    is_done: bool


class MeetingView(View):
    """A meeting and how it stands; a draft is seen by its author alone. `timeliness` is that of its digest."""

    id: str
    author_id: str
    department_id: str
    zone_id: str | None
    recorder_id: str | None
    kind: Kind
    source: Source | None
    theme: str
    purpose: str | None
    content: str | None
    planned_start: datetime
    planned_end: datetime
    place: str | None
    outline: str | None
    invitee_ids: list[str]
    agenda: list[AgendaItemView]
    state: State
    reported_at: datetime | None
    notified_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    minutes: str | None
    digest: str | None
    published_at: datetime | None
    cancel_reason: str | None
    earliest_at: datetime | None
    latest_at: datetime | None
    timeliness: Timeliness | None


class MeetingAttendanceView(View):
    """Whether somebody who was called came, and when; `timeliness` says whether before it was to begin."""

    id: str
    meeting_id: str
    user_id: str
    state: Attended
    signed_at: datetime | None
    digest_read_at: datetime | None
    earliest_at: datetime | None
    latest_at: datetime | None
    timeliness: Timeliness | None


class MeetingNoteView(View):
    """What somebody said in a meeting, or what was said of his work."""

    id: str
    meeting_id: str
    author_id: str
    about_id: str
    said: Said
    text: str
    made_at: datetime


collection(
    "meetings",
    Meeting,
    MeetingView,
    readers=INVOLVED,
    filters=("author_id", "kind", "state", "zone_id"),
    sorting=("planned_start",),
    order=(Meeting.planned_start, Meeting.id),
)
collection(
    "meeting_attendances",
    MeetingAttendance,
    MeetingAttendanceView,
    readers=INVOLVED,
    filters=("meeting_id", "user_id", "state"),
    order=(MeetingAttendance.meeting_id, MeetingAttendance.id),
)
collection(
    "meeting_notes",
    MeetingNote,
    MeetingNoteView,
    readers=INVOLVED,
    filters=("meeting_id", "about_id", "said"),
    sorting=("made_at",),
    order=(MeetingNote.made_at, MeetingNote.id),
)
