"""The proof: whatever happens in whatever order, nothing is lost, nothing counts twice, nothing is shown to a stranger."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from faults.conftest import LONG
from faults.field import Field
from faults.machine import FieldMachine
from faults.places import Postgres, Sqlite

pytestmark = pytest.mark.timeout(6 * 3600 if LONG else 900)
EXAMPLES, STEPS = (200, 100) if LONG else (12, 50)
FLOOR = 2000 if LONG else 100
# What a run must have met to prove anything; it prints how often.
KINDS = (
    *("pass", "late double", "arrive", "record", "add_photo", "check_out", "call", "edit", "dance"),
    *("hand_over", "open_shop", "desk_edit", "leave_or_return", "change_post"),
    *("sweep", "wait", "back_up", "restore", "new_release", "lose_tokens", "look_around"),
)
SEEN = (
    *(
        "districts",
        "steps",
        "entries",
        "seen applied",
        "seen held",
        "seen photos",
        "seen values",
        "seen notices",
    ),
    *("seen rows", "rests", "answers", "keys", "rows", "words", "results"),
    *(
        "crashes",
        "lost_request",
        "lost_answer",
        "doubled",
        "busy",
        "cut",
        "passes broken",
        "days passed",
        "restores",
    ),
)
HOW = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    derandomize=not LONG,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink) if LONG else (Phase.generate,),
    print_blob=LONG,
)


def test_nothing_is_lost_twice_or_shown_to_a_stranger_whatever_happens(
    place: Sqlite | Postgres, record_property: Any
) -> None:
    done: list[Field] = []
    machine = type("Machine", (FieldMachine,), {"place": place, "done": done})
    run_state_machine_as_test(machine, settings=HOW)  # type: ignore[no-untyped-call]
    count: Counter[str] = Counter(districts=len(done))
    for field in done:
        count += field.figures + field.watch.seen + Counter(entries=len(field.ledger))
    missed = [name for name in KINDS if not count[f"step {name}"]] + [
        name for name in SEEN if not count[name]
    ]
    for part in (KINDS, SEEN):
        names = {name: count[f"step {name}" if part is KINDS else name] for name in part}
        record_property("counted", ", ".join(f"{value} {name}" for name, value in names.items()))
    assert not missed, f"a green run that never saw {missed}"
    assert count["entries"] >= FLOOR
