"""Complaints (S12.4, S12.6–S12.19): assigned by the centre, verified, co-handled, resolved, reported to both, told the shop, confirmed; barred to whom they are about."""

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from conftest import World
from features.test_cases import RATED, done, on, opinion, refused, seen, there, told
from fieldvisit.kernel.clock import now, today
from fieldvisit.kernel.reactions import react
from personas import Persona, person, photo, uid, worked


def complaint(**more: Any) -> dict[str, Any]:
    return (
        opinion(feedback_type="complaint", source="complaint_centre", content="送货员态度差", demand="道歉")
        | more
    )


def assigned(world: World, handler: str = "mm1", **more: Any) -> dict[str, Any]:
    """A complaint the centre has taken down and given to somebody."""
    case = complaint(**more.pop("case", {}))
    done(world.as_("cc1"), "register", case)
    done(world.as_("cc1"), "assign", on(case, handler_id=person(handler), **more))
    return case


def verified(world: World, handler: str = "mm1", result: str = "true", **more: Any) -> dict[str, Any]:
    case = assigned(world, handler, **more)
    who = world.as_(handler)
    done(who, "accept", on(case))
    done(who, "verify", on(case, verify_method="ask_post", verify_result=result, finding="核对了送货记录"))
    return case


def resolved(world: World, **more: Any) -> dict[str, Any]:
    case = verified(world, **more)
    done(world.as_("mm1"), "handle", on(case, opinion="已约谈送货员"))
    done(world.as_("mm1"), "resolve", on(case, text="送货员已道歉"))
    return case


def own_copy(who: Persona) -> str:
    """What somebody is given of what is kept about him."""
    with zipfile.ZipFile(io.BytesIO(who.get("/api/me/export.zip").content)) as archive:
        return archive.read("data.json").decode()


def words(who: Persona, case: dict[str, Any]) -> list[str]:
    notes = who.get("/api/feedback_notes", params={"feedback_case_id": case["id"], "limit": "100"}).json()
    return [note["word"] for note in notes["items"]]


def test_s12_4_s12_11_s12_15_a_complaint_goes_from_the_centre_to_its_manager_to_the_shop_and_back(
    world: World,
) -> None:
    """(S12.4, S12.6, S12.7, S12.11, S12.15, S12.16, S12.17)"""
    cc1, mm1 = world.as_("cc1"), world.as_("mm1")
    case = complaint()
    done(cc1, "register", case)
    row = there(mm1, case)
    assert (row["state"], row["handle_due_at"] is None) == ("registered", False)
    assert refused(mm1, "accept", on(case)) == "feedback_case_not_now"
    done(cc1, "assign", on(case, handler_id=person("mm1"), text="请尽快联系店主"))
    assert told(world, "mm1", "feedback_case_assigned") == 1
    accept_due = there(mm1, case)["due_at"]
    done(mm1, "accept", on(case))
    assert told(world, "cc1", "feedback_case_accepted") == 1
    assert accept_due < there(mm1, case)["due_at"] == there(mm1, case)["handle_due_at"]
    done(mm1, "contact", on(case, text="店主在家,愿意等"))
    assert refused(mm1, "handle", on(case, opinion="x")) == "feedback_case_not_now"
    picture = photo(kind="case")
    facts = {"verify_method": "visit", "verify_result": "partly_true", "finding": "确有争吵"}
    done(mm1, "verify", on(case, photos=[picture["id"]], **facts), files=[picture])
    assert refused(mm1, "resolve", on(case, text="x")) == "case_not_handled"
    done(mm1, "handle", on(case, opinion="约谈送货员"))
    assert refused(mm1, "report", on(case)) == "feedback_case_not_now"
    done(mm1, "resolve", on(case, text="送货员已道歉"))
    assert refused(mm1, "inform", on(case, text="t", method="visit")) == "feedback_case_not_now"
    done(mm1, "report", on(case))
    for username in ("cc2", "dm", "ga"):
        assert told(world, username, "feedback_case_reported") == 1, username
    assert refused(cc1, "confirm", on(case)) == "feedback_case_not_now"
    done(mm1, "inform", on(case, text="已当面说明", method="visit", **RATED))
    assert refused(mm1, "close", on(case)) == "feedback_case_not_now"
    done(cc1, "confirm", on(case))
    row = there(cc1, case)
    assert (row["state"], row["timeliness"], row["result"], row["sat_result"]) == (
        "closed",
        "in_time",
        "送货员已道歉",
        3,
    )
    way = [
        "register",
        "assign",
        "accept",
        "contact",
        "verify",
        "handle",
        "resolve",
        "report",
        "inform",
        "confirm",
    ]
    assert sorted(words(cc1, case)) == sorted(way)


