"""What is known of an account manager's month of upkeep, counted from the records themselves (S10.11, S10.12)."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import func, select

from fieldvisit.features.appraisal.rules import SATISFIED, mean_grade, mean_satisfaction
from fieldvisit.features.customers.models import Customer, CustomerChange
from fieldvisit.features.maintenance.models import MaintenanceCase
from fieldvisit.features.metrics import rules as metrics
from fieldvisit.features.org.models import Person
from fieldvisit.features.overview import field, logs
from fieldvisit.features.overview.sales_sums import figures_of, sums_of, with_compared
from fieldvisit.features.tasks.models import Task
from fieldvisit.features.visits.models import Visit, VisitAnswers
from fieldvisit.features.worklogs.models import WorkLog
from fieldvisit.kernel.clock import start_of
from fieldvisit.kernel.reports import Reading
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import View

OF_VISITS = ("planned", "planned_done", "visit_plan_completion", "visits", "shops", "visited_shops", "visit_coverage", "target_count", "month_visit_progress", "doubted", "valid_visit_rate", "field_hours")  # fmt: skip
OF_LOGS = ("logs_due", "logs_in_time", "logs_late", "logs_unproven", "logs_missing", "log_submit_rate", "logs_reviewed", "important_notes", "passed_on", "important_info_transfer", "slips_answered", "slips_in_time", "slip_reply_timely", "meetings_called", "meetings_attended")  # fmt: skip
OF_SALES = ("order_qty", "last_year_qty", "yoy_growth")


class EvidenceFigures(View):
    """The figures of an account manager's month as they stood on `counted_on` (domain §3.5).

    Visits are his in the zone: `planned` of the month and not cancelled, `planned_done` completed of them, `visits` all
    completed, at `visited_shops` of the `shops` in status 有效 on his routes; `attained_shops` as often as their size asks;
    `doubted` have an anomaly that is not accepted. `target_count` is how many shops his month's plan in force wants visited.
    Logs are as in the report of logs, `log_grade` the mean of those reviewed, 4 = A to 1 = D. Of `tasks_due` in the month
    `tasks_in_time` were finished by their day. `file_changes` are values he wrote in `changed_files` shops' files.
    Market managers asked for the satisfaction of his shops on their visits: `satisfaction_answers` of 1 to 5, `satisfied`
    those of 4 and 5. Sales are cartons of his routes in the month and in the same month last year.
    """

    counted_on: date
    planned: int
    planned_done: int
    visit_plan_completion: float | None
    visits: int
    shops: int
    visited_shops: int
    visit_coverage: float | None
    attained_shops: int | None
    frequency_attainment: float | None
    target_count: int | None
    month_visit_progress: float | None
    doubted: int
    valid_visit_rate: float | None
    field_hours: float
    logs_due: int
    logs_in_time: int
    logs_late: int
    logs_unproven: int
    logs_missing: int
    log_submit_rate: float | None
    logs_reviewed: int
    log_grade: float | None
    important_notes: int
    passed_on: int
    important_info_transfer: float | None
    slips_answered: int
    slips_in_time: int
    slip_reply_timely: float | None
    meetings_called: int
    meetings_attended: int
    tasks_due: int
    tasks_in_time: int
    cases_written: int
    cases_shared: int
    file_changes: int
    changed_files: int
    satisfaction_answers: int
    satisfied: int
    satisfaction_rate: float | None
    satisfaction_mean: float | None
    order_qty: int
    last_year_qty: int
    yoy_growth: float | None


def collect(
    reading: Reading, groups: list[field.Group], month: metrics.Period
) -> dict[tuple[str, str], EvidenceFigures]:
    """The figures of each group's visitor in its zone, by zone and person; over nothing but what the reader may see."""
    groups = [group for group in groups if group.visitor_id is not None]
    people = {group.visitor_id for group in groups if group.visitor_id}
    places = list({place.zone_id: place for group in groups for place in group.zones}.values())
    visits = field.tallies(reading, places, month, groups)
    shops, targets = field.shops_of(reading, places), field.targets_of(reading, month)
    written = logs.tallies(reading, people, month)
    grades, counts = _grades(reading, people, month), _counts(reading, people, month)
    routes = {route for group in groups for route in group.route_ids}
    answers = _satisfaction(reading, routes, month)
    sums = sums_of(reading, places, "month", with_compared("month", [month.first]))
    found = {}
    for group, tally in zip(groups, visits, strict=True):
        person = group.visitor_id or ""
        here = {shop: wanted for route in group.route_ids for shop, wanted in shops[route].items()}
        asked = [answer for route in group.route_ids for answer in answers[route]]
        satisfied = sum(answer >= SATISFIED for answer in asked)
        of_visits = field.figures(tally, field.Tally(), here, targets.get(person))
        of_logs = logs.figures(written[person], Counter())
        of_sales = figures_of(sums, "month", month.first, group.route_ids)
        found[group.zones[0].zone_id, person] = EvidenceFigures(
            counted_on=reading.on,
            **{name: of_visits[name] for name in OF_VISITS},
            **field.frequency(tally, here, counts=True),
            **{name: of_logs[name] for name in OF_LOGS},
            log_grade=mean_grade(grades[person]),
            **counts[person],
            satisfaction_answers=len(asked),
            satisfied=satisfied,
            satisfaction_rate=metrics.satisfaction_rate(satisfied, len(asked)),
            satisfaction_mean=mean_satisfaction(asked),
            **{name: of_sales[name] for name in OF_SALES},
        )
    return found


