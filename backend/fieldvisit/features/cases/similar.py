"""Which cases may be the same matter told again: pure, over cases that were found by shop, number or words (S12.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fieldvisit.kernel.search import folded

SHOWN = 5
ALIKE = 0.25  # of the pairs of signs of both; below, a case of another shop has its words by chance
PART, MAX_PARTS = 4, 24


@dataclass(frozen=True)
class Told:
    """What is compared of a case."""

    id: str
    customer_id: str | None
    contact_phone: str | None
    category: str | None
    content: str
    received_at: datetime | None = None


def pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring signs of a text."""
    kept = folded(text)
    return frozenset(kept[at : at + 2] for at in range(len(kept) - 1))


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Which part of their pairs two texts share, 0 to 1 (Dice)."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def parts(text: str) -> list[str]:
    """Pieces of a text of which one may stand in another about the same matter."""
    kept = folded(text)
    found = [kept[at : at + PART] for at in range(0, len(kept) - PART + 1, PART // 2)]
    return list(dict.fromkeys(found))[:MAX_PARTS]


def is_of_caller(asked: Told, case: Told) -> bool:
    """Whether the case is of the same shop, or was told from the same number."""
    same_shop = asked.customer_id is not None and asked.customer_id == case.customer_id
    return same_shop or (asked.contact_phone is not None and asked.contact_phone == case.contact_phone)


def ranked(asked: Told, cases: Iterable[Told]) -> list[Told]:
    """At most five: the caller's own before others', then of the same category, then by what the words share."""
    words = pairs(asked.content)
    rated = [(is_of_caller(asked, case), overlap(words, pairs(case.content)), case) for case in cases]
    likely = [one for one in rated if one[0] or one[1] >= ALIKE]
    likely.sort(key=lambda one: (one[0], one[2].category == asked.category, one[1]), reverse=True)
    return [case for _, _, case in likely[:SHOWN]]