def test_s12_4_who_is_assigned_refuses_or_gives_back_with_a_reason_and_the_clock_runs_on(
    world: World,
) -> None:
    cc1, mm1 = world.as_("cc1"), world.as_("mm1")
    case = assigned(world)
    until = there(mm1, case)["handle_due_at"]
    assert refused(mm1, "refuse", on(case)) == "args_invalid"
    done(mm1, "refuse", on(case, text="不在本片区"))
    assert told(world, "cc1", "feedback_case_returned") == 1
    done(cc1, "assign", on(case, handler_id=person("mm2")))
    mm2 = world.as_("mm2")
    assert refused(mm1, "accept", on(case)) == "feedback_case_not_yours"
    done(mm2, "accept", on(case))
    done(mm2, "ask_extension", on(case, extension_on=str(today() + timedelta(days=30)), text="x"))
    done(mm2, "return", on(case, text="涉及配送中心,请改派"))
    row = there(cc1, case)
    assert (row["state"], row["extension_on"]) == ("registered", None)
    done(world.as_("dm"), "assign", on(case, handler_id=person("dm")))
    row = there(cc1, case)
    assert (row["handler_id"], row["handle_due_at"]) == (person("dm"), until)


def test_what_cannot_be_assigned_is_refused(world: World) -> None:
    cc1 = world.as_("cc1")
    case = complaint(object_user_id=person("mm1"))
    done(cc1, "register", case)
    assert refused(cc1, "assign", on(case, handler_id=person("mm1"))) == "case_about_handler"
    assert refused(cc1, "assign", on(case, handler_id=person("am02"))) == "case_handler_missing"
    assert refused(cc1, "assign", on(case, handler_id=uid())) == "case_handler_missing"
    assert refused(cc1, "assign", on(case, handler_id=person("dm2"))) == "case_handler_missing"
    assert world.as_("ga").call("POST", f"/api/users/{person('mm2')}/leave").status_code == 200
    assert refused(cc1, "assign", on(case, handler_id=person("mm2"))) == "case_handler_missing"
    late = on(case, handler_id=person("dm"), handle_on=str(today() - timedelta(days=1)))
    assert refused(cc1, "assign", late) == "day_passed"
    assert refused(world.as_("am01"), "assign", on(case, handler_id=person("dm"))) == "role_not_allowed"
    grumble = opinion()
    done(world.as_("am01"), "register", grumble)
    assert refused(cc1, "assign", on(grumble, handler_id=person("mm1"))) == "feedback_case_not_now"


def test_s12_8_s12_12_another_post_co_handles_by_a_slip_and_its_answer_stands_with_the_case(
    world: World,
) -> None:
    """(S12.8) (S12.12)"""
    mm1, post2 = world.as_("mm1"), world.as_("post2")
    case = verified(world, case={"object_user_id": person("post1")})
    slip, other = uid(), uid()
    asked = {"content": "请查当天送货记录", "wanted_action": "提供签收单"}
    assert (
        refused(mm1, "co_handle", on(case, info_slip_id=uid(), addressee_id=person("post1"), **asked))
        == "case_about_addressee"
    )
    done(mm1, "co_handle", on(case, info_slip_id=slip, addressee_id=person("post2"), **asked))
    done(mm1, "co_handle", on(case, info_slip_id=other, content="报告营销部:店主投诉送货"))
    assert there(mm1, case)["state"] == "co_handling"
    assert refused(mm1, "resolve", on(case, text="x")) == "feedback_case_not_now"
    assert seen(post2, case) is None
    for who, one in ((post2, slip), (world.as_("dm"), other)):
        assert there(mm1, case)["state"] == "co_handling"
        answered = who.do(
            "info_slips.reply", {"info_slip_id": one, "id": uid(), "text": f"已查 {who.username}"}
        )
        assert answered["state"] == "applied", answered
        react(world.runtime.db)
    assert there(mm1, case)["state"] == "handling"
    assert words(mm1, case).count("co_handled") == 2
    assert told(world, "mm1", "feedback_case_co_handled") == 2


