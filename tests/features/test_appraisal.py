"""客户维护考核: a sheet a month for every account manager, reported to the department (S10.10), written beside what the records say
(S10.11) of his shops' satisfaction and his goals (S10.12), with a score and a comment (S10.13), kept as it was (S10.14)."""

import io
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
import pytest
import time_machine

from conftest import World
from fieldvisit.demo.names import demo_id
from fieldvisit.kernel.clock import SHANGHAI, today
from fieldvisit.kernel.duties import do_duties
from fieldvisit.kernel.reactions import react
from personas import Persona, person, shop, uid, worked

THIS = today().replace(day=1)
NEXT = (THIS + timedelta(days=32)).replace(day=1)
AFTER = (NEXT + timedelta(days=32)).replace(day=1)
SAID = {
    "record_check": "日志齐全,两次走访与日志不符。",
    "satisfaction": "抽查六户,五户满意。",
    "target_completion": "月计划完成九成。",
    "quality_score": 86,
    "comment": "维护扎实,问题要写到户。",
}


def sheet(of: str = "am01", first_on: date = THIS, **more: Any) -> dict[str, Any]:
    return {"id": uid(), "account_manager_id": person(of), "first_on": str(first_on)} | SAID | more


def done(who: Persona, name: str, args: dict[str, Any]) -> None:
    result = who.do(name, args)
    assert result["state"] == "applied", result


def refused(who: Persona, name: str, args: dict[str, Any]) -> str:
    result = who.do(name, args)
    assert result["state"] == "held", result
    return str(result["code"])


def report(who: Persona, made: dict[str, Any]) -> None:
    done(who, "maintenance_appraisals.report", made)


def seen(who: Persona, made: dict[str, Any]) -> Any:
    rows = who.rows(f"maintenance_appraisal:{made['id']}", "maintenance_appraisals")
    return rows[0] if rows else None


def evidence(who: Persona, of: str = "am01", on: date = THIS) -> dict[str, Any]:
    asked = {"account_manager_id": person(of), "on": str(on)}
    answer = who.get("/api/reports/maintenance_evidence", params=asked)
    assert answer.status_code == 200, answer.text
    (row,) = answer.json()["rows"]
    return dict(row)


def told(world: World, username: str, kind: str) -> list[dict[str, Any]]:
    do_duties(world.runtime.db)
    react(world.runtime.db)
    items = world.as_(username).get("/api/notices", params={"kind": kind}).json()["items"]
    return [one["data"] for one in items]


def at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), SHANGHAI)


def test_s10_10_a_draft_is_its_authors_alone_and_what_is_reported_goes_up_and_to_whom_it_is_about(
    world: World,
) -> None:
    mm1, made = world.as_("mm1"), sheet(quality_score=None, comment=None)
    done(mm1, "maintenance_appraisals.save", made)
    assert seen(mm1, made)["state"] == "draft"
    everybody = ("am01", "am02", "mm2", "dm", "ga", "cc1", "post1", "admin", "dm2")
    assert [name for name in everybody if seen(world.as_(name), made)] == []
    done(mm1, "maintenance_appraisals.report", made | SAID)
    readers = ("am01", "dm", "ga")
    assert [name for name in everybody if seen(world.as_(name), made)] == list(readers)
    row = seen(world.as_("am01"), made)
    assert {name: row[name] for name in SAID} == SAID
    assert (row["state"], row["author_id"], row["timeliness"]) == ("reported", person("mm1"), "in_time")
    for name, kind in (("dm", "reported"), ("ga", "reported"), ("am01", "result")):
        (about,) = told(world, name, f"maintenance_appraisal_{kind}")
        assert (about["entity_id"], about["first_on"]) == (made["id"], str(THIS)), name
    assert told(world, "am01", "maintenance_appraisal_reported") == []


