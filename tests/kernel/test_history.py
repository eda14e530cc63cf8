"""A long history costs the server nothing: neither a push nor what it does by itself reads a table that grows."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, select, text

from conftest import World
from fieldvisit.features.visits.models import Visit
from fieldvisit.kernel.ops import Op, OpState
from fieldvisit.worker import do_round
from personas import photo, shop, uid

GROWING = ("op", "visit", "visit_digest", "audit", "event", "attachment", "bundle", "bundle_scope", "notice", "look", "refresh_token")  # fmt: skip
FEW = "ix_attachment_awaited"  # holds the files that have not come, whatever has
OLD = {"op.raw IS NOT NULL": "ix_op_received_at", "visit.check_in_lat IS NOT NULL": "ix_visit_day_placed"}
BY_STATE = "ix_op_state_waits_for (state=?)"  # good for the few that wait, not for all that were ever applied
BY_PHONE = "ix_op_device_id_state_seq (device_id=?)"  # all that a phone ever brought

# How the embedded database finds rows it says itself, and the same on every machine: it keeps no statistics.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass
class Asked:
    """A statement with its parameters, and the steps by which the database finds its rows."""

    statement: str
    parameters: Any
    steps: list[str]

    @property
    def reads_history(self) -> bool:
        """Whether it goes through all rows of a table that grows, all settled entries, a phone's, or all that was let go of long ago."""
        steps = [f"{step} " for step in self.steps if FEW not in step]
        scans = any(step.startswith(f"SCAN {table} ") for step in steps for table in GROWING)
        settled = {OpState.APPLIED, OpState.REJECTED} & {
            one for one in self.parameters if isinstance(one, str)
        }
        by_state = bool(settled) and any(BY_STATE in step for step in steps)
        through_old = any(
            said in self.statement and not any(index in step for step in steps) for said, index in OLD.items()
        )
        by_phone = any(BY_PHONE in step for step in steps)
        return scans or by_state or by_phone or through_old


def asked_by(world: World, work: Callable[[], object]) -> list[Asked]:
    """Every different SELECT that `work` makes the server ask."""
    found: dict[str, Any] = {}

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().startswith("SELECT"):
            found.setdefault(statement, parameters)

    event.listen(world.runtime.db.engine, "before_cursor_execute", note)
    work()
    event.remove(world.runtime.db.engine, "before_cursor_execute", note)
    with world.runtime.db.engine.connect() as connection:

        def steps(statement: str) -> list[str]:
            told = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", found[statement])
            return [row[3] for row in told]

        return [Asked(statement, found[statement], steps(statement)) for statement in found]


def of_history(asked: list[Asked]) -> list[str]:
    return [one.statement for one in asked if one.reads_history]


def called(customer_id: str) -> dict[str, Any]:
    return {"id": uid(), "customer_id": customer_id, "method": "phone"}


def test_neither_a_push_nor_a_round_of_the_worker_reads_a_table_that_grows(
    world: World, record_property: Any
) -> None:
    am01 = world.as_("am01")
    assert am01.do("customers.log_contact", called(shop("cz:0")))["state"] == "applied"
    do_round(world.runtime)  # counts once what a new phone brought
    picture = photo()
    arrival = {"id": uid(), "customer_id": shop("cz:0"), "place": None, "photos": [picture["id"]]}
    batch = [am01.op("visits.check_in", arrival, files=[picture])]
    batch += [am01.op("visits.check_out", {"visit_id": arrival["id"]})]
    batch += [am01.op("customers.log_contact", called(shop("cz:0"))) for _ in range(48)]
    pushing = asked_by(world, lambda: am01.push(*batch))
    balancing = asked_by(
        world, lambda: am01.call("POST", "/api/sync/known", {"ids": [op["id"] for op in batch]})
    )
    working = asked_by(world, partial(do_round, world.runtime))
    record_property("statements of a push, of a round", f"{len(pushing)}, {len(working)}")
    assert len(pushing) >= 15
    assert len(working) >= 30
    assert of_history([*pushing, *balancing, *working]) == []


def test_the_look_at_statements_finds_those_that_read_a_table_that_grows(world: World) -> None:
    with world.runtime.db.write() as session:
        session.execute(text("DROP INDEX ix_visit_day_placed"))
    assert len(of_history(asked_by(world, partial(do_round, world.runtime)))) == 1

    def ask() -> None:
        with world.runtime.db.read() as session:
            session.scalars(select(Op.id).where(Op.number.in_(range(50)), Op.state == OpState.APPLIED)).all()
            session.scalars(select(Op.number).where(Op.id == uid(), Op.device_id == uid())).all()
            session.scalars(select(Visit).where(Visit.note == "x")).all()

    assert len(of_history(asked_by(world, ask))) == 3
