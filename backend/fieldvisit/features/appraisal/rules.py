"""Who appraises whom, who reads it, and what a sheet must say before it is reported (S10.10, S10.13)."""

from collections.abc import Iterable
from typing import Literal

from fieldvisit.kernel.users import Role

APPRAISING = frozenset({Role.MARKET_MANAGER})
COUNTED_FOR = APPRAISING | {Role.ACCOUNT_MANAGER, Role.DEPARTMENT_MANAGER}
READERS = COUNTED_FOR | {Role.GENERAL_ADMIN}

State = Literal["draft", "reported"]
NEEDED = ("quality_score", "comment")
FULL_MARKS = 100
SATISFIED = 4
WORTH = {"A": 4, "B": 3, "C": 2, "D": 1}


def mean_grade(grades: Iterable[str]) -> float | None:
    """The grades of logs as one number, from 4 (all A) to 1 (all D), to one place; None where none was graded."""
    return _mean([WORTH[grade] for grade in grades])


def mean_satisfaction(answers: Iterable[int]) -> float | None:
    """How satisfied shops were, from 5 to 1, to one place; None where none was asked."""
    return _mean(list(answers))


def _mean(values: list[int]) -> float | None:
    return round(sum(values) / len(values), 1) if values else None
