"""Who calls meetings, of which kinds, and what may become of one (S4, S5; domain §3.4 machine 4)."""

from typing import Literal

from fieldvisit.kernel.users import Role

CHAIRING = frozenset({Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER})
INVOLVED = frozenset(Role) - {Role.SYSTEM_ADMIN, Role.COMPLAINT_CENTRE}

Kind = Literal["daily", "weekly", "monthly_marketing", "special_topic", "other"]
Source = Literal["department_requirement", "zone_need"]
Form = Literal[
    "theme",
    "exchange",
    "discussion",
    "analysis_briefing",
    "work_assignment",
    "study",
    "training",
    "speeches",
    "comments",
    "visits",
    "feedback",
]
State = Literal[
    "draft",
    "reported",
    "notified",
    "in_session",
    "minutes_pending",
    "minutes_submitted",
    "accepted",
    "published",
    "cancelled",
]
Attended = Literal["invited", "signed", "leave", "absent"]
Said = Literal["speech", "comment"]

PLANNED: tuple[State, ...] = ("draft", "reported")
CALLED: tuple[State, ...] = ("notified", "in_session")
OPEN: tuple[State, ...] = (*PLANNED, *CALLED)
RECORDED: tuple[State, ...] = ("in_session", "minutes_pending", "minutes_submitted")
REPORTED_FACTS = ("purpose", "content")  # beside the theme and the time, which every meeting has (S4.4)
MAX_INVITEES = 60
MAX_AGENDA = 30


def needs_report(kind: str, *, weekly_does: bool) -> bool:
    """Whether a meeting is reported (汇报) before it is called: all but the daily, and the weekly as the department has it (S4.4)."""
    return kind != "daily" and (kind != "weekly" or weekly_does)
