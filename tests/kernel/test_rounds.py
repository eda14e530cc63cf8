"""What one thing breaks in a round of the sweeper leaves all the others done."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select

from conftest import World
from fieldvisit import cli, worker
from fieldvisit.kernel import duties, release, turns
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.commands import COMMANDS
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.sync import sweep
from personas import Persona, shop, uid

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
        monkeypatch.setattr(worker, name, lambda *args, name=name: part(name, *args))
    with pytest.raises(ExceptionGroup, match="parts of a round"):
        worker.do_round(world.runtime)
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


def state_of(world: World, op_id: str) -> tuple[str, str | None, str | None]:
    with world.runtime.db.read() as session:
        op = session.scalars(select(Op).where(Op.id == op_id)).one()
        return op.state, op.reason, op.code


def waiting(who: Persona, customer: str) -> str:
    """An entry about a shop that is not his (yet)."""
    op = who.op("customers.edit", {"customer_id": customer, "set": {"note": {"from": None, "to": uid()}}})
    assert who.push(op)["results"][0]["reason"] == "missing"
    return str(op["id"])


@pytest.mark.parametrize("named", ["abc", 5, ["x"], {}, "", "a\0b", "x" * 36])
def test_an_entry_that_corrects_what_has_no_id_breaks_a_rule_and_stops_no_round(
    world: World, named: object
) -> None:
    am01 = world.as_("am01")
    told = am01.do(
        "visits.check_in", {"id": uid(), "customer_id": shop("cz:0"), "place": None}, corrects=named
    )
    assert (told["reason"], told["code"]) == ("invalid", "args_invalid")
    worker.do_round(world.runtime)


def test_an_entry_stored_as_waiting_for_what_has_no_id_stops_no_round(world: World) -> None:
    am01 = world.as_("am01")
    op_id = waiting(am01, shop("cz:1"))
    with world.runtime.db.write() as session:
        session.scalars(select(Op).where(Op.id == op_id)).one().waits_for = "abc"
    worker.do_round(world.runtime)
    assert state_of(world, op_id)[0] == "held"


@contextmanager
def turn_taken(world: World, who: Persona, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody else is carrying out this phone's entries, and does not come to an end."""
    monkeypatch.setattr(turns, "WAIT_S", 0.1)
    with turns.turn_of(world.runtime.db, who.device):
        yield


def test_what_is_released_waits_for_its_phones_turn_and_keeps_no_other_phone_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    am01, am03, ga = world.as_("am01"), world.as_("am03"), world.as_("ga")
    first, second = waiting(am01, shop("cz:1")), waiting(am03, shop("cz:1", 1))
    for who, number in ((am01, 0), (am03, 1)):
        args = {
            "route_id": served(world, who),
            "customer_ids": [shop("cz:1", number)],
            "on_day": str(today()),
        }
        assert ga.call("POST", "/api/handovers", args).status_code == 200
    with turn_taken(world, am01, monkeypatch):
        sweep(world.runtime)
        assert state_of(world, first)[0] == "held"
        assert state_of(world, second)[0] == "applied"
    sweep(world.runtime)
    assert state_of(world, first)[0] == "applied"


def served(world: World, who: Persona) -> str:
    home = who.get("/api/customers").json()["items"][0]
    return str(home["route_id"])


def test_a_flood_of_entries_that_nobody_knows_keeps_no_other_from_being_released(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "RELEASED_AT_ONCE", 3)
    am01, am02, ga = world.as_("am01"), world.as_("am02"), world.as_("ga")
    for _ in range(10):
        am01.do("visits.dance", {})
        waiting(am01, uid())
    with monkeypatch.context() as older:
        older.delitem(COMMANDS, ("visits.check_in", 1))
        late = am02.op("visits.check_in", {"id": uid(), "customer_id": shop("cz:1"), "place": None})
        assert am02.push(late)["results"][0]["reason"] == "unsupported"
    sweep(world.runtime)
    assert state_of(world, late["id"])[0] == "applied"
    moved = waiting(am02, shop("cz:0"))
    args = {"route_id": served(world, am02), "customer_ids": [shop("cz:0")], "on_day": str(today())}
    assert ga.call("POST", "/api/handovers", args).status_code == 200
    for _ in range(5):
        sweep(world.runtime)
    assert state_of(world, moved)[0] == "applied"


def test_an_entry_released_while_it_still_fails_comes_back_to_the_operators_list(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    am01 = world.as_("am01")
    plain = COMMANDS["visits.cancel", 1]

    def explode(_work: object, _args: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setitem(COMMANDS, ("visits.cancel", 1), type(plain)(**{**plain.__dict__, "handler": explode}))
    broken = am01.op("visits.cancel", {"visit_id": uid(), "reason": "r"})
    first = am01.op("visits.check_in", {"id": uid(), "customer_id": shop("cz:0"), "place": None})
    other = {**first, "args": {**first["args"], "id": uid()}}
    am01.push(broken, first, other)
    monkeypatch.setenv("FIELDVISIT_DATABASE_URL", world.runtime.settings.url)
    monkeypatch.setenv("FIELDVISIT_DATA_DIR", str(world.runtime.settings.data_dir))
    for op in (broken, other):
        for _ in range(2):
            cli.app(["ops", "list"], standalone_mode=False)
            assert op["id"] in capsys.readouterr().out
            cli.app(["ops", "release", op["id"]], standalone_mode=False)
            cli.app(["ops", "list"], standalone_mode=False)
            assert op["id"] not in capsys.readouterr().out
            sweep(world.runtime)
    cli.app(["ops", "list"], standalone_mode=False)
    listed = capsys.readouterr().out
    assert broken["id"] in listed
    assert other["id"] in listed
