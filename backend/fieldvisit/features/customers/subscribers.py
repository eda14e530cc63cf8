"""What the file does by itself: planned handovers take place on their day."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldvisit.features.customers.models import Handover
from fieldvisit.features.customers.transfer import transfer
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.duties import duty
from fieldvisit.kernel.events import Event, emit
from fieldvisit.kernel.scopes import server_of
from fieldvisit.kernel.work import Locks

AT_ONCE = 200
WAITS = "customers.handover_waits"


@duty
def hand_over_what_is_due(database: Database) -> None:
    """Carry out handovers whose day has come, some hundred in a transaction.

    One to a route that nobody serves any more waits: its shop stays where it is served, and it is said once.
    """
    is_due = (Handover.state == "planned") & (Handover.on_day <= today())
    with database.read() as session:
        routes = session.scalars(select(Handover.to_route_id).where(is_due).distinct()).all()
        unserved = [route for route in routes if server_of(session, f"route:{route}", today()) is None]
        waiting = _unsaid(session, unserved)
    if waiting:
        with database.write() as session:
            for data in waiting:
                emit(session, WAITS, data=data)
    due = select(Handover).where(is_due, Handover.to_route_id.not_in(unserved)).limit(AT_ONCE)
    while True:
        with database.read() as session:
            homes = {row.bundle_id for row in session.scalars(due)}
        if not homes:
            return
        with database.write() as session:
            locks = Locks(session)
            locks.take(session.scalars(select(Bundle.key).where(Bundle.id.in_(homes))).all())
            for row in session.scalars(due.where(Handover.bundle_id.in_(homes))):
                transfer(locks, row)
            locks.bump()


def _unsaid(session: Session, route_ids: list[str]) -> list[dict[str, Any]]:
    """Which handovers wait for these routes to be served, by route and day, as far as nobody was told."""
    planned = select(Handover.to_route_id, Handover.on_day, func.count()).where(
        Handover.state == "planned", Handover.on_day <= today(), Handover.to_route_id.in_(route_ids)
    )
    said = {
        (data["route_id"], data["on_day"])
        for data in session.scalars(select(Event.data).where(Event.name == WAITS))
    }
    return [
        {"route_id": route_id, "on_day": day.isoformat(), "count": count}
        for route_id, day, count in session.execute(planned.group_by(Handover.to_route_id, Handover.on_day))
        if (route_id, day.isoformat()) not in said
    ]
