"""Archives: what counts as a backup, what phones are told of it, and what is refused without changing anything."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import postgres
from command_line import PROGRAMS, begin, done, run
from conftest import World
from fieldvisit import migrate
from fieldvisit.backup import making
from fieldvisit.backup.sealing import CHUNK, Damaged, Key, Opener, Sealer
from fieldvisit.kernel.audit import Audit
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.epoch import ServerState, renew
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.settings import Settings
from object_store import free_port, object_store, settings_of
from personas import JPEG, Persona, photo, shop, uid

pytestmark = pytest.mark.timeout(240)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
CANARY = "探针canary of a note"
PASSPHRASE = "a passphrase that is long"


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("archives")


@pytest.fixture
def key(place: Path) -> Path:
    path = place.parent / f"{place.name}.key"
    path.write_bytes(bytes(range(40)))
    return path


def visit_with_photo(who: Persona) -> tuple[str, dict[str, Any]]:
    picture, visit = photo(), uid()
    args = {"id": visit, "customer_id": shop("cz:0"), "place": None, "photos": [picture["id"]]}
    assert who.do("visits.check_in", args, files=[picture])["state"] == "applied"
    assert who.do("visits.record", {"visit_id": visit, "note": CANARY})["state"] == "applied"
    assert who.put_file(picture, JPEG).status_code == 201
    return visit, picture


def only(place: Path) -> Path:
    (archive,) = place.iterdir()
    return archive


def stop(world: World) -> Settings:
    world.runtime.close()
    return world.runtime.settings


def start(world: World) -> None:
    world.runtime = Runtime.open(world.runtime.settings)
    world.client.app.state.runtime = world.runtime  # type: ignore[attr-defined]


def entries(settings: Settings) -> tuple[str, set[str]]:
    """The epoch and the entries of what lies there now."""
    database = Database(settings.url)
    with database.read() as session:
        seen = session.get_one(ServerState, 1).epoch, set(session.scalars(select(Op.id)))
    database.close()
    return seen


def test_phones_may_forget_what_a_verified_backup_holds_and_nothing_on_a_struck_ones_word(
    world: World, place: Path
) -> None:
    am01, settings = world.as_("am01"), world.runtime.settings
    visit_with_photo(am01)
    assert am01.push()["safe_before"] is None
    done(settings, "backup", place / "first.tar")
    first = am01.push()["safe_before"]
    assert am01.push()["server_now"] > first
    done(settings, "backup", place / "second.tar")
    second = am01.push()["safe_before"]
    assert second > first
    listed = done(settings, "ops", "backups").splitlines()
    assert [line.split()[1:3] for line in listed] == [[second, "second.tar"], [first, "first.tar"]]
    ids = [line.split()[0] for line in listed]
    done(settings, "ops", "strike-backup", ids[0])
    assert am01.push()["safe_before"] == first
    assert run(settings, "ops", "strike-backup", ids[0])[0] == 1
    assert run(settings, "ops", "strike-backup", "x")[0] == 1
    done(settings, "ops", "strike-backup", ids[1])
    assert am01.push()["safe_before"] is None
    with world.runtime.db.read() as session:
        told = session.execute(select(Audit.action, Audit.entity_id).where(Audit.action.like("backups.%")))
        assert {tuple(row) for row in told} == {
            (f"backups.{verb}", one) for verb in ("make", "strike") for one in ids
        }


def test_a_restored_database_knows_the_backup_it_came_from_and_none_that_came_later(
    world: World, place: Path
) -> None:
    """And it says of itself that it is another past, although no mark is there to tell it."""
    am01 = world.as_("am01")
    done(world.runtime.settings, "backup", place / "first.tar")
    first = am01.push()["safe_before"]
    visit, picture = visit_with_photo(am01)
    done(world.runtime.settings, "backup", place / "second.tar")
    before, settings = world.runtime.epoch, stop(world)
    (settings.data_dir / "mark.json").unlink()
    said = done(settings, "restore", place / "first.tar", "--force")
    assert "Kept, and to be deleted" in said
    start(world)
    assert world.runtime.epoch != before
    told = am01.push()
    assert (told["stop"]["why"], told["safe_before"]) == ("resend", first)
    assert am01.get("/api/sync/manifest").json()["code"] == "restore_unconfirmed"
    done(settings, "ops", "confirm-restore")
    assert am01.get("/api/sync/manifest").status_code == 200
    assert am01.get(f"/api/visits/{visit}").status_code == 404
    assert world.runtime.files.holds(picture["id"], picture["sha256"]), "what came later does no harm"
    done(settings, "audit-verify")


def test_a_server_that_was_restored_twice_is_in_a_third_epoch(world: World, place: Path) -> None:
    done(world.runtime.settings, "backup", place)
    epochs = {world.runtime.epoch}
    for _ in range(2):
        settings = stop(world)
        (settings.data_dir / "mark.json").unlink()
        done(settings, "restore", only(place), "--force")
        start(world)
        epochs.add(world.runtime.epoch)
    assert len(epochs) == 3


@pytest.mark.parametrize("how", ["key", "passphrase"])
def test_without_the_key_an_archive_tells_nothing(world: World, place: Path, key: Path, how: str) -> None:
    visit_with_photo(world.as_("am01"))
    told = ["--key-file", key] if how == "key" else ["--passphrase"]
    done(world.runtime.settings, "backup", place, *told, typed=PASSPHRASE)
    archive, settings = only(place), stop(world)
    content = archive.read_bytes()
    for canary in (CANARY.encode(), JPEG, b"SQLite format", b"PGDMP", b"manifest.json", b"am01"):
        assert canary not in content
    before = entries(settings)
    key.with_suffix(".wrong").write_bytes(bytes(40))
    wrong = [
        ([], "", "is encrypted"),
        (["--key-file", key.with_suffix(".wrong")], "", "not that of the archive" if how == "key" else "with a passphrase"),
        (["--passphrase"], "another passphrase", "not that of the archive" if how == "passphrase" else "with a key file"),
        (["--key-file", place / "none"], "", "cannot be read"),
        (["--passphrase"], "short", "at least 12 characters"),
    ]  # fmt: skip
    for more, typed, sentence in wrong:
        refused(settings, archive, sentence, *more, typed=typed)
    assert entries(settings) == before
    done(settings, "restore", archive, "--force", *told, typed=PASSPHRASE)
    assert entries(settings)[1] == before[1]


def refused(settings: Settings, archive: Path, sentence: str, *more: str | Path, typed: str = "") -> None:
    code, _, said = run(settings, "restore", archive, "--force", *more, typed=typed)
    assert code == 1
    assert sentence in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("is_encrypted", [False, True], ids=["plain", "encrypted"])
def test_an_archive_that_was_altered_or_cut_short_is_refused_wherever_it_was(
    world: World, place: Path, key: Path, is_encrypted: bool, record_property: Any
) -> None:
    visit_with_photo(world.as_("am01"))
    told = ["--key-file", key] if is_encrypted else []
    done(world.runtime.settings, "backup", place, *told)
    archive, settings = only(place), stop(world)
    before, content = entries(settings), archive.read_bytes()
    size = len(content)
    damaged = place / "damaged"
    alike = {"cut": 0, "altered": 0}
    for at in (0, 1, 600, size // 3, size // 2, size - 40, size - 1):
        damaged.write_bytes(content[:at])
        refused(settings, damaged, ".", *told)
        alike["cut"] += 1
        damaged.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        refused(settings, damaged, ".", *told)
        alike["altered"] += 1
    damaged.write_bytes(content + b"\0")
    refused(settings, damaged, "altered or cut short", *told)
    refused(settings, place / "none", "cannot be read", *told)
    assert entries(settings) == before
    assert not list(settings.data_dir.glob("restoring-*"))
    record_property("refused", alike)
    done(settings, "restore", archive, "--force", *told)


def test_chunks_cannot_be_left_out_doubled_or_moved(place: Path) -> None:
    key, plain = Key(bytes(32), b"F"), bytes(range(256)) * (CHUNK // 64)
    path = place / "sealed"
    with path.open("wb") as file:
        sealer = Sealer(file, key)
        sealer.write(plain)
        sealer.finish()

    def opened() -> bytes:
        with path.open("rb") as file:
            opener, read = Opener(file, key), b""
            while part := opener.read(CHUNK):
                read += part
            return read

    assert opened() == plain
    sealed = path.read_bytes()
    head, each = len(sealed) % (CHUNK + 16), CHUNK + 16
    chunks = [sealed[at : at + each] for at in range(head, len(sealed), each)]
    assert len(chunks) == 4
    one, two, three, four = chunks
    for wrong in (
        [one, two, three],
        [one, three, four],
        [one, two, two, three, four],
        [two, one, three, four],
        [],
    ):
        path.write_bytes(sealed[:head] + b"".join(wrong))
        if wrong:
            with pytest.raises(Damaged):
                opened()
        else:
            assert opened() == b"", "the reader of the archive misses the manifest"


def test_nothing_is_restored_over_a_database_unasked_nor_under_a_server(world: World, place: Path) -> None:
    visit_with_photo(world.as_("am01"))
    done(world.runtime.settings, "backup", place)
    archive, settings = only(place), world.runtime.settings
    refused(settings, archive, "is using")
    elsewhere = settings.model_copy(update={"data_dir": place / "another folder"})
    refused(elsewhere, archive, "is using")
    stop(world)
    before = entries(settings)
    code, _, said = run(settings, "restore", archive)
    assert (code, "--force" in said) == (1, True)
    assert entries(settings) == before


def test_a_server_does_not_start_while_a_restore_runs(world: World) -> None:
    settings = stop(world)
    with making.Use(settings.data_dir, alone=True):
        code, _, said = run(settings, "backup", settings.data_dir)
        assert (code, "A restore is under way" in said) == (1, True)
        with pytest.raises(ValueError, match="A restore is under way"):
            Runtime.open(settings)
    start(world)


@on_sqlite
def test_an_archive_of_the_other_kind_of_database_is_refused(
    world: World, place: Path, postgres_uri: str
) -> None:
    done(world.runtime.settings, "backup", place)
    settings = stop(world)
    there = postgres.named(postgres_uri, "fv_not_there").partition("://")[2]
    other = settings.model_copy(update={"database_url": f"postgresql+psycopg://{there}"})
    refused(other, only(place), "of the kind sqlite")


def test_an_older_archive_is_brought_to_the_present_schema_and_a_newer_one_is_refused(
    world: World, place: Path
) -> None:
    am01 = world.as_("am01")
    visit, _ = visit_with_photo(am01)
    settings = stop(world)
    database = Database(settings.url)
    migrate.downgrade(database, "0009")
    write(settings, place / "older.tar")
    migrate.migrate(database)
    with database.write() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    write(settings, place / "newer.tar")
    with database.write() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0010'")
    database.close()
    before = entries(settings)
    refused(settings, place / "newer.tar", "newer version")
    assert entries(settings) == before
    done(settings, "restore", place / "older.tar", "--force")
    start(world)
    done(settings, "ops", "confirm-restore")
    assert am01.get(f"/api/visits/{visit}").json()["note"] == CANARY


def write(settings: Settings, path: Path) -> None:
    """An archive as a version would write it whose present schema is that of the database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{PROGRAMS}:/usr/bin:/bin")
        patch.setattr(making, "count", lambda *_: None)
        making.back_up(settings, path, None, accept_missing=False)


