"""Phones and what may be lost with them: entries that never came, phones that fall silent, and a lost one that forgets all."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from conftest import World
from fieldvisit.features.org.subscribers import move_phones
from fieldvisit.features.visits.models import Visit
from fieldvisit.kernel import receipts
from fieldvisit.kernel.clock import now, today
from fieldvisit.kernel.losses import look_for_losses
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.reactions import react
from personas import Persona, person, shop, uid


def arrival(customer: str | None = None) -> dict[str, Any]:
    return {"id": uid(), "customer_id": customer or shop("cz:0"), "place": None}


def row_of(reader: Persona, device: str) -> dict[str, Any]:
    answer = reader.get(f"/api/devices/{device}")
    assert answer.status_code == 200, answer.text
    row: dict[str, Any] = answer.json()
    return row


def told(world: World, username: str, kind: str) -> list[dict[str, Any]]:
    look_for_losses(world.runtime.db)
    react(world.runtime.db)
    rows = world.as_(username).get("/api/notices", params={"kind": kind}).json()["items"]
    return [row["data"] for row in rows]


def test_a_manager_sees_what_the_phones_of_his_team_say_of_themselves(world: World) -> None:
    am01, am03, mm1 = world.as_("am01"), world.as_("am03"), world.as_("mm1")
    oldest = now() - timedelta(hours=5)
    pending = {"ops": 7, "oldest": oldest.isoformat(), "files": 3, "free_mb": 812, "persisted": False}
    am01.push(pending=pending)
    row = row_of(mm1, am01.device)
    assert {name: row[name] for name in ("pending_ops", "pending_files", "free_mb", "persisted", "app")} == {
        "pending_ops": 7,
        "pending_files": 3,
        "free_mb": 812,
        "persisted": False,
        "app": "test",
    }
    assert row["pending_oldest"][:19] == oldest.isoformat()[:19]
    assert mm1.get(f"/api/devices/{am03.device}").status_code == 404, "another zone's"
    for step in ("revoke", "wipe"):
        refused = mm1.call("POST", f"/api/devices/{am01.device}/{step}")
        assert (refused.status_code, refused.json()["code"]) == (403, "device_not_yours")
    am01.push(pending={"ops": 0, "files": 0, "free_mb": "much", "persisted": 1})
    row = row_of(mm1, am01.device)
    assert (row["pending_ops"], row["pending_oldest"], row["free_mb"], row["persisted"]) == (
        0,
        None,
        812,
        False,
    )


def test_who_moves_to_another_zone_takes_his_phones_along(world: World) -> None:
    am01, mm1, mm2, ga = (world.as_(name) for name in ("am01", "mm1", "mm2", "ga"))
    route = next(
        row["id"]
        for row in ga.get("/api/routes").json()["items"]
        if row["account_manager_id"] == person("am03")
    )
    own = next(
        row["id"] for row in ga.get("/api/routes").json()["items"] if row["account_manager_id"] == am01.id
    )
    assert ga.call("POST", "/api/assignments", {"user_id": person("am02"), "scope": f"route:{own}", "since": str(today())}).status_code == 200  # fmt: skip
    assert ga.call("POST", "/api/assignments", {"user_id": am01.id, "scope": f"route:{route}", "since": str(today())}).status_code == 200  # fmt: skip
    move_phones(world.runtime.db)
    move_phones(world.runtime.db)
    assert mm2.get(f"/api/devices/{am01.device}").status_code == 200
    assert mm1.get(f"/api/devices/{am01.device}").status_code == 404


def test_entries_that_never_came_are_counted_told_once_and_struck_off_when_they_come(
    world: World, record_property: Any
) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    ops = [am01.op("visits.check_in", arrival()) for _ in range(30)]
    lost = [number for number, op in enumerate(ops, 1) if op["seq"] in (4, 5, 6, 21)]
    for start in (0, 10, 20):
        am01.push(*(op for number, op in enumerate(ops[start : start + 10], start + 1) if number not in lost))
    row = row_of(mm1, am01.device)
    assert (row["missing_ops"], row["holes"]) == (4, [[4, 6], [21, 21]])
    record_property("entries made/never came/found missing", f"{len(ops)}/{len(lost)}/{row['missing_ops']}")
    assert told(world, "mm1", "phone_hole") == [], "it may be on its way"
    with time_machine.travel(now() + timedelta(hours=25)):
        (data,) = told(world, "mm1", "phone_hole")
        assert data == {"user_id": am01.id, "device_id": am01.device, "count": 4}
        assert told(world, "mm1", "phone_hole") == [data], "once"
        assert told(world, "mm2", "phone_hole") == []
    am01.push(*(ops[number - 1] for number in lost))
    row = row_of(mm1, am01.device)
    assert (row["missing_ops"], row["holes"], row["missing_since"]) == (0, [], None)
    with time_machine.travel(now() + timedelta(hours=25)):
        assert len(told(world, "mm1", "phone_hole")) == 1


def test_a_whole_outbox_of_holes_is_what_a_server_that_forgets_to_count_would_hide(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: with the count left out the same loss stays unseen, so the story above can turn red."""
    monkeypatch.setattr(receipts, "count_missing", lambda *_: None)
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    am01.push(am01.op("visits.check_in", arrival()))
    am01.push(am01.op("visits.check_in", arrival(), seq=9))
    assert row_of(mm1, am01.device)["missing_ops"] is None
    look_for_losses(world.runtime.db)
    assert row_of(mm1, am01.device)["missing_ops"] == 7, "what an older server never counted is counted once"


