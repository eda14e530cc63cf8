"""Stock readings at a visit (库存采集): counter and back room, days out of stock, and what it is sold for (S7.8)."""

from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from fieldvisit.features.catalogue.models import ProductSpec
from fieldvisit.features.customers.models import CUSTOMER, Customer
from fieldvisit.features.visits.models import StockReading, Visit
from fieldvisit.features.visits.rules import VISITORS, may_record
from fieldvisit.features.visits.sight import own_visit
from fieldvisit.kernel.bundles import BundleKey
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, not_now
from fieldvisit.kernel.values import Args, Id
from fieldvisit.kernel.work import Touching, Work

Packs = Annotated[int, Field(ge=0, le=1_000_000)]
Fen = Annotated[int, Field(ge=1, le=100_000_000)]


class Reading(Args):
    """One spec. Quantities in tenths of a carton (packs), prices in fen, days out of stock within the last month."""

    id: Id
    spec_id: Id
    counter_qty: Packs
    backroom_qty: Packs = 0
    out_of_stock_days: Annotated[int, Field(ge=0, le=31)] | None = None
    carton_price: Fen | None = None
    pack_price: Fen | None = None


class RecordStock(Args):
    """The readings of a visit; a spec that was read before at this visit is read anew under the same id."""

    visit_id: Id
    readings: Annotated[list[Reading], Field(min_length=1, max_length=60)]


def _of_shop(touching: Touching, args: RecordStock) -> list[str | BundleKey]:
    visit = touching.session.get(Visit, args.visit_id)
    return [CUSTOMER.of(customer=visit.customer_id).text] if visit else []


@command(
    "visits.record_stock", "PUT /visits/{visit_id}/stock", needs=VISITORS, offline=True, touches=_of_shop
)
def record_stock(work: Work, args: RecordStock) -> None:
    """Write down what stands on the counter and in the back room, and at which price (S7.8)."""
    visit = own_visit(work, args.visit_id)
    if not may_record(visit.state):
        raise not_now("visit_not_open")
    customer = work.session.get_one(Customer, visit.customer_id)
    wanted = {reading.spec_id: reading for reading in args.readings}
    if len(wanted) != len(args.readings) or len({reading.id for reading in args.readings}) != len(wanted):
        raise conflict("spec_twice")
    of_visit = select(StockReading).where(StockReading.visit_id == visit.id, StockReading.spec_id.in_(wanted))
    there = {row.spec_id: row for row in work.session.scalars(of_visit)}
    taken = work.session.scalars(
        select(StockReading).where(StockReading.id.in_([r.id for r in args.readings]))
    )
    if any(row.visit_id != visit.id or wanted.get(row.spec_id, row).id != row.id for row in taken):
        raise conflict("id_taken")
    for spec_id in wanted:
        work.find(ProductSpec, spec_id, "spec_missing", "spec_missing")
    for spec_id, reading in wanted.items():
        row = there.get(spec_id) or StockReading(
            id=reading.id, visit_id=visit.id, spec_id=spec_id, bundle_id=customer.bundle_id
        )
        row.customer_id, row.read_on, row.collected_by_id = customer.id, visit.day, work.user.id
        for field, value in reading.model_dump(exclude={"id", "spec_id"}).items():
            setattr(row, field, value)
        work.session.add(row)