def test_s10_13_a_sheet_is_not_reported_before_it_says_how_good_the_work_is(world: World) -> None:
    mm1, made = world.as_("mm1"), sheet()
    done(mm1, "maintenance_appraisals.save", made | {"quality_score": None})
    for wanting in ({"quality_score": None}, {"comment": "  "}, {"comment": None, "quality_score": None}):
        assert refused(mm1, "maintenance_appraisals.report", made | wanting) == "appraisal_incomplete"
    report(mm1, made | {"quality_score": 0})
    assert seen(world.as_("dm"), made)["quality_score"] == 0


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"quality_score": 101}, "args_invalid"),
        ({"quality_score": -1}, "args_invalid"),
        ({"quality_score": 8.5}, "args_invalid"),
        ({"more": 1}, "args_invalid"),
        ({"first_on": "2026-02-30"}, "args_invalid"),
        ({"first_on": str(THIS + timedelta(days=1))}, "appraisal_month"),
        ({"first_on": str(AFTER)}, "appraisal_ahead"),
        ({"first_on": "2025-12-01"}, "appraisal_before_leading"),
        ({"account_manager_id": person("am03")}, "account_manager_missing"),
        ({"account_manager_id": person("am19")}, "account_manager_missing"),
        ({"account_manager_id": person("dm")}, "account_manager_missing"),
        ({"account_manager_id": uid()}, "account_manager_missing"),
        ({"account_manager_id": person("mm1")}, "own_submission"),
    ],
)
def test_a_sheet_that_cannot_be_says_why(world: World, more: dict[str, Any], code: str) -> None:
    assert refused(world.as_("mm1"), "maintenance_appraisals.save", sheet(**more)) == code


def test_of_a_month_somebody_has_one_sheet_and_it_is_his_who_wrote_it(world: World) -> None:
    mm1, made = world.as_("mm1"), sheet()
    done(mm1, "maintenance_appraisals.save", made)
    assert refused(mm1, "maintenance_appraisals.save", sheet()) == "appraisal_exists"
    of_another = made | {"account_manager_id": person("am02")}
    assert refused(mm1, "maintenance_appraisals.save", of_another) == "appraisal_of_another"
    assert refused(world.as_("mm2"), "maintenance_appraisals.save", made) == "maintenance_appraisals_missing"
    assert (
        refused(world.as_("mm2"), "maintenance_appraisals.report", made) == "maintenance_appraisals_missing"
    )
    done(mm1, "maintenance_appraisals.report", made)
    assert refused(mm1, "maintenance_appraisals.report", made) == "appraisal_reported"
    assert refused(mm1, "maintenance_appraisals.save", made) == "appraisal_reported"
    done(mm1, "maintenance_appraisals.save", sheet("am02"))


def test_of_two_who_led_him_while_one_was_away_the_first_to_report_is_heard(world: World) -> None:
    days = {"since": str(today()), "until": str(today() + timedelta(days=1))}
    away = {"id": uid(), "user_id": person("mm1"), "deputy_id": person("mm2")} | days
    assert world.as_("dm").call("POST", "/api/absences", away).status_code == 200
    mm1, mm2, own, theirs = world.as_("mm1"), world.as_("mm2"), sheet(), sheet(comment="代写")
    done(mm1, "maintenance_appraisals.save", own)
    done(mm2, "maintenance_appraisals.save", theirs)
    assert seen(mm1, theirs) is None
    done(mm2, "maintenance_appraisals.report", theirs)
    assert seen(mm1, theirs)["comment"] == "代写"
    assert refused(mm1, "maintenance_appraisals.report", own) == "appraisal_exists"


def _work_a_month(world: World, day: date, clock: Any) -> None:
    """A visit, a log with news that was passed on, a task in time, a case that is shared, a changed file, a spot check."""
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    plan = {"id": uid(), "horizon": "month", "first_on": str(NEXT), "target_count": 4}
    done(am01, "visit_plans.submit", plan)
    done(mm1, "visit_plans.approve", {"id": plan["id"]})
    task = {"id": uid(), "assignee_id": person("am01"), "title": "t", "requirement": "r"}
    assert mm1.call("POST", "/api/tasks", task | {"due_on": str(day)}).status_code == 200
    done(am01, "tasks.finish", {"task_id": task["id"], "id": uid(), "result": "r"})
    for who, satisfaction in ((am01, 1), (mm1, 4)):  # his own word on his shops does not count
        visit = {"id": uid(), "customer_id": shop("cz:0"), "place": None}
        done(who, "visits.check_in", visit)
        clock.move_to(at(day, "09:06" if who is am01 else "09:08"))
        done(who, "visits.record", {"visit_id": visit["id"], "satisfaction": satisfaction})
        done(who, "visits.check_out", {"visit_id": visit["id"]})
    about = dict.fromkeys(("title", "situation", "action", "effect"), "c")
    case = {"id": uid(), **about}
    done(am01, "maintenance_cases.write", case)
    done(mm1, "maintenance_cases.comment", {"id": case["id"], "mm_comment": "c", "shared": "zone"})
    file = am01.rows(f"customer:{shop('cz:0')}", "customers")[0]
    edit = {"note": {"from": file["note"], "to": "午后在店"}}
    done(am01, "customers.edit", {"customer_id": shop("cz:0"), "set": edit})
    slip = {"id": uid(), "category": "market_info", "content": "c"}
    done(am01, "info_slips.send", slip)
    note = {"id": uid(), "kind": "market", "text": "n", "is_important": True, "info_slip_id": slip["id"]}
    log = {"id": uid(), "first_on": str(day), "notes": [note]}
    done(am01, "work_logs.submit", log)
    done(mm1, "work_logs.review", {"id": log["id"], "plan_check": "good", "grade": "B"})
    react(world.runtime.db)


