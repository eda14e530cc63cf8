"""工作日志 (S13): the day in one's own words (S1.5, S11.13), on time or not, merged from two phones, reviewed promptly (S10.7)
beside the tasks (S13.1) and the plan (S13.2) with its information (S13.3) passed on (S13.4), with comment and grade (S13.5)."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from conftest import World
from fieldvisit.demo.names import demo_id
from fieldvisit.features.worklogs.rules import merge, moment
from fieldvisit.kernel.clock import SHANGHAI, now, today
from fieldvisit.kernel.duties import do_duties
from fieldvisit.kernel.reactions import react
from personas import Persona, person, shop, uid, worked

MONDAY = today() - timedelta(days=today().weekday())
MONTH = today().replace(day=1)
GOOD = {"plan_check": "good", "grade": "B"}


def note(kind: str = "market", text: str | None = "对面新开一家便利店", **more: Any) -> dict[str, Any]:
    return {"id": uid(), "kind": kind, "text": text} | more


def log(*notes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": uid(), "first_on": str(today()), "notes": list(notes or [note()])} | more


def done(who: Persona, name: str, args: dict[str, Any]) -> dict[str, Any]:
    result = who.do(name, args)
    assert result["state"] == "applied", result
    return result


def refused(who: Persona, name: str, args: dict[str, Any]) -> tuple[str, str]:
    result = who.do(name, args)
    return str(result["state"]), str(result.get("code"))


def seen(who: Persona, author: str = "am01", horizon: str = "day", first_on: date | None = None) -> Any:
    """His log of a period as this person's phone carries it, or None."""
    rows = who.rows(f"work_log:{person(author)}:{horizon}:{first_on or today()}", "work_logs")
    return dict(rows[0]) if rows else None


def texts(row: dict[str, Any]) -> list[str]:
    return [one["text"] for one in row["notes"]]


def told(world: World, username: str, kind: str) -> list[dict[str, Any]]:
    do_duties(world.runtime.db)
    react(world.runtime.db)
    return list(world.as_(username).get("/api/notices", params={"kind": kind}).json()["items"])


def at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), SHANGHAI)


def test_s13_3_a_log_is_its_authors_until_he_submits_it_and_then_his_market_managers_to_review(
    world: World,
) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    begun = log(note("visit", "陈列缺两个面", customer_id=shop("cz:0")))
    done(am01, "work_logs.save", begun)
    assert seen(am01)["state"] == "open"
    assert seen(am01)["notes"][0]["shop_name"]
    assert seen(mm1) is None, "nobody reads what is not submitted"
    ended = begun | {"notes": [note("brand", "新品问的人多"), note("tomorrow", "先走江边一条街")]}
    done(am01, "work_logs.submit", ended)
    row = seen(mm1)
    assert row["state"] == "submitted"
    assert texts(row) == ["陈列缺两个面", "新品问的人多", "先走江边一条街"]
    assert len(told(world, "mm1", "work_log_submitted")) == 1
    done(mm1, "work_logs.review", {"id": row["id"], **GOOD, "note": "陈列的事周三前补齐"})
    row = seen(am01)
    assert (row["state"], row["grade"], row["plan_check"]) == ("reviewed", "B", "good")
    assert (row["comment"], row["truth_check"]) == ("陈列的事周三前补齐", "good")
    assert [one["step"] for one in (n["data"] for n in told(world, "am01", "work_log_decided"))] == ["review"]
    assert refused(am01, "work_logs.save", log()) == ("held", "work_log_reviewed")


def test_s13_4_important_information_that_was_not_passed_on_keeps_a_log_from_being_reviewed(
    world: World,
) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    flow, price = note("market", "有人在卖非渠道烟", is_important=True), note(is_important=True)
    done(am01, "work_logs.submit", log(flow, price))
    row_id = seen(mm1)["id"]
    review = {"id": row_id, **GOOD}
    assert refused(mm1, "work_logs.review", review) == ("held", "work_log_not_passed_on")
    slip = {"id": uid(), "category": "compliance", "content": "有人在卖非渠道烟", "urgency": "urgent"}
    done(am01, "info_slips.send", slip)
    by_slip = {"note_id": flow["id"], "info_slip_id": slip["id"]}
    assert refused(mm1, "work_logs.review", review | {"settled": [by_slip]})[1] == "work_log_not_passed_on"
    said = {"note_id": price["id"], "explanation": "上周的传递单已经写过"}
    done(mm1, "work_logs.review", review | {"settled": [by_slip, said], "transfer_check": "partly"})
    row = seen(am01)
    (number,) = (
        one["number"]
        for one in am01.get("/api/info_slips", params={"category": "compliance"}).json()["items"]
    )
    assert [(one["slip_number"], one["explanation"]) for one in row["notes"]] == [
        (number, None),
        (None, "上周的传递单已经写过"),
    ]


