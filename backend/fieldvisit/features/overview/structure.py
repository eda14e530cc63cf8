"""How a zone's shops divide by class and state."""

from collections import Counter
from typing import Literal

from sqlalchemy import func, select

from fieldvisit.features.customers.models import Customer
from fieldvisit.features.metrics import rules as metrics
from fieldvisit.features.overview.counts import Territory
from fieldvisit.kernel.reports import Reading

Dimension = Literal[
    "customer_class",
    "retail_format",
    "market_type",
    "business_size",
    "customer_status",
    "credit_level",
    "grade_band",
]


def count_structure(reading: Reading, place: Territory) -> Counter[tuple[Dimension, str | None]]:
    """Shops by every dimension and value; of status all of them, else those that are active."""
    facts = (
        Customer.retail_format,
        Customer.market_type,
        Customer.business_size,
        Customer.customer_status,
        Customer.credit_level,
        Customer.customer_grade,
    )
    query = (
        select(*facts, func.count())
        .where(reading.of("customers"), Customer.route_id.in_(place.route_ids))
        .group_by(*facts)
    )
    found: Counter[tuple[Dimension, str | None]] = Counter()
    for shop_format, market, size, status, credit, grade, shops in reading.session.execute(query):
        found["customer_status", status] += shops
        if status != metrics.ACTIVE:
            continue
        found["customer_class", f"{shop_format}/{market}/{size}"] += shops
        found["retail_format", shop_format] += shops
        found["market_type", market] += shops
        found["business_size", size] += shops
        found["credit_level", credit] += shops
        found["grade_band", metrics.grade_band(grade)] += shops
    return found
