"""What /metrics says moves as what happens does, counts nothing twice, and names nobody."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from time_machine import travel

from conftest import World
from fieldvisit.kernel import apply, settle
from fieldvisit.kernel.clock import now
from fieldvisit.kernel.commands import COMMANDS
from fieldvisit.kernel.metrics import OPS
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.users import User
from fieldvisit.worker import Worker
from personas import JPEG, Persona, person, photo, shop, uid

CANARY = "canary1390000"
LABELS = {"action", "channel", "end", "outcome", "reason", "status", "door", "why"}
LINE = re.compile(r"^(fieldvisit_\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)


def figures(world: World) -> dict[str, float]:
    """Every figure of ours by its name and labels."""
    text = world.client.get("/metrics").text
    return {
        f"{name}{{{labels}}}" if labels else name: float(value) for name, labels, value in LINE.findall(text)
    }


def moved(world: World, happens: Callable[[], Any]) -> dict[str, float]:
    """Which figures something moves, and by how much; the time at which a counter was made is none."""
    before = figures(world)
    happens()
    after = figures(world)
    found = {name: value - before.get(name, 0) for name, value in after.items() if "_created" not in name}
    return {name.removeprefix("fieldvisit_"): change for name, change in found.items() if change}


def ops(outcome: str, reason: str = "") -> str:
    return f'ops_total{{outcome="{outcome}",reason="{reason}"}}'


def arrival(**more: Any) -> dict[str, Any]:
    return {"id": uid(), "customer_id": shop("cz:0"), "place": None} | more


def test_entries_are_counted_by_what_became_of_them_once(world: World) -> None:
    am01 = world.as_("am01")
    good, again = am01.op("visits.check_in", arrival()), am01.op("visits.check_in", arrival())
    lost = am01.op("visits.record", {"visit_id": uid(), "note": "x"})
    bad = am01.op("visits.check_in", {"id": "nothing"})
    assert moved(world, lambda: am01.push(good, again, lost, bad)) == {
        ops("applied"): 2,
        ops("held", "missing"): 1,
        ops("held", "invalid"): 1,
        'pushes_total{end="done"}': 1,
        'held_ops{reason="missing"}': 1,
        'held_ops{reason="invalid"}': 1,
    }
    assert moved(world, lambda: am01.push(good, bad)) == {ops("replayed"): 2, 'pushes_total{end="done"}': 1}
    reject = lambda: world.as_("mm1").call("POST", f"/api/held_ops/{bad['id']}/reject", {"reason": "x"})  # noqa: E731
    assert moved(world, reject) == {
        ops("applied"): 1,
        ops("rejected"): 1,
        'held_ops{reason="invalid"}': -1,
    }


def test_what_was_undone_with_its_run_is_counted_once_it_is_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second of three breaks and takes the run along; each is then tried alone."""
    am01 = world.as_("am01")
    batch = [am01.op("visits.check_in", arrival()) for _ in range(3)]
    plain, broken = settle.perform, batch[1]["id"]

    def perform(work: Any, op: Op, task: Any) -> None:
        plain(work, op, task)
        if op.id == broken:
            raise RuntimeError

    monkeypatch.setattr(settle, "perform", perform)
    assert moved(world, lambda: am01.push(*batch)) == {
        ops("applied"): 2,
        ops("held", "error"): 1,
        'pushes_total{end="done"}': 1,
        'held_ops{reason="error"}': 1,
    }


