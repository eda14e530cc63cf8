"""The formulas of domain §3.5, each by its key (visit_plan_completion) (visit_coverage) (month_visit_progress)
(frequency_attainment) (valid_visit_rate) (field_hours) (fill_rate) (fill_breadth) (purchase_breadth) (company_oos_rate)
(case_value) (yoy_growth) (structure_share) (log_submit_rate) (log_review_rate) (important_info_transfer)
(slip_reply_timely) (meeting_attendance) (satisfaction_rate) (complaint_timely_rate) (complaint_satisfaction) (complaint_rate)
(repeat_complaint_rate) (rectification_closed), and the rule that nothing out of nothing is no share."""

from datetime import date, timedelta

import pytest

from fieldvisit.features.metrics import rules


@pytest.mark.parametrize(
    "formula",
    [
        rules.visit_plan_completion,
        rules.visit_coverage,
        rules.month_visit_progress,
        rules.frequency_attainment,
        rules.fill_rate,
        rules.fill_breadth,
        rules.purchase_breadth,
        rules.company_oos_rate,
        rules.structure_share,
        rules.log_submit_rate,
        rules.log_review_rate,
        rules.important_info_transfer,
        rules.slip_reply_timely,
        rules.meeting_attendance,
        rules.satisfaction_rate,
        rules.complaint_timely_rate,
        rules.complaint_satisfaction,
        rules.repeat_complaint_rate,
        rules.rectification_closed,
        rules.share,
    ],
)
def test_a_share_of_nothing_is_null_and_never_none_or_all_of_it(formula: object) -> None:
    assert callable(formula)
    assert formula(0, 0) is None
    assert formula(0, 3) == 0
    assert formula(1, 3) == 0.3333
    assert formula(3, 3) == 1


def test_visits_in_doubt_are_not_counted_as_valid_and_unknown_stays_as_nothing() -> None:
    assert rules.valid_visit_rate(1, 4) == 0.75
    assert rules.valid_visit_rate(0, 0) is None
    assert rules.field_hours([timedelta(minutes=11), timedelta(minutes=28)]) == 0.7
    assert rules.field_hours([]) == 0.0


def test_complaints_are_per_thousand_shops_and_ratings_are_of_whoever_rated() -> None:
    assert rules.complaint_rate(3, 1200) == 2.5
    assert rules.complaint_rate(3, 0) is None
    assert rules.rating_mean(14, 3) == 4.67
    assert rules.rating_mean(0, 0) is None


def test_growth_is_against_last_year_and_a_case_is_250_cartons() -> None:
    assert rules.yoy_growth(90, 120) == -0.25
    assert rules.yoy_growth(90, 0) is None
    assert rules.case_value(13_090 * 10, 10) == 13_090 * 250
    assert rules.case_value(100, 0) is None


@pytest.mark.parametrize(
    ("horizon", "on", "first"),
    [
        ("month", date(2027, 1, 31), date(2026, 12, 1)),
        ("month", date(2027, 3, 1), date(2027, 2, 1)),
        ("week", date(2027, 1, 3), date(2026, 12, 21)),
    ],
)
def test_the_period_before_ends_where_this_one_begins(horizon: str, on: date, first: date) -> None:
    this = rules.period_of(horizon, on)
    earlier = rules.before(horizon, this)
    assert earlier.first == first
    assert earlier.last + timedelta(days=1) == this.first


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