def _grades(reading: Reading, people: set[str], month: metrics.Period) -> dict[str, list[str]]:
    graded = select(WorkLog.author_id, WorkLog.grade).where(
        reading.of("work_logs"),
        WorkLog.author_id.in_(people),
        WorkLog.horizon == "day",
        WorkLog.first_on.between(month.first, month.last),
        WorkLog.grade.is_not(None),
    )
    found: dict[str, list[str]] = defaultdict(list)
    for who, grade in reading.session.execute(graded):
        found[who].append(grade or "")
    return found


def _counts(reading: Reading, people: set[str], month: metrics.Period) -> dict[str, dict[str, int]]:
    """Tasks, cases and changed files of each."""
    first, after = start_of(month.first), start_of(month.last + timedelta(days=1))
    tasks = (
        select(
            Task.assignee_id,
            func.count(),
            func.count().filter(Task.timeliness == "in_time", Task.state.in_(("finished", "accepted"))),
        )
        .where(
            reading.of("tasks"),
            Task.assignee_id.in_(people),
            Task.state != "cancelled",
            Task.due_on.between(month.first, month.last),
        )
        .group_by(Task.assignee_id)
    )
    cases = (
        select(MaintenanceCase.author_id, func.count(), func.count().filter(MaintenanceCase.shared != "none"))
        .where(
            reading.of("maintenance_cases"),
            MaintenanceCase.author_id.in_(people),
            MaintenanceCase.made_at >= first,
            MaintenanceCase.made_at < after,
        )
        .group_by(MaintenanceCase.author_id)
    )
    changes = (
        select(CustomerChange.author_id, func.count(), func.count(CustomerChange.customer_id.distinct()))
        .where(
            reading.of("customer_changes"),
            CustomerChange.author_id.in_(people),
            CustomerChange.made_at >= first,
            CustomerChange.made_at < after,
        )
        .group_by(CustomerChange.author_id)
    )
    asked = (
        (tasks, "tasks_due", "tasks_in_time"),
        (cases, "cases_written", "cases_shared"),
        (changes, "file_changes", "changed_files"),
    )
    names = [name for _, *pair in asked for name in pair]
    found = {person: dict.fromkeys(names, 0) for person in people}
    for query, of_all, of_some in asked:
        for who, every, some in reading.session.execute(query):
            found[who] |= {of_all: every, of_some: some}
    return found


def _satisfaction(reading: Reading, routes: Iterable[str], month: metrics.Period) -> dict[str, list[int]]:
    """What shops answered market managers who visited them (S10.8), by route: on the visit, else on its checklist."""
    managers = select(Person.id).where(reading.of("people"), Person.role == Role.MARKET_MANAGER)
    made = (
        select(Customer.route_id, Visit.satisfaction, VisitAnswers.answers)
        .join(Customer, Customer.id == Visit.customer_id)
        .outerjoin(VisitAnswers, VisitAnswers.id == Visit.id)
        .where(
            reading.of("visits"),
            reading.of("customers"),
            Customer.route_id.in_(routes),
            Visit.visitor_id.in_(managers),
            Visit.state == "completed",
            Visit.day.between(month.first, month.last),
        )
    )
    found: dict[str, list[int]] = defaultdict(list)
    for route, said, answers in reading.session.execute(made):
        answer = said or (answers or {}).get("satisfaction")
        if answer is not None:
            found[route].append(int(answer))
    return found