def test_a_backup_that_a_restore_overtook_does_not_count(
    world: World, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, verify = world.runtime.settings, making.verify

    def meanwhile(*args: Any) -> Any:
        with world.runtime.db.write() as session:
            renew(session)
        return verify(*args)

    monkeypatch.setattr(making, "verify", meanwhile)
    code, _, said = run(settings, "backup", place)
    assert (code, "does not count" in said) == (1, True)
    assert world.as_("am01").push()["safe_before"] is None


def test_a_backup_that_cannot_be_read_back_leaves_nothing_and_does_not_count(
    world: World, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify = making.verify

    def bad_disk(path: Path, *args: Any) -> Any:
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2] + b"\1" + content[len(content) // 2 + 1 :])
        return verify(path, *args)

    monkeypatch.setattr(making, "verify", bad_disk)
    code, _, said = run(world.runtime.settings, "backup", place)
    assert (code, said.count("\n")) == (1, 1)
    assert list(place.iterdir()) == []
    assert world.as_("am01").push()["safe_before"] is None
    assert not list(world.runtime.settings.data_dir.glob("backup-*"))


def test_a_backup_without_a_picture_that_should_be_there_counts_only_if_told_so(
    world: World, place: Path
) -> None:
    am01, settings = world.as_("am01"), world.runtime.settings
    _, picture = visit_with_photo(am01)
    (settings.data_dir / "files" / "original" / picture["id"]).unlink()
    code, _, said = run(settings, "backup", place / "one.tar")
    assert (code, picture["id"] in said, "does not count" in said) == (1, True, True)
    assert am01.push()["safe_before"] is None
    done(settings, "backup", place / "two.tar", "--accept-missing")
    assert am01.push()["safe_before"] is not None


def test_a_backup_overwrites_nothing(world: World, place: Path) -> None:
    (place / "there").write_text("precious")
    code, _, said = run(world.runtime.settings, "backup", place / "there")
    assert (code, "overwrites nothing" in said) == (1, True)
    code, _, said = run(world.runtime.settings, "backup", place / "no" / "such")
    assert (code, "no folder" in said) == (1, True)
    assert [file.read_text() for file in place.iterdir()] == ["precious"]


def test_pictures_of_a_bucket_are_in_the_archive_and_come_back_into_one(
    world: World, place: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with object_store(tmp_path_factory.mktemp("swift")) as port:
        settings = stop(world).model_copy(update=settings_of(port))
        world.runtime = Runtime.open(settings)
        start_over(world, settings)
        _, picture = visit_with_photo(world.as_("am01"))
        told = {f"FIELDVISIT_{name.upper()}": str(value) for name, value in settings_of(port).items()}
        done(settings, "backup", place, **told)
        stop(world)
    with object_store(tmp_path_factory.mktemp("another")) as port:
        told["FIELDVISIT_FILES_ENDPOINT"] = f"http://127.0.0.1:{port}"
        nowhere = told | {"FIELDVISIT_FILES_ENDPOINT": f"http://127.0.0.1:{free_port()}"}
        before = entries(settings)
        code, _, said = run(settings, "restore", only(place), "--force", **nowhere)
        assert (code, said) == (1, "The file store does not answer.\n")
        assert entries(settings) == before
        assert "1 pictures were put" in done(settings, "restore", only(place), "--force", **told)
        start_over(world, settings.model_copy(update=settings_of(port)))
        assert world.runtime.files.holds(picture["id"], picture["sha256"])


def start_over(world: World, settings: Settings) -> None:
    world.runtime.close()
    world.runtime = Runtime.open(settings)
    world.client.app.state.runtime = world.runtime  # type: ignore[attr-defined]


@on_sqlite
def test_a_damaged_copy_is_no_backup_and_a_damaged_database_is_no_hindrance(
    world: World, place: Path
) -> None:
    visit_with_photo(world.as_("am01"))
    done(world.runtime.settings, "backup", place)
    settings = stop(world)
    file = settings.data_dir / "fieldvisit.db"
    known = entries(settings)[1]
    file.write_bytes(b"no database at all " * 100)
    done(settings, "restore", only(place), "--force")
    assert entries(settings)[1] == known
    with closing(sqlite3.connect(file)) as present:
        pages = present.execute("PRAGMA page_count").fetchone()[0]
    content = bytearray(file.read_bytes())
    for page in range(pages // 2, pages):
        content[page * 4096 : page * 4096 + 8] = b"\xff" * 8
    file.write_bytes(content)
    code, _, said = run(settings, "backup", place)
    assert (code, "damaged" in said or "malformed" in said) == (1, True), said
    assert len(list(place.iterdir())) == 1


@on_postgres
def test_what_postgresql_lacks_is_said(world: World, place: Path) -> None:
    settings = world.runtime.settings
    code, _, said = run(settings, "backup", place, PATH=str(place))
    assert (code, "pg_dump is not on the PATH" in said) == (1, True)
    old = place / "bin"
    old.mkdir()
    (old / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    (old / "pg_dump").chmod(0o755)
    code, _, said = run(settings, "backup", place, PATH=str(old))
    assert (code, "of PostgreSQL 9 and the server of" in said) == (1, True)
    shutil.rmtree(old)
    assert list(place.iterdir()) == []


@on_postgres
def test_a_role_that_may_not_make_databases_is_told_so(world: World, place: Path) -> None:
    done(world.runtime.settings, "backup", place)
    role = f"restorer_{uid()[:8]}"
    with world.runtime.db.write() as session:
        session.connection().exec_driver_sql(f"CREATE ROLE {role} LOGIN PASSWORD 'x'")
    settings = stop(world)
    head, _, tail = settings.url.partition("://")
    limited = settings.model_copy(update={"database_url": f"{head}://{role}:x@{tail.partition('@')[2]}"})
    refused(limited, only(place), "may not make databases")


def test_an_archive_is_written_by_a_process_of_its_own_and_read_by_nobody_else(
    world: World, place: Path
) -> None:
    with begin(world.runtime.settings, "backup", str(place)) as process:
        _, said = process.communicate()
    assert process.returncode == 0, said
    assert only(place).stat().st_mode & 0o777 == 0o600
