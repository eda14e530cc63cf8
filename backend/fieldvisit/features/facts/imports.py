"""Sales from a workbook or another system: the table, what is checked of it, the writing, and the taking back of all of it."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from fieldvisit.features.catalogue.models import ProductSpec
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.facts.models import SALES_REF, SalesFact, SalesImport
from fieldvisit.features.org.models import Zone
from fieldvisit.kernel.bundles import BundleKey, visible
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import not_now, out_of_scope
from fieldvisit.kernel.imports import Column, Fault, Row, importer, refuse
from fieldvisit.kernel.scopes import Principal
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, Date, Id, Line
from fieldvisit.kernel.work import Touching, Work

ADMIN = {Role.GENERAL_ADMIN}
MAX_ROWS = 100_000
TOUCHED = "facts.touched"
Cartons = Annotated[int, Field(ge=0, le=1_000_000)]


class SalesRow(Row):
    """What a shop wanted and was given of a spec (none: of all together) in a month or a week.

    `month` is its first day, `week_start` a Monday: one of the two. Quantities in cartons, `amount` in fen.
    """

    customer_code: Annotated[str, Field(pattern=r"^[0-9]{12}$")]
    spec_code: Annotated[str, Field(pattern=r"^[0-9]{8}$")] | None = None
    month: Date | None = None
    week_start: Date | None = None
    demand_qty: Cartons
    order_qty: Cartons
    amount: Annotated[int, Field(ge=0, le=10**12)]


class ImportSales(Args):
    """Sales to write down, at most 100,000 rows at once; pieces under one `import_id` are one import."""

    import_id: Id | None = None
    title: Annotated[Line, Field(max_length=120)]
    rows: Annotated[list[SalesRow], Field(min_length=1, max_length=MAX_ROWS)]


class UndoImport(Args):
    """An import that shall not count."""

    import_id: Id


def _month(cell: str) -> date:
    digits = cell.replace("-", "").replace("/", "").replace(".", "")
    if len(digits) == 8 and digits.endswith("01"):
        digits = digits[:6]
    if len(digits) != 6:
        raise ValueError("no month")
    return date(int(digits[:4]), int(digits[4:]), 1)


def _fen(cell: str) -> int:
    try:
        fen = Decimal(cell.replace(",", "")) * 100
    except InvalidOperation:
        raise ValueError("no amount") from None
    if not fen.is_finite() or fen != fen.to_integral_value():
        raise ValueError("no amount in fen")
    return int(fen)


COLUMNS = (
    Column("customer_code", "客户编码", True),
    Column("spec_code", "规格编码"),
    Column("month", "月份", read=_month),
    Column("week_start", "周一日期", read=date.fromisoformat),
    Column("demand_qty", "需求量", True, read=int),
    Column("order_qty", "订购量", True, read=int),
    Column("amount", "金额", True, read=_fen),
)


def shops_of(session: Session, principal: Principal) -> dict[str, Customer]:
    """The shops one may see, by code."""
    seen = select(Customer).where(Customer.bundle_id.in_(visible(principal)))
    return {row.customer_code: row for row in session.scalars(seen)}


def specs_of(session: Session) -> dict[str, str]:
    """The ids of the specs, by code."""
    return dict(session.execute(select(ProductSpec.spec_code, ProductSpec.id)).all())


def check(session: Session, principal: Principal, rows: Sequence[SalesRow]) -> Iterable[Fault]:
    """Shops and specs that are not there, periods that are none or yet to come, and figures that are given twice."""
    shops, specs, on = shops_of(session, principal), specs_of(session), today()
    seen: set[tuple[Any, ...]] = set()
    for row in rows:
        if row.customer_code not in shops:
            yield Fault(row.row, "customer_code", "not_found")
        if row.spec_code is not None and row.spec_code not in specs:
            yield Fault(row.row, "spec_code", "not_found")
        if row.month is None and row.week_start is None:
            yield Fault(row.row, "month", "required")
        if row.month is not None and (row.month.day != 1 or row.month > on):
            yield Fault(row.row, "month", "invalid")
        if row.week_start is not None and (
            row.month is not None or row.week_start.weekday() != 0 or row.week_start > on
        ):
            yield Fault(row.row, "week_start", "invalid")
        key = (row.customer_code, row.spec_code, row.month, row.week_start)
        if key in seen:
            yield Fault(row.row, "customer_code", "twice")
        seen.add(key)


def _book_of(touching: Touching, _args: Args) -> list[BundleKey]:
    department = touching.user.department_id
    return [] if department is None else [SALES_REF.of(department=department)]


@command("facts.import_sales", "POST /sales_facts/import", needs=ADMIN, in_person=True, touches=_book_of)
def import_sales(work: Work, args: ImportSales) -> None:
    """Write down what shops wanted and were given, all rows or none; 422 `import_faulty` names every fault (S2.14).

    A figure that is there already counts as this import says from now on, until the import is taken back.
    """
    if work.user.department_id is None:
        raise out_of_scope("department_not_yours")
    refuse(check(work.session, work.principal, args.rows))
    home = work.bundle(SALES_REF.of(department=work.user.department_id))
    for zone in work.session.scalars(
        select(Zone.id).where(Zone.department_id == work.user.department_id).order_by(Zone.id)
    ):
        work.hang(home, f"team:{zone}")
    made = _import(work, args, home.id)
    shops, specs = shops_of(work.session, work.principal), specs_of(work.session)
    work.session.flush()
    work.session.execute(
        insert(SalesFact),
        [
            {
                "import_id": made.id,
                "part": work.entry.number,
                "customer_id": shops[row.customer_code].id,
                "spec_id": row.spec_code and specs[row.spec_code],
                "period": "week" if row.month is None else "month",
                "starts_on": row.month or row.week_start,
                "demand_qty": row.demand_qty,
                "order_qty": row.order_qty,
                "amount": row.amount,
            }
            for row in args.rows
        ],
    )
    for route_id in sorted({shops[row.customer_code].route_id for row in args.rows}):
        work.emit(TOUCHED, route_id=route_id)


def _import(work: Work, args: ImportSales, bundle_id: int) -> SalesImport:
    made = None
    if args.import_id is not None and work.get(SalesImport, args.import_id) is not None:
        made = work.find(SalesImport, args.import_id, "import_missing", "import_missing")
        if made.state != "in_force":
            raise not_now("import_undone")
        made.row_count += len(args.rows)
    if made is None:
        made = SalesImport(
            id=args.import_id or work.id("import"),
            title=args.title,
            row_count=len(args.rows),
            author_id=work.user.id,
            made_at=work.entry.received_at,
            bundle_id=bundle_id,
        )
        work.session.add(made)
    return made


@command("facts.undo_import", "POST /sales_imports/{import_id}/undo", needs=ADMIN, touches=_book_of)
def undo_import(work: Work, args: UndoImport) -> None:
    """Take back a whole import: what it said counts no more, and what stood there before counts again (S2.14)."""
    made = work.find(SalesImport, args.import_id, "import_missing", "import_missing")
    if made.state != "in_force":
        raise not_now("import_undone")
    made.state = "undone"
    made.undone_by_id, made.undone_at = work.user.id, work.entry.received_at
    touched = (
        select(Customer.route_id)
        .join(SalesFact, SalesFact.customer_id == Customer.id)
        .where(SalesFact.import_id == made.id)
        .distinct()
        .order_by(Customer.route_id)
    )
    for route_id in work.session.scalars(touched).all():
        work.emit(TOUCHED, route_id=route_id)


importer(
    "sales_facts",
    command="facts.import_sales",
    row=SalesRow,
    columns=COLUMNS,
    check=check,
    max_rows=MAX_ROWS,
)