def test_a_phone_that_falls_silent_while_it_owes_entries_is_told_once_until_it_comes_back(
    world: World,
) -> None:
    am01, am02 = world.as_("am01"), world.as_("am02")
    am01.push(pending={"ops": 3, "files": 0})
    am02.push(pending={"ops": 0, "files": 0})
    start = now()
    with time_machine.travel(start + timedelta(days=2)):
        assert told(world, "mm1", "phone_silent") == []
    with time_machine.travel(start + timedelta(days=4)):
        assert told(world, "mm1", "phone_silent") == [
            {"user_id": am01.id, "device_id": am01.device, "count": 3}
        ]
        assert len(told(world, "mm1", "phone_silent")) == 1
        am01.push(pending={"ops": 2, "files": 0}, token=am01.deposit)
    with time_machine.travel(start + timedelta(days=9)):
        counts = sorted(data["count"] for data in told(world, "mm1", "phone_silent"))
        assert counts == [2, 3], "it fell silent again"


def test_the_phones_of_a_leader_are_told_to_whoever_stands_above_him(world: World) -> None:
    mm1, dm = world.as_("mm1"), world.as_("dm")
    mm1.push(pending={"ops": 1, "files": 0})
    with time_machine.travel(now() + timedelta(days=4)):
        assert [data["user_id"] for data in told(world, "dm", "phone_silent")] == [mm1.id]
    assert row_of(dm, mm1.device)["pending_ops"] == 1


def test_a_lost_phone_is_wiped_at_its_next_contact_and_its_full_outbox_arrives(
    world: World, record_property: Any
) -> None:
    am01, ga, admin = world.as_("am01"), world.as_("ga"), world.as_("admin")
    queued = [am01.op("visits.check_in", arrival()) for _ in range(120)]
    assert "wipe" not in am01.push()
    assert ga.call("POST", f"/api/devices/{am01.device}/wipe").status_code == 200
    assert ga.call("POST", f"/api/devices/{am01.device}/wipe").status_code == 200, "harmless when repeated"
    assert am01.get("/api/sync/manifest").status_code == 401, "nothing is read from this moment on"
    at, reasons = now(), []
    for start in range(0, len(queued), 50):
        at += timedelta(seconds=31)
        with time_machine.travel(at):
            answer = am01.push(*queued[start : start + 50], token=am01.deposit)
        assert answer["wipe"] is True
        assert answer["session"] == "revoked"
        reasons += [result["reason"] for result in answer["results"]]
    assert reasons == ["inactive"] * len(queued)
    assert row_of(ga, am01.device)["wiped_at"] is None
    am01.push(token=am01.deposit, wiped=True, pending={"ops": 0, "files": 0})
    wiped = row_of(ga, am01.device)["wiped_at"]
    assert wiped is not None
    am01.push(token=am01.deposit, wiped=True)
    assert row_of(ga, am01.device)["wiped_at"] == wiped
    audit = admin.get("/api/audit", params={"limit": "200"}).json()["items"]
    actions = {(row["action"], row["actor_id"], row["outcome"]) for row in audit}
    assert ("devices.wipe", ga.id, "done") in actions
    assert ("devices.wiped", None, "done") in actions
    with world.runtime.db.read() as session:
        kept = session.scalars(select(Op.id).where(Op.device_id == am01.device)).all()
        lost = {op["id"] for op in queued} - set(kept)
        record_property(
            "entries on the lost phone/deposited/lost", f"{len(queued)}/{len(reasons)}/{len(lost)}"
        )
        assert lost == set()
        assert session.scalar(select(Visit.id).where(Visit.id == queued[0]["args"]["id"])) is None


def test_nobody_says_wiped_who_was_not_told_to(world: World) -> None:
    am01 = world.as_("am01")
    am01.push(wiped=True)
    assert row_of(am01, am01.device)["wiped_at"] is None
    other = world.as_("am01")
    assert am01.call("POST", f"/api/devices/{other.device}/wipe").status_code == 200, "an own lost phone"
    assert other.push(token=other.deposit)["wipe"] is True
