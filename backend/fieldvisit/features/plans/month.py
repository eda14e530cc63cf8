"""A month of visits in plain numbers: what is to be planned, what comes of it, and how far shops lie apart."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from math import cos, hypot, radians

METRES_A_DEGREE = 111_195
ROAD = 1.3  # ways are longer than the crow flies

Place = tuple[float, float]


@dataclass(frozen=True)
class Shop:
    """A shop: where it lies (WGS-84 degrees, or None), how many visits it wants, on which weekday it orders (Monday 0).

    `shut` are the days on which nobody calls there (its market days), by index; `hours` the minutes after midnight between which it is open.
    """

    id: str
    lat: float | None
    lng: float | None
    wanted: int
    order_weekday: int | None = None
    fixed: tuple[int, ...] = ()
    shut: tuple[int, ...] = ()
    hours: tuple[int, int] | None = None


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
    """A visit that is due from one day to another, both included; or on the one that a person has fixed, whatever the shop's hours."""

    shop: int
    first: int
    last: int
    fixed: bool = False


def places_of(month: Month) -> list[Place]:
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


def length(places: Iterable[Place]) -> int:
    """Metres along the ways from place to place (metres east and north), in this order."""
    return sum(way(a, b) for a, b in pairwise(places))


def way(a: Place, b: Place) -> int:
    return round(ROAD * hypot(a[0] - b[0], a[1] - b[1]))