def test_s10_11_s10_12_the_evidence_collects_itself_and_is_kept_as_it_was_when_reported(world: World) -> None:
    day = worked(NEXT)
    with time_machine.travel(at(day, "09:00"), tick=False) as clock:
        before = evidence(world.as_("mm1"), on=NEXT)
        assert (before["visits"], before["log_grade"], before["satisfaction_rate"]) == (0, None, None)
        _work_a_month(world, day, clock)
        clock.move_to(at(worked(day + timedelta(days=1)), "09:00"))
        mm1 = world.as_("mm1")
        found = evidence(mm1, on=NEXT)
        assert {name: found[name] for name in ("visits", "visited_shops", "shops", "visit_coverage")} == {
            "visits": 1,
            "visited_shops": 1,
            "shops": 3,
            "visit_coverage": 0.3333,
        }
        assert (found["target_count"], found["month_visit_progress"], found["field_hours"]) == (4, 0.25, 0.1)
        assert (found["logs_in_time"], found["logs_reviewed"], found["log_grade"]) == (1, 1, 3.0)
        assert (found["important_notes"], found["passed_on"]) == (1, 1)
        assert (found["tasks_due"], found["tasks_in_time"]) == (1, 1)
        assert (found["cases_written"], found["cases_shared"]) == (1, 1)
        assert (found["file_changes"], found["changed_files"]) == (1, 1)
        told_of = ("satisfaction_answers", "satisfied", "satisfaction_rate", "satisfaction_mean")
        assert [found[name] for name in told_of] == [1, 1, 1.0, 4.0]
        assert (found["order_qty"], found["yoy_growth"]) == (0, None)
        made = sheet(first_on=NEXT)
        report(mm1, made)
        kept = seen(world.as_("am01"), made)["evidence"]
        assert kept == {name: found[name] for name in kept}
        assert kept["counted_on"] == str(today())
        visit = {"id": uid(), "customer_id": shop("cz:0", 1), "place": None}
        done(world.as_("am01"), "visits.check_in", visit)
        done(world.as_("am01"), "visits.check_out", {"visit_id": visit["id"]})
        assert evidence(mm1, on=NEXT)["visits"] == 2
        assert seen(mm1, made)["evidence"]["visits"] == 1


def test_the_evidence_is_that_of_whom_one_leads_or_ones_own(world: World) -> None:
    rows = world.as_("mm1").get("/api/reports/maintenance_evidence").json()["rows"]
    assert [row["person_id"] for row in rows] == [person("am01"), person("am02")]
    (own,) = world.as_("am01").get("/api/reports/maintenance_evidence").json()["rows"]
    assert own["person_id"] == person("am01")
    assert len(world.as_("dm").get("/api/reports/maintenance_evidence").json()["rows"]) == 4
    for username, of in (("mm1", "am03"), ("am01", "am02"), ("dm", "am19")):
        asked = {"account_manager_id": person(of)}
        answer = world.as_(username).get("/api/reports/maintenance_evidence", params=asked)
        assert (answer.status_code, answer.json()["code"]) == (404, "account_manager_missing"), username


