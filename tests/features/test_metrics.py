"""The formulas of domain §3.5, each by its key (visit_plan_completion) (visit_coverage), and the rule that nothing out of nothing is no share."""

from datetime import date

import pytest

from fieldvisit.features.metrics import rules


@pytest.mark.parametrize("formula", [rules.visit_plan_completion, rules.visit_coverage, rules.share])
def test_a_share_of_nothing_is_null_and_never_none_or_all_of_it(formula: object) -> None:
    assert callable(formula)
    assert formula(0, 0) is None
    assert formula(0, 3) == 0
    assert formula(1, 3) == 0.3333
    assert formula(3, 3) == 1


@pytest.mark.parametrize(
    ("make", "on", "first", "last"),
    [
        (rules.day_period, date(2027, 3, 31), date(2027, 3, 31), date(2027, 3, 31)),
        (rules.week_period, date(2027, 1, 3), date(2026, 12, 28), date(2027, 1, 3)),
        (rules.week_period, date(2027, 1, 4), date(2027, 1, 4), date(2027, 1, 10)),
        (rules.month_period, date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        (rules.month_period, date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_begins_and_ends_on_its_own_days(make: object, on: date, first: date, last: date) -> None:
    assert callable(make)
    assert make(on) == rules.Period(first, last)


@pytest.mark.parametrize(
    ("grade", "band"), [(None, None), (1, "1-5"), (5, "1-5"), (6, "6-10"), (26, "26-30"), (30, "26-30")]
)
def test_a_grade_lies_in_its_band_of_five(grade: int | None, band: str | None) -> None:
    assert rules.grade_band(grade) == band


def test_a_shop_is_long_unvisited_only_after_the_days_are_over() -> None:
    assert rules.unvisited_before(date(2027, 3, 31), 30) == date(2027, 3, 1)
