"""The formulas behind every figure, by the keys of domain §3.5: plain numbers in, a share or None out."""

from dataclasses import dataclass
from datetime import date, timedelta

ACTIVE = "02"  # "shops" means those in status 有效 unless a figure says otherwise
LONG_UNVISITED_DAYS = 30
GRADE_BAND = 5
VISITS_A_MONTH = {"1": 4, "2": 2, "3": 1}


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included."""

    first: date
    last: date


def day_period(on: date) -> Period:
    """日."""
    return Period(on, on)


def week_period(on: date) -> Period:
    """周: Monday to Sunday."""
    monday = on - timedelta(days=on.weekday())
    return Period(monday, monday + timedelta(days=6))


def month_period(on: date) -> Period:
    """月: the calendar month."""
    first = on.replace(day=1)
    return Period(first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1))


def share(part: int, whole: int) -> float | None:
    """A part of a whole, to four places; None where the whole is nothing, never 0 % or 100 % of it."""
    return round(part / whole, 4) if whole else None


def visit_plan_completion(planned_completed: int, planned: int) -> float | None:
    """拜访计划完成率 `visit_plan_completion`: planned visits completed ÷ planned (S11.12)."""
    return share(planned_completed, planned)


def visit_coverage(visited_shops: int, shops: int) -> float | None:
    """拜访覆盖率 `visit_coverage`: distinct shops visited ÷ shops."""
    return share(visited_shops, shops)


def unvisited_before(on: date, days: int = LONG_UNVISITED_DAYS) -> date:
    """长期未访: a shop never visited, or last visited before this day, has been so for more than `days` days."""
    return on - timedelta(days=days)


def visits_wanted(business_size: str, is_watched: bool) -> int:
    """How often a shop is to be visited in a month by its size (large 4, medium 2, small 1), a watched one at least twice (domain §3.8)."""
    return max(VISITS_A_MONTH.get(business_size, 1), 2 if is_watched else 1)


def grade_band(grade: int | None) -> str | None:
    """The band of five that a grade (档位, 1–30) lies in: `1-5` … `26-30`."""
    if grade is None:
        return None
    first = (grade - 1) // GRADE_BAND * GRADE_BAND + 1
    return f"{first}-{first + GRADE_BAND - 1}"