def test_s10_14_what_is_reported_stays_and_is_amended_with_a_date(world: World) -> None:
    mm1, made = world.as_("mm1"), sheet()
    report(mm1, made)
    amended = {"id": made["id"], "note": "补充:十二日的走访已核实属实。"}
    assert refused(world.as_("dm"), "maintenance_appraisals.amend", amended) == "role_not_allowed"
    done(mm1, "maintenance_appraisals.amend", amended)
    steps = world.as_("am01").rows(f"maintenance_appraisal:{made['id']}", "flow_steps")
    (first, second) = sorted(steps, key=lambda row: row["made_at"])
    assert (first["step"], first["snapshot"]["comment"]) == ("report", SAID["comment"])
    assert first["snapshot"]["evidence"] == seen(mm1, made)["evidence"]
    assert (second["step"], second["note"]) == ("amend", amended["note"])
    assert seen(mm1, made)["comment"] == SAID["comment"]
    for name in ("dm", "ga", "am01"):
        assert len(told(world, name, "maintenance_appraisal_amended")) == 1, name
    draft = sheet("am02")
    done(mm1, "maintenance_appraisals.save", draft)
    assert refused(mm1, "maintenance_appraisals.amend", amended | {"id": draft["id"]}) == "step_not_now"


def test_who_has_sheets_to_report_is_reminded_before_the_fifth_and_after_it(world: World) -> None:
    with time_machine.travel(at(NEXT, "10:00"), tick=False) as clock:
        report(world.as_("mm1"), sheet("am01"))
        assert told(world, "mm1", "maintenance_appraisal_wanted") == []
        clock.move_to(at(NEXT + timedelta(days=3), "00:01"))
        for _ in range(2):
            (about,) = told(world, "mm1", "maintenance_appraisal_wanted")
            assert about == {"first_on": str(THIS), "count": 1}
        (about,) = told(world, "mm2", "maintenance_appraisal_wanted")
        assert about["count"] == 2
        late, early = sheet("am03"), sheet("am04")
        clock.move_to(at(NEXT + timedelta(days=4), "23:59"))
        report(world.as_("mm2"), early)
        clock.move_to(at(NEXT + timedelta(days=5), "00:01"))
        assert len(told(world, "mm2", "maintenance_appraisal_missing")) == 1
        report(world.as_("mm2"), late)
        assert seen(world.as_("dm"), early)["timeliness"] == "in_time"
        assert seen(world.as_("dm"), late)["timeliness"] == "late"


def test_by_when_sheets_are_due_is_the_administrators_to_set(world: World) -> None:
    length = {"key": "maintenance_appraisal.report", "value": 8, "unit": "calendar_day", "remind_hours": 24}
    assert world.as_("ga").call("PUT", "/api/deadline_policies", length).status_code == 200
    mm1, made = world.as_("mm1"), sheet()
    done(mm1, "maintenance_appraisals.save", made)
    due = at(NEXT + timedelta(days=8), "00:00")
    assert datetime.fromisoformat(seen(mm1, made)["due_at"]) == due


def test_who_went_to_another_zone_is_appraised_where_he_was_last_in_the_month(world: World) -> None:
    moves = NEXT + timedelta(days=1)
    with time_machine.travel(at(moves, "08:00"), tick=False):
        ga = world.as_("ga")
        for route, who in (("route:cz:0", "am03"), ("route:cj:0", "am01")):
            to = {"user_id": person(who), "scope": f"route:{demo_id(route)}", "since": str(today())}
            answer = ga.call("POST", "/api/assignments", to)
            assert answer.status_code == 200, answer.text
        made = sheet("am01")
        assert refused(world.as_("mm2"), "maintenance_appraisals.save", made) == "account_manager_missing"
        report(world.as_("mm1"), made | {"id": uid()})
        report(world.as_("mm2"), sheet("am01", NEXT))


def test_his_copy_holds_what_was_reported_of_him_and_no_draft(world: World) -> None:
    def copy() -> list[dict[str, Any]]:
        answer = world.as_("am01").get("/api/me/export.zip")
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            return list(orjson.loads(archive.read("data.json"))["maintenance_appraisals"])

    mm1, made = world.as_("mm1"), sheet()
    done(mm1, "maintenance_appraisals.save", made)
    assert copy() == []
    done(mm1, "maintenance_appraisals.report", made)
    (row,) = copy()
    assert (row["quality_score"], row["comment"]) == (86, SAID["comment"])
