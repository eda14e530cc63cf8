"""What one thing breaks in a round of the sweeper leaves all the others done."""

from typing import Any

import pytest

from conftest import World
from fieldvisit import main
from fieldvisit.kernel import duties

PARTS = ("sweep", "do_duties", "react", "seal", "link_arrived")


@pytest.mark.parametrize("broken", PARTS)
def test_a_part_of_a_round_that_fails_lets_the_others_have_their_turn(
    world: World, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def part(name: str, *_: Any) -> None:
        if name == broken:
            raise RuntimeError("planted")
        done.append(name)

    for name in PARTS:
        monkeypatch.setattr(main, name, lambda *args, name=name: part(name, *args))
    with pytest.raises(ExceptionGroup, match="parts of a round"):
        main.do_round(world.runtime)
    assert done == [name for name in PARTS if name != broken]


def test_a_duty_that_fails_lets_the_others_have_their_turn(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def explode(_database: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(
        duties, "_duties", [explode, lambda _: done.append("a"), explode, lambda _: done.append("b")]
    )
    with pytest.raises(ExceptionGroup) as caught:
        duties.do_duties(world.runtime.db)
    assert done == ["a", "b"]
    assert len(caught.value.exceptions) == 2
