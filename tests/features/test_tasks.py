"""任务 (S10.5): given without signal, reported on, finished, given back, accepted; by whom and until when."""

from datetime import timedelta
from typing import Any

import time_machine

from conftest import World
from fieldvisit.kernel.clock import now, today
from fieldvisit.kernel.deadlines import watch
from fieldvisit.kernel.reactions import react
from personas import Persona, person, photo, uid

IN_A_WEEK = timedelta(days=7)


def give(who: Persona, to: str, **more: Any) -> str:
    task = {
        "id": uid(),
        "assignee_id": person(to),
        "title": "核对明码标价",
        "requirement": "本周内每户都看一遍",
        "due_on": str(today() + IN_A_WEEK),
    }
    result = who.do("tasks.assign", task | more)
    assert result["state"] == "applied", result
    return str(task["id"])


def refused(who: Persona, name: str, args: dict[str, Any]) -> str:
    result = who.do(name, args)
    assert result["state"] in ("held", "rejected"), result
    return str(result["code"])


def seen(who: Persona, task_id: str) -> dict[str, Any]:
    (row,) = who.rows(f"task:{task_id}", "tasks")
    return dict(row)


def words(who: Persona, task_id: str) -> list[str]:
    return [row["word"] for row in who.rows(f"task:{task_id}", "task_notes")]


def told(world: World, username: str, kind: str) -> int:
    react(world.runtime.db)
    return len(world.as_(username).get("/api/notices", params={"kind": kind}).json()["items"])


def test_s10_5_a_task_is_given_reported_on_finished_given_back_and_accepted(world: World) -> None:
    mm1, am01 = world.as_("mm1"), world.as_("am01")
    task = give(mm1, "am01", key_points="先看核心街道", cautions="不与店主争执")
    assert told(world, "am01", "task_assigned") == 1
    row = seen(am01, task)
    assert (row["state"], row["progress_pct"], row["key_points"], row["cautions"]) == (
        "open",
        0,
        "先看核心街道",
        "不与店主争执",
    )

    on = {"task_id": task, "id": uid(), "progress_pct": 40, "text": "看了八户"}
    assert am01.do("tasks.report_progress", on)["state"] == "applied"
    assert seen(mm1, task)["progress_pct"] == 40

    picture = photo()
    result = {"task_id": task, "id": uid(), "result": "全部看过,三户补了标签", "photos": [picture["id"]]}
    assert am01.do("tasks.finish", result, files=[picture])["state"] == "applied"
    assert am01.put_file(picture).status_code == 201
    assert mm1.get(f"/api/attachments/{picture['id']}/picture").status_code == 200
    assert told(world, "mm1", "task_finished") == 1
    row = seen(mm1, task)
    assert (row["state"], row["progress_pct"], row["timeliness"]) == ("finished", 100, "in_time")

    back = {"task_id": task, "id": uid(), "note": "城郊两户漏了", "due_on": str(today() + timedelta(days=9))}
    assert mm1.do("tasks.return", back)["state"] == "applied"
    assert told(world, "am01", "task_returned") == 1
    assert (seen(am01, task)["state"], seen(am01, task)["due_on"]) == ("open", back["due_on"])

    again = {"task_id": task, "id": uid(), "result": "补看完毕"}
    assert am01.do("tasks.finish", again)["state"] == "applied"
    assert mm1.do("tasks.accept", {"task_id": task, "id": uid()})["state"] == "applied"
    assert told(world, "am01", "task_accepted") == 1
    assert words(am01, task) == ["progress", "result", "return", "result", "accept"]
    assert refused(am01, "tasks.report_progress", on | {"id": uid()}) == "task_not_open"
    assert refused(mm1, "tasks.cancel", {"task_id": task, "id": uid(), "reason": "r"}) == "task_not_now"


