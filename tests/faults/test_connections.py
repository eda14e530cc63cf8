"""A database that ends its connections in the middle of an entry: the entry waits, and only one that does it every time is held."""

from typing import Any

import pytest
from sqlalchemy import text

from conftest import World
from fieldvisit.kernel import apply
from personas import shop, uid

on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


def arrival() -> dict[str, object]:
    return {"id": uid(), "customer_id": shop("cz:0"), "place": None}


@on_postgres
@pytest.mark.parametrize("count", [1, 2])
def test_entries_whose_connection_was_cut_are_carried_out_when_they_come_again(
    world: World, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    am01 = world.as_("am01")
    ops = [am01.op("visits.check_in", arrival()) for _ in range(count)]
    with monkeypatch.context() as patched:
        patched.setattr(apply, "carry_out", cut)
        told = am01.push(*ops)
    assert (told["results"], told["stop"]["why"]) == ([], "busy")
    assert [one["state"] for one in am01.push(*ops)["results"]] == ["applied"] * count


@on_postgres
def test_an_entry_that_costs_the_connection_every_time_is_held_at_its_third(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    am01 = world.as_("am01")
    op = am01.op("visits.check_in", arrival())
    monkeypatch.setattr(apply, "carry_out", cut)
    assert [am01.push(op)["results"] for _ in range(3)] == [[], [], []]
    assert am01.push(op)["results"][0]["reason"] == "error"


def cut(locks: Any, _op: object, _task: object) -> None:
    locks.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
