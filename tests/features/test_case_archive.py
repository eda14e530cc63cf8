"""The archive of opinions and complaints: by time, by content, with what each file holds and lacks (S12.20)."""

from datetime import timedelta
from typing import Any, get_args

import time_machine

from conftest import World
from features.test_cases import RATED, done, on, opinion
from features.test_complaint_reports import a_day, mended, planned
from features.test_complaints import resolved, verified
from features.test_work_logs import at
from fieldvisit.features.cases.rules import Word
from fieldvisit.features.overview.case_archive import MATERIALS
from personas import person

PAPERS = ("intake", "verification", "handling", "transfer", "feedback", "photos")


def archive(world: World, username: str, **asked: str) -> list[Any]:
    answer = world.as_(username).get("/api/reports/case_archive", params=asked)
    assert answer.status_code == 200, answer.text
    rows: list[Any] = answer.json()["rows"]
    return rows


def closed(world: World, case: dict[str, Any], **rated: int) -> dict[str, Any]:
    done(world.as_("mm1"), "inform", on(case, text="已说明", method="phone", **rated))
    done(world.as_("mm1"), "close", on(case))
    return case


def confirmed(world: World, case: dict[str, Any], **rated: int) -> dict[str, Any]:
    done(world.as_("mm1"), "report", on(case))
    done(world.as_("mm1"), "inform", on(case, text="已道歉", method="visit", **rated))
    done(world.as_("cc1"), "confirm", on(case))
    return case


def test_s12_20_files_are_kept_by_time_and_by_content_and_say_what_they_lack(world: World) -> None:
    """(S12.20)"""
    day = a_day()
    month = {"on": str(day), "period": "month"}
    with time_machine.travel(at(day, "09:30"), tick=False) as clock:
        full = confirmed(world, resolved(world), **dict.fromkeys(RATED, 5))
        assert archive(world, "mm1", **month)[0]["wanting"] == []
        clock.shift(timedelta(days=1))
        unrated = closed(world, _registered(world, feedback_type="query"))
        gone = _registered(world, feedback_type="suggestion")
        done(world.as_("am01"), "withdraw", on(gone, text="记错了"))
        still_open = _registered(world)
        clock.shift(timedelta(days=1))
        graver = resolved(world, case={"category": "order"})
        plan = planned(world, graver, day + timedelta(days=9))
        confirmed(world, graver, **dict.fromkeys(RATED, 4))

        by_time = archive(world, "mm1", **month)
        assert by_time[0]["feedback_case_id"] == full["id"]
        assert [row["filed_on"] for row in by_time] == [str(day + timedelta(days=n)) for n in (0, 1, 1, 2)]
        assert still_open["id"] not in {row["feedback_case_id"] for row in by_time}
        by_content = archive(world, "mm1", order="content", **month)
        kinds = [(row["feedback_type"], row["category"]) for row in by_content]
        assert kinds == sorted(kinds)
        assert [kind for kind, _ in kinds] == ["complaint", "complaint", "query", "suggestion"]

        found = {row["feedback_case_id"]: row for row in by_time}
        assert [found[full["id"]][name] for name in PAPERS] == [1, 1, 2, 3, 2, 0]
        assert found[unrated["id"]]["wanting"] == ["ratings"]
        assert found[gone["id"]]["wanting"] == []
        assert found[graver["id"]]["wanting"] == ["rectification"]
        mended(world, plan)
        assert archive(world, "dm", order="content", **month)[1]["wanting"] == []

        book = world.as_("mm1").get("/api/reports/case_archive.csv", params=month).text
        assert all(row["number"] in book for row in by_time)
        assert archive(world, "mm1", on=str(day - timedelta(days=40))) == []


def _registered(world: World, **more: Any) -> dict[str, Any]:
    case = opinion(**more)
    done(world.as_("am01"), "register", case)
    return case


def test_every_step_of_a_case_leaves_a_paper_of_some_sort() -> None:
    assert set(MATERIALS) == set(get_args(Word))


def test_whom_a_case_is_about_and_the_zone_next_door_find_no_file_of_it(world: World) -> None:
    day = a_day()
    month = {"on": str(day), "period": "month"}
    with time_machine.travel(at(day, "09:30"), tick=False):
        about = verified(world, "dm", case={"object_user_id": person("mm1")})
        done(world.as_("dm"), "handle", on(about, opinion="已谈话"))
        done(world.as_("dm"), "resolve", on(about, text="已道歉"))
        done(world.as_("dm"), "report", on(about))
        done(world.as_("dm"), "inform", on(about, text="已道歉", method="phone"))
        done(world.as_("cc1"), "confirm", on(about))
        found = {who: len(archive(world, who, **month)) for who in ("cc1", "dm", "ga", "mm1", "mm2", "mm4")}
        assert found == {"cc1": 1, "dm": 1, "ga": 1, "mm1": 0, "mm2": 0, "mm4": 0}
        (row,) = archive(world, "cc1", **month)
        assert row["wanting"] == ["ratings"]
