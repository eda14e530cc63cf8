"""A long history costs the server nothing: what it does by itself reads no table that grows."""

from typing import Any

import pytest
from sqlalchemy import event, text

from conftest import World
from fieldvisit.worker import do_round
from personas import photo, shop, uid

GROWING = ("op", "visit", "visit_digest", "audit", "event", "attachment", "bundle", "bundle_scope", "notice", "look", "refresh_token")  # fmt: skip
OLD = {"op.raw IS NOT NULL": "ix_op_received_at", "visit.check_in_lat IS NOT NULL": "ix_visit_day_placed"}
FEW = "ix_attachment_awaited"  # holds the files that have not come, whatever has
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def plans_of_a_round(world: World) -> dict[str, list[str]]:
    """How the database finds what each statement of a round of the worker reads."""
    asked: dict[str, Any] = {}

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().startswith("SELECT"):
            asked.setdefault(statement, parameters)

    event.listen(world.runtime.db.engine, "before_cursor_execute", note)
    do_round(world.runtime)
    event.remove(world.runtime.db.engine, "before_cursor_execute", note)
    with world.runtime.db.engine.connect() as connection:
        return {
            statement: [
                row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            ]
            for statement, parameters in asked.items()
        }


def reads_history(statement: str, plan: list[str]) -> bool:
    """Whether a plan goes through all rows of a table that grows, or through all that were let go of long ago."""
    scans = any(
        f"{step} ".startswith(f"SCAN {table} ") for step in plan for table in GROWING if FEW not in step
    )
    return scans or any(
        said in statement and not any(index in step for step in plan) for said, index in OLD.items()
    )


@on_sqlite
def test_a_round_of_the_worker_reads_no_table_that_grows(world: World, record_property: Any) -> None:
    am01 = world.as_("am01")
    picture = photo()
    arrival = {"id": uid(), "customer_id": shop("cz:0"), "place": None, "photos": [picture["id"]]}
    assert am01.do("visits.check_in", arrival, files=[picture])["state"] == "applied"
    plans = plans_of_a_round(world)
    record_property("statements of a round", len(plans))
    assert len(plans) >= 30
    assert [statement for statement, plan in plans.items() if reads_history(statement, plan)] == []
    with world.runtime.db.write() as session:
        session.execute(text("DROP INDEX ix_visit_day_placed"))
    world.restart()  # a connection explains again as it once explained
    assert [s for s, plan in plans_of_a_round(world).items() if reads_history(s, plan)], "the planted fault"
