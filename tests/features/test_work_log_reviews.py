"""A log is reviewed before the next daily meeting (S5.1), where it is on the screen, and within a working day where none is called."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from conftest import World
from fieldvisit.kernel.clock import SHANGHAI, today
from fieldvisit.kernel.duties import do_duties
from fieldvisit.kernel.reactions import react
from personas import Persona, person, uid, worked

DAY = worked(today() + timedelta(days=1))
NEXT = worked(DAY + timedelta(days=1))
AFTER = worked(NEXT + timedelta(days=1))


def at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), SHANGHAI)


def done(who: Persona, name: str, args: dict[str, Any]) -> None:
    result = who.do(name, args)
    assert result["state"] == "applied", result


def call(world: World, start: datetime, chair: str = "mm1", **more: Any) -> str:
    """A meeting that is called, whatever it leads to is done; its id."""
    made = {"id": uid(), "theme": "例会", "invitee_ids": [person("am02")], "planned_start": start.isoformat()}
    made |= {"planned_end": (start + timedelta(minutes=20)).isoformat()} | more
    who = world.as_(chair)
    done(who, "meetings.save", made)
    if made.get("kind") == "weekly":
        done(who, "meetings.report", {"meeting_id": made["id"]})
    done(who, "meetings.notify", {"meeting_id": made["id"]})
    react(world.runtime.db)
    return str(made["id"])


def submit(world: World, author: str = "am01") -> None:
    note = {"id": uid(), "kind": "market", "text": "对面新开一家便利店"}
    done(world.as_(author), "work_logs.submit", {"id": uid(), "first_on": str(DAY), "notes": [note]})


def judged(world: World, author: str = "am01", reviewer: str = "mm1") -> tuple[datetime, str]:
    """Until when the review was due that is made now, and how it is judged."""
    who, bundle = world.as_(reviewer), f"work_log:{person(author)}:day:{DAY}"
    (row,) = who.rows(bundle, "work_logs")
    done(who, "work_logs.review", {"id": row["id"], "plan_check": "good", "grade": "B"})
    (step,) = (one for one in who.rows(bundle, "flow_steps") if one["step"] == "review")
    return datetime.fromisoformat(step["due_at"]), str(step["timeliness"])


OTHERS: dict[str, dict[str, Any]] = {
    "weekly": {"kind": "weekly", "purpose": "对齐", "content": "本周安排"},
    "of another zone": {"chair": "mm2", "invitee_ids": [person("am03")]},
    "of the department": {"chair": "dm"},
}


@pytest.mark.parametrize(
    ("reviewed", "timeliness"), [(at(NEXT, "07:59"), "in_time"), (at(NEXT, "08:01"), "late")]
)
@pytest.mark.parametrize("is_called_first", [True, False])
def test_s5_1_a_log_is_to_be_reviewed_before_the_daily_meeting_whichever_was_there_first(
    world: World, is_called_first: bool, reviewed: datetime, timeliness: str
) -> None:
    with time_machine.travel(at(DAY, "16:50"), tick=False) as clock:
        if is_called_first:
            call(world, at(AFTER, "08:00"))
            call(world, at(NEXT, "08:00"))
        submit(world)
        if not is_called_first:
            clock.move_to(at(DAY, "18:00"))
            call(world, at(NEXT, "08:00"))
            call(world, at(AFTER, "08:00"))
        clock.move_to(reviewed)
        assert judged(world) == (at(NEXT, "08:00"), timeliness)


@pytest.mark.parametrize("other", [{}, *OTHERS.values()], ids=["none", *OTHERS])
@pytest.mark.parametrize("is_called_first", [True, False])
def test_where_no_daily_meeting_of_the_zone_is_called_a_review_has_the_time_the_policy_gives(
    world: World, is_called_first: bool, other: dict[str, Any]
) -> None:
    with time_machine.travel(at(DAY, "16:50"), tick=False) as clock:
        for is_before in (True, False):
            if other and is_called_first is is_before:
                call(world, at(NEXT, "08:00"), **other)
            if is_before:
                submit(world)
        clock.move_to(at(NEXT, "09:00"))
        assert judged(world) == (at(NEXT + timedelta(days=1), "00:00"), "in_time")


def test_a_meeting_that_is_called_later_never_gives_a_review_more_time(world: World) -> None:
    with time_machine.travel(at(DAY, "16:50"), tick=False) as clock:
        submit(world)
        call(world, at(AFTER, "08:00"))
        clock.move_to(at(NEXT, "08:10"))
        call(world, at(NEXT, "08:05"))
        assert judged(world) == (at(NEXT + timedelta(days=1), "00:00"), "in_time")


def test_a_meeting_that_was_called_off_is_not_waited_for(world: World) -> None:
    with time_machine.travel(at(DAY, "16:50"), tick=False):
        made = call(world, at(NEXT, "08:00"))
        done(world.as_("mm1"), "meetings.cancel", {"meeting_id": made, "reason": "大雨"})
        submit(world)
        assert judged(world)[0] == at(NEXT + timedelta(days=1), "00:00")


def test_the_market_managers_own_log_keeps_to_no_meeting_he_chairs(world: World) -> None:
    with time_machine.travel(at(DAY, "16:50"), tick=False):
        call(world, at(NEXT, "08:00"))
        submit(world, "mm1")
        call(world, at(NEXT, "10:00"))
        assert judged(world, "mm1", "dm")[0] == at(NEXT + timedelta(days=1), "00:00")


def test_who_reviews_is_told_in_the_morning_and_once_the_meeting_has_begun(world: World) -> None:
    def told() -> list[int]:
        for _ in range(2):
            do_duties(world.runtime.db)
            react(world.runtime.db)
        mm1 = world.as_("mm1")
        kinds = ("work_log_due_near", "work_log_overdue")
        return [len(mm1.get("/api/notices", params={"kind": kind}).json()["items"]) for kind in kinds]

    with time_machine.travel(at(DAY, "16:50"), tick=False) as clock:
        submit(world)
        call(world, at(NEXT, "08:00"))
        seen = []
        for moment in (at(NEXT, "03:59"), at(NEXT, "04:01"), at(NEXT, "07:59"), at(NEXT, "08:01")):
            clock.move_to(moment)
            seen.append(told())
        assert seen == [[0, 0], [1, 0], [1, 0], [1, 1]]
