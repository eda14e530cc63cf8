"""What a work log holds, when it is due, and how what two phones write of one day becomes one log (S13, S1.5)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any, Literal

from fieldvisit.features.metrics.rules import Period, day_period, month_period, week_period
from fieldvisit.kernel.clock import SHANGHAI
from fieldvisit.kernel.users import Role

AUTHORS = frozenset({Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER})
REVIEWING = frozenset({Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER})
INVOLVED = AUTHORS | REVIEWING

Horizon = Literal["day", "week", "month"]
Kind = Literal[
    "visit",
    "work",
    "market",
    "customer",
    "brand",
    "problem",
    "request",
    "experience",
    "tomorrow",
    "analysis",
    "next_step",
]
State = Literal["open", "submitted", "withdrawn", "returned", "reviewed"]
Verdict = Literal["good", "partly", "bad"]
Grade = Literal["A", "B", "C", "D"]

EDITABLE = ("open", "withdrawn", "returned")
INFORMATION = ("market", "customer", "brand")
KINDS: dict[Horizon, frozenset[str]] = {
    "day": frozenset({"visit", "work", *INFORMATION, "problem", "request", "experience", "tomorrow"}),
    "week": frozenset({"analysis", "problem", "request", "experience", "next_step"}),
    "month": frozenset({"analysis", "problem", "request", "experience", "next_step"}),
}


def period_of(horizon: Horizon, on: date) -> Period:
    """The day, the week from Monday to Sunday, or the calendar month that a day lies in."""
    return {"day": day_period, "week": week_period, "month": month_period}[horizon](on)


def moment(day: date, clock: str) -> datetime:
    """A time of day (`hh:mm`) in Asia/Shanghai, as UTC."""
    return datetime.combine(day, time.fromisoformat(clock), SHANGHAI).astimezone(UTC)


def merge(kept: Iterable[dict[str, Any]], fresh: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The notes of a log after a phone has written some: by id, and nothing is lost that the phone had not `seen`.

    One whose text is None is taken away. Where the text has become another since the phone saw it, both stay, one below the other.
    """
    notes = {note["id"]: note for note in kept}
    for told in fresh:
        note = {name: value for name, value in told.items() if name != "seen"}
        there = notes.get(note["id"])
        was_seen = there is not None and there["text"] == told["seen"]
        if note["text"] is None:
            if was_seen:
                del notes[note["id"]]
        elif there is None:
            notes[note["id"]] = note
        else:
            both = f"{there['text']}\n{note['text']}"
            alike = was_seen or note["text"] == there["text"]
            notes[note["id"]] = there | {
                "text": note["text"] if alike else there["text"] if note["text"] in there["text"] else both,
                "is_important": note["is_important"] or (there["is_important"] and not was_seen),
                "info_slip_id": note["info_slip_id"] or there["info_slip_id"],
                "slip_number": note["slip_number"] or there["slip_number"],
            }
    return list(notes.values())


def is_passed_on(note: dict[str, Any]) -> bool:
    """Whether nothing is left open of a note: important information has its slip, or somebody has said why there is none (S13.4)."""
    return not note["is_important"] or bool(note["info_slip_id"] or note["explanation"])
