"""What meetings say of a person: those he called, when he came, what he said and what was said of him."""

from fieldvisit.features.meetings.models import Meeting, MeetingAttendance, MeetingNote
from fieldvisit.kernel.personal import personal

personal("meetings", Meeting, ("author_id", "recorder_id"), "kind", "theme", "purpose", "content", "planned_start", "place", "outline", "state", "minutes", "digest", "timeliness")  # fmt: skip
personal("meeting_attendances", MeetingAttendance, "user_id", "meeting_id", "state", "signed_at", "timeliness", "digest_read_at")  # fmt: skip
personal("meeting_notes", MeetingNote, ("author_id", "about_id"), "meeting_id", "said", "text", "made_at")
