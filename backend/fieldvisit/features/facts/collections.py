"""What is seen of the sales book, by role."""

from datetime import date, datetime
from typing import Any, Literal

from fieldvisit.features.facts.models import SalesGrowth, SalesImport, SalesRollup, ShopSales
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import View

FIELD_ROLES = {Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER, Role.GENERAL_ADMIN}


class SalesImportView(View):
    """A table of sales that was brought in, and whether it still counts."""

    id: str
    title: str
    row_count: int
    state: Literal["in_force", "undone"]
    author_id: str
    made_at: datetime
    undone_by_id: str | None
    undone_at: datetime | None


class ShopSalesView(View):
    """A shop's last months, oldest first: `{"month", "demand_qty", "order_qty", "amount"}`; cartons and fen.

    `recent_qty` and `before_qty` are the cartons ordered in the last three full months, and in the three before.
    """

    id: str
    customer_id: str
    months: list[dict[str, Any]]
    recent_qty: int
    before_qty: int


class SalesGrowthView(View):
    """How the department's shops of one size went on, in cartons: the last three full months, and the three before."""

    id: str
    business_size: str
    recent_qty: int
    before_qty: int


class SalesRollupView(View):
    """What a route's shops wanted and ordered of a spec (null: of all) in a week or month; cartons and fen."""

    id: str
    route_id: str
    spec_id: str | None
    period: Literal["week", "month"]
    starts_on: date
    demand_qty: int
    order_qty: int
    amount: int
    shops: int
    lines: int
    wanted_lines: int
    ordered_lines: int
    filled_lines: int
    missed_lines: int


collection(
    "sales_imports",
    SalesImport,
    SalesImportView,
    readers={Role.DEPARTMENT_MANAGER, Role.GENERAL_ADMIN},
    filters=("state",),
    sorting=("made_at",),
    order=(SalesImport.made_at.desc(), SalesImport.id),
)
collection("shop_sales", ShopSales, ShopSalesView, readers=FIELD_ROLES, filters=("customer_id",))
collection("sales_growths", SalesGrowth, SalesGrowthView, readers=FIELD_ROLES)
collection(
    "sales_rollups",
    SalesRollup,
    SalesRollupView,
    readers=FIELD_ROLES,
    filters=("route_id", "spec_id", "period", "starts_on"),
    sorting=("starts_on",),
)
