"""What was done stands in the audit, once, and nobody can rewrite it unseen."""

from typing import Any

import pytest
from sqlalchemy import text

from conftest import PASSWORD, World
from fieldvisit import cli
from fieldvisit.kernel.audit import Head, seal, verify
from personas import Persona, person, shop, uid


def rows(admin: Persona, **asked: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = admin.get("/api/audit", params={"limit": "200"} | asked).json()["items"]
    return found


@pytest.fixture
def busy(world: World) -> World:
    am01 = world.as_("am01")
    for _ in range(6):
        visit = uid()
        am01.do("visits.check_in", {"id": visit, "customer_id": shop("cz:0"), "place": None})
        am01.do("visits.check_out", {"visit_id": visit})
    return world


def head_of(world: World) -> Head:
    return Head(world.runtime.settings.data_dir)


def test_every_command_leaves_one_row_and_what_changed_nothing_leaves_none(world: World) -> None:
    am01, admin = world.as_("am01"), world.as_("admin")
    op = am01.op("visits.check_in", {"id": uid(), "customer_id": shop("cz:0"), "place": None})
    for _ in range(3):
        am01.push(op)
    am01.do("visits.record", {"visit_id": uid()})
    edit = {"set": {"note": {"from": None, "to": "x"}}}
    assert am01.call("PATCH", f"/api/customers/{shop('cz:0')}", edit).status_code == 200
    mine = rows(admin, actor_id=am01.id)
    assert [row["action"] for row in mine if row["op_id"]].count("visits.check_in") == 1
    assert {row["action"] for row in mine} == {"session.sign_in", "visits.check_in", "customers.edit"}
    (edited,) = rows(admin, action="customers.edit")
    assert (edited["entity_id"], edited["device_id"]) == (shop("cz:0"), am01.device)


def test_entering_and_being_refused_is_written_down_and_only_the_system_administrator_reads_it(
    world: World,
) -> None:
    wrong = {"username": "am01", "password": "wrong", "device": {"id": uid(), "name": "x"}}
    world.client.post("/api/auth/login", json=wrong)
    ga = world.as_("ga")
    ga.call("POST", f"/api/auth/codes/{person('am02')}")
    admin = world.as_("admin")
    outcomes = {(row["action"], row["outcome"]) for row in rows(admin)}
    assert {
        ("session.sign_in", "refused"),
        ("session.sign_in", "done"),
        ("session.issue_code", "done"),
    } <= outcomes
    assert PASSWORD not in admin.get("/api/audit.csv").text
    for username in ("am01", "mm1", "dm", "ga", "cc1", "post1"):
        assert world.as_(username).get("/api/audit").status_code == 404


def test_a_row_that_is_changed_removed_or_cut_off_breaks_the_chain(busy: World, tmp_path: Any) -> None:
    db, head = busy.runtime.db, head_of(busy)
    count = seal(db, head)
    assert count >= 13
    assert seal(db, head) == 0
    assert verify(db, head) == (count, None)
    for statement in ("UPDATE audit SET action = 'x' WHERE place = 5", "DELETE FROM audit WHERE place = 5"):
        with pytest.raises(Exception, match="audit_stays"), db.write() as session:
            session.execute(text(statement))
    sqlite = db.is_sqlite
    with db.write() as session:
        for name in ("audit_stays", "audit_is_final") if sqlite else ("audit_stays",):
            session.execute(text(f"DROP TRIGGER {name}" + ("" if sqlite else " ON audit")))
    tampering = {
        "UPDATE audit SET action = 'x' WHERE place = 5": ("UPDATE audit SET action = '{}' WHERE place = 5", "action", 5),
        "UPDATE audit SET at = '2020-01-01T00:00:00.000000Z' WHERE place = 7": ("UPDATE audit SET at = '{}' WHERE place = 7", "at", 7),
    }  # fmt: skip
    for change, (back, column, place) in tampering.items():
        with db.write() as session:
            kept = session.scalar(text(f"SELECT {column} FROM audit WHERE place = {place}"))
            session.execute(text(change))
        assert verify(db, head) == (place, place)
        with db.write() as session:
            session.execute(text(back.format(kept)))
        assert verify(db, head) == (count, None)
    with db.write() as session:
        session.execute(text(f"DELETE FROM audit WHERE place = {count}"))
    assert verify(db, head) == (count - 1, count), "a cut tail is found by the head kept outside"
    with db.write() as session:
        session.execute(text("DELETE FROM audit WHERE place = 5"))
    assert verify(db, head)[1] == 5


def test_the_command_line_walks_the_chain(
    busy: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = busy.runtime.settings
    monkeypatch.setenv("FIELDVISIT_DATABASE_URL", settings.url)
    monkeypatch.setenv("FIELDVISIT_DATA_DIR", str(settings.data_dir))
    count = seal(busy.runtime.db, head_of(busy))
    cli.app(["audit-verify"], standalone_mode=False)
    assert f"{count} rows, unbroken" in capsys.readouterr().out
    head_of(busy).write(count + 3, "f" * 64)
    with pytest.raises(cli.typer.Exit):
        cli.verify_audit()
    assert f"BROKEN at {count + 1}" in capsys.readouterr().err
