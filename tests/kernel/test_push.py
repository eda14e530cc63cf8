"""What a push may bring, and that every entry of it ends applied or held, before the author's superior (S1.4)."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from conftest import World
from fieldvisit import cli
from fieldvisit.demo.district import demo_id
from fieldvisit.kernel import apply
from fieldvisit.kernel.clock import now, today
from fieldvisit.kernel.commands import COMMANDS, Command
from fieldvisit.kernel.ops import Op, OpState
from fieldvisit.kernel.scopes import Assignment
from fieldvisit.kernel.sync import sweep
from fieldvisit.kernel.users import Device, User
from personas import Persona, person, photo, shop, uid


def arrival(customer: str = "", **more: object) -> dict[str, object]:
    return {"id": uid(), "customer_id": customer or shop("cz:0"), "place": None} | more


def visits_of(who: Persona) -> int:
    return len(who.get("/api/visits", params={"state": "in_progress"}).json()["items"])


def test_one_bad_entry_in_each_place_lets_all_its_neighbours_through(world: World) -> None:
    am01 = world.as_("am01")
    for place in range(0, 10, 3):
        ops = [am01.op("visits.check_in", arrival()) for _ in range(9)]
        ops.insert(place, am01.op("visits.check_in", {"nonsense": True}))
        results = am01.push(*ops)["results"]
        assert [result["state"] for result in results].count("applied") == 9
        assert (results[place]["state"], results[place]["reason"]) == ("held", "invalid")


@pytest.mark.parametrize(
    ("name", "args", "more", "reason", "code"),
    [
        ("visits.dance", {}, {}, "unsupported", "command_unknown"),
        ("visits.check_in", {}, {"v": 2}, "unsupported", "version_unknown"),
        ("visits.check_in", {}, {"v": "1"}, "unsupported", "version_unknown"),
        ("visits.check_in", "text", {}, "invalid", "args_invalid"),
        ("visits.check_in", {"id": "x", "customer_id": "y"}, {}, "invalid", "args_invalid"),
        ("visits.record", {"visit_id": uid()}, {}, "missing", "visit_missing"),
        (
            "customers.edit",
            {"customer_id": uid(), "set": {"note": {"to": "x"}}},
            {},
            "missing",
            "customer_missing",
        ),
        (
            "customers.edit",
            {"customer_id": shop("xq:0"), "set": {"note": {"to": "x"}}},
            {},
            "missing",
            "customer_missing",
        ),
        (
            "customers.edit",
            {"customer_id": shop("cz:0"), "set": {"colour": {"to": "x"}}},
            {},
            "invalid",
            "field_unknown",
        ),
        (
            "customers.edit",
            {"customer_id": shop("cz:0"), "set": {"contact_phone": {"to": "x"}}},
            {},
            "invalid",
            "field_invalid",
        ),
        ("visits.check_in", arrival(photos=[uid()]), {}, "invalid", "files_unnamed"),
        ("visits.check_in", arrival(), {"files": "none"}, "invalid", "files_invalid"),
        ("org.create_zone", {}, {}, "scope", "role_not_allowed"),
    ],
)
def test_what_breaks_a_rule_is_held_with_its_reason(
    world: World, name: str, args: object, more: dict[str, object], reason: str, code: str
) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    held = am01.do(name, args, **more)
    assert (held["state"], held["reason"], held["code"]) == ("held", reason, code)
    (row,) = am01.rows(f"op:{held['id']}", "held_ops")
    assert (row["state"], row["reason"], row["author_id"]) == ("held", reason, am01.id)
    decided_by_people = reason in ("scope", "inactive", "invalid", "conflict")
    assert bool(mm1.rows(f"op:{held['id']}", "held_ops")) is decided_by_people


def test_an_id_that_is_used_again_for_something_else_is_held_and_the_first_stays(world: World) -> None:
    am01, am02 = world.as_("am01"), world.as_("am02")
    first = am01.op("visits.check_in", arrival())
    am01.push(first)
    other = {**first, "args": arrival()}
    for writer in (am01, am02):
        held = writer.push(other)["results"][0]
        assert (held["id"], held["state"], held["reason"]) == (first["id"], "held", "id_reuse")
        assert writer.push(other)["results"][0]["reason"] == "id_reuse"
    assert am01.push(first)["results"][0]["state"] == "applied"
    assert visits_of(am01) == 1


def test_another_users_file_id_is_a_conflict(world: World) -> None:
    am01, am02 = world.as_("am01"), world.as_("am02")
    picture = photo()
    am01.do("visits.check_in", arrival(photos=[picture["id"]]), files=[picture])
    held = am02.do("visits.check_in", arrival(shop("cz:1"), photos=[picture["id"]]), files=[picture])
    assert (held["reason"], held["code"]) == ("conflict", "file_taken")


def test_a_child_that_came_before_its_parent_is_released_by_it(world: World) -> None:
    am01 = world.as_("am01")
    visit = uid()
    child = am01.do("visits.record", {"visit_id": visit, "note": "先到的记录"})
    assert child["reason"] == "missing"
    am01.do("visits.check_in", arrival(id=visit))
    assert am01.get(f"/api/visits/{visit}").json()["note"] == "先到的记录"
    assert am01.rows(f"op:{child['id']}", "held_ops")[0]["state"] == "applied"


def test_an_author_out_of_service_still_deposits_and_all_he_brings_is_held(world: World) -> None:
    am01 = world.as_("am01")
    with world.runtime.db.write() as session:
        session.get_one(User, am01.id).is_active = False
    assert am01.push_raw().status_code == 401
    told = am01.push(am01.op("visits.check_in", arrival()), token=am01.deposit)
    assert told["session"] == "revoked"
    assert (told["results"][0]["state"], told["results"][0]["reason"]) == ("held", "inactive")
    assert am01.get("/api/sync/manifest").json()["session"] == "revoked"


def test_who_served_the_shop_until_lately_is_not_turned_away(world: World) -> None:
    am01 = world.as_("am01")
    hand_over(world, "am01")
    late = uid()
    assert am01.do("visits.check_in", arrival(id=late))["state"] == "applied"
    assert am01.get(f"/api/visits/{late}").json()["is_late_scope"] is True
    edit = am01.do(
        "customers.edit", {"customer_id": shop("cz:0"), "set": {"note": {"from": None, "to": "x"}}}
    )
    assert (edit["reason"], edit["code"]) == ("scope", "customer_reassigned")
    assert am01.fetch(f"customer:{shop('cz:0')}")["gone"]


def hand_over(world: World, username: str) -> None:
    with world.runtime.db.write() as session:
        for row in session.scalars(select(Assignment).where(Assignment.user_id == person(username))):
            row.until = today()


def test_a_run_in_which_one_op_raises_is_carried_out_one_by_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    am01 = world.as_("am01")
    plain = COMMANDS["visits.cancel", 1]

    def explode(_work: object, _args: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setitem(COMMANDS, ("visits.cancel", 1), Command(**{**plain.__dict__, "handler": explode}))
    visit = uid()
    ops = [
        am01.op("visits.check_in", arrival(id=visit)),
        am01.op("visits.cancel", {"visit_id": visit, "reason": "x"}),
        am01.op("visits.check_out", {"visit_id": visit}),
    ]
    results = am01.push(*ops)["results"]
    assert [(result["state"], result.get("reason")) for result in results] == [
        ("applied", None),
        ("held", "error"),
        ("applied", None),
    ]


def test_a_crash_after_the_receipt_loses_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    am01 = world.as_("am01")
    visit = uid()
    op = am01.op("visits.check_in", arrival(id=visit))
    with monkeypatch.context() as patched:
        patched.setattr(
            "fieldvisit.kernel.sync.apply_ops", lambda *_: (_ for _ in ()).throw(SystemError("crash"))
        )
        assert am01.push_raw(op).status_code == 500
    world.restart()
    assert am01.get(f"/api/visits/{visit}").status_code == 404
    sweep(world.runtime)
    assert am01.get(f"/api/visits/{visit}").json()["state"] == "in_progress"
    assert am01.push(op)["results"][0]["state"] == "applied"


def test_an_op_that_takes_the_process_with_it_is_held_at_its_third_try(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    am01 = world.as_("am01")
    killer, neighbour = am01.op("visits.check_in", arrival()), am01.op("visits.check_in", arrival())

    class Killed(BaseException):
        pass

    def die(locks: object, op: Op, task: object) -> None:
        if op.id == killer["id"]:
            raise Killed
        apply_for_real(locks, op, task)  # type: ignore[arg-type]

    apply_for_real = apply.carry_out
    monkeypatch.setattr(apply, "carry_out", die)
    world.client.portal = None  # the loop would die of it
    with pytest.raises(BaseException):  # noqa: B017, PT011 – the whole process would be gone
        am01.push_raw(killer, neighbour)
    for _ in range(2):
        with pytest.raises(Killed):
            sweep(world.runtime)
    sweep(world.runtime)
    with world.runtime.db.read() as session:
        states = {op.id: (op.state, op.reason) for op in session.scalars(select(Op))}
    assert states[killer["id"]] == (OpState.HELD, "error")
    assert states[neighbour["id"]] == (OpState.APPLIED, None)


def test_a_restored_server_hears_again_what_it_had_confirmed(world: World) -> None:
    am01 = world.as_("am01")
    op = am01.op("visits.check_in", arrival())
    am01.push(op)
    told = am01.push(epoch="e-gone")
    assert (told["stop"]["why"], told["results"]) == ("resend", [])
    told = am01.push(last=uid())
    assert told["stop"]["why"] == "resend"
    assert am01.push(op, epoch=told["epoch"], last=None)["results"][0]["state"] == "applied"
    assert am01.call("POST", "/api/visits", arrival(), **{"x-epoch": "e-gone"}).json()["code"] == "resend"


def test_a_database_behind_its_mark_begins_a_new_epoch_and_reads_wait(world: World) -> None:
    am01 = world.as_("am01")
    am01.do("visits.check_in", arrival())
    before = world.runtime.epoch
    mark = world.runtime.settings.data_dir / "mark.json"
    mark.write_text(json.dumps({"epoch": before, "number": 10**6}))
    world.restart()
    assert world.runtime.epoch != before
    assert am01.get("/api/sync/manifest").json()["code"] == "restore_unconfirmed"
    assert am01.push()["stop"]["why"] == "resend"
    world.restart()
    assert am01.get("/api/customers").status_code == 503


def test_a_device_unknown_after_a_restore_deposits_all_the_same(world: World) -> None:
    am01 = world.as_("am01")
    stranger = uid()
    token = world.runtime.keys.deposit(stranger, am01.id, now())
    assert am01.push(am01.op("visits.check_in", arrival()), token=token)["results"][0]["state"] == "applied"
    with world.runtime.db.read() as session:
        assert session.get_one(Device, stranger).user_id == am01.id


def test_an_entry_pushed_again_and_again_while_it_waits_goes_on_waiting(world: World) -> None:
    am01, visit = world.as_("am01"), uid()
    child = am01.op("visits.record", {"visit_id": visit, "note": "n"})
    for _ in range(5):
        assert am01.push(child)["results"][0]["reason"] == "missing"
    revs = {am01.manifest()[f"op:{child['id']}"] for _ in range(2) if not sweep(world.runtime)}
    assert len(revs) == 1
    am01.do("visits.check_in", arrival(id=visit))
    assert am01.push(child)["results"][0]["state"] == "applied"


def test_what_waited_for_a_shop_is_done_once_the_shop_is_his(world: World) -> None:
    am01, ga = world.as_("am01"), world.as_("ga")
    change = {"note": {"from": None, "to": "二楼"}}
    waiting = am01.do("customers.edit", {"customer_id": shop("cz:1"), "set": change})
    assert waiting["reason"] == "missing"
    sweep(world.runtime)
    assert am01.rows(f"op:{waiting['id']}", "held_ops")[0]["state"] == "held"
    ga.do(
        "org.assign", {"user_id": am01.id, "scope": f"route:{demo_id('route:cz:1')}", "since": str(today())}
    )
    sweep(world.runtime)
    assert am01.rows(f"op:{waiting['id']}", "held_ops")[0]["state"] == "applied"
    assert am01.get(f"/api/customers/{shop('cz:1')}").json()["note"] == "二楼"


def test_a_refusal_over_rest_stores_nothing(world: World) -> None:
    am01 = world.as_("am01")
    key = uid()
    refused = am01.call("PATCH", f"/api/visits/{uid()}", {"note": "x"}, **{"idempotency-key": key})
    assert (refused.status_code, refused.json()["code"]) == (404, "visit_missing")
    with world.runtime.db.read() as session:
        assert session.scalar(select(Op).where(Op.id == key)) is None


def test_the_same_entry_from_sixteen_threads_and_many_phones_at_one_shop(world: World) -> None:
    am01 = world.as_("am01")
    same = am01.op("visits.check_in", arrival())
    phones = [world.as_("am01") for _ in range(4)]
    batches = [(one, [one.op("visits.check_in", arrival()) for _ in range(5)]) for one in phones * 2]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: am01.push_raw(same), range(16)))
        answers += pool.map(lambda batch: batch[0].push_raw(*batch[1]), batches)
    assert {answer.status_code for answer in answers} <= {200, 503}
    # A phone that was told to wait comes back; here each comes back once, when it is quiet.
    for writer, ops in [(am01, [same]), *batches]:
        assert [result["state"] for result in writer.push(*ops)["results"]] == ["applied"] * len(ops)
    with world.runtime.db.read() as session:
        states = Counter(session.scalars(select(Op.state)))
    assert states == {OpState.APPLIED: 1 + len(batches) * 5}
    assert visits_of(am01) == 1 + len(batches) * 5


def alarms(world: World) -> list[tuple[str, str | None]]:
    rows = world.as_("admin").get("/api/audit", params={"limit": "200"}).json()["items"]
    return [(row["action"], row["author_id"]) for row in rows if row["outcome"] == "alarm"]


def test_a_phone_that_remembers_more_than_the_server_raises_an_alarm(world: World) -> None:
    am01 = world.as_("am01")
    am01.do("visits.check_in", arrival())
    assert am01.push(epoch="e-gone")["stop"]["why"] == "resend"
    assert alarms(world) == [], "another epoch is what a restore looks like"
    assert am01.push(last=uid())["stop"]["why"] == "resend"
    assert alarms(world) == [("sync.last_unknown", am01.id)]
    assert 'fieldvisit_alarms_total{action="sync.last_unknown"}' in world.client.get("/metrics").text


def test_a_hole_in_a_phones_count_raises_an_alarm_and_nothing_else_does(world: World) -> None:
    am01 = world.as_("am01")
    first, second = am01.op("visits.check_in", arrival()), am01.op("visits.check_in", arrival())
    am01.push(first, second)
    am01.push(second, am01.op("visits.check_in", arrival()))
    assert am01.call("POST", "/api/visits", arrival()).status_code == 200
    assert alarms(world) == []
    am01.push(am01.op("visits.check_in", arrival(), seq=9))
    am01.push(am01.op("visits.check_in", arrival(), seq=10))
    assert alarms(world) == [("sync.seq_hole", am01.id)]


def test_a_file_stays_with_the_visit_it_came_with(world: World) -> None:
    am01, picture = world.as_("am01"), photo()
    first, second = arrival(photos=[picture["id"]]), arrival(photos=[picture["id"]])
    assert am01.do("visits.check_in", first, files=[picture])["state"] == "applied"
    assert am01.do("visits.check_in", second, files=[picture])["code"] == "file_taken"
    more = {"visit_id": first["id"], "photos": [picture["id"]]}
    assert am01.do("visits.add_photos", more, files=[picture])["state"] == "applied"
    (row,) = am01.get("/api/attachments").json()["items"]
    assert row["owner_id"] == first["id"]


def test_a_reused_id_that_is_rejected_leaves_what_waits_for_the_first_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    am01 = world.as_("am01")
    visit = arrival(shop("cz:1"))
    first = am01.op("visits.check_in", visit)
    child = am01.op("visits.record", {"visit_id": visit["id"], "note": "n"})
    other = {**first, "args": visit | {"purpose": "other"}}
    assert [one["reason"] for one in am01.push(first, child, other)["results"]] == [
        "missing",
        "missing",
        "id_reuse",
    ]
    monkeypatch.setenv("FIELDVISIT_DATABASE_URL", world.runtime.settings.url)
    monkeypatch.setenv("FIELDVISIT_DATA_DIR", str(world.runtime.settings.data_dir))
    cli.app(["ops", "reject", first["id"], "重复"], standalone_mode=False)
    rows = {
        row["id"]: row["code"] for row in am01.get("/api/held_ops").json()["items"] if row["state"] == "held"
    }
    assert rows == {first["id"]: "customer_missing", child["id"]: "visit_missing"}
