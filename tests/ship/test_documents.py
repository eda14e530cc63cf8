"""What is written down for operators is what there is."""

import re

import pytest

from browsers import ROOT
from conftest import World
from fieldvisit.cli import app
from fieldvisit.kernel.epoch import ServerState
from fieldvisit.kernel.http.headers import HEADERS
from fieldvisit.settings import Settings
from personas import shop, uid

OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
SECURITY = (ROOT / "docs" / "security.md").read_text()
TABLE = OPERATIONS.partition("## Settings")[2].partition("\n## ")[0]


def variable_of(field: str) -> str:
    alias = Settings.model_fields[field].validation_alias
    return str(alias) if alias else f"FIELDVISIT_{field.upper()}"


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_explained(field: str) -> None:
    assert re.search(rf"^\|[^|]*`{variable_of(field)}`[^|]*\| \S", TABLE, re.MULTILINE)


def test_no_setting_is_explained_that_is_none() -> None:
    known = {variable_of(field) for field in Settings.model_fields}
    named = set(re.findall(r"`?\b(FIELDVISIT_[A-Z_]+|HOST|PORT)\b", OPERATIONS))
    assert named <= known
    assert len(known) >= 20


@pytest.mark.parametrize(
    "field", ["offline_lease_days", "sweep_seconds", "password_policy", "proxy_hops", "port"]
)
def test_a_default_is_the_one_that_is_written_down(field: str) -> None:
    (line,) = (line for line in TABLE.splitlines() if f"`{variable_of(field)}`" in line)
    assert f"`{Settings.model_fields[field].default}`" in line.split("|")[-2]


def test_the_mark_of_a_lost_machine_makes_phones_send_again_and_read_nothing(world: World) -> None:
    """As the page says, word for word."""
    (mark,) = re.findall(r"echo '(\{[^']+\})' > \$FIELDVISIT_DATA_DIR/mark\.json", OPERATIONS)
    am01 = world.as_("am01")
    done = am01.op("visits.check_in", {"id": uid(), "customer_id": shop("cz:0"), "place": None})
    am01.push(done)
    (world.runtime.settings.data_dir / "mark.json").write_text(mark)
    world.restart()
    assert am01.push()["stop"]["why"] == "resend"
    assert am01.get("/api/sync/manifest").status_code == 503
    assert am01.push(done, epoch=None, last=None)["results"][0]["state"] == "applied"
    with world.runtime.db.write() as session:
        session.get_one(ServerState, 1).is_unconfirmed = False
    assert am01.get("/api/sync/manifest").status_code == 200


def test_every_command_is_in_the_table() -> None:
    commands = {
        made.name or str(made.callback and made.callback.__name__) for made in app.registered_commands
    }
    for name in {name.replace("_", "-") for name in commands}:
        assert re.search(rf"`(fieldvisit )?{name}\b", OPERATIONS), name
    (ops,) = (group.typer_instance for group in app.registered_groups)
    assert ops is not None
    for made in ops.registered_commands:
        assert f"`fieldvisit ops {made.name or made.callback.__name__.replace('_', '-')}" in OPERATIONS  # type: ignore[union-attr]


@pytest.mark.parametrize("name", [name for name in HEADERS if not name.startswith("cross-origin")])
def test_every_header_is_named(name: str) -> None:
    assert name in SECURITY.lower()


@pytest.mark.parametrize("text", [OPERATIONS, SECURITY], ids=["operations", "security"])
def test_what_is_pointed_to_is_there(text: str) -> None:
    pointed = set(re.findall(r"`((?:tests|docker|docs)/[\w./-]+)`", text)) | {
        f"docs/{name}" for name in re.findall(r"\]\(([\w-]+\.md)\)", text)
    }
    assert pointed
    assert [path for path in pointed if not (ROOT / path).exists()] == []


def test_every_scenario_is_told_by_a_story_there_is() -> None:
    told = re.findall(r"`(test_\w+\.py)::(test_\w+)`", (ROOT / "docs/scenarios.md").read_text())
    assert len(told) >= 30
    for file, story in told:
        assert f"def {story}(" in (ROOT / "tests/e2e" / file).read_text(), story