def test_s12_13_s12_19_a_major_complaint_needs_a_plan_that_somebody_carries_out_and_another_checks(
    world: World,
) -> None:
    """(S12.13) (S12.19)"""
    mm1, am02 = world.as_("mm1"), world.as_("am02")
    case = verified(world, severity="major", case={"object_user_id": person("am01")})
    done(mm1, "handle", on(case, opinion="调整人员"))
    assert refused(mm1, "resolve", on(case, text="x")) == "case_needs_rectification"
    plan = {
        "rectification_plan_id": uid(),
        "problem": "三户反映态度差",
        "cause": "培训不足",
        "measures": "集中培训",
    }
    plan |= {"owner_id": person("am02"), "due_on": str(today() + timedelta(days=14))}

    def planned(who: Persona, **more: Any) -> Any:
        return who.do("rectification_plans.assign", on(case) | plan | more).get("code")

    assert planned(mm1, owner_id=person("am01")) == "case_about_owner"
    assert planned(mm1, owner_id=person("mm1")) == "assignee_missing"
    assert planned(mm1, due_on=str(today() - timedelta(days=1))) == "day_passed"
    assert planned(mm1) is None
    done(mm1, "resolve", on(case, text="已换人服务"))

    def step(who: Persona, name: str, **more: Any) -> Any:
        args = {"rectification_plan_id": plan["rectification_plan_id"]} | more
        return who.do(f"rectification_plans.{name}", args).get("code")

    assert told(world, "am02", "rectification_plan_assigned") == 1
    assert step(mm1, "accept") == "rectification_plan_not_now"
    assert step(am02, "submit", result="x") == "rectification_plan_not_now"
    assert step(am02, "start") is None
    assert step(am02, "submit", result="培训两次") is None
    assert step(am02, "accept") == "role_not_allowed"
    assert step(mm1, "reject", check_result="缺签到表") is None
    assert step(am02, "submit", result="补齐签到表") is None
    assert step(mm1, "accept") is None
    rows = world.as_("cc1").get("/api/rectification_plans", params={"feedback_case_id": case["id"]}).json()
    assert [(row["state"], row["timeliness"]) for row in rows["items"]] == [("closed", "in_time")]
    assert world.as_("am01").get("/api/rectification_plans").json()["items"] == []


def test_s12_14_what_is_demanded_of_an_account_manager_is_a_task_that_names_no_case(world: World) -> None:
    """(S12.14)"""
    mm1 = world.as_("mm1")
    case = verified(world, case={"object_user_id": person("am01")})
    task = {"task_id": uid(), "assignee_id": person("am01"), "title": "上门前先电话预约"}
    task |= {"requirement": "每次拜访前一天电话联系", "due_on": str(today() + timedelta(days=7))}
    assert refused(mm1, "demand", on(case) | task | {"assignee_id": person("dm")}) == "assignee_missing"
    done(mm1, "demand", on(case) | task)
    body = world.as_("am01").get(f"/api/tasks/{task['task_id']}").text
    assert task["title"] in body
    assert case["id"] not in body
    note = next(
        row for row in mm1.rows(f"feedback_case:{case['id']}", "feedback_notes") if row["word"] == "demand"
    )
    assert note["ref_id"] == task["task_id"]


def test_more_time_is_granted_by_the_department_or_not_at_all(world: World) -> None:
    """(S12.11)"""
    mm1, dm = world.as_("mm1"), world.as_("dm")
    case = verified(world)
    until = str(today() + timedelta(days=20))
    assert (
        refused(mm1, "ask_extension", on(case, extension_on=str(today()), text="x"))
        == "case_extension_shorter"
    )
    done(mm1, "ask_extension", on(case, extension_on=until, text="等检测报告"))
    assert refused(mm1, "ask_extension", on(case, extension_on=until, text="x")) == "feedback_case_not_now"
    assert told(world, "dm", "feedback_case_extension_asked") == 1
    assert (
        refused(world.as_("cc1"), "decide_extension", on(case, is_granted=True)) == "feedback_case_not_yours"
    )
    done(dm, "decide_extension", on(case, is_granted=False, text="请抓紧"))
    before = there(mm1, case)["handle_due_at"]
    done(mm1, "ask_extension", on(case, extension_on=until, text="检测延后"))
    done(dm, "decide_extension", on(case, is_granted=True))
    after = there(mm1, case)
    assert after["handle_due_at"] == after["due_at"] > before
    assert after["extension_on"] is None
    assert told(world, "mm1", "feedback_case_extension_decided") == 2
    own = verified(world, "dm")
    done(dm, "ask_extension", on(own, extension_on=until, text="x"))
    assert refused(dm, "decide_extension", on(own, is_granted=True)) == "feedback_case_not_yours"
    done(world.as_("cc1"), "decide_extension", on(own, is_granted=True))


