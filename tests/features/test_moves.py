"""People move and shops change hands: what was his leaves his phone, what is his comes, the past stays (S1.3, S1.4)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from conftest import World
from fieldvisit.demo.district import demo_id
from fieldvisit.kernel.clock import now, today
from fieldvisit.kernel.duties import do_duties
from fieldvisit.kernel.reactions import react
from fieldvisit.kernel.sync import sweep
from personas import Persona, person, shop, uid

DAY = timedelta(days=1)
PEOPLE = f"ref:people:{demo_id('department:dq')}"
ORG = f"ref:org:{demo_id('department:dq')}"


def route(name: str) -> str:
    return demo_id(f"route:{name}")


def give(who: Persona, to: str, *shops: str, on: Any = None) -> Any:
    args = {"route_id": route(to), "customer_ids": list(shops), "on_day": str(on or today())}
    return who.call("POST", "/api/handovers", args)


def absent(
    who: Persona, user: str, deputy: str, since: int = 0, days: int = 2, key: str | None = None
) -> Any:
    begin = today() + since * DAY
    return who.call(
        "POST",
        "/api/absences",
        {
            "id": key or uid(),
            "user_id": person(user),
            "deputy_id": person(deputy),
            "since": str(begin),
            "until": str(begin + days * DAY),
        },
    )


def arrive(who: Persona, customer: str) -> dict[str, Any]:
    return who.do("visits.check_in", {"id": uid(), "customer_id": customer, "place": None})


def test_a_shop_handed_over_leaves_one_phone_and_reaches_the_other_with_its_past_left_behind(
    world: World,
) -> None:
    am01, am03, mm1, ga = (world.as_(name) for name in ("am01", "am03", "mm1", "ga"))
    moved, key = shop("cz:0", 1), f"customer:{shop('cz:0', 1)}"
    visit = arrive(am01, moved)["id"]
    assert visit
    assert key in am01.manifest()
    assert give(mm1, "cj:0", moved).json()["code"] == "route_not_yours"
    assert give(ga, "cj:0", moved).status_code == 200
    assert key not in am01.manifest()
    assert key in am03.manifest()
    assert am01.fetch(key)["gone"] == [key]
    change = am03.rows(key, "customer_changes")[0]
    assert (change["field"], change["new_value"]) == ("route_id", route("cj:0"))
    seen = {row["customer_id"] for row in mm1.get("/api/visits").json()["items"]}
    assert moved in seen, "the past stays in the zone where it was made"
    assert moved not in {row["customer_id"] for row in am03.get("/api/visits").json()["items"]}
    late = arrive(am01, moved)
    assert late["state"] == "applied"
    flags = [
        row["is_late_scope"] for row in am01.get("/api/visits", params={"customer_id": moved}).json()["items"]
    ]
    assert True in flags
    edit = am01.op("customers.edit", {"customer_id": moved, "set": {"note": {"from": None, "to": "后门进"}}})
    assert am01.push(edit)["results"][0]["code"] == "customer_reassigned"
    assert edit["id"] not in {row["id"] for row in mm1.get("/api/held_ops").json()["items"]}, (
        "mm1 is blind to it"
    )
    dm = world.as_("dm")
    assert dm.call("POST", f"/api/held_ops/{edit['id']}/apply", {}).status_code == 200
    assert am03.rows(key, "customers")[0]["note"] == "后门进"


def test_a_handover_from_a_later_day_takes_place_on_that_day_and_can_be_called_off(world: World) -> None:
    mm1, moved, stays = world.as_("mm1"), shop("cz:0", 0), shop("cz:0", 1)
    assert give(mm1, "cz:1", moved, stays, on=today() + 3 * DAY).status_code == 200
    planned = {row["customer_id"]: row for row in mm1.get("/api/handovers").json()["items"]}
    assert {row["state"] for row in planned.values()} == {"planned"}
    assert mm1.call("POST", f"/api/handovers/{planned[stays]['id']}/cancel", {}).status_code == 200
    do_duties(world.runtime.db)
    assert f"customer:{moved}" in world.as_("am01").manifest()
    with time_machine.travel(now() + 3 * DAY):
        do_duties(world.runtime.db)
        do_duties(world.runtime.db)
        am01, am02 = world.as_("am01"), world.as_("am02")
        assert f"customer:{moved}" not in am01.manifest()
        assert f"customer:{moved}" in am02.manifest()
        assert f"customer:{stays}" in am01.manifest()
        over = world.as_("mm1").call("POST", f"/api/handovers/{planned[moved]['id']}/cancel", {})
        assert over.json()["code"] == "handover_over"


def test_a_route_is_handed_over_from_a_day_on(world: World) -> None:
    ga = world.as_("ga")
    args = {"user_id": person("am02"), "scope": f"route:{route('cz:0')}", "since": str(today() + DAY)}
    assert ga.call("POST", "/api/assignments", args).status_code == 200
    assert (
        ga.call("POST", "/api/assignments", args | {"since": str(today() - DAY)}).json()["code"]
        == "day_invalid"
    )
    assert f"customer:{shop('cz:0')}" in world.as_("am01").manifest()
    with time_machine.travel(now() + DAY):
        do_duties(world.runtime.db)
        am02 = world.as_("am02")
        assert f"customer:{shop('cz:0')}" in am02.manifest()
        assert f"customer:{shop('cz:1')}" in am02.manifest()
        assert not [key for key in world.as_("am01").manifest() if key.startswith("customer:")]
        served = {row["id"]: row["account_manager_id"] for row in am02.rows(ORG, "routes")}
        assert served[route("cz:0")] == am02.id


def test_a_deputy_serves_the_route_while_its_account_manager_is_away(world: World) -> None:
    mm1 = world.as_("mm1")
    key = f"customer:{shop('cz:0')}"
    assert absent(mm1, "am01", "am02", since=1).status_code == 200
    assert key not in world.as_("am02").manifest()
    with time_machine.travel(now() + DAY):
        am02 = world.as_("am02")
        assert key in am02.manifest()
        assert arrive(am02, shop("cz:0"))["state"] == "applied"
        assert [row["deputy_id"] for row in am02.rows(PEOPLE, "absences")] == [am02.id]
    with time_machine.travel(now() + 3 * DAY):
        am02 = world.as_("am02")
        assert key not in am02.manifest(), "it ends by itself"
        assert arrive(am02, shop("cz:0"))["state"] == "applied", "flagged late_scope, not turned away"


def test_bad_absences_are_refused_with_their_reason(world: World) -> None:
    ga, mm1, mm2 = world.as_("ga"), world.as_("mm1"), world.as_("mm2")
    without = {"id": uid(), "user_id": person("am01"), "since": str(today()), "until": str(today() + DAY)}
    assert ga.call("POST", "/api/absences", without).json()["code"] == "args_invalid"
    assert absent(mm1, "am01", "am01").json()["code"] == "deputy_unfit"
    assert absent(mm1, "am01", "cc1").json()["code"] == "user_missing"
    assert absent(ga, "mm1", "am01").json()["code"] == "deputy_unfit"
    assert absent(ga, "am01", "am19").json()["code"] == "user_missing"
    assert absent(mm2, "am01", "am03").json()["code"] == "user_not_yours"
    assert absent(mm1, "mm1", "mm2").json()["code"] == "user_not_yours"
    assert absent(mm1, "am01", "am02", since=-1).json()["code"] == "day_invalid"
    assert absent(mm1, "am01", "am02", days=0).json()["code"] == "day_invalid"
    key = uid()
    assert absent(mm1, "am01", "am02", since=1, days=3, key=key).status_code == 200
    assert absent(mm1, "am01", "am02", since=3).json()["code"] == "cover_overlaps"
    assert absent(mm1, "am02", "am01", since=2).json()["code"] == "deputy_absent"
    assert absent(ga, "am02", "am03", since=2).json()["code"] == "deputises_then"
    assert absent(mm1, "am01", "am02", since=4).status_code == 200
    end = {"until": str(today() + 2 * DAY)}
    assert (
        mm1.call("POST", f"/api/absences/{key}/end", {"until": str(today() - DAY)}).json()["code"]
        == "day_invalid"
    )
    assert mm1.call("POST", f"/api/absences/{key}/end", end).status_code == 200
    with time_machine.travel(now() + 2 * DAY):
        assert world.as_("mm1").call("POST", f"/api/absences/{key}/end", end).json()["code"] == "absence_over"
        assert f"customer:{shop('cz:0')}" not in world.as_("am02").manifest()
    assert ga.call("POST", f"/api/users/{person('am04')}/leave").status_code == 200
    assert absent(ga, "am03", "am04").json()["code"] == "user_inactive"


def test_nothing_is_handed_over_to_somebody_out_of_service(world: World) -> None:
    ga, mm1 = world.as_("ga"), world.as_("mm1")
    assert ga.call("POST", f"/api/users/{person('am02')}/leave").status_code == 200
    assert give(mm1, "cz:1", shop("cz:0")).json()["code"] == "route_unserved"
    args = {"user_id": person("am02"), "scope": f"route:{route('cz:0')}", "since": str(today())}
    assert ga.call("POST", "/api/assignments", args).json()["code"] == "user_inactive"
    assert give(mm1, "xq:0", shop("cz:0")).json()["code"] == "route_missing"
    assert give(mm1, "cz:1", shop("xq:0")).json()["code"] in ("route_unserved", "customer_missing")


def test_promotion_frees_what_was_served_and_opens_what_the_new_post_reads(world: World) -> None:
    ga, am01 = world.as_("ga"), world.as_("am01")
    visit = arrive(am01, shop("cz:0"))["receipt"]
    assert visit
    answer = ga.call("POST", f"/api/users/{am01.id}/role", {"role": "market_manager"})
    assert answer.status_code == 200, answer.text
    keys = am01.manifest()
    assert not [key for key in keys if key.startswith("customer:")]
    assert [key for key in keys if key.startswith(f"visits:{am01.id}")], "his own past stays his"
    late = arrive(am01, shop("cz:0"))
    assert late["state"] == "applied"
    assigned = {"user_id": am01.id, "scope": f"zone:{demo_id('zone:cj')}", "since": str(today())}
    assert ga.call("POST", "/api/assignments", assigned).status_code == 200
    keys = am01.manifest()
    assert f"customer:{shop('cj:0')}" in keys
    assert f"customer:{shop('cz:0')}" not in keys
    assert f"customer:{shop('cj:0')}" not in world.as_("mm2").manifest()
    assert (
        ga.call("POST", f"/api/users/{ga.id}/role", {"role": "market_manager"}).json()["code"]
        == "own_account"
    )


def test_who_leaves_is_shut_out_at_once_and_who_returns_begins_anew(world: World) -> None:
    ga, am01 = world.as_("ga"), world.as_("am01")
    assert ga.call("POST", f"/api/users/{am01.id}/leave").status_code == 200
    assert am01.get("/api/sync/manifest").status_code == 401
    assert am01.push(am01.op("visits.check_in", {}), token=am01.deposit)["session"] == "revoked"
    names = {row["id"]: row for row in ga.rows(PEOPLE, "people")}
    assert names[am01.id]["is_active"] is False
    assert ga.call("POST", f"/api/users/{am01.id}/return").status_code == 200
    am01 = world.as_("am01")
    assert not [key for key in am01.manifest() if key.startswith("customer:")]
    assigned = {"user_id": am01.id, "scope": f"route:{route('cz:0')}", "since": str(today())}
    assert ga.call("POST", "/api/assignments", assigned).status_code == 200
    assert f"customer:{shop('cz:0')}" in am01.manifest()


def test_a_shop_moves_while_its_entries_wait_and_nothing_is_lost(world: World) -> None:
    am01, ga = world.as_("am01"), world.as_("ga")
    moved = shop("cz:0")
    visit = uid()
    ops = [
        am01.op("visits.check_in", {"id": visit, "customer_id": moved, "place": None}),
        am01.op("visits.record", {"visit_id": visit, "findings": "缺货"}),
        am01.op("visits.check_out", {"visit_id": visit}),
        am01.op("customers.edit", {"customer_id": moved, "set": {"note": {"from": None, "to": "搬家前"}}}),
    ]
    assert give(ga, "cj:0", moved).status_code == 200
    results = am01.push(*ops)["results"]
    assert [result["state"] for result in results] == ["applied", "applied", "applied", "held"]
    sweep(world.runtime)
    digests = world.as_("am03").rows(f"customer:{moved}", "visit_digests")
    assert visit in {row["id"] for row in digests}
    waiting = [row["id"] for row in world.as_("dm").get("/api/held_ops").json()["items"]]
    assert waiting == [ops[3]["id"]]


@pytest.mark.parametrize("username", ["am01", "mm1", "dm", "cc1", "post1"])
def test_only_the_administrator_moves_people(world: World, username: str) -> None:
    who = world.as_(username)
    for verb, args in (("leave", {}), ("return", {}), ("role", {"role": "general_admin"})):
        answer = who.call("POST", f"/api/users/{person('am02')}/{verb}", args)
        assert (answer.status_code, answer.json()["code"]) == (403, "role_not_allowed")


def test_who_was_to_serve_a_route_and_was_called_off_before_his_day_is_a_stranger_there(world: World) -> None:
    ga, wanted = world.as_("ga"), shop("cz:0")
    scope = f"route:{route('cz:0')}"
    for username, day in (("am03", 2), ("am02", 1)):
        args = {"user_id": person(username), "scope": scope, "since": str(today() + day * DAY)}
        assert ga.call("POST", "/api/assignments", args).status_code == 200
    change = {"set": {"note": {"from": None, "to": "x"}}}
    for days in (0, 1, 2, 3, 20):
        with time_machine.travel(now() + days * DAY):
            do_duties(world.runtime.db)
            am03 = world.as_("am03")
            assert am03.get(f"/api/customers/{wanted}").status_code == 404
            assert am03.call("PATCH", f"/api/customers/{wanted}", change).json()["code"] == "customer_missing"
            assert arrive(am03, wanted)["code"] == "customer_missing"
            assert arrive(am03, uid())["code"] == "customer_missing", "as if there were no such shop"


def test_the_thirty_days_of_grace_begin_with_the_last_day_he_served(world: World) -> None:
    ga, wanted = world.as_("ga"), shop("cz:0")
    args = {"user_id": person("am02"), "scope": f"route:{route('cz:0')}", "since": str(today() + DAY)}
    assert ga.call("POST", "/api/assignments", args).status_code == 200
    for days, state in ((30, "applied"), (31, "held")):
        with time_machine.travel(now() + days * DAY):
            am01 = world.as_("am01")
            assert arrive(am01, wanted)["state"] == state, f"{days} days after his last"


def test_a_planned_handover_waits_where_nobody_serves_the_route_any_more_and_it_is_said_once(
    world: World,
) -> None:
    ga, mm1, moved = world.as_("ga"), world.as_("mm1"), shop("cz:0")
    assert give(mm1, "cz:1", moved, shop("cz:0", 1), on=today() + 2 * DAY).status_code == 200
    assert ga.call("POST", f"/api/users/{person('am02')}/leave").status_code == 200
    for days in (2, 3):
        with time_machine.travel(now() + days * DAY):
            for _ in range(2):
                do_duties(world.runtime.db)
                react(world.runtime.db)
            assert f"customer:{moved}" in world.as_("am01").manifest(), "his until somebody else serves it"
            for username in ("mm1", "ga", "am01", "mm2"):
                items = world.as_(username).get("/api/notices").json()["items"]
                told = [row["data"] for row in items if row["kind"] == "handover_waits"]
                said = {
                    "scope": f"route:{route('cz:1')}",
                    "count": 2,
                    "on_day": str(today() + (2 - days) * DAY),
                }
                assert told == ([said] if username in ("mm1", "ga") else []), username
    with time_machine.travel(now() + 3 * DAY):
        ga = world.as_("ga")
        args = {"user_id": person("am04"), "scope": f"route:{route('cz:1')}", "since": str(today())}
        assert ga.call("POST", "/api/assignments", args).status_code == 200
        do_duties(world.runtime.db)
        assert f"customer:{moved}" in world.as_("am04").manifest()
        assert f"customer:{moved}" not in world.as_("am01").manifest()


def test_the_system_administrator_sees_to_those_nobody_else_could_see_to(world: World) -> None:
    admin, ga = world.as_("admin"), world.as_("ga")
    for username in ("cc1", "ga"):
        who = world.as_(username)
        assert admin.call("POST", f"/api/users/{who.id}/leave").status_code == 200
        assert who.get("/api/sync/manifest").status_code == 401
        assert admin.call("POST", f"/api/users/{who.id}/return").status_code == 200
        assert world.as_(username).get("/api/customers").json()["items"], "what his post sees is his again"
    people = {row["id"]: row["is_active"] for row in world.as_("dm").get("/api/people").json()["items"]}
    assert people[ga.id] is True
    for verb in ("leave", "return"):
        foreign = admin.call("POST", f"/api/users/{person('am01')}/{verb}")
        nobody = admin.call("POST", f"/api/users/{uid()}/{verb}")
        assert (foreign.status_code, foreign.json()) == (nobody.status_code, nobody.json())
        assert admin.call("POST", f"/api/users/{admin.id}/{verb}").json()["code"] == "own_account"
    assert admin.call("POST", f"/api/users/{person('ga')}/role", {"role": "related_post"}).status_code == 403
    assert ga.call("POST", f"/api/users/{person('cc1')}/leave").status_code in (401, 404)


@pytest.mark.parametrize(
    ("absentee", "deputy", "registrar"), [("mm1", "dm", "ga"), ("mm1", "mm2", "dm"), ("dm", "ga", "ga")]
)
def test_the_next_post_stands_in_and_decides_what_the_absent_one_would(
    world: World, absentee: str, deputy: str, registrar: str
) -> None:
    assert absent(world.as_(registrar), absentee, deputy).status_code == 200
    who = world.as_({"mm1": "am01", "dm": "mm1"}[absentee])
    wrong = who.op("visits.plan_visit", {"id": uid(), "customer_id": shop("cz:0"), "day": "2020-01-01"})
    who.push(wrong)
    sweep(world.runtime)
    decider = world.as_(deputy)
    answer = decider.call("POST", f"/api/held_ops/{wrong['id']}/reject", {"reason": "日期有误"})
    assert answer.status_code == 200, answer.text
    (row,) = who.rows(f"op:{wrong['id']}", "held_ops")
    assert (row["decided_by_id"], row["decided_for_id"]) == (decider.id, person(absentee))


def test_nobody_below_stands_in_and_nobody_of_another_line(world: World) -> None:
    ga = world.as_("ga")
    assert absent(world.as_("dm"), "ga", "dm", since=9).status_code == 200
    assert absent(world.as_("mm1"), "am01", "mm1", since=9).status_code == 200
    for absentee, deputy in (("mm1", "am01"), ("dm", "mm1"), ("ga", "mm1"), ("am01", "dm"), ("mm1", "ga"), ("post1", "mm1")):  # fmt: skip
        assert absent(ga, absentee, deputy).json()["code"] == "deputy_unfit", (absentee, deputy)


def test_a_market_manager_declares_nobody_absent_who_serves_no_route_of_his(world: World) -> None:
    ga = world.as_("ga")
    assert ga.call("POST", f"/api/users/{person('am03')}/leave").status_code == 200
    assert ga.call("POST", f"/api/users/{person('am03')}/return").status_code == 200
    assert absent(world.as_("mm1"), "am03", "am01").json()["code"] == "user_not_yours"
    assert absent(world.as_("dm"), "am03", "am01").status_code == 200


def test_who_stays_away_longer_is_registered_anew_from_the_day_he_was_to_be_back(world: World) -> None:
    mm1, key = world.as_("mm1"), uid()
    assert absent(mm1, "am01", "am02", days=2, key=key).status_code == 200
    later = mm1.call("POST", f"/api/absences/{key}/end", {"until": str(today() + 3 * DAY)})
    assert later.json()["code"] == "day_invalid"
    assert absent(mm1, "am01", "am02", since=2, days=1).status_code == 200
    with time_machine.travel(now() + 2 * DAY):
        assert f"customer:{shop('cz:0')}" in world.as_("am02").manifest()
