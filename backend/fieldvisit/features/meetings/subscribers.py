"""Who hears of a meeting: the department manager of what is reported and passed on, whoever is called of the rest (domain §3.7)."""

from fieldvisit.features.meetings.models import Meeting
from fieldvisit.features.meetings.sessions import DIGEST
from fieldvisit.kernel.events import on
from fieldvisit.kernel.notices import holders, notice, tell
from fieldvisit.kernel.reactions import Happening
from fieldvisit.kernel.users import Role

REPORTED = notice("meeting_reported", "有会议向您汇报")
CALLED = notice("meeting_called", "有会议通知")
CANCELLED = notice("meeting_cancelled", "有会议取消", urgent=True)
MINUTES = notice("meeting_minutes", "有会议记录等待确认")
PUBLISHED = notice("meeting_digest", "有会议要点可阅读")
DUE_NEAR = notice("meeting_digest_due_near", "有会议要点即将到期")
OVERDUE = notice("meeting_digest_overdue", "有会议要点已超时", urgent=True)


def _meeting(happening: Happening) -> Meeting:
    data = happening.event.data
    return happening.session.get_one(Meeting, data.get("meeting_id") or data["entity_id"])


def _say(happening: Happening, users: list[str | None], kind: str, meeting: Meeting) -> None:
    starts = meeting.planned_start.isoformat()
    tell(happening, users, kind, entity_id=meeting.id, meeting_kind=meeting.kind, starts_at=starts)


@on("meetings.reported")
def tell_leader(happening: Happening) -> None:
    """The department manager hears what is planned; he need not answer (S4.4)."""
    meeting = _meeting(happening)
    leaders = holders(happening.session, Role.DEPARTMENT_MANAGER, meeting.department_id)
    _say(happening, [*leaders], REPORTED, meeting)


@on("meetings.notified")
def tell_called(happening: Happening) -> None:
    """Whoever is called hears when and where (S4.2)."""
    meeting = _meeting(happening)
    _say(happening, [*meeting.invitee_ids, meeting.recorder_id], CALLED, meeting)


@on("meetings.cancelled")
def tell_off(happening: Happening) -> None:
    """Whoever was called hears that it is off."""
    meeting = _meeting(happening)
    if meeting.notified_at is not None:
        _say(happening, [*meeting.invitee_ids], CANCELLED, meeting)


@on("meetings.minutes_written")
def tell_chair(happening: Happening) -> None:
    """Whoever chaired hears that the minutes are there."""
    meeting = _meeting(happening)
    _say(happening, [meeting.author_id], MINUTES, meeting)


@on("meetings.published")
def pass_on(happening: Happening) -> None:
    """Up to the department, down to everybody who was called (S4.8, S4.9, S5.9)."""
    meeting = _meeting(happening)
    posts = (Role.DEPARTMENT_MANAGER, Role.GENERAL_ADMIN)
    up = [one for post in posts for one in holders(happening.session, post, meeting.department_id)]
    _say(happening, [*up, *meeting.invitee_ids], PUBLISHED, meeting)


@on(f"{DIGEST}.due_near", f"{DIGEST}.overdue")
def remind(happening: Happening) -> None:
    """Whoever chaired is reminded of the digest."""
    meeting = _meeting(happening)
    kind = DUE_NEAR if happening.event.name.endswith("due_near") else OVERDUE
    _say(happening, [meeting.author_id], kind, meeting)
