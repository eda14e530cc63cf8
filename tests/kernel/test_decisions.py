"""Held entries have an end: the superior decides them (S1.4), the author corrects them, the operator releases them."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from conftest import World
from fieldvisit import cli
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import now, today
from fieldvisit.kernel.commands import COMMANDS
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.sync import sweep
from personas import Persona, person, photo, shop, uid


def held(who: Persona) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in who.get("/api/held_ops").json()["items"]}


def decide(who: Persona, op_id: str, verb: str = "apply", **more: str) -> Any:
    return who.call("POST", f"/api/held_ops/{op_id}/{verb}", more)


def arrival(customer: str = "") -> dict[str, Any]:
    return {"id": uid(), "customer_id": customer or shop("cz:0"), "place": None}


def put_out_of_service(world: World, username: str) -> None:
    assert world.as_("ga").call("POST", f"/api/users/{person(username)}/leave").status_code == 200


def test_seven_entries_of_a_dismissed_user_are_held_then_settled_and_none_is_lost(world: World) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    put_out_of_service(world, "am01")
    visits = [arrival() for _ in range(3)]
    ops = [am01.op("visits.check_in", visit) for visit in visits]
    ops += [am01.op("visits.record", {"visit_id": visit["id"], "note": "见到店主"}) for visit in visits]
    ops.append(am01.op("visits.check_out", {"visit_id": visits[0]["id"]}))
    results = am01.push(*ops, token=am01.deposit)["results"]
    assert [result["reason"] for result in results] == ["inactive"] * 7
    assert set(held(mm1)) == {op["id"] for op in ops}
    assert held(mm1)[ops[3]["id"]]["args"]["note"] == "见到店主"
    for op in ops[:-1]:
        assert decide(mm1, op["id"]).status_code == 200
    assert decide(mm1, ops[-1]["id"], "reject", reason="未离店").status_code == 200
    rows = {row["id"]: row for row in mm1.get("/api/visits").json()["items"]}
    for visit in visits:
        made = rows[visit["id"]]
        assert (made["visitor_id"], made["state"], made["note"]) == (am01.id, "in_progress", "见到店主")
    states = [row["state"] for row in held(mm1).values()]
    assert (states.count("applied"), states.count("rejected")) == (6, 1)
    assert {row["decided_by_id"] for row in held(mm1).values()} == {mm1.id}


def test_nobody_decides_his_own_nor_what_is_anothers_nor_twice(world: World) -> None:
    am01, mm1, mm2, dm = world.as_("am01"), world.as_("mm1"), world.as_("mm2"), world.as_("dm")
    late = mm1.op("visits.cancel", {"visit_id": uid(), "reason": "r"})
    own = mm1.op("visits.plan_visit", {"id": uid(), "customer_id": shop("cz:0"), "day": "2020-01-01"})
    mm1.push(late, own)
    assert decide(mm1, own["id"]).json()["code"] == "held_op_own"
    assert decide(mm1, late["id"]).json()["code"] == "held_op_own"
    assert decide(mm2, own["id"]).json()["code"] == "held_op_missing"
    assert decide(am01, own["id"]).json()["code"] == "role_not_allowed"
    assert decide(dm, own["id"]).json()["code"] == "day_invalid"
    assert decide(dm, own["id"], "reject").json()["code"] == "args_invalid"
    assert decide(dm, own["id"], "reject", reason="日期有误").status_code == 200
    assert decide(dm, own["id"], "reject", reason="日期有误").json()["code"] == "held_op_settled"
    told = held(mm1)[own["id"]]
    assert (told["state"], told["decision_note"], told["decided_by_id"]) == ("rejected", "日期有误", dm.id)


def test_a_superior_gives_nobody_a_right_the_author_never_had(world: World) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    op = am01.op("org.change_role", {"user_id": person("am02"), "role": "general_admin"})
    assert am01.push(op)["results"][0]["code"] == "role_not_allowed"
    assert decide(mm1, op["id"]).json()["code"] == "not_on_behalf"
    shop_op = am01.op("customers.create", {"id": uid(), "route_id": uid(), "customer_code": "1" * 12, "licence_no": "1" * 12, "shop_name": "x", "retail_format": "Z", "market_type": "C", "business_size": "1"})  # fmt: skip
    am01.push(shop_op)
    assert decide(mm1, shop_op["id"]).json()["code"] == "not_on_behalf"


def test_an_entry_rejected_sends_what_depends_on_it_back_to_its_author(world: World) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    visit = arrival(shop("cz:0")) | {"photos": [uid()]}
    parent = am01.op("visits.check_in", visit)
    child = am01.op("visits.record", {"visit_id": visit["id"], "note": "n"})
    results = am01.push(parent, child)["results"]
    assert [result["reason"] for result in results] == ["invalid", "missing"]
    assert set(held(mm1)) == {parent["id"]}
    assert decide(mm1, parent["id"], "reject", reason="无照片").status_code == 200
    assert held(am01)[child["id"]]["code"] == "parent_rejected"
    assert held(mm1)[child["id"]]["reason"] == "invalid"
    late = am01.do("visits.check_out", {"visit_id": visit["id"]})
    assert (late["reason"], late["code"]) == ("invalid", "parent_rejected")


def test_the_authors_corrected_copy_ends_the_original_and_lets_its_children_go(world: World) -> None:
    am01, am02 = world.as_("am01"), world.as_("am02")
    visit = arrival()
    wrong = am01.op("visits.check_in", visit | {"photos": [uid()]})
    child = am01.op("visits.record", {"visit_id": visit["id"], "note": "n"})
    am01.push(wrong, child)
    foreign = am02.op("visits.check_in", arrival(shop("cz:1")), corrects=wrong["id"])
    assert am02.push(foreign)["results"][0]["code"] == "corrected_missing"
    right = am01.op("visits.check_in", visit, corrects=wrong["id"])
    assert am01.push(right)["results"][0]["state"] == "applied"
    assert held(am01)[wrong["id"]]["state"] == "rejected"
    assert held(am01)[wrong["id"]]["decided_op_id"] == right["id"]
    assert held(am01)[child["id"]]["state"] == "applied"
    again = am01.op("visits.check_in", arrival(), corrects=right["id"])
    assert am01.push(again)["results"][0]["code"] == "corrected_applied"


def test_what_waits_for_something_is_shown_to_people_after_five_days(world: World) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    op = am01.op("visits.record", {"visit_id": uid(), "note": "n"})
    am01.push(op)
    sweep(world.runtime)
    assert op["id"] not in held(mm1)
    with time_machine.travel(now() + timedelta(days=5, minutes=1)):
        sweep(world.runtime)
        mm1 = world.as_("mm1")
        assert op["id"] in held(mm1)
        assert decide(mm1, op["id"], "reject", reason="查无此访").status_code == 200


def test_an_absent_manager_is_represented_and_the_decision_says_for_whom(world: World) -> None:
    am01, ga = world.as_("am01"), world.as_("ga")
    op = am01.op("visits.plan_visit", {"id": uid(), "customer_id": shop("cz:0"), "day": "2020-01-01"})
    am01.push(op)
    day = today()
    away = {"id": uid(), "user_id": person("mm1"), "deputy_id": person("mm2"), "since": str(day), "until": str(day + timedelta(days=3))}  # fmt: skip
    answer = ga.call("POST", "/api/absences", away)
    assert answer.status_code == 200, answer.text
    sweep(world.runtime)
    assert op["id"] not in held(world.as_("mm1"))
    mm2 = world.as_("mm2")
    assert decide(mm2, op["id"], "reject", reason="日期有误").status_code == 200
    told = held(am01)[op["id"]]
    assert (told["decided_by_id"], told["decided_for_id"]) == (mm2.id, person("mm1"))


def test_who_is_barred_from_what_it_names_neither_sees_nor_decides(world: World) -> None:
    am01 = world.as_("am01")
    with world.runtime.db.write() as session:
        named = select(Bundle).where(Bundle.key == f"customer:{shop('cz:0')}")
        session.scalars(named).one().barred_user_id = person("mm1")
    op = am01.op("visits.check_in", arrival() | {"photos": [uid()]})
    am01.push(op)
    assert op["id"] not in held(world.as_("mm1"))
    assert decide(world.as_("dm"), op["id"], "reject", reason="无照片").status_code == 200


def test_the_operator_releases_what_was_our_fault(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    am01 = world.as_("am01")
    broken = COMMANDS["visits.check_in", 1]

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setitem(
        COMMANDS, ("visits.check_in", 1), type(broken)(**{**broken.__dict__, "handler": fail})
    )
    op, other = am01.op("visits.check_in", arrival()), am01.op("visits.check_in", arrival())
    unknown = am01.op("visits.dance", {})
    results = am01.push(op, other, unknown)["results"]
    assert [result["reason"] for result in results] == ["error", "error", "unsupported"]
    monkeypatch.setitem(COMMANDS, ("visits.check_in", 1), broken)
    settings = world.runtime.settings
    monkeypatch.setenv("FIELDVISIT_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("FIELDVISIT_DATABASE_URL", settings.url)
    cli.app(["ops", "list"], standalone_mode=False)
    printed = capsys.readouterr().out
    assert op["id"] in printed
    assert "internal" in printed
    assert "command_unknown" in printed
    cli.app(["ops", "release", op["id"]], standalone_mode=False)
    cli.app(["ops", "reject", other["id"], "重复"], standalone_mode=False)
    sweep(world.runtime)
    states = {key: row["state"] for key, row in held(am01).items()}
    assert (states[op["id"]], states[other["id"]], states[unknown["id"]]) == ("applied", "rejected", "held")
    monkeypatch.setitem(COMMANDS, ("visits.dance", 1), broken)
    with world.runtime.db.write() as session:
        waiting = session.scalars(select(Op).where(Op.id == unknown["id"])).one()
        assert waiting.reason == "unsupported"
    sweep(world.runtime)
    assert held(am01)[unknown["id"]]["reason"] == "invalid"


def test_the_operator_sees_the_code_of_an_entry_and_neither_its_words_nor_its_pictures(world: World) -> None:
    am01, admin = world.as_("am01"), world.as_("admin")
    picture = photo()
    op = am01.op("visits.of_the_future", {"note": "秘密"}, files=[picture])
    assert am01.push(op)["results"][0]["reason"] == "unsupported"
    am01.put_file(picture)
    (row,) = [row for row in admin.get("/api/held_ops").json()["items"] if row["id"] == op["id"]]
    assert (row["code"], "args" in row) == ("command_unknown", False)
    assert "秘密" not in str(admin.fetch(f"op:{op['id']}"))
    assert admin.get("/api/attachments").status_code == 404
    assert admin.get(f"/api/attachments/{picture['id']}/picture").status_code == 404
    assert am01.get(f"/api/attachments/{picture['id']}/picture").status_code in (200, 409)
