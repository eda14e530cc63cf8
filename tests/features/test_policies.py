"""政策文件 (S1.7), the study of what is in force (S10.1): published by who leads, read by everybody, receipts seen by who has to know."""

from datetime import timedelta
from typing import Any

import time_machine
from sqlalchemy import select

from conftest import World
from fieldvisit.demo.district import demo_id
from fieldvisit.features.policies.models import PolicyReceipt
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import now, today
from fieldvisit.kernel.reactions import react
from personas import Persona, person, photo, uid

DEPARTMENT = demo_id("department:dq")


def policy(**more: Any) -> dict[str, Any]:
    told = {
        "id": uid(),
        "department_id": DEPARTMENT,
        "title": "零售客户服务规范",
        "category": "process",
        "version": "2026-1",
        "text": "第一条 每次拜访都要签到。\n第二条 如实记录。",
        "effective_on": str(today()),
        "must_read_roles": ["account_manager", "market_manager"],
    }
    return told | more


def publish(who: Persona, made: dict[str, Any]) -> Any:
    body = {name: value for name, value in made.items() if name != "id"}
    return who.call("PUT", f"/api/policies/{made['id']}", body)


def receipt(made: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"policy_id": made["id"], "id": uid()} | more


def told(world: World, username: str, kind: str) -> list[str]:
    react(world.runtime.db)
    notices = world.as_(username).get("/api/notices", params={"kind": kind}).json()["items"]
    return [row["data"]["entity_id"] for row in notices]


def shown(who: Persona, made: dict[str, Any]) -> list[dict[str, Any]]:
    return list(who.rows(f"policy:{made['id']}", "policies"))


def test_s1_7_a_policy_is_published_read_offline_and_its_receipts_are_seen(world: World) -> None:
    ga, am01, mm1 = (world.as_(name) for name in ("ga", "am01", "mm1"))
    made, page = policy(), photo(kind="policy")
    result = ga.do("policies.publish", made | {"photos": [page["id"]]}, files=[page])
    assert result["state"] == "applied", result
    assert ga.put_file(page).status_code == 201
    assert told(world, "am01", "policy_to_read") == told(world, "mm2", "policy_to_read") == [made["id"]]
    assert [told(world, name, "policy_to_read") for name in ("dm", "cc1", "am19")] == [[], [], []]
    (row,) = shown(am01, made)
    assert (row["text"], row["version"], row["must_read_roles"]) == (
        made["text"],
        "2026-1",
        ["account_manager", "market_manager"],
    )
    assert [file["id"] for file in am01.rows(f"policy:{made['id']}", "attachments")] == [page["id"]]
    assert shown(world.as_("cc1"), made)
    assert shown(world.as_("am19"), made) == shown(world.as_("post1"), made) == []

    assert am01.do("policies.read", receipt(made))["state"] == "applied"
    question = receipt(made, is_understood=False, question="第二条补录算不算?")
    assert mm1.do("policies.read", question)["state"] == "applied"
    assert told(world, "ga", "policy_asked") == [made["id"]]
    seen = {name: readers(world.as_(name), made) for name in ("am01", "am02", "mm1", "mm2", "dm", "ga")}
    both = {person("am01"), person("mm1")}
    assert seen == {
        "am01": {person("am01")},
        "am02": set(),
        "mm1": both,
        "mm2": set(),
        "dm": both,
        "ga": both,
    }


def readers(who: Persona, made: dict[str, Any]) -> set[str]:
    rows = who.get("/api/policy_receipts", params={"policy_id": made["id"]}).json()["items"]
    return {row["user_id"] for row in rows}


def test_read_on_two_phones_is_one_receipt_and_the_last_word_holds(world: World) -> None:
    dm, am01 = world.as_("dm"), world.as_("am01")
    made = policy(must_read_roles=[])
    assert publish(dm, made).status_code == 200
    assert told(world, "am01", "policy_to_read") == []
    for more in ({"is_understood": False, "question": "?"}, {}):
        assert am01.do("policies.read", receipt(made, **more))["state"] == "applied"
    (row,) = am01.get("/api/policy_receipts").json()["items"]
    assert (row["is_understood"], row["question"]) == (True, None)


