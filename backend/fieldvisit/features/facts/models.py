"""Tables of the sales book: what was brought in, and what is kept ready of it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.kernel.bundles import ALL, bundle
from fieldvisit.kernel.db import Base, Guid, GuidKey, Json, Long, LongKey
from fieldvisit.kernel.users import Role

SALES_REF = bundle(
    "ref:sales",
    key="ref:sales:{department}",
    scopes=("department:{department}",),
    carried={Role.ACCOUNT_MANAGER: ALL, Role.MARKET_MANAGER: ALL},
    contains=("sales_imports", "sales_growths"),
)
SALES = bundle("sales", key="sales:{route}", scopes=("route:{route}",), contains=("sales_rollups",))


class SalesImport(Base):
    """A table of sales that was brought in, in one piece or several; `state` is in_force or undone.

    What stands in two imports counts as the later one says, for as long as that is in force.
    """

    __tablename__ = "sales_import"

    id: Mapped[GuidKey]
    title: Mapped[str]
    row_count: Mapped[int]
    state: Mapped[str] = mapped_column(default="in_force")
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime]
    undone_by_id: Mapped[Guid | None] = mapped_column(ForeignKey("user.id"))
    undone_at: Mapped[datetime | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class SalesFact(Base):
    """销售事实: what a shop wanted and was given of a spec (null: of all together) in a week or month.

    Written once and never changed. Quantities in cartons, `amount` in fen at wholesale price; `starts_on` is the
    first of the month or the week's Monday; `part` the entry that brought the row.
    """

    __tablename__ = "sales_fact"
    __table_args__ = (Index(None, "customer_id", "period", "starts_on"), Index(None, "import_id", "part"))

    number: Mapped[LongKey]
    import_id: Mapped[Guid] = mapped_column(ForeignKey("sales_import.id"))
    part: Mapped[Long]
    customer_id: Mapped[Guid] = mapped_column(ForeignKey("retail_customer.id"))
    spec_id: Mapped[Guid | None] = mapped_column(ForeignKey("product_spec.id"))
    period: Mapped[str]
    starts_on: Mapped[date]
    demand_qty: Mapped[int]
    order_qty: Mapped[int]
    amount: Mapped[Long]


class ShopSales(Base):
    """What is kept ready of a shop's sales: its last months, and how its orders went on.

    `months` are `{"month", "demand_qty", "order_qty", "amount"}`, oldest first; `recent_qty` and `before_qty` are the
    cartons ordered in the last three full months that its route has figures of, and in the three before.
    """

    __tablename__ = "shop_sales"
    __table_args__ = (UniqueConstraint("customer_id"),)

    id: Mapped[GuidKey]
    customer_id: Mapped[Guid] = mapped_column(ForeignKey("retail_customer.id"))
    months: Mapped[list[dict[str, Any]]] = mapped_column(Json())
    recent_qty: Mapped[int]
    before_qty: Mapped[int]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class SalesGrowth(Base):
    """How the orders of a department's shops of one size went on: last three full months by the three before."""

    __tablename__ = "sales_growth"

    id: Mapped[GuidKey]
    business_size: Mapped[str]
    recent_qty: Mapped[Long]
    before_qty: Mapped[Long]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class SalesRollup(Base):
    """What the shops that now belong to a route sold of a spec (null: of all) in a week or month; `shops` ordered any.

    A line is a spec of a shop: `wanted_lines` had a demand, `ordered_lines` an order, `filled_lines` as much order as
    demand, `missed_lines` a demand and no order.
    """

    __tablename__ = "sales_rollup"
    __table_args__ = (Index(None, "bundle_id", "period", "starts_on"),)

    id: Mapped[GuidKey]
    route_id: Mapped[Guid] = mapped_column(ForeignKey("route.id"))
    spec_id: Mapped[Guid | None] = mapped_column(ForeignKey("product_spec.id"))
    period: Mapped[str]
    starts_on: Mapped[date]
    demand_qty: Mapped[Long]
    order_qty: Mapped[Long]
    amount: Mapped[Long]
    shops: Mapped[int]
    lines: Mapped[int]
    wanted_lines: Mapped[int]
    ordered_lines: Mapped[int]
    filled_lines: Mapped[int]
    missed_lines: Mapped[int]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"))