def test_the_centre_rejects_a_result_and_the_time_it_took_is_not_forgotten(world: World) -> None:
    assert refused(world.as_("mm1"), "reject", on({"id": uid()}, text="x")) == "role_not_allowed"
    with time_machine.travel(f"{worked(today() + timedelta(days=7))}T02:00:00Z", tick=True) as clock:
        case = resolved(world)
        done(world.as_("mm1"), "report", on(case))
        until = there(world.as_("cc1"), case)["handle_due_at"]
        done(world.as_("cc1"), "reject", on(case, text="店主说没人道歉"))
        row = there(world.as_("mm1"), case)
        assert (row["state"], row["timeliness"], row["due_at"], row["handle_due_at"]) == (
            "handling",
            None,
            until,
            until,
        )
        assert told(world, "mm1", "feedback_case_rejected") == 1
        clock.shift(timedelta(days=14))
        done(world.as_("mm1"), "resolve", on(case, text="已当面道歉"))
        done(world.as_("mm1"), "report", on(case))
        assert there(world.as_("cc1"), case)["timeliness"] == "late"


def test_the_centre_takes_a_closed_complaint_up_again_while_it_may(world: World) -> None:
    case = resolved(world)
    mm1, cc1 = world.as_("mm1"), world.as_("cc1")
    done(mm1, "report", on(case))
    done(mm1, "inform", on(case, text="t", method="phone", **RATED))
    done(cc1, "confirm", on(case))
    done(cc1, "reopen", on(case, text="店主仍不满意"))
    row = there(mm1, case)
    assert (row["state"], row["reopen_count"], row["sat_result"], row["timeliness"]) == (
        "reopened",
        1,
        None,
        None,
    )
    done(mm1, "handle", on(case, opinion="再次上门"))
    done(mm1, "resolve", on(case, text="x"))
    done(mm1, "report", on(case))
    done(mm1, "inform", on(case, text="t", method="visit", **RATED))
    done(cc1, "confirm", on(case))
    with time_machine.travel(now() + timedelta(days=40), tick=True):
        assert refused(world.as_("cc1"), "reopen", on(case, text="x")) == "case_too_old"


@pytest.mark.parametrize(("hours", "timeliness"), [(0, "in_time"), (24 * 20, "late")])
def test_the_same_case_handled_without_signal_counts_by_what_can_be_proven(
    world: World, hours: int, timeliness: str
) -> None:
    """(S12.11) Handled offline in time and synced late: unproven, until somebody decides; synced in time: in time."""
    with time_machine.travel(f"{worked(today() + timedelta(days=7))}T02:00:00Z", tick=True) as clock:
        case = resolved(world)
        clock.shift(timedelta(hours=hours))
        done(world.as_("mm1"), "report", on(case))
        assert there(world.as_("mm1"), case)["timeliness"] == timeliness
        assert (
            refused(world.as_("cc1"), "judge", on(case, timeliness="late", text="x"))
            == "feedback_case_not_now"
        )


def test_a_case_whose_time_is_unproven_is_decided_by_a_person_who_did_not_handle_it(world: World) -> None:
    with time_machine.travel(f"{worked(today() + timedelta(days=7))}T02:00:00Z", tick=True) as clock:
        case = resolved(world)
        mm1 = world.as_("mm1")
        made = mm1.op("feedback_cases.report", on(case))
        clock.shift(timedelta(days=20))
        sent = world.as_("mm1", device=mm1.device).push(made)
        assert [one["state"] for one in sent["results"]] == ["applied"], sent
        assert there(world.as_("mm1"), case)["timeliness"] == "unproven"
        decided = on(case, timeliness="in_time", text="照片与定位可证当日已办")
        assert refused(world.as_("mm1"), "judge", decided) == "role_not_allowed"
        done(world.as_("cc1"), "judge", decided)
        row = there(world.as_("dm"), case)
        assert (row["timeliness"], row["judged_by_id"]) == ("in_time", person("cc1"))


def test_a_grumble_becomes_a_complaint_and_what_is_told_twice_is_joined(world: World) -> None:
    """(S12.5)"""
    am01, mm1, cc1 = world.as_("am01"), world.as_("mm1"), world.as_("cc1")
    grumble = opinion()
    done(am01, "register", grumble)
    done(mm1, "upgrade", on(grumble, severity="important", text="店主要求正式答复"))
    row = there(cc1, grumble)
    assert (row["feedback_type"], row["state"], row["severity"]) == ("complaint", "registered", "important")
    again = complaint()
    done(cc1, "register", again)
    assert refused(cc1, "join", on(again, joined_to_id=again["id"])) == "case_joined_to_itself"
    done(cc1, "join", on(again, joined_to_id=grumble["id"]))
    assert (there(cc1, again)["state"], there(cc1, again)["joined_to_id"]) == ("joined", grumble["id"])
    assert "join" in words(cc1, grumble)
    assert refused(cc1, "assign", on(again, handler_id=person("mm1"))) == "feedback_case_not_now"
    third = complaint()
    done(cc1, "register", third)
    assert refused(cc1, "join", on(third, joined_to_id=again["id"])) == "feedback_case_not_now"


