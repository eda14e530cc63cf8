"""The sales book as it stands: of every figure the newest that is in force."""

from typing import Any

from sqlalchemy import Select, func, select

from fieldvisit.features.facts.models import SalesFact, SalesImport
from fieldvisit.features.facts.rules import Fact


def in_force(*where: Any) -> Select[Any]:
    """The newest fact in force of every shop, spec and period, as the columns of `Fact`."""
    newest = func.row_number().over(
        partition_by=(SalesFact.customer_id, SalesFact.period, SalesFact.starts_on, SalesFact.spec_id),
        order_by=SalesFact.number.desc(),
    )
    columns = [getattr(SalesFact, name) for name in Fact._fields]
    found = (
        select(*columns, newest.label("place"))
        .join(SalesImport, SalesImport.id == SalesFact.import_id)
        .where(SalesImport.state == "in_force", *where)
        .subquery()
    )
    return select(*(found.c[name] for name in Fact._fields)).where(found.c.place == 1)
