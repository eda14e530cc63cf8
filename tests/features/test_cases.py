"""Opinions (S12.2, S12.6, S12.7, S12.10, S12.16, S12.17): taken at a shop without signal or at the desk, handled, told the shop with its ratings, closed."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from conftest import World
from fieldvisit.demo.district import demo_id
from fieldvisit.kernel.clock import now, today
from fieldvisit.kernel.deadlines import watch
from fieldvisit.kernel.reactions import react
from personas import Persona, person, photo, shop, uid, worked


def opinion(**more: Any) -> dict[str, Any]:
    told = {"id": uid(), "feedback_type": "grumble", "category": "delivery", "source": "visit"}
    return told | {"customer_id": shop("cz:0"), "content": "送货总在中午", "demand": "改到上午"} | more


def done(who: Persona, name: str, args: dict[str, Any], **more: Any) -> dict[str, Any]:
    result = who.do(f"feedback_cases.{name}", args, **more)
    assert result["state"] == "applied", result
    return result


def refused(who: Persona, name: str, args: dict[str, Any]) -> str:
    result = who.do(f"feedback_cases.{name}", args)
    assert result["state"] in ("held", "rejected"), result
    return str(result["code"])


def on(case: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"feedback_case_id": case["id"], "id": uid()} | more


def seen(who: Persona, case: dict[str, Any]) -> dict[str, Any] | None:
    answer = who.get(f"/api/feedback_cases/{case['id']}")
    return answer.json() if answer.status_code == 200 else None


def there(who: Persona, case: dict[str, Any]) -> dict[str, Any]:
    row = seen(who, case)
    assert row is not None
    return row


def told(world: World, username: str, kind: str) -> int:
    watch(world.runtime.db)
    react(world.runtime.db)
    return len(world.as_(username).get("/api/notices", params={"kind": kind}).json()["items"])


RATED = {"sat_time": 5, "sat_manner": 5, "sat_process": 4, "sat_result": 3}


@pytest.mark.parametrize("kind", ["suggestion", "query", "grumble"])
def test_s12_2_s12_5_s12_10_what_a_shop_says_at_a_visit_is_handled_told_it_and_closed(
    world: World, kind: str
) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    picture = photo(kind="case")
    case = opinion(feedback_type=kind, photos=[picture["id"]])
    done(am01, "register", case, files=[picture])
    row = there(mm1, case)
    assert row["number"] == f"YJ-{today().year}-000001"
    assert (row["handler_id"], row["state"], row["shop_name"] is None) == (person("mm1"), "registered", False)
    assert told(world, "mm1", "feedback_case_registered") == 1
    found = {"verify_method": "ask_post", "verify_result": "true", "finding": "线路排在最后"}
    done(mm1, "handle", on(case, opinion="已请配送中心调整线路", **found))
    done(mm1, "handle", on(case, opinion="下周一起改到上午"))
    row = there(mm1, case)
    assert (row["opinion"], row["finding"], row["state"]) == ("下周一起改到上午", "线路排在最后", "handling")
    done(mm1, "inform", on(case, text="下周一起上午送", method="phone", **RATED))
    assert told(world, "am01", "feedback_case_informed") == 1
    row = there(am01, case)
    assert (row["state"], row["timeliness"], row["sat_result"]) == ("informed", "in_time", 3)
    done(mm1, "close", on(case))
    words = [note["word"] for note in am01.rows(f"feedback_case:{case['id']}", "feedback_notes")]
    assert sorted(words) == sorted(["register", "handle", "handle", "inform", "close"])
    with time_machine.travel(now() + timedelta(days=31), tick=True):
        assert f"feedback_case:{case['id']}" not in world.as_("am01").manifest()
        assert there(world.as_("mm1"), case)["state"] == "closed"


def test_s12_1_s12_4_the_centre_takes_one_down_and_who_oversees_sees_a_masked_number(world: World) -> None:
    cc1 = world.as_("cc1")
    case = opinion(
        source="complaint_centre", customer_id=None, zone_id=demo_id("zone:cz"), contact_phone="13912345678"
    )
    done(cc1, "register", case)
    assert there(world.as_("mm1"), case)["contact_phone"] == "13912345678"
    for username in ("cc1", "cc2", "dm", "ga"):
        assert there(world.as_(username), case)["contact_phone"] == "139****5678", username
    revealed = cc1.get(f"/api/feedback_cases/{case['id']}/full/contact_phone")
    assert (revealed.status_code, revealed.json().get("value")) == (200, "13912345678")
    looked = world.as_("admin").get("/api/audit", params={"action": "feedback_cases.reveal_contact_phone"})
    assert [row["actor_id"] for row in looked.json()["items"]] == [person("cc1")]
    for username in ("am01", "mm2", "dm2", "post1", "mm4"):
        assert seen(world.as_(username), case) is None, username


def test_whom_it_is_about_neither_sees_nor_handles_it(world: World) -> None:
    case = opinion(category="account_manager", object_user_id=person("am01"))
    done(world.as_("mm1"), "register", case | {"source": "am_records"})
    assert seen(world.as_("am01"), case) is None
    about_manager = opinion(object_user_id=person("mm1"), content="答应的事没有下文")
    done(world.as_("am01"), "register", about_manager)
    mm1, dm = world.as_("mm1"), world.as_("dm")
    assert seen(mm1, about_manager) is None
    assert refused(mm1, "handle", on(about_manager, opinion="x")) == "feedback_case_missing"
    assert there(dm, about_manager)["handler_id"] == person("dm")
    assert told(world, "mm1", "feedback_case_registered") == 0
    assert told(world, "dm", "feedback_case_registered") == 1
    done(dm, "inform", on(about_manager, text="已登门致歉", method="visit"))


def test_s12_16_s12_17_a_shop_is_told_once_and_rates_four_things_or_none(world: World) -> None:
    """(S12.17)"""
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    case = opinion()
    done(am01, "register", case)
    assert refused(mm1, "inform", on(case, text="t", method="phone", sat_time=5)) == "args_invalid"
    assert (
        refused(mm1, "inform", on(case, text="t", method="phone", **RATED | {"sat_time": 6}))
        == "args_invalid"
    )
    assert refused(mm1, "close", on(case)) == "feedback_case_not_now"
    done(mm1, "inform", on(case, text="t", method="phone", **RATED))
    assert refused(mm1, "inform", on(case, text="t", method="phone", **RATED)) == "feedback_case_not_now"
    assert refused(mm1, "handle", on(case, opinion="x")) == "feedback_case_not_now"


def test_what_cannot_be_taken_down_is_refused(world: World) -> None:
    am01, cc1 = world.as_("am01"), world.as_("cc1")
    assert refused(am01, "register", opinion(customer_id=None)) == "case_without_contact"
    assert refused(am01, "register", opinion(object_user_id=person("am01"))) == "case_about_oneself"
    assert refused(am01, "register", opinion(object_user_id=uid())) == "case_object_missing"
    assert refused(am01, "register", opinion(customer_id=shop("xq:0"))) == "customer_missing"
    no_zone = opinion(customer_id=None, contact_phone="13912345678")
    assert refused(cc1, "register", no_zone) == "zone_missing"
    assert refused(am01, "register", opinion(feedback_type="praise")) == "args_invalid"
    case = opinion()
    done(am01, "register", case)
    assert refused(am01, "register", opinion() | {"id": case["id"]}) == "id_taken"


def test_a_slip_is_taken_over_as_an_opinion_that_says_where_it_comes_from(world: World) -> None:
    """(S12.3)"""
    slip = {"id": uid(), "category": "grumble", "content": "结算到账慢", "customer_id": shop("cz:0")}
    assert (
        world.as_("am01").do("info_slips.send", slip | {"addressee_id": person("mm1")})["state"] == "applied"
    )
    mm1 = world.as_("mm1")
    case = opinion(source="info_slip", source_id=slip["id"], category="settlement", content=slip["content"])
    done(mm1, "register", case)
    row = there(mm1, case)
    assert (row["source"], row["source_id"], row["handler_id"]) == ("info_slip", slip["id"], person("mm1"))


def test_it_is_taken_back_until_somebody_deals_with_it(world: World) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    case, other = opinion(), opinion()
    done(am01, "register", case)
    assert refused(mm1, "withdraw", on(case, text="x")) == "feedback_case_not_yours"
    done(am01, "withdraw", on(case, text="记错了店"))
    assert there(mm1, case)["state"] == "withdrawn"
    done(am01, "register", other)
    done(mm1, "handle", on(other, opinion="x"))
    assert refused(am01, "withdraw", on(other, text="x")) == "feedback_case_not_now"


def test_s12_11_it_is_due_and_late_by_what_can_be_proven(world: World) -> None:
    with time_machine.travel(f"{worked(today() + timedelta(days=7))}T02:00:00Z", tick=True) as clock:
        case = opinion()
        done(world.as_("am01"), "register", case)
        due = there(world.as_("mm1"), case)["due_at"]
        off = {"days": [{"day": str(today() + timedelta(days=1)), "is_working": False, "note": "停电"}]}
        assert world.as_("ga").call("PUT", "/api/calendar_days", off).status_code == 200
        react(world.runtime.db)
        assert there(world.as_("mm1"), case)["due_at"] >= due
        clock.shift(timedelta(days=20))
        for username in ("mm1", "dm"):
            assert told(world, username, "feedback_case_overdue") == 1
        done(world.as_("mm1"), "inform", on(case, text="t", method="phone"))
        assert there(world.as_("mm1"), case)["timeliness"] == "late"


def test_a_deputy_handles_for_whom_he_stands_in(world: World) -> None:
    case = opinion()
    done(world.as_("am01"), "register", case)
    days = {"since": str(today()), "until": str(today() + timedelta(days=2))}
    absence = {"id": uid(), "user_id": person("mm1"), "deputy_id": person("mm2")} | days
    assert world.as_("dm").call("POST", "/api/absences", absence).status_code == 200
    done(world.as_("mm2"), "handle", on(case, opinion="代处理"))
    assert refused(world.as_("dm"), "handle", on(case, opinion="x")) == "feedback_case_not_yours"