def test_who_turns_out_to_be_its_object_sees_nothing_of_it_any_more(world: World) -> None:
    mm1, post1, am01 = world.as_("mm1"), world.as_("post1"), world.as_("am01")
    case = complaint(source="am_records")
    done(am01, "register", case)
    done(world.as_("cc1"), "assign", on(case, handler_id=person("mm1")))
    done(mm1, "accept", on(case))
    assert seen(am01, case) is not None
    assert "送货员态度差" in own_copy(am01)
    facts = {"verify_method": "ask_am", "verify_result": "true", "finding": "本人承认"}
    assert refused(mm1, "verify", on(case, object_user_id=person("mm1"), **facts)) == "case_about_oneself"
    done(mm1, "verify", on(case, object_user_id=person("am01"), **facts))
    slip = uid()
    done(mm1, "co_handle", on(case, info_slip_id=slip, addressee_id=person("post1"), content="请核对"))
    assert seen(am01, case) is None
    assert "送货员态度差" not in own_copy(am01)
    assert f"feedback_case:{case['id']}" not in am01.manifest()
    assert post1.get(f"/api/info_slips/{slip}").status_code == 200
    assert am01.get(f"/api/info_slips/{slip}").status_code == 404
    done(mm1, "handle", on(case, opinion="x"))
    done(mm1, "resolve", on(case, text="x"))
    done(mm1, "report", on(case))
    done(mm1, "inform", on(case, text="t", method="visit"))
    assert told(world, "am01", "feedback_case_informed") == 0


def test_s12_11_a_complaint_nobody_assigns_or_accepts_is_said_to_who_leads(world: World) -> None:
    with time_machine.travel(f"{worked(today() + timedelta(days=7))}T02:00:00Z", tick=True) as clock:
        case, other = complaint(), complaint()
        done(world.as_("cc1"), "register", case)
        done(world.as_("cc1"), "register", other)
        done(world.as_("cc1"), "assign", on(other, handler_id=person("mm1")))
        clock.shift(timedelta(hours=26))
        assert told(world, "cc2", "feedback_case_overdue") >= 2
        assert told(world, "dm", "feedback_case_overdue") >= 2
        assert told(world, "mm1", "feedback_case_overdue") >= 1


def test_who_had_a_complaint_before_sees_it_no_more_unless_he_leads_its_zone(world: World) -> None:
    """(S12.4)"""
    case = assigned(world, "mm2", severity="important")
    until = there(world.as_("mm2"), case)["handle_due_at"]
    done(world.as_("mm2"), "refuse", on(case, text="不在本片区"))
    done(world.as_("cc1"), "assign", on(case, handler_id=person("mm1")))
    assert seen(world.as_("mm2"), case) is None
    row = there(world.as_("mm1"), case)
    assert (row["severity"], row["handle_due_at"]) == ("important", until), "what is not said does not change"


def test_the_clock_of_what_became_a_complaint_later_counts_from_then(world: World) -> None:
    """(S12.5)"""
    with time_machine.travel(f"{worked(today() + timedelta(days=7))}T02:00:00Z", tick=True) as clock:
        grumble = opinion()
        done(world.as_("am01"), "register", grumble)
        clock.shift(timedelta(days=20))
        done(world.as_("mm1"), "upgrade", on(grumble, text="店主要求正式答复"))
        until = there(world.as_("cc1"), grumble)["handle_due_at"]
        grave = on(grumble, handler_id=person("mm1"), severity="important")
        done(world.as_("cc1"), "assign", grave)
        assert there(world.as_("cc1"), grumble)["handle_due_at"] > until
        named = on(grumble, handler_id=person("mm1"), handle_on=str(today() + timedelta(days=1)))
        done(world.as_("dm"), "assign", named)
        assert there(world.as_("cc1"), grumble)["handle_due_at"][:10] == str(today() + timedelta(days=1))


def test_more_time_for_a_complaint_about_the_departments_manager_is_the_centres_to_give(world: World) -> None:
    case = verified(world, case={"object_user_id": person("dm")})
    until = str(today() + timedelta(days=20))
    done(world.as_("mm1"), "ask_extension", on(case, extension_on=until, text="x"))
    assert told(world, "cc1", "feedback_case_extension_asked") == 1
    assert told(world, "dm", "feedback_case_extension_asked") == 0
    done(world.as_("cc1"), "decide_extension", on(case, is_granted=True))
