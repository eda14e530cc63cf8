"""Days and moments no calendar of ours reaches are refused or left out, and nothing that follows falls over them."""

import base64
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from conftest import World
from fieldvisit import main  # noqa: F401 – names every feature
from fieldvisit.kernel.commands import COMMANDS
from fieldvisit.kernel.errors import Problem
from fieldvisit.worker import do_round
from personas import shop, uid

FAR = (
    "0001-01-01T00:00:00+08:00",
    "0001-01-01T00:00:00Z",
    "0500-01-01T00:00:00+00:00",
    "1969-12-31T23:59:59Z",
    "2101-01-01T00:00:00Z",
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:59:59+14:00",
)


def dated(
    schema: dict[str, Any], node: dict[str, Any], path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], bool]]:
    """Where in a command's arguments a day or moment stands, and whether it is a moment."""
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    for way in (*node.get("anyOf", ()), *node.get("allOf", ())):
        yield from dated(schema, way, path)
    if node.get("format") in ("date", "date-time"):
        yield path, node["format"] == "date-time"
    for name, part in node.get("properties", {}).items():
        yield from dated(schema, part, (*path, name))
    if "items" in node:
        yield from dated(schema, node["items"], (*path, 0))


def put_at(path: tuple[str | int, ...], value: Any) -> Any:
    for part in reversed(path):
        value = [value] if part == 0 else {part: value}
    return value


def test_no_command_takes_a_day_or_moment_outside_the_calendar(record_property: Any) -> None:
    cells = 0
    for command in COMMANDS.values():
        schema = command.args.model_json_schema()
        for path, is_moment in dated(schema, schema, ()):
            for far in FAR:
                value = far if is_moment else far[:10]
                with pytest.raises(Problem) as refused:
                    command.parse(put_at(path, value))
                fields = {one["field"] for one in refused.value.params["fields"]}
                assert ".".join(map(str, path)) in fields, (command.name, path, far)
                cells += 1
    record_property("cells", cells)
    assert cells >= 8 * len(FAR)


@pytest.mark.parametrize("far", FAR)
def test_no_far_moment_in_an_entry_makes_the_server_fall_then_or_later(world: World, far: str) -> None:
    am01, mm1 = world.as_("am01"), world.as_("mm1")
    assert am01.do("consents.give", {"id": uid(), "kind": "location", "version": 1})["state"] == "applied"
    place = {"lat": 1.0, "lng": 2.0, "datum": "wgs84", "accuracy_m": 5.0, "fix_at": far}
    args = {"id": uid(), "customer_id": shop("cz:0"), "place": place}
    assert am01.do("visits.check_in", args)["code"] == "args_invalid"
    assert am01.call("POST", "/api/visits", args).json()["code"] == "args_invalid"
    good = args | {"place": None}
    assert am01.do("visits.check_in", good, made_at=far)["state"] == "applied"
    by_rest = am01.call("POST", "/api/visits", good | {"id": uid()}, **{"x-op-made-at": far})
    assert by_rest.status_code == 200
    do_round(world.runtime)
    for who in (am01, mm1):
        assert who.get("/api/visits").status_code == 200
        assert who.get("/api/held_ops").status_code == 200
        visits = [key for key in who.manifest() if key.startswith("visits:")]
        assert who.fetch(*visits)["bundles"]


def test_a_moment_written_before_years_had_their_zeros_can_be_read(world: World) -> None:
    am01 = world.as_("am01")
    args = {"id": uid(), "customer_id": shop("cz:0"), "place": None}
    assert am01.do("visits.check_in", args)["state"] == "applied"
    old = "500-01-01T00:00:00.000000Z" if world.runtime.db.is_sqlite else "0500-01-01T00:00:00Z"
    with world.runtime.db.write() as session:
        session.execute(text("UPDATE op SET made_at = :old"), {"old": old})
        session.execute(text("UPDATE visit SET check_in_fix_at = :old"), {"old": old})
    do_round(world.runtime)
    assert am01.get("/api/visits").status_code == 200


@pytest.mark.parametrize(
    ("path", "sort", "value"),
    [
        ("/api/devices", "seen_at", "2026-01-01T00:00:00"),
        ("/api/devices", "seen_at", "0001-01-01T00:00:00+08:00"),
        ("/api/devices", "username", "a\0b"),
        ("/api/visits", "day", 5),
        ("/api/visits", "day", "2026-13-01"),
    ],
)
def test_a_forged_cursor_is_refused(world: World, path: str, sort: str, value: Any) -> None:
    cursor = base64.urlsafe_b64encode(orjson.dumps([value, uid()])).decode()
    answer = world.as_("dm").get(path, params={"sort": sort, "after": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")
