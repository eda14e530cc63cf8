"""The formulas behind every figure, by the keys of domain §3.5: plain numbers in, a share or None out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

ACTIVE = "02"  # "shops" means those in status 有效 unless a figure says otherwise
LONG_UNVISITED_DAYS = 30
CARTONS_A_CASE = 250
REPEATED_WITHIN_DAYS = 90
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


def quarter_period(on: date) -> Period:
    """季: the calendar quarter."""
    first = date(on.year, on.month - (on.month - 1) % 3, 1)
    return Period(first, month_period(first + timedelta(days=70)).last)


def period_of(horizon: str, on: date) -> Period:
    """The `week` or `month` that a day lies in."""
    return week_period(on) if horizon == "week" else month_period(on)


def before(horizon: str, period: Period) -> Period:
    """The week or month before."""
    return period_of(horizon, period.first - timedelta(days=1))


def share(part: float, whole: float) -> float | None:
    """A part of a whole, to four places; None where the whole is nothing, never 0 % or 100 % of it."""
    return round(part / whole, 4) if whole else None


def visit_plan_completion(planned_completed: int, planned: int) -> float | None:
    """拜访计划完成率 `visit_plan_completion`: planned visits completed ÷ planned (S11.12)."""
    return share(planned_completed, planned)


def visit_coverage(visited_shops: int, shops: int) -> float | None:
    """拜访覆盖率 `visit_coverage`: distinct shops visited ÷ shops."""
    return share(visited_shops, shops)


def month_visit_progress(visited_shops: int, target_count: int) -> float | None:
    """月拜访进度 `month_visit_progress`: distinct shops visited this month ÷ the number planned for it (S11.3, S11.12)."""
    return share(visited_shops, target_count)


def frequency_attainment(attained_shops: int, shops: int) -> float | None:
    """拜访频次达标率 `frequency_attainment`: shops visited in the month as often as their size asks ÷ shops."""
    return share(attained_shops, shops)


def valid_visit_rate(doubted_visits: int, visits: int) -> float | None:
    """有效拜访率 `valid_visit_rate`: visits without an unresolved anomaly ÷ visits."""
    return share(visits - doubted_visits, visits)


def field_hours(stays: Iterable[timedelta]) -> float:
    """在访时长 `field_hours`: the time in shops added up, in hours to one place; what is not known counts nothing."""
    return round(sum(stays, timedelta()).total_seconds() / 3600, 1)


def log_submit_rate(in_time: int, due: int) -> float | None:
    """日志提交率 `log_submit_rate`: logs submitted in time ÷ logs due (S13)."""
    return share(in_time, due)


def log_review_rate(reviewed: int, submitted: int) -> float | None:
    """日志批阅率 `log_review_rate`: logs reviewed ÷ submitted; of those reviewed in time, `log_review_rate_timely` (S5.1, S13)."""
    return share(reviewed, submitted)


def important_info_transfer(with_slip: int, important: int) -> float | None:
    """重要信息传递率 `important_info_transfer`: important entries with a slip ÷ important entries (S13.4)."""
    return share(with_slip, important)


def slip_reply_timely(in_time: int, answered: int) -> float | None:
    """信息传递单按时回复率 `slip_reply_timely`: answered in time ÷ answered (S18.4)."""
    return share(in_time, answered)


def meeting_attendance(came: int, called: int) -> float | None:
    """例会到会率 `meeting_attendance`: present or late ÷ invited (S5.4)."""
    return share(came, called)


def satisfaction_rate(satisfied: int, answers: int) -> float | None:
    """客户满意率 `satisfaction_rate`: answers of 4 and 5 ÷ answers (S10.12)."""
    return share(satisfied, answers)


def complaint_timely_rate(in_time: int, due: int) -> float | None:
    """投诉处理及时率 `complaint_timely_rate`: complaints reported in time ÷ complaints due (S12.11, S12.15)."""
    return share(in_time, due)


def complaint_satisfaction(content: int, rated: int) -> float | None:
    """投诉处理满意率 `complaint_satisfaction`: cases with all four ratings of 4 or 5 ÷ rated cases (S12.17)."""
    return share(content, rated)


def rating_mean(points: int, rated: int) -> float | None:
    """The mean of one of the four ratings, 1 to 5, to two places; None where nobody rated (S12.17)."""
    return round(points / rated, 2) if rated else None


def complaint_rate(valid: int, shops: int) -> float | None:
    """投诉率 `complaint_rate`: complaints found true or partly so per 1,000 shops, to two places; None where there is no shop."""
    return round(valid * 1000 / shops, 2) if shops else None


def repeat_complaint_rate(repeated: int, complaining: int) -> float | None:
    """重复投诉率 `repeat_complaint_rate`: shops that complained of the same cause twice in 90 days ÷ shops that complained."""
    return share(repeated, complaining)


def rectification_closed(in_time: int, due: int) -> float | None:
    """整改按时完成率 `rectification_closed`: plans closed whose result came by their day ÷ plans due (S12.19)."""
    return share(in_time, due)


def fill_rate(order_qty: int, demand_qty: int) -> float | None:
    """订足率 `fill_rate`: cartons ordered ÷ cartons wanted."""
    return share(order_qty, demand_qty)


def fill_breadth(filled_lines: int, lines: int) -> float | None:
    """订足面 `fill_breadth`: lines (a spec of a shop in a period) with order = demand ÷ all lines."""
    return share(filled_lines, lines)


def purchase_breadth(ordered_lines: int, lines: int) -> float | None:
    """进货面 `purchase_breadth`: lines with an order ÷ all lines."""
    return share(ordered_lines, lines)


def company_oos_rate(missed_lines: int, wanted_lines: int) -> float | None:
    """公司断货率 `company_oos_rate`: lines wanted of which nothing was given ÷ lines wanted."""
    return share(missed_lines, wanted_lines)


def case_value(amount: int, order_qty: int) -> int | None:
    """单箱销售额 `case_value`: what a case of 250 cartons brought, in fen; None where none was sold."""
    return round(amount * CARTONS_A_CASE / order_qty) if order_qty else None


def yoy_growth(this: int, last_year: int) -> float | None:
    """同比 `yoy_growth`: (this − the same period last year) ÷ the same period last year."""
    return share(this - last_year, last_year)


def structure_share(order_qty: int, all_qty: int) -> float | None:
    """价类占比 `structure_share`: cartons of a price class ÷ all cartons."""
    return share(order_qty, all_qty)


def unvisited_before(on: date, days: int = LONG_UNVISITED_DAYS) -> date:
    """长期未访: a shop never visited, or last visited before this day, has been so for more than `days` days."""
    return on - timedelta(days=days)


def visits_wanted(standards: Mapping[str, int], business_size: str, is_watched: bool) -> int:
    """How often a shop is to be visited in a month: by the standard of its size (where none is set: large 4, medium 2,
    small 1), a watched one at least twice (S1.23, domain §3.8)."""
    wanted = standards.get(business_size, VISITS_A_MONTH.get(business_size, 1))
    return max(wanted, 2 if is_watched else 0)


def grade_band(grade: int | None) -> str | None:
    """The band of five that a grade (档位, 1–30) lies in: `1-5` … `26-30`."""
    if grade is None:
        return None
    first = (grade - 1) // GRADE_BAND * GRADE_BAND + 1
    return f"{first}-{first + GRADE_BAND - 1}"