def test_s13_5_a_log_that_is_given_back_is_mended_and_judged_by_its_first_submission(world: World) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    done(am01, "work_logs.submit", log(note("problem", "没有")))
    first = seen(am01)
    assert refused(mm1, "work_logs.return", {"id": first["id"]}) == ("held", "args_invalid")
    done(mm1, "work_logs.return", {"id": first["id"], "note": "写清楚是哪几户"})
    assert (seen(am01)["state"], seen(am01)["comment"]) == ("returned", "写清楚是哪几户")
    done(am01, "work_logs.submit", log(note("problem", "三户缺货:老街一、二、五")))
    again = seen(mm1)
    assert (again["state"], again["id"]) == ("submitted", first["id"])
    assert again["submitted_at"] == first["submitted_at"]
    done(mm1, "work_logs.review", {"id": first["id"], **GOOD})


def test_two_logs_of_one_day_on_two_phones_become_one_and_nothing_is_lost(world: World) -> None:
    am01, other = world.as_("am01"), world.as_("am01")
    shared = note("visit", "缺货")
    done(am01, "work_logs.submit", log(shared, note("market", "甲")))
    done(other, "work_logs.submit", log(shared | {"text": "缺货三天"}, note("market", "乙")))
    row = seen(world.as_("mm1"))
    assert texts(row) == ["缺货\n缺货三天", "甲", "乙"]
    done(am01, "work_logs.save", log(shared | {"text": "缺货三天了", "seen": "缺货\n缺货三天"}))
    assert texts(seen(am01))[0] == "缺货三天了"
    done(other, "work_logs.save", log(shared | {"text": None, "seen": "缺货\n缺货三天"}))
    assert texts(seen(am01))[0] == "缺货三天了", "who has not seen it takes nothing away"
    done(other, "work_logs.save", log(shared | {"text": None, "seen": "缺货三天了"}))
    assert texts(seen(am01)) == ["甲", "乙"]


words = st.text("abc", min_size=1, max_size=3)


@given(st.lists(st.tuples(st.integers(0, 2), st.one_of(st.none(), words), words), max_size=8))
def test_whatever_two_phones_write_that_did_not_see_each_other_every_text_is_in_the_log(
    written: list[tuple[int, str | None, str]],
) -> None:
    """Each phone writes what it will, without ever having seen the other's; what it takes away it has not seen."""
    notes: list[dict[str, Any]] = []
    blank = {"is_important": False, "info_slip_id": None, "slip_number": None, "seen": None}
    for number, text, _ in written:
        notes = merge(notes, [{"id": str(number), "text": text} | blank])
    for number, text, _ in written:
        if text is not None:
            assert any(text in one["text"] for one in notes if one["id"] == str(number))


@pytest.mark.parametrize(
    ("clock", "days", "timeliness", "is_missing"),
    [
        ("17:59", 0, "in_time", False),
        ("18:30", 0, "late", False),
        ("07:29", 1, "late", False),
        ("07:31", 1, "late", True),
    ],
)
def test_a_log_is_in_time_until_six_late_until_half_past_seven_and_then_missing_but_taken(
    world: World, clock: str, days: int, timeliness: str, is_missing: bool
) -> None:
    day = worked(today() + timedelta(days=1))
    with time_machine.travel(at(day + timedelta(days=days), clock), tick=False):
        am01 = world.as_("am01")
        done(am01, "work_logs.submit", log(first_on=str(day)))
        row = seen(am01, first_on=day)
        assert row["timeliness"] == timeliness
        assert (row["earliest_at"] > row["missing_at"]) is is_missing


def test_s1_5_what_is_written_offline_before_six_and_arrives_later_is_not_called_late(world: World) -> None:
    day = worked(today() + timedelta(days=1))
    with time_machine.travel(at(day, "17:55")) as clock:
        am01 = world.as_("am01")
        clock.move_to(at(day, "17:59"))
        op = am01.op("work_logs.submit", log(first_on=str(day)))
        clock.move_to(at(day, "18:04"))
        assert am01.push(op)["results"][0]["state"] == "applied"
        row = seen(am01, first_on=day)
        assert row["timeliness"] == "unproven", (
            "he may have written it by then, and nobody can say that he did not"
        )


