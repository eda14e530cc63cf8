"""One's own data: a copy of all of it, requests that are answered, and a log of who looked at what."""

import io
import zipfile
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from conftest import World
from fieldvisit.features.privacy.subscribers import go_to_answerers
from fieldvisit.features.visits.models import Visit
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.db import Base
from fieldvisit.kernel.looks import Look
from fieldvisit.kernel.personal import ABOUT
from fieldvisit.kernel.retention import let_go
from personas import JPEG, Persona, person, photo, shop, uid

# Columns that name a user in rows that are not about him, each with the reason.
NOT_ABOUT = {
    "event.user_id": "the same is told as an action",
    "op.decided_by_id": "told as an action",
    "past_password.user_id": "nobody is given a hash of his passwords",
    "privacy_request.decided_by_id": "told as a step",
    "rectification_plan.author_id": "told as a step of the case; what it says is about another",
    "suggestion_analysis.decided_by_id": "told as a step of each case in it",
    "sales_import.author_id": "told as an action",
    "visit_anomaly.decided_by_id": "told as a step",
    "visit_plan.decided_by_id": "told as a step",
    "service_plan.decided_by_id": "told as a step",
    "work_log.decided_by_id": "told as a step",
    "maintenance_appraisal.author_id": "told as a step; what it says is about another",
    "visit_digest.visitor_id": "a copy of the visit",
}
NAMES = ("user_id", "author_id", "by_id", "visitor_id", "deputy_id", "actor_id", "decided_by_id")


def copy_of(who: Persona) -> tuple[dict[str, Any], set[str]]:
    answer = who.get("/api/me/export.zip")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return orjson.loads(archive.read("data.json")), set(archive.namelist())


def test_every_column_that_names_somebody_is_in_his_copy_or_left_out_for_a_reason() -> None:
    told = {f"{about.model.__tablename__}.{column}" for about in ABOUT.values() for column in about.columns}
    naming = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name in NAMES
    }
    assert len(naming) > 15
    assert naming - told == set(NOT_ABOUT)


def test_the_copy_holds_what_is_kept_about_oneself_and_no_shops_numbers(world: World) -> None:
    am01, am02 = world.as_("am01"), world.as_("am02")
    picture, visit = photo(), uid()
    place = {
        "lat": 30.01,
        "lng": 110.02,
        "datum": "wgs84",
        "accuracy_m": 12.0,
        "fix_at": "2026-11-24T02:00:00Z",
    }
    args = {"id": visit, "customer_id": shop("cz:0"), "place": place, "photos": [picture["id"]]}
    assert am01.do("visits.check_in", args, files=[picture])["state"] == "applied"
    am01.put_file(picture)
    file = am01.rows(f"customer:{shop('cz:0')}", "customers")[0]
    edit = {"contact_phone": {"from": file["contact_phone"], "to": "12000000009"}}
    am01.do("customers.edit", {"customer_id": shop("cz:0"), "set": edit})
    world.runtime.looks.write(world.runtime.db)
    told, names = copy_of(am01)
    assert set(told) == set(ABOUT)
    assert [row["username"] for row in told["account"]] == ["am01"]
    (row,) = [row for row in told["visits"] if row["id"] == visit]
    assert row["check_in_lat"] == pytest.approx(30.01)
    assert {row["field"] for row in told["edits"]} >= {"contact_phone"}
    assert told["phones"]
    assert told["consents"]
    assert told["actions"]
    assert {row["door"] for row in told["readings"]} >= {"bundles"}
    everything = orjson.dumps(told).decode()
    assert "12000000009" not in everything
    assert file["contact_phone"] not in everything
    assert "password" not in everything.replace("password_set_at", "").replace("choose_password", "")
    assert "data.json" in names
    other, _ = copy_of(am02)
    assert visit not in orjson.dumps(other).decode()
    actions = world.as_("admin").get("/api/audit", params={"action": "privacy.copy"}).json()["items"]
    assert {row["actor_id"] for row in actions} == {am01.id, am02.id}


def test_a_request_is_answered_by_the_administrator_or_his_deputy_and_returns_with_its_reason(
    world: World,
) -> None:
    am01, ga, dm = world.as_("am01"), world.as_("ga"), world.as_("dm")
    request = {"id": uid(), "kind": "delete", "content": "请删除我去年的轨迹"}
    assert am01.do("privacy_requests.submit", request)["state"] == "applied"
    key = f"privacy_request:{request['id']}"
    assert key in am01.manifest()
    assert key in ga.manifest()
    assert key not in dm.manifest()
    assert key not in world.as_("mm1").manifest()
    assert ga.do("privacy_requests.return", {"id": request["id"], "note": "哪一段?"})["state"] == "applied"
    (row,) = am01.rows(key, "privacy_requests")
    assert (row["state"], row["decided_by_id"]) == ("returned", ga.id)
    assert (
        am01.do("privacy_requests.resubmit", {"id": request["id"], "content": "全部"})["state"] == "applied"
    )
    assert am01.do("privacy_requests.grant", {"id": request["id"], "note": "x"})["code"] == "role_not_allowed"
    done = ga.do("privacy_requests.refuse", {"id": request["id"], "note": "考核期内依法保留"})
    assert done["state"] == "applied"
    assert ga.do("privacy_requests.grant", {"id": request["id"], "note": "x"})["code"] == "step_not_now"
    own = {"id": uid(), "kind": "explain", "content": "own"}
    assert ga.do("privacy_requests.submit", own)["state"] == "applied"
    assert ga.do("privacy_requests.grant", {"id": own["id"], "note": "x"})["code"] == "own_submission"
    admin = world.as_("admin")
    assert admin.do("privacy_requests.grant", {"id": own["id"], "note": "ok"})["state"] == "applied"


