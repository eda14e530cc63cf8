"""What the file does by itself: planned handovers take place on their day."""

from sqlalchemy import select

from fieldvisit.features.customers.models import Handover
from fieldvisit.features.customers.transfer import transfer
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.duties import duty
from fieldvisit.kernel.work import Locks

AT_ONCE = 200


@duty
def hand_over_what_is_due(database: Database) -> None:
    """Carry out handovers whose day has come, some hundred in a transaction."""
    due = select(Handover).where(Handover.state == "planned", Handover.on_day <= today()).limit(AT_ONCE)
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