def test_s10_5_tasks_are_given_to_whom_one_leads_and_to_nobody_else(world: World) -> None:
    mm1, dm = world.as_("mm1"), world.as_("dm")
    base = {"title": "t", "requirement": "r", "due_on": str(today())}
    for who, to in ((mm1, "am03"), (mm1, "mm1"), (mm1, "dm"), (mm1, "ga"), (dm, "am19"), (dm, "cc1")):
        args = base | {"id": uid(), "assignee_id": person(to)}
        assert refused(who, "tasks.assign", args) == "assignee_missing", to
    assert refused(world.as_("am01"), "tasks.assign", base | {"id": uid(), "assignee_id": person("am02")})
    of_mm1 = give(dm, "mm1")
    assert give(dm, "am01")
    own = {"task_id": of_mm1, "id": uid()}
    assert mm1.do("tasks.finish", own | {"result": "done"})["state"] == "applied"
    assert refused(mm1, "tasks.accept", own | {"id": uid()}) == "task_own"
    assert dm.do("tasks.accept", own | {"id": uid()})["state"] == "applied"


def test_s5_8_s4_9_a_task_says_what_it_comes_out_of(world: World) -> None:
    mm1, am01, meeting = world.as_("mm1"), world.as_("am01"), uid()
    task = give(mm1, "am01", source_type="meeting", source_id=meeting)
    row = seen(am01, task)
    assert (row["source_type"], row["source_id"]) == ("meeting", meeting)
    plain = seen(am01, give(mm1, "am01"))
    assert (plain["source_type"], plain["source_id"]) == (None, None)
    half = {
        "id": uid(),
        "assignee_id": person("am01"),
        "title": "t",
        "requirement": "r",
        "due_on": str(today()),
    }
    for wrong in (
        {"source_type": "meeting"},
        {"source_id": meeting},
        {"source_type": "x", "source_id": meeting},
    ):
        answer = mm1.call("POST", "/api/tasks", half | wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "args_invalid")


def test_a_task_is_seen_by_those_it_concerns_alone(world: World) -> None:
    task = give(world.as_("mm1"), "am01")
    for username, shown in (("am01", 1), ("mm1", 1), ("dm", 1), ("am02", 0), ("mm2", 0), ("dm2", 0)):
        assert len(world.as_(username).rows(f"task:{task}", "tasks")) == shown, username
    note = {"task_id": task, "id": uid(), "progress_pct": 1}
    assert refused(world.as_("am02"), "tasks.report_progress", note) == "task_missing"
    assert refused(world.as_("dm"), "tasks.report_progress", note)


def test_a_task_for_a_day_that_has_passed_is_refused(world: World) -> None:
    yesterday = str(today() - timedelta(days=1))
    args = {"id": uid(), "assignee_id": person("am01"), "title": "t", "requirement": "r", "due_on": yesterday}
    assert refused(world.as_("mm1"), "tasks.assign", args) == "day_passed"


def test_who_has_a_task_is_reminded_the_day_before_and_both_hear_when_it_is_over(world: World) -> None:
    task = give(world.as_("mm1"), "am01")
    with time_machine.travel(now() + IN_A_WEEK, tick=True):
        watch(world.runtime.db)
        assert told(world, "am01", "task_due_near") == 1
        assert told(world, "mm1", "task_overdue") == 0
    with time_machine.travel(now() + IN_A_WEEK + timedelta(days=1), tick=True):
        watch(world.runtime.db)
        assert (told(world, "am01", "task_overdue"), told(world, "mm1", "task_overdue")) == (1, 1)
        late = {"task_id": task, "id": uid(), "result": "晚了"}
        assert world.as_("am01").do("tasks.finish", late)["state"] == "applied"
        assert seen(world.as_("mm1"), task)["timeliness"] == "late"


def test_nobody_is_reminded_of_what_was_called_off(world: World) -> None:
    mm1 = world.as_("mm1")
    task = give(mm1, "am01")
    assert mm1.do("tasks.cancel", {"task_id": task, "id": uid(), "reason": "改期"})["state"] == "applied"
    assert told(world, "am01", "task_cancelled") == 1
    with time_machine.travel(now() + IN_A_WEEK + timedelta(days=2), tick=True):
        watch(world.runtime.db)
        assert told(world, "am01", "task_overdue") == 0
