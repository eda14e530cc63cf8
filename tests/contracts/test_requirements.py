"""Every requirement the product claims is named by a test, and commands name theirs."""

import csv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def test_every_claimed_requirement_is_named_by_a_test(record_property: Any) -> None:
    with (ROOT / "docs" / "requirements.csv").open() as file:
        claimed = [row["requirement"] for row in csv.DictReader(file)]
    here = Path(__file__)
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("*.py") if path != here)
    missing = [
        requirement
        for requirement in claimed
        if f"({requirement})" not in tests and f"{requirement}," not in tests
    ]
    record_property("requirements", f"{len(claimed) - len(missing)} / {len(claimed)}")
    print(f"requirements named by a test: {len(claimed) - len(missing)} / {len(claimed)}")
    assert claimed
    assert missing == []
