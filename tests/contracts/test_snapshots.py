"""What phones hold for weeks must keep its meaning: commands by name and version, rows by schema number.

A changed command is a new `v`; a changed row raises `SCHEMA` in `kernel/sync.py`. To write the new
snapshot: `python -m pytest tests/contracts/test_snapshots.py` with FIELDVISIT_WRITE_SNAPSHOTS=1.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from fieldvisit.kernel.collections import COLLECTIONS
from fieldvisit.kernel.commands import COMMANDS
from fieldvisit.kernel.sync import PROTO, SCHEMA
from fieldvisit.main import make_app  # noqa: F401 – names every feature

HERE = Path(__file__).parent / "snapshots"


def _plain(schema: Any) -> Any:
    """The schema without its prose."""
    if isinstance(schema, dict):
        return {
            k: _plain(v)
            for k, v in schema.items()
            if not (k in ("description", "title") and isinstance(v, str))
        }
    return [_plain(item) for item in schema] if isinstance(schema, list) else schema


def commands() -> dict[str, Any]:
    return {
        f"{command.name} v{command.v}": {
            "route": f"{command.method} {command.path}",
            "args": _plain(command.args.model_json_schema()),
        }
        for command in COMMANDS.values()
    }


def rows() -> dict[str, Any]:
    views = {
        f"{name} {role}": _plain(view.model_json_schema(mode="serialization"))
        for name, made in COLLECTIONS.items()
        for role, view in made.views.items()
    }
    return {"proto": PROTO, "schema": SCHEMA, "views": views}


@pytest.mark.parametrize(("name", "present"), [("commands", commands), ("rows", rows)])
def test_what_phones_rely_on_is_as_it_was(name: str, present: Any) -> None:
    path = HERE / f"{name}.json"
    made = present()
    if os.environ.get("FIELDVISIT_WRITE_SNAPSHOTS"):
        HERE.mkdir(exist_ok=True)
        path.write_text(json.dumps(made, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    assert made == json.loads(path.read_text())
