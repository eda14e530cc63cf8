"""The rules of the house that no linter knows, over the syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

BACKEND = Path(__file__).parents[2] / "backend" / "fieldvisit"
FEATURES = sorted((BACKEND / "features").rglob("*.py"))
KERNEL_EDGES = {"clock.py", "db.py"}


def offences(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("commit", "rollback", "begin_nested", "bulk_update_mappings"):
            yield f"{node.lineno}: {name}()"
        if name in ("now", "utcnow", "time") and not isinstance(node.func, ast.Name):
            yield f"{node.lineno}: asks the clock"
        if name in ("update", "delete") and isinstance(node.func, ast.Name):
            yield f"{node.lineno}: bulk {name}"


@pytest.mark.parametrize("path", FEATURES, ids=lambda path: str(path.relative_to(BACKEND)))
def test_a_feature_never_commits_never_asks_the_clock_and_never_writes_in_bulk(path: Path) -> None:
    assert list(offences(ast.parse(path.read_text()))) == []


def test_there_are_features_to_look_at() -> None:
    assert len(FEATURES) >= 15


@pytest.mark.parametrize("planted", ["session.commit()", "datetime.now()", "update(Visit)"])
def test_a_planted_offence_is_seen(planted: str) -> None:
    assert list(offences(ast.parse(planted)))


def test_only_the_clock_module_asks_for_the_time() -> None:
    asking = [
        path.name
        for path in BACKEND.rglob("*.py")
        if path.name not in KERNEL_EDGES and "datetime.now(" in path.read_text()
    ]
    assert asking == []
