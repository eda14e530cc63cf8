"""Fifteen months of invented sales by shop, and thirteen weeks of six specs, with what is kept ready of them."""

import math
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from fieldvisit.demo.names import demo_id
from fieldvisit.demo.shops import RouteShops
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.facts.models import (
    SALES,
    SALES_REF,
    SalesFact,
    SalesGrowth,
    SalesImport,
    SalesRollup,
    ShopSales,
)
from fieldvisit.features.facts.rules import Fact, months_of, ordered_in, roll_up, spans, totals
from fieldvisit.kernel.clock import today

if TYPE_CHECKING:
    from fieldvisit.demo.district import District

MONTHS, WEEKS = 15, 13
SEASON = (1.25, 0.85, 0.92, 0.94, 0.98, 0.96, 0.95, 0.99, 1.10, 1.02, 0.97, 1.07)
MEAN = {"1": 380, "2": 140, "3": 55}  # cartons a month by size
GRADE_OF_MEAN = 14
YUAN_A_CARTON = 130.9
DENSITY = 0.45  # so many shops order a spec in a week
# spec, share of all cartons, wholesale price in yuan a carton
FOCUS = (
    ("90010202", 0.075, 196),
    ("90020101", 0.080, 221),
    ("90030102", 0.015, 180),
    ("90050102", 0.012, 122),
    ("90020201", 0.080, 106),
    ("90040201", 0.075, 95),
)
FALLING = 0.06  # so many shops have been losing a seventh a month for three months


def sell(district: "District", department: str, made: RouteShops) -> None:
    """The sales of a route's shops, and their sums."""
    rng = district.rng
    book = district.hang(SALES_REF.of(department=department), f"team:{made.zone}")
    brought = demo_id(f"sales:{department}")
    months = _months()
    facts: list[Fact] = []
    for shop in made.customers:
        if shop["customer_status"] in ("03", "04"):
            continue
        curve = (12 + 1.1 * shop["customer_grade"] ** 1.75) / (12 + 1.1 * GRADE_OF_MEAN**1.75)
        level = MEAN[shop["business_size"]] * curve**0.5 * math.exp(rng.gauss(0, 0.25))
        price, trend = YUAN_A_CARTON * rng.uniform(0.8, 1.25), rng.uniform(-0.003, 0.006)
        falls = rng.random() < FALLING
        for number, month in enumerate(months):
            fall = 0.85 ** max(0, number - MONTHS + 4) if falls else 1
            order = round(
                level * SEASON[month.month - 1] * (1 + trend) ** number * fall * rng.uniform(0.9, 1.1)
            )
            facts.append(_fact(shop["id"], None, "month", month, order, rng.uniform(1.02, 1.25), price))
        for week in _weeks():
            for code, share, yuan in FOCUS:
                if rng.random() < DENSITY:
                    order = round(level / 4.3 * share / DENSITY * rng.uniform(0.3, 1.7))
                    facts.append(_fact(shop["id"], demo_id(f"spec:{code}"), "week", week, order, rng.uniform(1, 1.5), yuan))  # fmt: skip
    for fact in facts:
        district.add(SalesFact, import_id=brought, part=0, **fact._asdict())
    _keep_ready(district, made, facts)
    if not any(row["id"] == brought for row in district.rows.get(SalesImport, [])):
        district.add(
            SalesImport,
            book,
            id=brought,
            title="演示销量(虚构)",
            row_count=0,
            state="in_force",
            author_id=demo_id("user:ga"),
            made_at=datetime.combine(today(), datetime.min.time(), UTC),
        )
    next(row for row in district.rows[SalesImport] if row["id"] == brought)["row_count"] += len(facts)


def _fact(
    customer_id: str, spec_id: str | None, period: str, on: date, order: int, want: float, yuan: float
) -> Fact:
    return Fact(customer_id, spec_id, period, on, round(order * want), order, round(order * yuan * 100))


def _months() -> list[date]:
    """The last full months, oldest first."""
    number = today().year * 12 + today().month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(number - MONTHS, number)]


def _weeks() -> list[date]:
    monday = today() - timedelta(days=today().weekday())
    return [monday - timedelta(days=7 * back) for back in range(WEEKS, 0, -1)]


def _keep_ready(district: "District", made: RouteShops, facts: list[Fact]) -> None:
    home = district.hang(SALES.of(route=made.route))
    for (period, starts_on, spec_id), sums in roll_up(facts).items():
        district.add(
            SalesRollup,
            home,
            id=demo_id(f"sales:{made.route}:{period}:{starts_on}:{spec_id}"),
            route_id=made.route,
            spec_id=spec_id,
            period=period,
            starts_on=starts_on,
            **vars(sums),
        )
    by_shop: dict[str, list[Fact]] = {}
    for total in totals(facts):
        by_shop.setdefault(total.customer_id, []).append(total)
    recent, before = spans(_months()[-1])
    for shop in made.customers:
        if shop["id"] in by_shop:
            months = months_of(by_shop[shop["id"]])
            district.add(
                ShopSales,
                shop["bundle_id"],
                id=demo_id(f"sales:{shop['id']}"),
                customer_id=shop["id"],
                months=months,
                recent_qty=ordered_in(months, recent),
                before_qty=ordered_in(months, before),
            )


def sum_up(district: "District", department: str) -> None:
    """How the department's shops of each size went on."""
    sizes: dict[str, Any] = {row["id"]: row for row in district.rows.get(Customer, [])}
    growth: dict[str, Counter[str]] = {}
    for row in district.rows.get(ShopSales, []):
        shop = sizes[row["customer_id"]]
        if shop["customer_status"] == "02":
            growth.setdefault(shop["business_size"], Counter()).update(
                recent_qty=row["recent_qty"], before_qty=row["before_qty"]
            )
    for size, sums in sorted(growth.items()):
        district.add(
            SalesGrowth,
            district.hang(SALES_REF.of(department=department)),
            id=demo_id(f"sales:{department}:{size}"),
            business_size=size,
            **sums,
        )
