"""营销工作会议 (S4.1) and 例会 (S5.1): planned with theme and source, outline (S4.3) and agenda (S4.5), drafted by itself (S5.3) from what
there is, the visits of the market manager and opinions with it (S5.2) (S5.11), reported (S4.4), called (S4.2), held (S4.6) from its theme (S5.5)
on, signed in to (S5.4), spoken in (S5.6), commented (S5.7) by person (S10.9), with work given (S5.8), recorded (S4.7), passed up (S4.8) and
down (S4.9), the daily one too (S5.9), and kept (S5.10)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from conftest import World
from fieldvisit.kernel.clock import SHANGHAI, now, today
from fieldvisit.kernel.deadlines import watch
from fieldvisit.kernel.reactions import react
from personas import Persona, person, uid, worked

DAY = worked(today() + timedelta(days=1))


def at(clock: str, day: date = DAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), SHANGHAI).astimezone(UTC)


def item(title: str = "主题说明", form: str = "theme", **more: Any) -> dict[str, Any]:
    return {"id": uid(), "form": form, "title": title, "minutes": 5} | more


def meeting(**more: Any) -> dict[str, Any]:
    told = {
        "id": uid(),
        "kind": "daily",
        "theme": "周三例会",
        "planned_start": at("08:00").isoformat(),
        "planned_end": at("08:20").isoformat(),
        "invitee_ids": [person("am01"), person("am02")],
        "agenda": [item(), item("昨日走访通报", "visits"), item("意见和投诉通报", "feedback")],
    }
    return told | more


def done(who: Persona, name: str, args: dict[str, Any]) -> None:
    result = who.do(name, args)
    assert result["state"] == "applied", result


def refused(who: Persona, name: str, args: dict[str, Any]) -> tuple[str, str]:
    result = who.do(name, args)
    return str(result["state"]), str(result.get("code"))


def of(made: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"meeting_id": made["id"]} | more


def seen(who: Persona, made: dict[str, Any]) -> Any:
    rows = who.rows(f"meeting:{made['id']}", "meetings")
    return rows[0] if rows else None


def came(who: Persona, made: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    """Person → whether he came, and in time."""
    rows = who.rows(f"meeting:{made['id']}", "meeting_attendances")
    names = {person(name): name for name in ("am01", "am02", "mm1", "mm2")}
    return {names[row["user_id"]]: (row["state"], row["timeliness"]) for row in rows}


def told(world: World, username: str, kind: str) -> int:
    watch(world.runtime.db)
    react(world.runtime.db)
    return len(world.as_(username).get("/api/notices", params={"kind": kind}).json()["items"])


def call(who: Persona, **more: Any) -> dict[str, Any]:
    made = meeting(**more)
    done(who, "meetings.save", made)
    done(who, "meetings.notify", of(made))
    return made


def test_s5_a_stand_up_from_its_call_to_the_digest_that_everybody_has_read(world: World) -> None:
    with time_machine.travel(at("07:50"), tick=False) as clock:
        mm1, am01, am02 = world.as_("mm1"), world.as_("am01"), world.as_("am02")
        made = call(mm1)
        assert seen(am01, made)["theme"] == "周三例会"
        assert seen(world.as_("dm"), made) is None, "of a daily meeting the department has the digest"
        assert told(world, "am02", "meeting_called") == 1
        clock.move_to(at("07:58"))
        done(am01, "meetings.sign_in", of(made))
        clock.move_to(at("08:01"))
        mm1, am01, am02 = world.as_("mm1"), world.as_("am01"), world.as_("am02")
        done(mm1, "meetings.open", of(made))
        done(am02, "meetings.sign_in", of(made))
        assert came(mm1, made) == {"am01": ("signed", "in_time"), "am02": ("signed", "late")}
        said = {"id": uid(), "about_id": person("am01"), "said": "speech", "text": "东街缺货三天"}
        praised = {"id": uid(), "about_id": person("am01"), "said": "comment", "text": "缺货报得及时"}
        done(mm1, "meetings.note", of(made, **said))
        done(mm1, "meetings.note", of(made, **praised))
        ticked = [one | {"is_done": True} for one in made["agenda"]]
        done(mm1, "meetings.set_agenda", of(made, agenda=ticked))
        done(mm1, "meetings.end", of(made))
        done(mm1, "meetings.publish", of(made, digest="今天先走缺货的户。"))
        row = seen(am01, made)
        assert (row["state"], row["digest"], row["timeliness"]) == (
            "published",
            "今天先走缺货的户。",
            "in_time",
        )
        assert all(one["is_done"] for one in row["agenda"])
        assert {one["text"] for one in am01.rows(f"meeting:{made['id']}", "meeting_notes")} == {
            "东街缺货三天",
            "缺货报得及时",
        }
        assert told(world, "dm", "meeting_digest") == 1
        assert seen(world.as_("dm"), made)["digest"] == "今天先走缺货的户。"
        done(am01, "meetings.read_digest", of(made))
        read = {
            row["user_id"]: row["digest_read_at"]
            for row in mm1.rows(f"meeting:{made['id']}", "meeting_attendances")
        }
        assert read[person("am01")] is not None
        assert read[person("am02")] is None


def test_s4_4_every_meeting_but_the_daily_is_reported_with_its_facts_before_it_is_called(
    world: World,
) -> None:
    mm1, dm = world.as_("mm1"), world.as_("dm")
    made = meeting(kind="special_topic", theme="新品铺货", source="zone_need", outline="讲三点")
    done(mm1, "meetings.save", made)
    assert refused(mm1, "meetings.notify", of(made)) == ("held", "meeting_not_reported")
    assert refused(mm1, "meetings.report", of(made)) == ("held", "meeting_incomplete")
    facts = {"purpose": "统一铺货要求", "content": "铺货标准与进度"}
    done(mm1, "meetings.save", made | facts)
    assert seen(dm, made) is None
    done(mm1, "meetings.report", of(made))
    assert told(world, "dm", "meeting_reported") == 1
    assert seen(dm, made)["state"] == "reported"
    done(mm1, "meetings.save", made | facts | {"theme": "新品铺货与陈列"})
    assert refused(mm1, "meetings.notify", of(made)) == ("held", "meeting_not_reported"), (
        "it is another meeting now"
    )
    done(mm1, "meetings.report", of(made))
    done(mm1, "meetings.notify", of(made))
    assert seen(world.as_("am01"), made)["outline"] == "讲三点"


def test_s4_4_whether_the_weekly_is_reported_is_the_departments_to_set(world: World) -> None:
    mm1, ga = world.as_("mm1"), world.as_("ga")
    made = meeting(kind="weekly")
    done(mm1, "meetings.save", made)
    assert refused(mm1, "meetings.notify", of(made)) == ("held", "meeting_not_reported")
    department = mm1.get("/api/departments").json()["items"][0]["id"]
    rules = {"weekly_meetings_need_report": False}
    assert ga.call("PUT", f"/api/departments/{department}/rules", rules).status_code == 200
    done(mm1, "meetings.notify", of(made))


def test_s4_7_minutes_are_the_recorders_to_write_and_the_chairs_to_accept(world: World) -> None:
    mm1, am02 = world.as_("mm1"), world.as_("am02")
    facts = {"purpose": "p", "content": "c"}
    made = meeting(
        kind="monthly_marketing", source="department_requirement", recorder_id=person("am02"), **facts
    )
    done(mm1, "meetings.save", made)
    for step in ("report", "notify", "open", "end"):
        done(mm1, f"meetings.{step}", of(made))
    assert came(mm1, made) == {"am01": ("absent", None), "am02": ("absent", None)}
    assert refused(mm1, "meetings.publish", of(made, digest="d")) == ("held", "meeting_not_now")
    assert refused(world.as_("am01"), "meetings.write_minutes", of(made, minutes="m")) == (
        "held",
        "meeting_not_yours",
    )
    done(am02, "meetings.write_minutes", of(made, minutes="一、二、三"))
    assert told(world, "mm1", "meeting_minutes") == 1
    assert refused(am02, "meetings.accept", of(made))[1] in ("meeting_not_yours", "role_not_allowed")
    done(mm1, "meetings.accept", of(made))
    done(mm1, "meetings.publish", of(made, digest="要点"))
    assert (seen(am02, made)["minutes"], seen(am02, made)["state"]) == ("一、二、三", "published")


def test_s4_8_a_digest_that_does_not_come_is_asked_for_and_is_late(world: World) -> None:
    mm1 = world.as_("mm1")
    made = call(mm1)
    done(mm1, "meetings.open", of(made))
    done(mm1, "meetings.end", of(made))
    with time_machine.travel(now() + timedelta(days=3)):
        assert told(world, "mm1", "meeting_digest_overdue") == 1
        mm1 = world.as_("mm1")
        done(mm1, "meetings.publish", of(made, digest="d"))
        assert seen(mm1, made)["timeliness"] == "late"


def test_s5_4_nobody_is_signed_in_by_another_and_leave_is_written_down(world: World) -> None:
    mm1 = world.as_("mm1")
    made = call(mm1)
    away = {"user_id": person("am02"), "is_leave": True}
    done(mm1, "meetings.excuse", of(made, **away))
    assert came(mm1, made)["am02"] == ("leave", None)
    done(world.as_("am01"), "meetings.sign_in", of(made))
    assert refused(mm1, "meetings.excuse", of(made, user_id=person("am01"), is_leave=False)) == (
        "held",
        "meeting_signed_in",
    )
    assert refused(mm1, "meetings.sign_in", of(made)) == ("held", "meeting_not_invited"), (
        "there is no field to name a colleague in"
    )
    other = of(made) | {"user_id": person("am02")}
    assert refused(world.as_("am01"), "meetings.sign_in", other) == ("held", "args_invalid")


def test_s4_2_nobody_is_called_to_two_meetings_at_once(world: World) -> None:
    mm1, dm = world.as_("mm1"), world.as_("dm")
    call(mm1)
    facts = {"kind": "other", "purpose": "p", "content": "c", "invitee_ids": [person("mm1")]}
    clash = meeting(planned_start=at("08:10").isoformat(), planned_end=at("09:00").isoformat(), **facts)
    done(dm, "meetings.save", clash)
    done(dm, "meetings.report", of(clash))
    assert refused(dm, "meetings.notify", of(clash)) == ("held", "meeting_overlaps")
    after = clash | {"planned_start": at("08:20").isoformat()}
    done(dm, "meetings.save", after)
    done(dm, "meetings.report", of(clash))
    done(dm, "meetings.notify", of(clash))


def test_a_meeting_that_is_called_off_is_told_to_whoever_was_called(world: World) -> None:
    mm1 = world.as_("mm1")
    made = call(mm1)
    done(mm1, "meetings.cancel", of(made, reason="暴雨"))
    assert told(world, "am01", "meeting_cancelled") == 1
    assert seen(world.as_("am01"), made)["cancel_reason"] == "暴雨"
    assert refused(world.as_("am01"), "meetings.sign_in", of(made)) == ("held", "meeting_not_now")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"planned_end": at("07:00").isoformat()}, "meeting_times"),
        ({"planned_start": at("08:00", today() - timedelta(days=1)).isoformat()}, "meeting_passed"),
        ({"invitee_ids": [person("am19")]}, "meeting_invitee_missing"),
        ({"recorder_id": uid()}, "meeting_invitee_missing"),
    ],
)
def test_a_meeting_that_cannot_be_says_why(world: World, more: dict[str, Any], code: str) -> None:
    made = meeting(**more)
    assert refused(world.as_("mm1"), "meetings.save", made) == ("held", code)
    assert seen(world.as_("mm1"), made) is None, "nothing half-written"


def test_a_step_that_is_not_ones_own_or_not_now_is_refused_by_its_name(world: World) -> None:
    mm1, am01 = world.as_("mm1"), world.as_("am01")
    nobody = meeting(invitee_ids=[])
    done(mm1, "meetings.save", nobody)
    assert refused(mm1, "meetings.notify", of(nobody)) == ("held", "meeting_nobody")
    made = call(mm1, planned_start=at("10:00").isoformat(), planned_end=at("11:00").isoformat())
    words = {"id": uid(), "about_id": person("am02"), "said": "comment", "text": "t"}
    assert refused(am01, "meetings.note", of(made, **words)) == ("held", "meeting_not_yours")
    assert refused(mm1, "meetings.note", of(made, **words)) == ("held", "meeting_not_now")
    done(mm1, "meetings.open", of(made))
    assert refused(mm1, "meetings.note", of(made, **words | {"about_id": person("am19")})) == (
        "held",
        "meeting_invitee_missing",
    )
    assert refused(mm1, "meetings.open", of(made)) == ("held", "meeting_not_now")
    assert refused(world.as_("mm2"), "meetings.end", of(made)) == ("held", "meeting_missing")
    assert refused(world.as_("am03"), "meetings.sign_in", of(made)) == ("held", "meeting_missing")
