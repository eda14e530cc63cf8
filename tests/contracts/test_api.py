"""The API's own description, turned against it: whatever fits it, and much that does not, never makes it fall."""

from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from conftest import World, on_sqlite
from fieldvisit.kernel.collections import Collection

pytestmark = pytest.mark.timeout(900)
PER_OPERATION = 20
FLOOR = 5000
BY = ("am01", "mm1", "ga", "cc1", "admin")


Fallen = list[tuple[str, int, str]]


def ask_everything(world: World, per_operation: int) -> tuple[Counter[int], Fallen]:
    """Send generated requests to every operation as people in turn; the answers by status, and what fell."""
    people = [world.as_(username).headers() for username in BY]
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", world.client.app)
    answers: Counter[int] = Counter()
    fallen: Fallen = []

    def call(case: Any) -> None:
        answer = case.call(headers=people[sum(answers.values()) % len(people)])
        answers[answer.status_code] += 1
        if answer.status_code >= 500:
            fallen.append((case.operation.label, answer.status_code, answer.text[:200]))

    rules = settings(
        max_examples=per_operation,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    for found in schema.get_all_operations():
        rules(given(case=found.ok().as_strategy())(call))()
    return answers, fallen


def test_no_request_the_description_leads_to_makes_the_server_fall(
    world: World, record_property: Any
) -> None:
    answers, fallen = ask_everything(world, PER_OPERATION)
    record_property("cases", sum(answers.values()))
    record_property("answers", dict(sorted(answers.items())))
    assert fallen == []
    assert sum(answers.values()) >= FLOOR
    assert answers[200] >= 100


@on_sqlite
def test_one_door_that_falls_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fall(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(Collection, "page", fall)
    _, fallen = ask_everything(world, 3)
    assert fallen