def test_an_open_request_moves_to_whoever_answers_now(world: World) -> None:
    am01, ga = world.as_("am01"), world.as_("ga")
    request = {"id": uid(), "kind": "explain", "content": "why"}
    am01.do("privacy_requests.submit", request)
    key = f"privacy_request:{request['id']}"
    assert ga.call("POST", f"/api/users/{person('dm')}/role", {"role": "general_admin"}).status_code == 200
    go_to_answerers(world.runtime.db)
    assert key in world.as_("dm").manifest()
    assert world.as_("dm").call("POST", f"/api/users/{person('ga')}/leave", {}).status_code == 200
    go_to_answerers(world.runtime.db)
    assert (
        world.as_("dm").do("privacy_requests.grant", {"id": request["id"], "note": "n"})["state"] == "applied"
    )


def test_the_log_of_readings_says_who_saw_a_shop_through_which_door(world: World) -> None:
    am01, dm, am02, admin = (world.as_(name) for name in ("am01", "dm", "am02", "admin"))
    key = f"customer:{shop('cz:0')}"
    am01.fetch(key)
    dm.get(f"/api/customers/{shop('cz:0')}")
    dm.get("/api/customers")
    dm.get("/api/customers.xlsx")
    dm.get(f"/api/customers/{shop('cz:0')}/full/contact_phone")
    am02.get(f"/api/customers/{shop('cz:0')}")
    am02.fetch(key)
    am02.get("/api/customers")
    world.runtime.looks.write(world.runtime.db)
    rows = admin.get("/api/looks", params={"q": key, "limit": "200"}).json()["items"]
    assert sorted((row["user_id"], row["door"]) for row in rows) == sorted(
        [(am01.id, "bundles"), (dm.id, "detail"), (dm.id, "list"), (dm.id, "export"), (dm.id, "reveal")]
    )
    assert admin.get("/api/looks", params={"user_id": am02.id}).json()["items"], "he looked at his own shops"
    assert admin.get("/api/looks", params={"q": "customer:nothing"}).json()["items"] == []
    assert dm.get("/api/looks").status_code == 404


def test_places_and_readings_are_let_go_when_their_time_is_over(world: World) -> None:
    with world.runtime.db.write() as session:
        old, young = session.scalars(select(Visit).where(Visit.check_in_lat.is_not(None)).limit(2)).all()
        old_id, young_id = old.id, young.id
        old.day = today() - timedelta(days=401)
        young.day = today() - timedelta(days=399)
    world.as_("dm").get("/api/customers")
    world.runtime.looks.write(world.runtime.db)
    with world.runtime.db.write() as session:
        session.scalars(select(Look)).one().at -= timedelta(days=401)
    let_go(world.runtime.db)
    with world.runtime.db.read() as session:
        assert session.get_one(Visit, old_id).check_in_lat is None
        assert session.get_one(Visit, old_id).check_in_accuracy_m is None
        assert session.get_one(Visit, young_id).check_in_lat is not None
        assert session.scalars(select(Look)).all() == []


def test_the_picture_of_a_copy_is_one_that_opens(world: World) -> None:
    am01 = world.as_("am01")
    picture = photo(JPEG)
    am01.do("visits.check_in", {"id": uid(), "customer_id": shop("cz:0"), "place": None, "photos": [picture["id"]]}, files=[picture])  # fmt: skip
    assert am01.put_file(picture).status_code == 201
    shown = am01.get(f"/api/attachments/{picture['id']}/picture")
    _, names = copy_of(am01)
    assert (f"pictures/{picture['id']}.jpg" in names) == (shown.status_code == 200)


def test_while_he_is_away_his_deputy_answers_in_his_place_and_he_does_not(world: World) -> None:
    am01, ga = world.as_("am01"), world.as_("ga")
    for username in ("dm", "mm2"):
        promoted = ga.call("POST", f"/api/users/{person(username)}/role", {"role": "general_admin"})
        assert promoted.status_code == 200
    first, second = (world.as_(name) for name in ("dm", "mm2"))
    days = {"since": str(today()), "until": str(today() + timedelta(days=2))}
    away = {"id": uid(), "user_id": ga.id, "deputy_id": first.id} | days
    assert ga.call("POST", "/api/absences", away).status_code == 200
    requests = [{"id": uid(), "kind": "explain", "content": "why"} for _ in range(2)]
    for request in requests:
        assert am01.do("privacy_requests.submit", request)["state"] == "applied"
    go_to_answerers(world.runtime.db)
    answer = {"note": "n"}
    assert ga.do("privacy_requests.grant", {"id": requests[0]["id"]} | answer)["code"] in (
        "step_not_yours",
        "privacy_request_not_yours",
        "privacy_request_missing",
    )
    for who, request in ((first, requests[0]), (second, requests[1])):
        assert who.do("privacy_requests.grant", {"id": request["id"]} | answer)["state"] == "applied"
        (row,) = am01.rows(f"privacy_request:{request['id']}", "privacy_requests")
        assert (row["decided_by_id"], row["decided_for_id"]) == (who.id, None), "in his own right"
