"""A month of visits: each shop as often as it is to be visited, spread over the days, every day in a sensible order.

Plain numbers in and out, for whichever process has the time. The days lie one after another on one axis; a visit has the
part of them to itself in which it is due, so that visits to one shop keep their distance.
"""

from collections import Counter
from collections.abc import Iterable
from math import ceil

from pyvrp import Location, Model
from pyvrp.stop import MaxRuntime

from fieldvisit.features.plans.day_order import METRES_A_MINUTE, put_in, within_hours
from fieldvisit.features.plans.month import Month, Place, Proposal, Visit, length, places_of, way

DAY = 24 * 60
FIRST_TRY = 0.6
DROPPED = 1_000_000  # what leaving a visit out costs, in metres
FIXED = 10  # times as much where a person has fixed its day
WEEK = range(7)
BEFORE_ORDER = (1, 2)  # days before the weekday on which a shop orders
ROOM = 0.5  # of the days before the order weekday, as long as no more of them is asked for


def plan_month(month: Month, seconds: float, seed: int = 1) -> Proposal:
    """A proposal for a month, sought for so many seconds; whatever finds no room is named, and nobody is over his hours.

    Where visits just before the order leave no room for others, those days are given up and the rest of the time is spent anew.
    """
    visits, unmet = _due(month)
    if not visits:
        return Proposal([[] for _ in month.weekdays], unmet)
    before_order = _before_the_order(month, visits)
    if before_order == visits:
        return _search(month, visits, unmet, seconds, seed)
    found = _search(month, before_order, unmet, seconds * FIRST_TRY, seed)
    if found.unmet == unmet:
        return found
    other = _search(month, visits, unmet, seconds * (1 - FIRST_TRY), seed)
    return min(found, other, key=lambda one: (sum(one.unmet.values()), one.metres))


def _search(month: Month, visits: list[Visit], unmet: dict[str, int], seconds: float, seed: int) -> Proposal:
    model = Model()
    places, start = places_of(month), model.add_location(0, 0)
    depot = model.add_depot(start)
    locations = [model.add_location(x, y) for x, y in places]
    at_most = _at_most(visits, len(month.weekdays))
    for day in range(len(month.weekdays)):
        model.add_vehicle_type(
            capacity=max(at_most, sum(visit.first == visit.last == day for visit in visits)),
            start_depot=depot,
            end_depot=depot,
            tw_early=day * DAY,
            tw_late=day * DAY + month.day_minutes,
            shift_duration=month.day_minutes,
        )
    for visit in visits:
        model.add_client(
            locations[visit.shop],
            delivery=1,
            service_duration=month.visit_minutes,
            tw_early=visit.first * DAY,
            tw_late=visit.last * DAY + month.day_minutes,
            prize=DROPPED * (FIXED if visit.fixed else 1),
            required=False,
        )
    _ways(model, start, locations, places)
    best = model.solve(MaxRuntime(seconds), seed=seed, display=False).best
    found = Proposal([[] for _ in month.weekdays], dict(unmet))
    planned: set[int] = set()
    routes = {
        route.vehicle_type(): [activity.idx for activity in route if activity.is_client()]
        for route in best.routes()
    }
    days = [
        [number for number in routes.get(day, []) if visits[number].first <= day <= visits[number].last]
        for day in range(len(month.weekdays))
    ]
    for number, visit in enumerate(visits):
        if visit.fixed and number not in days[visit.first]:
            put_in(visits, places, days[visit.first], number)
    for day in range(len(days)):
        _make_room(visits, places, days, day, at_most)
    for day, due in enumerate(days):
        kept = within_hours(month, visits, places, due)
        found.days[day] = [month.shops[visits[number].shop].id for number in kept]
        found.metres += length(places[visits[number].shop] for number in kept)
        planned.update(kept)
    for number in set(range(len(visits))) - planned:
        shop = month.shops[visits[number].shop].id
        found.unmet[shop] = found.unmet.get(shop, 0) + 1
    return found


