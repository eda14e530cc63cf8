"""Service issues (S16.7): found by ourselves at a visit or in a log, analysed, assigned, fixed by their day, verified; apart from complaints."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from conftest import World
from fieldvisit.demo.district import demo_id
from fieldvisit.features.service_issues.steps import DUE
from fieldvisit.kernel.clock import now, today
from fieldvisit.kernel.deadlines import DEFAULTS, watch
from fieldvisit.kernel.reactions import react
from personas import Persona, person, shop, uid, worked


def issue(**more: Any) -> dict[str, Any]:
    told = {"id": uid(), "found_in": "visit", "source_id": uid(), "customer_id": shop("cz:0")}
    return told | {"category": "materials", "description": "价签三个月没有换新"} | more


def done(who: Persona, name: str, args: dict[str, Any], **more: Any) -> dict[str, Any]:
    result = who.do(f"service_issues.{name}", args, **more)
    assert result["state"] == "applied", result
    return result


def refused(who: Persona, name: str, args: dict[str, Any]) -> str:
    result = who.do(f"service_issues.{name}", args)
    assert result["state"] in ("held", "rejected"), result
    return str(result["code"])


def on(found: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"service_issue_id": found["id"]} | more


def there(who: Persona, found: dict[str, Any]) -> dict[str, Any]:
    answer = who.get(f"/api/service_issues/{found['id']}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def told(world: World, username: str, kind: str) -> int:
    watch(world.runtime.db)
    react(world.runtime.db)
    notices = world.as_(username).get("/api/notices", params={"kind": f"service_issue_{kind}"}).json()
    return len(notices["items"])


def to(owner: str, **more: Any) -> dict[str, Any]:
    asked = {"owner_id": person(owner), "measures": "统一更换", "due_on": str(today() + timedelta(days=3))}
    return asked | more


def assigned(world: World, owner: str = "am01", by: str = "mm1", **more: Any) -> dict[str, Any]:
    """An issue that is analysed and somebody's to fix."""
    found, leader = issue(), world.as_(by)
    done(world.as_("am01"), "find", found)
    done(leader, "analyse", on(found, cause="物料到货后没有分发"))
    done(leader, "assign", on(found, **to(owner, **more)))
    return found


def test_s16_7_what_is_found_at_a_visit_is_analysed_assigned_fixed_and_verified(world: World) -> None:
    """(S16.7)"""
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    visit = {"id": uid(), "customer_id": shop("cz:0"), "place": None}
    found = issue(source_id=visit["id"])
    entries = am01.push(am01.op("visits.check_in", visit), am01.op("service_issues.find", found))["results"]
    assert [entry["state"] for entry in entries] == ["applied", "applied"]
    row = there(mm1, found)
    assert row["number"] == f"FW-{today().year}-000001"
    assert (row["state"], row["zone_id"], row["shop_name"] is None) == ("found", demo_id("zone:cz"), False)
    assert told(world, "mm1", "found") == 1
    assert refused(mm1, "assign", on(found, **to("am02"))) == "service_issue_not_now"
    done(mm1, "analyse", on(found, cause="物料到货后没有分发"))
    done(mm1, "assign", on(found, **to("am02")))
    am02 = world.as_("am02")
    assert there(am02, found)["cause"] == "物料到货后没有分发"
    assert f"service_issue:{found['id']}" in am02.manifest()
    assert told(world, "am02", "assigned") == 1
    result = am02.op("service_issues.fix", on(found, result="四户已换"))
    with time_machine.travel(now() + timedelta(days=1)):
        again = world.as_("am02", device=am02.device)
        assert again.push(result)["results"][0]["state"] == "applied"
        assert told(world, "mm1", "fixed") == 1
        mm1 = world.as_("mm1")
        done(mm1, "verify", on(found, check_result="抽查两户属实"))
        row = there(am01 := world.as_("am01"), found)
        assert (row["state"], row["timeliness"], row["verified_by_id"]) == ("verified", "in_time", mm1.id)
        assert refused(mm1, "reject", on(found, check_result="x")) == "service_issue_not_now"
        assert f"service_issue:{found['id']}" in am01.manifest()
    with time_machine.travel(now() + timedelta(days=40)):
        assert f"service_issue:{found['id']}" not in world.as_("am01").manifest()


