"""Meetings of the last days: yesterday's stand-ups passed on, today's under way with two not signed in, one planned and not reported (S4, S5). All invented."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from fieldvisit.demo.names import demo_id
from fieldvisit.demo.visits import working_days
from fieldvisit.features.meetings.commands import attendance_id
from fieldvisit.features.meetings.models import MEETING, Meeting, MeetingAttendance, MeetingNote
from fieldvisit.features.org.models import Route, Zone
from fieldvisit.features.worklogs.rules import moment
from fieldvisit.kernel.clock import today

if TYPE_CHECKING:
    from fieldvisit.demo.district import District

DAYS = 5
NOT_SIGNED_IN = 2
AGENDA = (
    ("theme", "说明今天例会主题", 2),
    ("visits", "通报昨天的走访(3 户)", 3),
    ("feedback", "通报意见和投诉(2 件抱怨未结)", 3),
    ("speeches", "客户经理逐个发言", 5),
    ("comments", "点评昨天的工作", 4),
    ("work_assignment", "安排今天的工作", 3),
)
DIGEST = "昨天计划走访完成九成以上;缺货的户今天先走;新规格陈列本周内补齐;雨天注意行车安全。"


def hold(district: "District", department: str) -> None:
    """The stand-ups of every zone over the last days, and a special-topic meeting in the making."""
    days = [day for day in working_days(district.size.since) if day < today()][-DAYS:]
    for zone in district.rows[Zone]:
        if zone["department_id"] != department:
            continue
        called = [
            route["account_manager_id"]
            for route in district.rows[Route]
            if route["zone_id"] == zone["id"] and route["account_manager_id"]
        ]
        for day in days:
            _stand_up(district, zone, called, day, is_over=True)
        _stand_up(district, zone, called, today(), is_over=False)
    _special(district, district.rows[Zone][-1], department)


def _meeting(
    district: "District", zone: dict[str, Any], number: str, day: date, *scopes: str, **facts: Any
) -> str:
    meeting_id = demo_id(f"meeting:{zone['code']}:{number}:{day}")
    key = MEETING.of(meeting=meeting_id, author=zone["market_manager_id"])
    home = district.hang(replace(key, day=day), *scopes)
    nothing = dict.fromkeys(
        (
            "recorder_id", "source", "purpose", "content", "place", "outline", "reported_at", "notified_at", "started_at",
            "ended_at", "minutes", "digest", "published_at", "cancel_reason", "earliest_at", "latest_at", "timeliness",
        )
    )  # fmt: skip
    about = {
        "author_id": zone["market_manager_id"],
        "department_id": zone["department_id"],
        "zone_id": zone["id"],
    }
    district.add(Meeting, home, id=meeting_id, **nothing | about | facts)
    return meeting_id


def _stand_up(
    district: "District", zone: dict[str, Any], called: list[str], day: date, *, is_over: bool
) -> None:
    start = moment(day, "07:50")
    items = [
        {
            "id": demo_id(f"agenda:{zone['code']}:{day}:{form}"),
            "form": form,
            "title": title,
            "speaker_id": None,
            "minutes": minutes,
            "is_done": is_over or form == "theme",
        }
        for form, title, minutes in AGENDA
    ]
    over: dict[str, Any] = {}
    if is_over:
        end = start + timedelta(minutes=22)
        over = {
            "ended_at": end,
            "digest": DIGEST,
            "published_at": end,
            "earliest_at": end,
            "latest_at": end,
            "timeliness": "in_time",
        }
    meeting_id = _meeting(
        district,
        zone,
        "daily",
        day,
        *(f"user:{user}" for user in called),
        *((f"department:{zone['department_id']}",) if is_over else ()),
        kind="daily",
        theme=f"{day:%m-%d} 例会",
        planned_start=start,
        planned_end=start + timedelta(minutes=20),
        place="营销部会议室",
        invitee_ids=sorted(called),
        agenda=items,
        state="published" if is_over else "in_session",
        notified_at=start - timedelta(hours=14),
        started_at=start,
        **over,
    )
    for seq, user in enumerate(called):
        is_here = is_over or seq < len(called) - NOT_SIGNED_IN
        _came(district, zone, meeting_id, user, day, start - timedelta(minutes=3 + seq), is_here, is_over)
    if is_over and called:
        about = called[day.toordinal() % len(called)]
        home = MEETING.of(meeting=meeting_id, author=zone["market_manager_id"]).text
        district.add(
            MeetingNote,
            home,
            id=demo_id(f"meeting_note:{meeting_id}"),
            meeting_id=meeting_id,
            author_id=zone["market_manager_id"],
            about_id=about,
            said="comment",
            text="走访到位,缺货报得及时;新规格陈列要再靠前一格。",
            made_at=start + timedelta(minutes=15),
        )


def _came(
    district: "District",
    zone: dict[str, Any],
    meeting_id: str,
    user: str,
    day: date,
    signed_at: datetime,
    is_here: bool,
    is_over: bool,
) -> None:
    district.add(
        MeetingAttendance,
        MEETING.of(meeting=meeting_id, author=zone["market_manager_id"]).text,
        id=attendance_id(meeting_id, user),
        meeting_id=meeting_id,
        user_id=user,
        state="signed" if is_here else "invited",
        signed_at=signed_at if is_here else None,
        earliest_at=signed_at if is_here else None,
        latest_at=signed_at if is_here else None,
        timeliness="in_time" if is_here else None,
        digest_read_at=moment(day, "12:10") if is_over else None,
    )


def _special(district: "District", zone: dict[str, Any], department: str) -> None:
    """Planned for next week, and not reported yet: the product will not call anybody."""
    if zone["department_id"] != department:
        return
    day = today() + timedelta(days=7 - today().weekday())
    _meeting(
        district,
        zone,
        "special",
        day,
        kind="special_topic",
        source="zone_need",
        theme="新规格铺货与陈列专题会",
        purpose="统一铺货和陈列要求",
        content=None,
        planned_start=moment(day, "14:00"),
        planned_end=moment(day, "15:00"),
        invitee_ids=[],
        agenda=[],
        state="draft",
    )
