"""What a visit plan must hold, over which days it runs, and who has a part in it (S11.3–S11.7)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from fieldvisit.features.metrics.rules import Period, day_period, month_period, week_period
from fieldvisit.kernel.users import Role

PLANNERS = frozenset({Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER})
DECIDING = frozenset({Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER})
INVOLVED = PLANNERS | DECIDING

Horizon = Literal["month", "week", "day"]
State = Literal["draft", "submitted", "withdrawn", "returned", "approved", "filed", "evaluated"]
EDITABLE = ("draft", "withdrawn", "returned")
IN_FORCE = ("approved", "filed")

NEEDED: dict[Horizon, tuple[str, ...]] = {
    "month": ("target_count",),
    "week": ("target_count", "business_sizes", "purposes", "content"),
    "day": ("items",),
}
NEEDED_OF_ITEM = ("visit_id", "purpose", "suspected_problem", "contact_method")


def period_of(horizon: Horizon, on: date) -> Period:
    """The calendar month, the week from Monday to Sunday, or the day that a day lies in."""
    return {"month": month_period, "week": week_period, "day": day_period}[horizon](on)


DAY_FILED_BY = (8, 30)


class PlanDue(NamedTuple):
    """That plans of a post are due: of the day, or the week or month that begins on a day (ISO)."""

    role: Role
    horizon: Horizon
    first_on: str


def plans_due(here: datetime, off: Collection[date]) -> list[PlanDue]:
    """What is due by a moment, as Shanghai's clocks show it: a market manager's day by half past eight (S11.7); the next week
    on the last working day of this one; the next month on this one's last working day from account managers, one working
    day sooner from market managers (domain §3.6). `off` are days not worked.
    """
    on = here.date()
    if on in off:
        return []
    week, month = week_period(on), month_period(on)
    due = []
    if (here.hour, here.minute) >= DAY_FILED_BY:
        due.append(PlanDue(Role.MARKET_MANAGER, "day", on.isoformat()))
    if not _worked(on, week.last, off):
        monday = (week.last + timedelta(days=1)).isoformat()
        due += [PlanDue(role, "week", monday) for role in sorted(PLANNERS)]
    first = (month.last + timedelta(days=1)).isoformat()
    left = _worked(on, month.last, off)
    if left == 0:
        due.append(PlanDue(Role.ACCOUNT_MANAGER, "month", first))
    if left == 1:
        due.append(PlanDue(Role.MARKET_MANAGER, "month", first))
    return due


def _worked(after: date, last: date, off: Collection[date]) -> int:
    return sum(after + timedelta(days=number) not in off for number in range(1, (last - after).days + 1))


@dataclass
class Count:
    """What has come of the days of a plan: planned visits and those of them completed by day, and the shops visited."""

    days: dict[str, list[int]] = field(default_factory=dict)
    visited: list[str] = field(default_factory=list)

    @property
    def planned(self) -> int:
        """Visits that were planned and not called off."""
        return sum(planned for planned, _ in self.days.values())

    @property
    def completed(self) -> int:
        """Planned visits that were completed."""
        return sum(completed for _, completed in self.days.values())

    @property
    def figures(self) -> dict[str, int]:
        """What is kept of it: planned, completed of those, and how many shops were visited."""
        return {"planned": self.planned, "completed": self.completed, "visited": len(self.visited)}


def count_visits(visits: Iterable[tuple[date, str, str, bool]]) -> Count:
    """What visits, each as (day, shop, state, is planned), come to: cancelled ones were not planned any more (S11.12)."""
    days: dict[str, list[int]] = {}
    visited: set[str] = set()
    for day, customer_id, state, is_planned in visits:
        if state == "completed":
            visited.add(customer_id)
        if is_planned and state != "cancelled":
            counted = days.setdefault(day.isoformat(), [0, 0])
            counted[0] += 1
            counted[1] += state == "completed"
    return Count(dict(sorted(days.items())), sorted(visited))
