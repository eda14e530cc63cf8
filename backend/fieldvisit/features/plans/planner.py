"""A month of visits: each shop as often as it is to be visited, spread over the days, every day in a sensible order.

Plain numbers in and out, for whichever process has the time. The days lie one after another on one axis; a visit has the
part of them to itself in which it is due, so that visits to one shop keep their distance.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil, cos, hypot, radians

from pyvrp import Location, Model
from pyvrp.stop import MaxRuntime

DAY = 24 * 60
METRES_A_DEGREE = 111_195
ROAD = 1.3  # ways are longer than the crow flies
METRES_A_MINUTE = 20_000 / 60
FIRST_TRY = 0.6
DROPPED = 1_000_000  # what leaving a visit out costs, in metres
WEEK = range(7)
BEFORE_ORDER = (1, 2)  # days before the weekday on which a shop orders
ROOM = 0.5  # of the days before the order weekday, as long as no more of them is asked for


@dataclass(frozen=True)
class Shop:
    """A shop: where it lies (WGS-84 degrees, or None), how many visits it wants, on which weekday it orders (Monday 0)."""

    id: str
    lat: float | None
    lng: float | None
    wanted: int
    order_weekday: int | None = None
    fixed: tuple[int, ...] = ()


@dataclass(frozen=True)
class Month:
    """What is to be planned. `weekdays` are those of its working days, in order; a shop's `fixed` days are their indexes.

    `day_minutes` is what one works at shops and on the way, `visit_minutes` what a visit takes.
    """

    shops: tuple[Shop, ...]
    weekdays: tuple[int, ...]
    day_minutes: int = 420
    visit_minutes: int = 14


@dataclass
class Proposal:
    """The shops of each day in the order to go, by the day's index; and of which shops how many visits found no room."""

    days: list[list[str]]
    unmet: dict[str, int] = field(default_factory=dict)
    metres: int = 0


@dataclass(frozen=True)
class Visit:
    """A visit that is due from one day to another, both included."""

    shop: int
    first: int
    last: int


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
    places, start = _places(month), model.add_location(0, 0)
    depot = model.add_depot(start)
    locations = [model.add_location(x, y) for x, y in places]
    at_most = ceil(len(visits) / len(month.weekdays))
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
            prize=DROPPED,
            required=False,
        )
    _ways(model, start, locations, places)
    best = model.solve(MaxRuntime(seconds), seed=seed, display=False).best
    found = Proposal([[] for _ in month.weekdays], dict(unmet))
    planned: set[int] = set()
    for route in best.routes():
        day = route.vehicle_type()
        numbers = [activity.idx for activity in route if activity.is_client()]
        kept = _within_hours(month, visits, places, day, numbers)
        found.days[day] = [month.shops[visits[number].shop].id for number in kept]
        found.metres += length(places[visits[number].shop] for number in kept)
        planned.update(kept)
    for number in set(range(len(visits))) - planned:
        shop = month.shops[visits[number].shop].id
        found.unmet[shop] = found.unmet.get(shop, 0) + 1
    return found


def _within_hours(
    month: Month, visits: list[Visit], places: list[tuple[float, float]], day: int, numbers: list[int]
) -> list[int]:
    """Those of a day that are due on it, as far as its hours go: where there is too much, a search may end beyond them."""
    kept = [number for number in numbers if visits[number].first <= day <= visits[number].last]
    while kept and _minutes(month, [places[visits[number].shop] for number in kept]) > month.day_minutes:
        loose = [number for number in kept if visits[number].first < visits[number].last]
        kept.remove((loose or kept)[-1])
    return kept


def _minutes(month: Month, stops: list[tuple[float, float]]) -> int:
    on_the_way = sum(round(_way(a, b) / METRES_A_MINUTE) for a, b in pairwise(stops))
    return len(stops) * month.visit_minutes + on_the_way


def length(places: Iterable[tuple[float, float]]) -> int:
    """Metres along the ways from place to place (metres east and north), in this order."""
    return sum(_way(a, b) for a, b in pairwise(places))


def _due(month: Month) -> tuple[list[Visit], dict[str, int]]:
    """The visits with the days each may lie on; a shop that wants more than there are days has the rest named."""
    count = len(month.weekdays)
    unmet = {shop.id: shop.wanted - count for shop in month.shops if shop.wanted > count}
    visits: list[Visit] = []
    for number, shop in enumerate(month.shops):
        wanted = min(shop.wanted, count)
        parts = [
            (round(part * count / wanted), round((part + 1) * count / wanted) - 1) for part in range(wanted)
        ]
        for day in shop.fixed:
            visits.append(Visit(number, day, day))
            nearest = min(parts, key=lambda part: max(part[0] - day, day - part[1], 0), default=None)
            if nearest is not None:
                parts.remove(nearest)
        visits += [Visit(number, first, last) for first, last in parts]
    return visits, unmet


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


def _places(month: Month) -> list[tuple[float, float]]:
    """Metres east and north of the middle; a shop whose place is not known is taken to lie there."""
    known = [(shop.lat, shop.lng) for shop in month.shops if shop.lat is not None and shop.lng is not None]
    lat = sum(one for one, _ in known) / len(known) if known else 0.0
    lng = sum(one for _, one in known) / len(known) if known else 0.0
    east = METRES_A_DEGREE * cos(radians(lat))
    return [
        ((shop.lng - lng) * east, (shop.lat - lat) * METRES_A_DEGREE)
        if shop.lat is not None and shop.lng is not None
        else (0.0, 0.0)
        for shop in month.shops
    ]


def _way(a: tuple[float, float], b: tuple[float, float]) -> int:
    return round(ROAD * hypot(a[0] - b[0], a[1] - b[1]))


def _ways(
    model: Model, start: Location, locations: list[Location], places: list[tuple[float, float]]
) -> None:
    """From where a day begins to its first shop, and home from its last, costs nothing: nobody knows where that is."""
    for a, here in enumerate(locations):
        model.add_edge(start, here, 0, 0)
        model.add_edge(here, start, 0, 0)
        for b, there in enumerate(locations):
            way = _way(places[a], places[b])
            model.add_edge(here, there, way, round(way / METRES_A_MINUTE))