def test_counting_before_the_commit_would_be_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: every try counts, undone or not."""
    monkeypatch.setattr(settle, "after_commit", lambda _session, call: call())
    am01 = world.as_("am01")
    batch = [am01.op("visits.check_in", arrival()) for _ in range(2)]
    plain = apply._transact
    undone: list[int] = []

    def transact(session: Any, tasks: Any, keys: Any, manner: apply.Manner) -> None:
        plain(session, tasks, keys, manner)
        if manner != apply.Manner.ALONE:
            undone.append(len(tasks))
            raise RuntimeError

    monkeypatch.setattr(apply, "_transact", transact)
    assert moved(world, lambda: am01.push(*batch))[ops("applied")] == 4
    assert undone == [2]


def test_pulls_are_counted_by_answer_with_bundles_and_bytes(world: World) -> None:
    am01 = world.as_("am01")
    first = am01.get("/api/sync/manifest")
    size = len(first.content)
    assert moved(world, lambda: am01.get("/api/sync/manifest")) == {
        'manifests_total{status="200"}': 1,
        'pull_bytes_total{door="manifest"}': size,
    }
    etag = {"if-none-match": first.headers["etag"]}
    assert moved(world, lambda: am01.get("/api/sync/manifest", headers=etag)) == {
        'manifests_total{status="304"}': 1
    }
    keys = [key for key, _ in first.json()["items"]][:3]
    size = len(am01.call("POST", "/api/sync/bundles", {"keys": keys}).content)
    assert moved(world, lambda: am01.fetch(*keys)) == {
        "bundles_served_total": 3,
        'pull_bytes_total{door="bundles"}': size,
    }


def test_files_are_counted_when_they_are_kept(world: World) -> None:
    am01, picture = world.as_("am01"), photo()
    am01.do("visits.check_in", arrival(photos=[picture["id"]]), files=[picture])
    kept = moved(world, lambda: am01.put_file(picture))
    assert kept == {"files_stored_total": 1, "files_stored_bytes_total": len(JPEG)}
    assert moved(world, lambda: am01.put_file(picture)) == {}


def test_a_phone_that_must_send_again_and_a_new_epoch_are_seen(world: World) -> None:
    am01 = world.as_("am01")
    am01.do("visits.check_in", arrival())
    told = {"resends_total": 1, 'pushes_total{end="resend"}': 1}
    assert moved(world, lambda: am01.push(epoch="e-gone")) == told
    rest = {"x-epoch": "e-gone"}
    assert moved(world, lambda: am01.call("POST", "/api/visits", arrival(), **rest)) == {"resends_total": 1}
    mark = world.runtime.settings.data_dir / "mark.json"
    mark.write_text(json.dumps({"epoch": world.runtime.epoch, "number": 10**6}))
    assert moved(world, world.restart) == {"epoch_changes_total": 1}


def leave_received(world: World, who: Persona, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry is stored and its process ends before it is settled."""
    with monkeypatch.context() as patch:
        patch.setattr("fieldvisit.kernel.sync.apply_ops", lambda *_: None)
        who.push(who.op("visits.check_in", arrival()))


def test_what_waits_to_be_settled_grows_old_until_a_round_settles_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    am01 = world.as_("am01")
    leave_received(world, am01, monkeypatch)
    with travel(now() + timedelta(hours=2), tick=False):
        waiting = figures(world)
        assert waiting["fieldvisit_received_ops"] == 1
        assert waiting["fieldvisit_oldest_received_seconds"] == pytest.approx(7200, abs=60)
    done = moved(world, Worker(world.runtime, sweeps=True).do_round)
    assert done['rounds_total{end="done"}'] == 1
    assert done[ops("applied")] == 1
    assert done["received_ops"] == -1
    assert figures(world)["fieldvisit_oldest_received_seconds"] == 0


def test_without_its_database_it_still_says_what_it_knows(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.runtime.db, "_read_engine", broken_engine())
    said = figures(world)
    assert "fieldvisit_live_streams" in said
    assert "fieldvisit_received_ops" not in said


def broken_engine() -> Any:
    from sqlalchemy import create_engine  # noqa: PLC0415

    return create_engine("sqlite:////no/such/folder/db")


def test_nothing_personal_is_in_the_figures_and_labels_come_from_short_lists(
    world: World, record_property: Any
) -> None:
    with world.runtime.db.read() as session:
        people = session.scalars(select(User)).all()
        names = {
            value for user in people for value in (user.username, user.name, user.phone, user.id) if value
        }
    am01 = world.as_("am01")
    am01.push(
        am01.op(CANARY, {CANARY: CANARY}),
        am01.op("visits.check_in", arrival(note=CANARY)),
        am01.op("visits.check_in", arrival()),
    )
    am01.push(last=uid())
    world.client.post("/api/auth/login", json={"username": CANARY, "password": CANARY})
    text = world.client.get("/metrics").text
    ours = [(name, labels) for name, labels, _ in LINE.findall(text)]
    record_property("our lines/names looked for", f"{len(ours)}/{len(names)}")
    assert CANARY not in text
    assert [name for name in names if re.search(rf"\b{re.escape(name)}\b", text)] == []
    assert [command for command, _ in COMMANDS if f'"{command}"' in text] == []
    assert {label for _, labels in ours for label in re.findall(r"(\w+)=", labels)} <= LABELS
    assert 30 <= len(ours) <= 150
    assert len(names) >= 40
    assert person("am01") not in text


def test_a_name_among_the_labels_would_be_found(world: World) -> None:
    """The planted fault of the test above."""
    OPS.labels(CANARY, "")
    assert CANARY in world.client.get("/metrics").text
    OPS.remove(CANARY, "")