@pytest.mark.parametrize(("days", "timeliness"), [(2, "in_time"), (6, "unproven")])
def test_what_is_fixed_without_signal_counts_by_what_can_be_proven(
    world: World, days: int, timeliness: str
) -> None:
    """(S16.7) Synced before the term has ended it is in time; after that nobody can tell."""
    am01, found = world.as_("am01"), assigned(world)
    written = am01.op("service_issues.fix", on(found, result="已换"))
    with time_machine.travel(now() + timedelta(days=days)):
        again = world.as_("am01", device=am01.device)
        assert again.push(written)["results"][0]["state"] == "applied"
        assert there(world.as_("mm1"), found)["timeliness"] == timeliness


def test_what_is_fixed_after_its_day_is_late_and_both_have_heard_of_it(world: World) -> None:
    """(S16.7)"""
    found = assigned(world)
    with time_machine.travel(now() + timedelta(days=3)):
        assert told(world, "am01", "due_near") == 1
    with time_machine.travel(now() + timedelta(days=5)):
        assert (told(world, "am01", "overdue"), told(world, "mm1", "overdue")) == (1, 1)
        done(world.as_("am01"), "fix", on(found, result="已换"))
        assert there(world.as_("mm1"), found)["timeliness"] == "late"


def test_a_result_that_does_not_do_is_given_back_and_its_term_runs_on(world: World) -> None:
    """(S16.7)"""
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    found = assigned(world)
    done(am01, "fix", on(found, result="已换两户"))
    assert there(mm1, found)["timeliness"] == "in_time"
    done(mm1, "reject", on(found, check_result="还有两户没有换"))
    row = there(am01, found)
    assert (row["state"], row["timeliness"], row["check_result"]) == ("assigned", None, "还有两户没有换")
    assert told(world, "am01", "rejected") == 1
    with time_machine.travel(now() + timedelta(days=5)):
        done(world.as_("am01"), "fix", on(found, result="全部换完"))
        done(world.as_("mm1"), "verify", on(found))
        row = there(world.as_("mm1"), found)
        assert (row["state"], row["timeliness"], row["check_result"]) == ("verified", "late", None)


def test_what_a_market_manager_takes_himself_the_department_checks(world: World) -> None:
    """(S16.7)"""
    mm1, dm = world.as_("mm1"), world.as_("dm")
    found = assigned(world, owner="mm1")
    done(mm1, "fix", on(found, result="已与物流商定"))
    assert (told(world, "dm", "fixed"), told(world, "mm1", "fixed")) == (1, 0)
    assert refused(mm1, "verify", on(found)) == "service_issue_not_yours"
    done(dm, "verify", on(found))
    assert there(mm1, found)["verified_by_id"] == dm.id
    by_the_department = assigned(world, by="dm")
    done(world.as_("am01"), "fix", on(by_the_department, result="已换"))
    assert told(world, "dm", "fixed") == 2
    assert refused(mm1, "verify", on(by_the_department)) == "service_issue_not_yours"
    done(dm, "verify", on(by_the_department))


def test_an_owner_who_cannot_do_it_is_replaced_and_sees_it_no_more(world: World) -> None:
    """(S16.7)"""
    am02, mm1 = world.as_("am02"), world.as_("mm1")
    found = assigned(world, owner="am02", due_on=str(today()))
    done(mm1, "assign", on(found, **to("mm1")))
    assert am02.get(f"/api/service_issues/{found['id']}").status_code == 404
    assert refused(am02, "fix", on(found, result="x")) in ("service_issue_not_yours", "service_issue_missing")
    with time_machine.travel(now() + timedelta(days=2)):
        done(world.as_("mm1"), "fix", on(found, result="已换"))
        assert there(world.as_("dm"), found)["timeliness"] == "in_time", "the term began anew"


def test_without_a_day_the_last_one_is_counted_as_the_administrator_has_set(world: World) -> None:
    """(S16.7)"""
    found = assigned(world, due_on=None)
    day = today()
    for _ in range(DEFAULTS[DUE].value):
        day = worked(day + timedelta(days=1))
    assert there(world.as_("am01"), found)["due_on"] == str(day)
    length = {"key": DUE, "value": 0, "unit": "calendar_day", "remind_hours": 1}
    assert world.as_("ga").call("PUT", "/api/deadline_policies", length).status_code == 200
    assert there(world.as_("am01"), assigned(world, due_on=None))["due_on"] == str(today())


