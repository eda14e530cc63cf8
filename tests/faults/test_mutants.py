"""A proof is worth what it catches: every fault that is planted is found, and without one every story comes to rest."""

from typing import Any

import pytest

from faults import scripts
from faults.conftest import LONG
from faults.field import Field
from faults.mutants import MUTANTS
from faults.places import Sqlite, server
from faults.rest import come_to_rest

pytestmark = pytest.mark.timeout(3600 if LONG else 900)
SCRIPTS = {mutant.script.__name__: mutant.script for mutant in MUTANTS.values()}


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_without_a_fault_the_story_comes_to_rest(field: Field, name: str) -> None:
    SCRIPTS[name](field)
    come_to_rest(field)
    assert field.figures["rests"] == 1


def test_every_planted_fault_is_found(sqlite_place: Sqlite, record_property: Any) -> None:
    found = {name: _found(sqlite_place, name) for name in MUTANTS}
    for name, said in found.items():
        print(f"{name}: {said}")
    caught = {name for name, said in found.items() if said}
    record_property("faults found", f"{len(caught)} of {len(MUTANTS)}")
    assert caught == set(MUTANTS), set(MUTANTS) - caught


def _found(place: Sqlite, name: str) -> str | None:
    """What the story said against the fault."""
    with server(place) as made, pytest.MonkeyPatch.context() as patch:
        field = Field(made, patch)
        MUTANTS[name].plant(patch)
        try:
            MUTANTS[name].script(field)
            come_to_rest(field)
        except AssertionError as error:
            return str(error).partition("\n")[0] or "assertion"
    return None


def test_every_story_is_told() -> None:
    told = {
        name for name, value in vars(scripts).items() if getattr(value, "__module__", "") == scripts.__name__
    }
    assert told - {"all_sync"} == set(SCRIPTS)
