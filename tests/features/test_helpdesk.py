"""意见反馈: asked without signal, numbered when it arrives, answered, asked on, closed; seen by whom it concerns."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import time_machine

from conftest import World
from fieldvisit.kernel.clock import now, today
from fieldvisit.kernel.reactions import react
from personas import Persona, person, photo, uid


def ask(who: Persona, text: str = "签到页打不开相机", **more: Any) -> str:
    asked = {"id": uid(), "kind": "problem", "text": text, "page": "visit", "app": "0.1.0"} | more
    result = who.do("helpdesk.ask", asked)
    assert result["state"] == "applied", result
    return str(asked["id"])


def key(request_id: str) -> str:
    return f"help_request:{request_id}"


def state_of(who: Persona, request_id: str) -> str:
    (row,) = who.rows(key(request_id), "help_requests")
    return str(row["state"])


def notices(world: World, username: str, kind: str) -> list[dict[str, Any]]:
    react(world.runtime.db)
    return list(world.as_(username).get("/api/notices", params={"kind": kind}).json()["items"])


def test_a_request_is_numbered_answered_asked_on_and_closed(world: World) -> None:
    am01, ga = world.as_("am01"), world.as_("ga")
    picture = photo(kind="help")
    request_id = uid()
    asked = {"id": request_id, "kind": "problem", "text": "打不开", "page": "visit", "app": "0.1.0"}
    assert am01.do("helpdesk.ask", asked | {"photos": [picture["id"]]}, files=[picture])["state"] == "applied"
    assert am01.put_file(picture).status_code == 201
    (row,) = am01.rows(key(request_id), "help_requests")
    assert row["number"] == f"YJ-{today().year}-000001"
    assert (row["page"], row["app"], row["state"]) == ("visit", "0.1.0", "open")
    (told,) = notices(world, "ga", "help_asked")
    assert told["data"] == {"entity_id": request_id, "number": row["number"]}
    assert ga.get(f"/api/attachments/{picture['id']}/picture").status_code == 200
    answer = {"request_id": request_id, "id": uid(), "text": "请在设置里允许相机"}
    assert ga.do("helpdesk.answer", answer)["state"] == "applied"
    assert state_of(am01, request_id) == "answered"
    assert len(notices(world, "am01", "help_answered")) == 1
    more = {"request_id": request_id, "id": uid(), "text": "还是不行"}
    assert am01.do("helpdesk.write", more)["state"] == "applied"
    assert state_of(ga, request_id) == "open"
    assert len(notices(world, "ga", "help_asked")) == 2
    assert ga.do("helpdesk.close", {"request_id": request_id})["state"] == "applied"
    assert len(notices(world, "am01", "help_closed")) == 1
    again = am01.do("helpdesk.write", more | {"id": uid()})
    assert again["code"] == "help_request_closed"
    texts = [message["text"] for message in am01.rows(key(request_id), "help_messages")]
    assert texts == ["打不开", "请在设置里允许相机", "还是不行"]


def test_only_its_author_and_whoever_answers_see_a_request_and_each_does_only_his_part(world: World) -> None:
    am01, ga, admin = world.as_("am01"), world.as_("ga"), world.as_("admin")
    request_id = ask(am01)
    for who in (am01, ga, admin):
        assert key(request_id) in who.manifest(), who.username
    for name in ("am02", "mm1", "dm", "cc1", "post1", "am19", "dm2"):
        assert key(request_id) not in world.as_(name).manifest(), name
    written = {"request_id": request_id, "id": uid(), "text": "x"}
    assert ga.do("helpdesk.write", written)["code"] == "help_request_not_yours"
    assert world.as_("dm").do("helpdesk.answer", written)["code"] == "role_not_allowed"
    own = ask(ga)
    assert ga.do("helpdesk.answer", written | {"request_id": own})["code"] == "help_request_own"
    assert admin.do("helpdesk.answer", written | {"request_id": own})["state"] == "applied"
    assert admin.get("/api/customers").status_code == 404
    assert admin.get("/api/visits").status_code == 404


def test_requests_go_to_the_present_administrator_or_else_to_the_systems(world: World) -> None:
    request_id, elsewhere = ask(world.as_("am01")), ask(world.as_("am19"))
    assert len(notices(world, "admin", "help_asked")) == 1
    assert key(elsewhere) in world.as_("admin").manifest()
    assert change_role(world.as_("ga"), "dm", "general_admin") == 200
    assert key(request_id) in world.as_("dm").manifest()
    assert key(elsewhere) not in world.as_("dm").manifest()
    assert change_role(world.as_("dm"), "ga", "department_manager") == 200
    assert key(request_id) not in world.as_("ga").manifest()


def change_role(who: Persona, username: str, role: str) -> int:
    return who.call("POST", f"/api/users/{person(username)}/role", {"role": role}).status_code


def test_numbers_have_no_gap_when_many_ask_at_once(world: World, record_property: Any) -> None:
    people = [world.as_(name) for name in ("am01", "am02", "am03", "am04", "mm1", "dm")]

    def ask_often(who: Persona) -> list[str]:
        ops = [
            who.op("helpdesk.ask", {"id": uid(), "kind": "wish", "text": "t"} | extra)
            for extra in ({}, {"kind": "nonsense"}, {}, {})
        ]
        results = who.push(*ops)["results"]
        assert [result["state"] for result in results] == ["applied", "held", "applied", "applied"]
        return [
            str(who.rows(key(op["args"]["id"]), "help_requests")[0]["number"]) for op in (ops[0], *ops[2:])
        ]

    with ThreadPoolExecutor(len(people)) as pool:
        given = [number for numbers in pool.map(ask_often, people) for number in numbers]
    record_property("numbers", len(given))
    assert len(given) == 18
    assert sorted(given) == [f"YJ-{today().year}-{number:06d}" for number in range(1, 19)]


def test_it_is_carried_while_open_and_thirty_days_after_it_was_closed(world: World) -> None:
    am01 = world.as_("am01")
    open_one, closed_one = ask(am01), ask(am01)
    am01.do("helpdesk.close", {"request_id": closed_one})
    for days, is_carried in ((29, True), (31, False)):
        with time_machine.travel(now() + timedelta(days=days), tick=False):
            carried = world.as_("am01").manifest()
            assert key(open_one) in carried
            assert (key(closed_one) in carried) is is_carried, days
    assert world.as_("am01").get(f"/api/help_requests/{closed_one}").status_code == 200