def test_when_logs_are_due_is_the_departments_to_set(world: World) -> None:
    ga, am01 = world.as_("ga"), world.as_("am01")
    department = am01.get("/api/departments").json()["items"][0]["id"]
    path = f"/api/departments/{department}/rules"
    assert ga.call("PUT", path, {"logs_due_at": "25:00"}).status_code == 422
    assert ga.call("PUT", path, {"logs_due_at": "17:30", "logs_missing_at": "08:00"}).status_code == 200
    done(am01, "work_logs.save", log())
    row = seen(am01)
    assert row["due_at"] == moment(today(), "17:30").isoformat().replace("+00:00", "Z")
    morning = moment(today() + timedelta(days=1), "08:00")
    assert row["missing_at"] == morning.isoformat().replace("+00:00", "Z")


def test_s13_2_the_figures_of_the_day_follow_its_visits_also_those_that_come_later(world: World) -> None:
    am01 = world.as_("am01")
    done(am01, "work_logs.submit", log())
    before = seen(world.as_("mm1"))["figures"]
    visit = uid()
    other = world.as_("am01")
    done(other, "visits.check_in", {"id": visit, "customer_id": shop("cz:0"), "place": None})
    done(other, "visits.check_out", {"visit_id": visit})
    react(world.runtime.db)
    after = seen(world.as_("mm1"))["figures"]
    assert after["visited"] == before["visited"] + 1


def test_s11_13_a_market_managers_own_log_goes_to_the_department_manager(world: World) -> None:
    mm1 = world.as_("mm1")
    done(mm1, "work_logs.submit", log(note("work", "抽查两名客户经理")))
    row_id = seen(mm1, "mm1")["id"]
    assert refused(mm1, "work_logs.review", {"id": row_id, **GOOD}) == ("held", "own_submission")
    assert seen(world.as_("am01"), "mm1") is None
    done(world.as_("dm"), "work_logs.review", {"id": row_id, "plan_check": "partly", "grade": "A"})
    assert seen(mm1, "mm1")["grade"] == "A"


@pytest.mark.parametrize(("horizon", "first_on"), [("week", MONDAY), ("month", MONTH)])
def test_a_week_and_a_month_are_summed_up_with_what_comes_next(
    world: World, horizon: str, first_on: date
) -> None:
    summary = {"horizon": horizon, "first_on": str(first_on)}
    sums = [note("analysis", "大户稳,小户少"), note("next_step", "补访三十天未访的户")]
    done(world.as_("am01"), "work_logs.submit", log(*sums, **summary))
    row = seen(world.as_("mm1"), horizon=horizon, first_on=first_on)
    assert texts(row) == ["大户稳,小户少", "补访三十天未访的户"]
    assert row["due_at"] > f"{row['last_on']}T16", "after its last day is over in Shanghai"
    done(world.as_("mm1"), "work_logs.review", {"id": row["id"], **GOOD})


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"first_on": str(today() + timedelta(days=1))}, "work_log_ahead"),
        ({"horizon": "week", "first_on": str(MONDAY - timedelta(days=1))}, "work_log_period"),
        ({"notes": [note("analysis")]}, "work_log_kind"),
        ({"notes": []}, "work_log_empty"),
        ({"notes": [note(customer_id=uid())]}, "customer_missing"),
        ({"notes": [note(info_slip_id=uid())]}, "info_slip_missing"),
    ],
)
def test_a_log_that_cannot_be_says_why(world: World, more: dict[str, Any], code: str) -> None:
    assert refused(world.as_("am02"), "work_logs.submit", log(**more)) == ("held", code)
    assert seen(world.as_("am02"), "am02") is None, "nothing half-written"


def test_who_has_not_logged_his_day_is_reminded_when_it_is_due_and_his_manager_hears_in_the_morning(
    world: World,
) -> None:
    day = worked(today() + timedelta(days=1))
    routes = world.as_("mm1").get("/api/routes", params={"limit": "200"}).json()["items"]
    zone = demo_id("zone:cz")
    led = len({row["account_manager_id"] for row in routes if row["zone_id"] == zone})
    with time_machine.travel(at(day, "17:50"), tick=False) as clock:
        done(world.as_("am01"), "work_logs.submit", log(first_on=str(day)))
        clock.move_to(at(day, "18:01"))
        do_duties(world.runtime.db)
        do_duties(world.runtime.db)
        react(world.runtime.db)
        for who, count in (("am01", 0), ("am02", 1), ("mm1", 1)):
            found = world.as_(who).get("/api/notices", params={"kind": "work_log_wanted"})
            assert len(found.json()["items"]) == count, who
        clock.move_to(at(day + timedelta(days=1), "07:31"))
        do_duties(world.runtime.db)
        react(world.runtime.db)
        found = world.as_("mm1").get("/api/notices", params={"kind": "work_logs_missing"})
        (count,) = (
            one["data"]["count"] for one in found.json()["items"] if one["data"]["first_on"] == str(day)
        )
        assert count == led - 1, "one of them has submitted"


