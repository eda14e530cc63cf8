"""How single facts become the figures of a shop and a route: plain numbers in, plain numbers out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

MONTHS_KEPT = 15
SPAN = 3  # so many months are compared with as many before


class Fact(NamedTuple):
    """What a shop wanted and was given of a spec (None: of all together) in a week or month; cartons and fen."""

    customer_id: str
    spec_id: str | None
    period: str
    starts_on: date
    demand_qty: int
    order_qty: int
    amount: int


@dataclass
class Sums:
    """Cartons wanted and ordered, their amount in fen, how many shops ordered any, and lines: a spec of a shop each."""

    demand_qty: int = 0
    order_qty: int = 0
    amount: int = 0
    shops: int = 0
    lines: int = 0
    wanted_lines: int = 0
    ordered_lines: int = 0
    filled_lines: int = 0
    missed_lines: int = 0

    def add(self, fact: Fact) -> None:
        """Count one shop's figures in."""
        self.demand_qty += fact.demand_qty
        self.order_qty += fact.order_qty
        self.amount += fact.amount
        self.shops += fact.order_qty > 0

    def add_line(self, fact: Fact) -> None:
        """Count one line: what was wanted of a spec and what was given."""
        self.lines += 1
        self.wanted_lines += fact.demand_qty > 0
        self.ordered_lines += fact.order_qty > 0
        self.filled_lines += fact.order_qty == fact.demand_qty
        self.missed_lines += fact.order_qty == 0 < fact.demand_qty


RollupKey = tuple[str, date, str | None]


def totals(facts: Iterable[Fact]) -> list[Fact]:
    """One fact for every shop and period: what was said of all specs together, else the sum of the single ones."""
    said: dict[tuple[str, str, date], Fact] = {}
    summed: dict[tuple[str, str, date], Fact] = {}
    for fact in facts:
        key = (fact.customer_id, fact.period, fact.starts_on)
        if fact.spec_id is None:
            said[key] = fact
        else:
            so_far = summed.get(key, Fact(fact.customer_id, None, fact.period, fact.starts_on, 0, 0, 0))
            summed[key] = so_far._replace(
                demand_qty=so_far.demand_qty + fact.demand_qty,
                order_qty=so_far.order_qty + fact.order_qty,
                amount=so_far.amount + fact.amount,
            )
    return list((summed | said).values())


def roll_up(facts: Sequence[Fact]) -> dict[RollupKey, Sums]:
    """By period, first day and spec, and for all specs together."""
    found: dict[RollupKey, Sums] = defaultdict(Sums)
    lines = [fact for fact in facts if fact.spec_id is not None]
    for fact in (*totals(facts), *lines):
        found[fact.period, fact.starts_on, fact.spec_id].add(fact)
    for fact in lines:
        found[fact.period, fact.starts_on, fact.spec_id].add_line(fact)
        found[fact.period, fact.starts_on, None].add_line(fact)
    return found


def months_of(shop_totals: Iterable[Fact]) -> list[dict[str, Any]]:
    """A shop's last months, oldest first, as they are shown."""
    months = sorted((fact for fact in shop_totals if fact.period == "month"), key=lambda fact: fact.starts_on)
    return [
        {
            "month": fact.starts_on.isoformat()[:7],
            "demand_qty": fact.demand_qty,
            "order_qty": fact.order_qty,
            "amount": fact.amount,
        }
        for fact in months[-MONTHS_KEPT:]
    ]


def spans(last: date) -> tuple[list[str], list[str]]:
    """The three months that end with `last`, and the three before, as `2026-10`."""
    number = last.year * 12 + last.month - 1
    months = [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(number - 2 * SPAN + 1, number + 1)]
    return months[SPAN:], months[:SPAN]


def ordered_in(months: Iterable[dict[str, Any]], wanted: Iterable[str]) -> int:
    """Cartons ordered in some months."""
    named = set(wanted)
    return sum(row["order_qty"] for row in months if row["month"] in named)
