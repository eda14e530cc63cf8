"""What comes back after the worst: a restored server, a phone that can send no more, an app that is too old."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, make_url, select

from conftest import PASSWORD, World
from fieldvisit.features.visits.models import Visit
from fieldvisit.kernel.ops import Op, OpState
from fieldvisit.kernel.reactions import react
from personas import JPEG, Persona, person, shop, uid
from sync_client import Phone

OWNERS = ("am01", "am02", "am03", "am04", "am19", "am20")
PHONES = 50


class Backup:
    """A copy of database and files at one moment, and the way back to it; the mark stays where it is."""

    def __init__(self, world: World, postgres_uri: str, folder: Path) -> None:
        self.world, self.uri, self.folder = world, postgres_uri, folder
        self.url = world.runtime.settings.url
        self.data = world.runtime.settings.data_dir
        self.is_sqlite = self.url.startswith("sqlite")

    def take(self) -> None:
        if self.is_sqlite:
            with (
                sqlite3.connect(self.data / "fieldvisit.db") as now,
                sqlite3.connect(self.folder / "b.db") as then,
            ):
                now.backup(then)
        else:
            self._template(self._name, f"{self._name}_backup")
        shutil.copytree(self.data / "files", self.folder / "files")

    def restore(self) -> None:
        self.world.runtime.close()
        if self.is_sqlite:
            for tail in ("", "-wal", "-shm"):
                (self.data / f"fieldvisit.db{tail}").unlink(missing_ok=True)
            shutil.copy(self.folder / "b.db", self.data / "fieldvisit.db")
        else:
            with psycopg.connect(self.uri, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {self._name} WITH (FORCE)")
            self._template(f"{self._name}_backup", self._name)
        shutil.rmtree(self.data / "files")
        shutil.copytree(self.folder / "files", self.data / "files")
        self.world.restart()

    @property
    def _name(self) -> str:
        return str(make_url(self.url).database)

    def _template(self, source: str, target: str) -> None:
        self.world.runtime.db.close()
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {target} TEMPLATE {source}")
        if target.endswith("_backup"):
            self.world.restart()


@pytest.fixture
def backup(world: World, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Backup:
    uri = "" if world.runtime.settings.url.startswith("sqlite") else request.getfixturevalue("postgres_uri")
    return Backup(world, uri, tmp_path_factory.mktemp("backup"))


def visit(phone: Phone, customer: str) -> str:
    """A check-in with a photo."""
    visit_id, picture = uid(), uid()
    args = {"id": visit_id, "customer_id": customer, "place": None, "photos": [picture]}
    phone.save("visits.check_in", args, {picture: JPEG})
    return visit_id


def test_fifty_phones_send_again_what_a_restored_server_has_forgotten(
    world: World, backup: Backup, record_property: Any
) -> None:
    routes = {"am01": "cz:0", "am02": "cz:1", "am03": "cj:0", "am04": "cj:1", "am19": "xq:0", "am20": "xq:1"}
    phones = []
    visits: list[str] = []

    def work(half: list[Phone]) -> None:
        for number, phone in half:
            visits.append(visit(phone, shop(routes[OWNERS[number % len(OWNERS)]])))
            phone.save("visits.record", {"visit_id": visits[-1], "note": f"n{number}"})
            phone.sync()

    for number in range(PHONES):
        phone = Phone(world.client)
        phone.sign_in(OWNERS[number % len(OWNERS)], PASSWORD)
        phones.append((number, phone))
        if number == PHONES // 2:
            work(phones)
            backup.take()
    work(phones)
    confirmed = {op_id: result for _, phone in phones for op_id, result in phone.results.items()}
    assert all(result["state"] == "applied" for result in confirmed.values())
    before, epoch = len(confirmed), world.runtime.epoch
    backup.restore()
    assert world.runtime.epoch != epoch
    with world.runtime.db.read() as session:
        kept = session.scalar(select(func.count()).select_from(Op).where(Op.id.in_(confirmed)))
    lost = before - (kept or 0)
    assert lost > PHONES, "the drill has to forget something"
    assert phones[0][1]._send("GET", "/api/sync/manifest", phones[0][1].token).status_code == 503
    for _, phone in phones:
        phone.push()
        assert phone.outbox == []
    done = subprocess.run(
        [sys.executable, "-m", "fieldvisit", "ops", "confirm-restore"],
        env={
            "FIELDVISIT_DATABASE_URL": world.runtime.settings.url,
            "FIELDVISIT_DATA_DIR": str(world.runtime.settings.data_dir),
            "PYTHONPATH": "backend",
        },
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for number, phone in phones:
        phone.sign_in(OWNERS[number % len(OWNERS)], PASSWORD)
        phone.sync()
        assert phone.files == {}
    with world.runtime.db.read() as session:
        states = session.scalars(select(Op.state).where(Op.id.in_(confirmed))).all()
        assert len(states) == before
        assert set(states) == {OpState.APPLIED}
        here = set(session.scalars(select(Visit.id).where(Visit.id.in_(visits))))
    assert here == set(visits)
    for _, phone in phones:
        for op_id, result in phone.results.items():
            assert result["receipt"] == confirmed[op_id]["receipt"]
    record_property("phones/confirmed/forgotten/lost", f"{PHONES}/{before}/{lost}/0")


def test_a_rescue_file_is_taken_in_at_the_desk_in_its_authors_name(world: World) -> None:
    am01, ga = world.as_("am01"), world.as_("ga")
    ops = [
        am01.op("visits.check_in", {"id": uid(), "customer_id": shop("cz:0"), "place": None}),
        am01.op("visits.record", {"visit_id": uid(), "note": "n"}),
        am01.op("customers.edit", {"customer_id": shop("cz:0"), "set": {"note": {"from": None, "to": "救"}}}),
    ]
    sent = am01.op("visits.check_in", {"id": uid(), "customer_id": shop("cz:0", 1), "place": None})
    first = am01.push(sent)["results"][0]
    file = {"proto": 1, "device": am01.device, "ops": [*reversed(ops), sent, {"id": "damaged"}, 7]}
    told = ga.call("POST", "/api/sync/import", file).json()
    states = {result["id"]: result["state"] for result in told["results"]}
    assert states == {
        ops[0]["id"]: "applied",
        ops[1]["id"]: "held",
        ops[2]["id"]: "applied",
        sent["id"]: "applied",
    }
    assert (told["refused"], told["waiting"]) == (2, 0)
    assert next(r for r in told["results"] if r["id"] == sent["id"])["receipt"] == first["receipt"]
    again = ga.call("POST", "/api/sync/import", file).json()
    assert again["results"] == told["results"]
    with world.runtime.db.read() as session:
        rows = {row.id: row for row in session.scalars(select(Op).where(Op.device_id == am01.device))}
        assert {rows[op["id"]].imported_by_id for op in ops} == {ga.id}
        assert {rows[op["id"]].user_id for op in ops} == {am01.id}
        assert rows[sent["id"]].imported_by_id is None
        assert session.get_one(Visit, ops[0]["args"]["id"]).visitor_id == am01.id
    (held,) = am01.get("/api/held_ops").json()["items"]
    assert held["imported_by_id"] == ga.id
    react(world.runtime.db)
    (notice,) = am01.get("/api/notices", params={"kind": "entries_imported"}).json()["items"]
    assert notice["data"] == {"count": 3}
    pushed = am01.push(*ops)["results"]
    assert [result["state"] for result in pushed] == ["applied", "held", "applied"], (
        "the phone may come later"
    )


def test_nobody_brings_in_for_another_department_nor_what_is_no_rescue_file(world: World) -> None:
    am19, ga = world.as_("am19"), world.as_("ga")
    file = {"proto": 1, "device": am19.device, "ops": [am19.op("visits.check_in", {"id": uid(), "customer_id": shop("xq:0"), "place": None})]}  # fmt: skip
    foreign, nowhere = (
        ga.call("POST", "/api/sync/import", {**file, "device": device}) for device in (am19.device, uid())
    )
    assert (foreign.status_code, foreign.json()) == (nowhere.status_code, nowhere.json())
    assert foreign.json()["code"] == "device_missing"
    for username in ("am01", "mm1", "dm", "cc1", "post1"):
        answer = world.as_(username).call("POST", "/api/sync/import", file)
        assert (answer.status_code, answer.json()["code"]) == (403, "role_not_allowed")
    for wrong in ([], {}, {"proto": 1}, {"proto": 1, "device": "x", "ops": []}, {"proto": 1, "device": uid(), "ops": {}}, {"proto": 2, "device": uid(), "ops": []}, {"proto": 1, "device": uid(), "ops": [1] * 5001}):  # fmt: skip
        answer = ga.call("POST", "/api/sync/import", wrong)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_rescue_file"), wrong
    assert (
        world.as_("admin").call("POST", "/api/sync/import", file).json()["results"][0]["state"] == "applied"
    )
    with world.runtime.db.read() as session:
        (row,) = session.scalars(select(Op).where(Op.device_id == am19.device))
        assert row.user_id == person("am19")


@pytest.mark.parametrize(
    ("app", "status"),
    [
        ("2026.11.2", 426),
        ("2026.9.30", 426),
        ("nonsense", 426),
        ("2026.11.3", 200),
        ("2026.12", 200),
        (None, 200),
    ],
)
def test_an_app_too_old_is_asked_to_update_and_may_always_send(
    world: World, app: str | None, status: int
) -> None:
    am01: Persona = world.as_("am01")
    world.runtime.settings.oldest_app = "2026.11.3"
    headers = {"x-app": app} if app else {}
    answer = am01.get("/api/sync/manifest", headers=headers)
    assert answer.status_code == status
    assert status == 200 or answer.json()["code"] == "app_too_old"
    op = am01.op("visits.check_in", {"id": uid(), "customer_id": shop("cz:0"), "place": None})
    assert am01.push(op, app=app or "test")["results"][0]["state"] == "applied"
