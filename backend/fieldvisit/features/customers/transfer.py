"""Moving a shop to another route: its file goes with it, what was done there stays where it was made."""

from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from fieldvisit.features.customers.models import Customer, CustomerChange, Handover
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import now
from fieldvisit.kernel.events import emit
from fieldvisit.kernel.work import Locks


def transfer(locks: Locks, row: Handover) -> None:
    """Carry out a planned handover whose customer's bundle is locked; leaves a history row in the file (S8.2)."""
    session: Session = locks.session
    customer = session.get_one(Customer, row.customer_id)
    session.add(
        CustomerChange(
            id=str(uuid5(UUID(row.id), "change")),
            customer_id=customer.id,
            field="route_id",
            old_value=customer.route_id,
            new_value=row.to_route_id,
            author_id=row.author_id,
            made_at=now(),
            bundle_id=customer.bundle_id,
        )
    )
    emit(
        session,
        "customers.moved",
        bundle_id=customer.bundle_id,
        data={"from_route_id": customer.route_id, "to_route_id": row.to_route_id},
    )
    customer.route_id, row.state = row.to_route_id, "done"
    locks.hang_only(session.get_one(Bundle, customer.bundle_id), "route", {f"route:{row.to_route_id}"})