def test_what_replaces_a_policy_is_read_anew_and_the_old_one_passes_with_its_receipts(world: World) -> None:
    ga, am01 = world.as_("ga"), world.as_("am01")
    old = policy()
    new = policy(version="2026-2", replaces_id=old["id"])
    assert publish(ga, old).status_code == 200
    assert am01.do("policies.read", receipt(old))["state"] == "applied"
    assert publish(ga, new).status_code == 200
    assert set(told(world, "am01", "policy_to_read")) == {old["id"], new["id"]}
    assert shown(am01, old)[0]["ended_at"]
    assert shown(am01, new)[0]["ended_at"] is None
    again = publish(ga, policy(replaces_id=old["id"]))
    assert (again.status_code, again.json()["code"]) == (409, "policy_ended")
    with world.runtime.db.read() as session:
        homes = select(Bundle.day).join(PolicyReceipt, PolicyReceipt.bundle_id == Bundle.id)
        assert list(session.scalars(homes)) == [today()]
    with time_machine.travel(now() + timedelta(days=31), tick=True):
        carried = {key.split(":")[1] for key in world.as_("am01").manifest() if key.startswith("policy")}
        assert carried == {new["id"]}
    late = am01.do("policies.read", receipt(old))
    assert late["state"] == "applied", "who read it before it was replaced, without signal, has read it"


def test_a_new_zones_team_reads_what_is_in_force(world: World) -> None:
    ga = world.as_("ga")
    made, ended = policy(), policy()
    for one in (made, ended):
        assert publish(ga, one).status_code == 200
    assert ga.call("POST", f"/api/policies/{ended['id']}/end", {}).status_code == 200
    zone = {"id": uid(), "department_id": DEPARTMENT, "name": "西郊", "code": "xj"}
    assert ga.call("POST", "/api/zones", zone).status_code == 200
    react(world.runtime.db)
    move = {"user_id": person("mm1"), "scope": f"zone:{zone['id']}", "since": str(today())}
    assert ga.call("POST", "/api/assignments", move).status_code == 200
    with world.runtime.db.read() as session:
        session.expire_all()
    keys = world.as_("mm1").manifest()
    assert f"policy:{made['id']}" in keys


def test_only_who_leads_publishes_and_what_is_wrong_is_said(world: World) -> None:
    ga, am01 = world.as_("ga"), world.as_("am01")
    made = policy()
    for username in ("am01", "mm1", "cc1"):
        assert publish(world.as_(username), made).json()["code"] == "role_not_allowed"
    elsewhere = publish(ga, policy(department_id=demo_id("department:xq")))
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "department_missing")
    for strange in (
        {"text": ""},
        {"text": "长" * 20_001},
        {"category": "other"},
        {"must_read_roles": ["system_admin"]},
        {"effective_on": "2026-02-30"},
    ):
        refused = publish(ga, policy(**strange))
        assert (refused.status_code, refused.json()["code"]) == (422, "args_invalid"), strange
    assert publish(ga, made).status_code == 200
    assert publish(ga, made).json()["code"] == "id_taken"
    missing = am01.do("policies.read", {"policy_id": uid(), "id": uid()})
    assert (missing["state"], missing["code"]) == ("held", "policy_missing")
    assert publish(ga, policy(text="长" * 20_000)).status_code == 200


def test_the_complaint_centre_is_told_where_it_must_read_too(world: World) -> None:
    made = policy(must_read_roles=["complaint_centre"])
    assert publish(world.as_("ga"), made).status_code == 200
    assert told(world, "cc1", "policy_to_read") == [made["id"]]
    assert world.as_("cc1").do("policies.read", receipt(made))["state"] == "applied"