def _at_most(visits: list[Visit], count: int) -> int:
    """How many visits a day is to take at most: as few as leave every visit a day it may lie on, whichever span of days is the fullest."""
    spans = ((first, last) for first in range(count) for last in range(first + 1, count))
    fullest = (
        ceil(sum(first <= visit.first and visit.last <= last for visit in visits) / (last - first + 1))
        for first, last in spans
    )
    return max(fullest, default=len(visits))


def _make_room(
    visits: list[Visit], places: list[Place], days: list[list[int]], day: int, at_most: int
) -> None:
    """Where a day has become fuller than any is to be, those that may lie on an emptier one go there."""
    while len(days[day]) > at_most:
        ways_out = [
            (len(days[other]), other, number)
            for number in days[day]
            if not visits[number].fixed
            for other in range(visits[number].first, visits[number].last + 1)
            if len(days[other]) < at_most
        ]
        if not ways_out:
            return
        _, other, number = min(ways_out)
        days[day].remove(number)
        put_in(visits, places, days[other], number)


def _due(month: Month) -> tuple[list[Visit], dict[str, int]]:
    """The visits with the days each may lie on; what a shop wants beyond the days there are, or while it is shut, is named."""
    count = len(month.weekdays)
    unmet = {shop.id: shop.wanted - count for shop in month.shops if shop.wanted > count}
    visits: list[Visit] = []
    for number, shop in enumerate(month.shops):
        wanted = min(shop.wanted, count)
        parts = [
            (round(part * count / wanted), round((part + 1) * count / wanted) - 1) for part in range(wanted)
        ]
        for day in shop.fixed:
            visits.append(Visit(number, day, day, fixed=True))
            nearest = min(parts, key=lambda part: max(part[0] - day, day - part[1], 0), default=None)
            if nearest is not None:
                parts.remove(nearest)
        for first, last in parts:
            open_days = _longest_run(day for day in range(first, last + 1) if day not in shop.shut)
            if open_days:
                visits.append(Visit(number, open_days[0], open_days[-1]))
            else:
                unmet[shop.id] = unmet.get(shop.id, 0) + 1
    return visits, unmet


def _longest_run(days: Iterable[int]) -> list[int]:
    """The longest of the runs of days that follow one another, the first of several; empty of none."""
    best: list[int] = []
    run: list[int] = []
    for day in days:
        run = [*run, day] if run and day == run[-1] + 1 else [day]
        best = max(best, run, key=len)
    return best


def _before_the_order(month: Month, visits: list[Visit]) -> list[Visit]:
    """Shops that are visited every week are so one or two days before they order, as far as those days have room."""
    room: Counter[tuple[int, int]] = Counter()
    full = ROOM * len(visits) / len(month.weekdays)
    placed = []
    for visit in visits:
        days = _order_days(month, visit)
        if days and room[days] < full * (days[1] - days[0] + 1):
            room[days] += 1
            placed.append(Visit(visit.shop, *days))
        else:
            placed.append(visit)
    return placed


def _order_days(month: Month, visit: Visit) -> tuple[int, int] | None:
    """The first and the last day before the shop's order on which a weekly visit would lie; None for any other."""
    weekday = month.shops[visit.shop].order_weekday
    if weekday is None or not 0 < visit.last - visit.first < len(WEEK):
        return None
    days = [
        day
        for day in range(visit.first, visit.last + 1)
        if (weekday - month.weekdays[day]) % 7 in BEFORE_ORDER
    ]
    return (days[0], days[-1]) if days and days[-1] - days[0] < len(BEFORE_ORDER) else None


def _ways(model: Model, start: Location, locations: list[Location], places: list[Place]) -> None:
    """From where a day begins to its first shop, and home from its last, costs nothing: nobody knows where that is."""
    for a, here in enumerate(locations):
        model.add_edge(start, here, 0, 0)
        model.add_edge(here, start, 0, 0)
        for b, there in enumerate(locations):
            metres = way(places[a], places[b])
            model.add_edge(here, there, metres, round(metres / METRES_A_MINUTE))
