"""Notices: whom something concerns hears of it in his bundle of the day, and nobody else."""

import json
from datetime import timedelta
from pathlib import Path

from conftest import World
from fieldvisit.demo.district import demo_id
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.notices import KINDS
from fieldvisit.kernel.reactions import react
from fieldvisit.kernel.users import User
from personas import Persona, person, shop, uid

LOCALES = Path(__file__).parents[2] / "frontend-pwa" / "src" / "locales"
PEOPLE = ("am01", "am02", "am03", "am04", "mm1", "mm2", "dm", "ga", "cc1", "am19", "admin")


def heard(world: World) -> dict[str, list[str]]:
    react(world.runtime.db)
    told = {}
    for name in PEOPLE:
        rows = world.as_(name).get("/api/notices").json()["items"]
        if rows:
            told[name] = sorted(row["kind"] for row in rows)
    return told


def own(who: Persona) -> list[dict[str, str]]:
    return who.rows(f"notices:{who.id}:{today()}", "notices")


def test_who_is_given_something_hears_of_it_and_reads_it_without_signal(world: World) -> None:
    ga = world.as_("ga")
    to = {
        "route_id": demo_id("route:cz:1"),
        "customer_ids": [shop("cz:0"), shop("cz:0", 1)],
        "on_day": str(today()),
    }
    assert ga.call("POST", "/api/handovers", to).status_code == 200
    away = {"id": uid(), "user_id": person("am03"), "deputy_id": person("mm2"), "since": str(today()), "until": str(today() + timedelta(days=2))}  # fmt: skip
    assert ga.call("POST", "/api/absences", away).status_code == 200
    assert ga.call("POST", f"/api/users/{person('am04')}/role", {"role": "market_manager"}).status_code == 200
    assert heard(world) == {
        "am01": ["shops_go"],
        "am02": ["shops_come"],
        "am03": ["deputises"],
        "am04": ["post_changed"],
        "mm2": ["deputises"],
    }
    am02 = world.as_("am02")
    key = f"notices:{am02.id}:{today()}"
    assert key in am02.manifest()
    (come,) = [row for row in own(am02) if row["kind"] == "shops_come"]
    assert come["data"] == {"count": 2, "on_day": str(today())}
    assert am02.do("notices.read", {"notice_ids": [come["id"]]})["state"] == "applied"
    assert [row["read_at"] is not None for row in own(am02) if row["id"] == come["id"]] == [True]
    react(world.runtime.db)
    assert len(own(am02)) == 1, "nothing is told twice"
    assert world.as_("am01").do("notices.read", {"notice_ids": [come["id"]]})["code"] == "notice_missing"


def test_a_decision_about_a_held_entry_reaches_its_author(world: World) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    op = am01.op("visits.cancel", {"visit_id": uid(), "reason": "r", "more": True})
    am01.push(op)
    rejected = mm1.call("POST", f"/api/held_ops/{op['id']}/reject", {"reason": "no"})
    assert rejected.status_code == 200
    assert heard(world) == {"am01": ["entry_decided"]}
    assert own(am01)[0]["data"] == {"state": "rejected", "op_id": op["id"]}


def test_a_phone_that_waits_is_told_to_the_administrator_once(world: World) -> None:
    world.as_("am01")
    world.runtime.settings.device_approval = True
    body = {"username": "am01", "password": "zoufang-demo", "device": {"id": uid(), "name": "second"}}
    for _ in range(3):
        assert world.client.post("/api/auth/login", json=body).json()["code"] == "device_waiting"
    world.runtime.settings.device_approval = False
    assert heard(world) == {"ga": ["phone_waits"]}
    ga = world.as_("ga")
    assert ga.call("POST", f"/api/devices/{body['device']['id']}/approve", {}).status_code == 200
    assert heard(world) == {"ga": ["phone_waits"], "am01": ["phone_approved"]}


def test_the_app_has_a_sentence_for_every_kind_in_both_languages() -> None:
    assert KINDS
    for language in ("zh-CN", "en"):
        words = json.loads((LOCALES / "notices" / f"{language}.json").read_text())
        assert set(words["notices"]["kinds"]) >= KINDS


def test_who_changes_what_holds_for_every_department_is_heard_of_by_the_other_administrators(
    world: World,
) -> None:
    ga = world.as_("ga")
    with world.runtime.db.write() as session:
        session.get_one(User, person("dm2")).role = "general_admin"
    days = {"days": [{"day": "2026-12-31", "is_working": False}]}
    assert ga.call("PUT", "/api/calendar_days", days).status_code == 200
    length = {"key": "suggestion.decide", "value": 3, "unit": "working_day", "remind_hours": 4}
    assert ga.call("PUT", "/api/deadline_policies", length).status_code == 200
    react(world.runtime.db)
    heard = {
        username: {row["kind"] for row in world.as_(username).get("/api/notices").json()["items"]}
        for username in ("dm2", "ga", "dm")
    }
    assert heard == {"dm2": {"calendar_set", "deadlines_set"}, "ga": set(), "dm": set()}