def test_who_may_find_lead_own_and_take_back(world: World) -> None:
    """(S16.7)"""
    am01, am02, mm1 = world.as_("am01"), world.as_("am02"), world.as_("mm1")
    found = issue()
    done(am01, "find", found)
    assert refused(am01, "find", found) == "id_taken"
    assert refused(am01, "find", issue(customer_id=shop("cz:1"))) == "customer_missing"
    assert refused(world.as_("mm2"), "find", issue()) == "customer_missing"
    assert refused(world.as_("dm"), "find", issue()) == "role_not_allowed"
    assert refused(am02, "withdraw", on(found)) == "service_issue_missing"
    assert refused(mm1, "withdraw", on(found)) == "service_issue_not_yours"
    assert refused(am01, "analyse", on(found, cause="x")) == "role_not_allowed"
    done(mm1, "analyse", on(found, cause="x"))
    done(mm1, "analyse", on(found, cause="另有原因"))
    for nobody in ("am03", "mm2", "dm", "post1"):
        assert refused(mm1, "assign", on(found, **to(nobody))) == "service_issue_owner_missing"
    assert world.as_("ga").call("POST", f"/api/users/{person('am02')}/leave", {}).status_code == 200
    assert refused(mm1, "assign", on(found, **to("am02"))) == "service_issue_owner_missing"
    yesterday = str(today() - timedelta(days=1))
    assert refused(mm1, "assign", on(found, **to("am01", due_on=yesterday))) == "day_passed"
    done(mm1, "assign", on(found, **to("am01", due_on=str(today()))))
    assert refused(mm1, "fix", on(found, result="x")) == "service_issue_not_yours"
    assert refused(mm1, "verify", on(found)) == "service_issue_not_now"
    assert refused(am01, "withdraw", on(found)) == "service_issue_not_now"
    mine = issue(customer_id=None, found_in="other", source_id=None)
    done(mm1, "find", mine)
    assert told(world, "dm", "found") == 0
    assert (there(mm1, mine)["zone_id"], there(mm1, mine)["shop_name"]) == (demo_id("zone:cz"), None)
    done(mm1, "withdraw", on(mine))
    assert there(mm1, mine)["state"] == "withdrawn"


@pytest.mark.parametrize(
    "bad",
    [
        {"category": "complaint"},
        {"found_in": "phone"},
        {"description": "  "},
        {"description": None},
        {"customer_id": "cz"},
        {"more": 1},
    ],
)
def test_what_cannot_be_an_issue_is_refused(world: World, bad: dict[str, Any]) -> None:
    """(S16.7)"""
    answer = world.as_("am01").call("POST", "/api/service_issues", issue(**bad))
    assert (answer.status_code, answer.json()["code"]) == (422, "args_invalid")


def test_only_its_people_see_an_issue_and_the_complaint_centre_sees_none(
    world: World, record_property: Any
) -> None:
    """(S16.7, S18.10)"""
    found = assigned(world)
    for username in ("am01", "mm1", "dm", "ga"):
        rows = world.as_(username).get("/api/service_issues").json()["items"]
        assert [row["id"] for row in rows] == [found["id"]], username
    key, cells = f"service_issue:{found['id']}", 0
    for username in ("am02", "am03", "mm2", "am19", "mm4", "dm2", "cc1", "post1", "admin"):
        who = world.as_(username)
        listed = who.get("/api/service_issues")
        assert listed.status_code == 404 or listed.json()["items"] == [], username
        assert who.get(f"/api/service_issues/{found['id']}").status_code == 404
        assert who.fetch(key)["bundles"] == []
        assert key not in who.manifest()
        cells += 4
    record_property("cells", cells)


def test_a_step_by_whom_it_is_not_for_answers_as_if_there_were_no_issue(world: World) -> None:
    """(S16.7)"""
    found = assigned(world)
    for username in ("mm2", "mm4", "dm2"):
        answer = world.as_(username).call(
            "POST", f"/api/service_issues/{found['id']}/analyse", {"cause": "x"}
        )
        assert (answer.status_code, answer.json()["code"]) == (404, "service_issue_missing")