def test_who_reviews_hears_of_what_waits_too_long(world: World) -> None:
    done(world.as_("am01"), "work_logs.submit", log())
    with time_machine.travel(now() + timedelta(days=12)):
        assert len(told(world, "mm1", "work_log_overdue")) == 1


def _stand_up(world: World, day: date, clock: Any) -> None:
    """A daily meeting of one account manager, who comes, with its digest."""
    clock.move_to(at(day, "08:00"))
    mm1, start = world.as_("mm1"), at(day, "08:00")
    times = {"planned_start": start.isoformat(), "planned_end": (start + timedelta(minutes=20)).isoformat()}
    made = {"id": uid(), "theme": "例会", "invitee_ids": [person("am01")], **times}
    there = {"meeting_id": made["id"]}
    done(mm1, "meetings.save", made)
    done(mm1, "meetings.notify", there)
    done(world.as_("am01"), "meetings.sign_in", there)
    done(mm1, "meetings.open", there)
    done(mm1, "meetings.end", there)
    done(mm1, "meetings.publish", there | {"digest": "d"})


def test_s5_1_in_time_late_missing_reviewed_and_passed_on_are_counted_for_whoever_leads(world: World) -> None:
    """Three days of one account manager: one log in time and reviewed, one late with news that has its slip, one never written."""
    first = worked((MONTH + timedelta(days=32)).replace(day=1))
    second = worked(first + timedelta(days=1))
    third = worked(second + timedelta(days=1))
    with time_machine.travel(at(first, "17:00"), tick=False) as clock:
        done(world.as_("am01"), "work_logs.submit", log(first_on=str(first)))
        done(
            world.as_("mm1"), "work_logs.review", {"id": seen(world.as_("mm1"), first_on=first)["id"], **GOOD}
        )
        _stand_up(world, second, clock)
        clock.move_to(at(second, "19:00"))
        am01 = world.as_("am01")
        slip = {"id": uid(), "category": "market_info", "content": "c", "addressee_id": person("mm1")}
        done(am01, "info_slips.send", slip)
        done(world.as_("mm1"), "info_slips.reply", {"info_slip_id": slip["id"], "id": uid(), "text": "t"})
        news = (note(is_important=True, info_slip_id=slip["id"]), note(is_important=True))
        done(am01, "work_logs.submit", log(*news, first_on=str(second)))
        clock.move_to(at(worked(third + timedelta(days=1)), "09:00"))
        asked = {"period": "month", "on": str(third)}
        rows = world.as_("mm1").get("/api/reports/work_logs", params=asked).json()["rows"]
        by = {(row["level"], row["person_id"]): row for row in rows}
        his = by["account_manager", person("am01")]
        past = his["logs_due"]
        assert past >= 3
        told = {name: his[f"logs_{name}"] for name in ("in_time", "late", "unproven", "missing", "reviewed")}
        assert told == {"in_time": 1, "late": 1, "unproven": 0, "missing": past - 2, "reviewed": 1}
        assert his["log_submit_rate"] == round(1 / past, 4)
        assert (his["log_review_rate"], his["log_review_rate_timely"]) == (0.5, 0.5)
        assert (his["important_notes"], his["passed_on"], his["important_info_transfer"]) == (2, 1, 0.5)
        led = by["market_manager", person("mm1")]
        assert (led["slips_answered"], led["slips_in_time"], led["slip_reply_timely"]) == (1, 1, 1.0)
        assert (his["meetings_called"], his["meetings_attended"], his["meeting_attendance"]) == (1, 1, 1.0)
        assert (led["digests"], led["digests_in_time"]) == (1, 1)
        zone = by["zone", None]
        assert zone["logs_due"] == past * 3, "two account managers and he himself"
        (own,) = world.as_("am01").get("/api/reports/work_logs", params=asked).json()["rows"]
        assert (own["level"], own["logs_late"]) == ("account_manager", 1)
