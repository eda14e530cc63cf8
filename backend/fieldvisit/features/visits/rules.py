"""The rules of a visit: the place verdict, what wants an explanation, and which state follows which."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from typing import Literal

from fieldvisit.features.customers.datums import to_wgs84
from fieldvisit.kernel.intervals import Span
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Datum

EARTH_RADIUS_M = 6_371_008.8
MAX_FIX_AGE_S = 300
CLOCK_SLACK_S = 60
# Integrity rules of domain §2.9: signs that want a word, never a verdict by themselves.
SHORTEST_STAY_S = 60
LONGEST_STAY_S = 300 * 60
SHORTEST_DAY_S = 60 * 60
FASTEST_KMH = 120
NEAR_M = 1000

Verdict = Literal["inside", "outside", "cannot_tell"]
Refusal = Literal["denied", "unavailable", "timeout", "unsupported", "no_consent"]
Purpose = Literal[
    "supervise_am",
    "complaint_revisit",
    "communication",
    "market_survey",
    "brand",
    "stocktake",
    "information_check",
    "guidance",
    "satisfaction",
    "other",
]
ContactMethod = Literal["in_person", "phone", "wechat", "other"]
ResponsibilityTag = Literal["cannot_buy", "cannot_sell", "no_profit", "dissatisfied"]

HIDDEN_FROM_FILE = "supervise_am"
VISITORS = frozenset({Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER})


def datum(name: str | None) -> Datum | None:
    """A stored datum's name as the kind it is; None for none."""
    return name if name in ("wgs84", "gcj02", "bd09") else None  # type: ignore[return-value]  # it is one of the three


def distance_m(lat: float, lng: float, other_lat: float, other_lng: float) -> float:
    """Metres between two points of the same datum, along the great circle."""
    a, b = radians(lat), radians(other_lat)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(other_lng - lng) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))


def shop_distance_m(
    lat: float,
    lng: float,
    datum: Datum,
    shop_lat: float | None,
    shop_lng: float | None,
    shop_datum: Datum | None,
) -> float | None:
    """Metres from a fix to a shop, whatever datum each is in; None where the shop's place or its datum is not known."""
    if shop_lat is None or shop_lng is None or shop_datum is None:
        return None
    return distance_m(*to_wgs84(lat, lng, datum), *to_wgs84(shop_lat, shop_lng, shop_datum))


def fix_age_s(fix_at: datetime, arrived_at: datetime) -> float:
    """Seconds from the fix to the arrival, both by the phone's clock; negative where the clock was set back between."""
    return (arrived_at - fix_at).total_seconds()


def place_verdict(
    distance: float | None, accuracy_m: float | None, radius_m: float, age_s: float | None
) -> Verdict:
    """Whether a fix lies in the shop's circle: inside or outside only if its whole uncertainty does.

    `distance` is None where there is no fix or no place of the shop. A fix older than five minutes, or from
    later than the arrival, says nothing about the arrival.
    """
    if distance is None or accuracy_m is None or age_s is None:
        return "cannot_tell"
    if not -CLOCK_SLACK_S <= age_s <= MAX_FIX_AGE_S:
        return "cannot_tell"
    if distance + accuracy_m <= radius_m:
        return "inside"
    if distance - accuracy_m > radius_m:
        return "outside"
    return "cannot_tell"


@dataclass(frozen=True)
class Stop:
    """A shop as the travel rule sees it: a WGS-84 point and its accuracy in metres."""

    lat: float
    lng: float
    accuracy_m: float


def speed_kmh(left: Stop, arrived: Stop, seconds: float) -> float | None:
    """How fast one must have gone between two stops, their uncertainty taken off the way; None within a kilometre."""
    way = distance_m(left.lat, left.lng, arrived.lat, arrived.lng) - left.accuracy_m - arrived.accuracy_m
    if way < NEAR_M:
        return None
    return min(way / max(seconds, 1) * 3.6, 99_999)


Flags = dict[str, dict[str, int]]


def visit_flags(
    *,
    verdict: str | None,
    distance: float | None,
    radius_m: int,
    stay: Span | None,
    speed: float | None,
    unanswered: int,
) -> Flags:
    """What about a visit in person wants an explanation: flag → the figure found and the limit (domain §2.9).

    A stay is too short or too long only where it is for sure. Metres for `far_from_shop`, seconds for `too_short` and `too_long`, km/h for `too_fast`, questions for `unanswered`.
    """

    def found() -> Iterator[tuple[str, float, int]]:
        if verdict == "outside" and distance is not None:
            yield "far_from_shop", distance, radius_m
        if stay is not None and stay.most < SHORTEST_STAY_S:
            yield "too_short", stay.most, SHORTEST_STAY_S
        if stay is not None and stay.least > LONGEST_STAY_S:
            yield "too_long", stay.least, LONGEST_STAY_S
        if speed is not None and speed > FASTEST_KMH:
            yield "too_fast", speed, FASTEST_KMH
        if unanswered:
            yield "unanswered", unanswered, 0

    return {flag: {"figure": round(figure), "limit": limit} for flag, figure, limit in found()}


def may_check_in(state: str) -> bool:
    """Only a planned visit waits for its arrival (state machine 13)."""
    return state == "planned"


def may_record(state: str) -> bool:
    """Notes are taken from arrival on, also after leaving."""
    return state in ("in_progress", "completed")


def may_cancel(state: str) -> bool:
    """What has been completed is not cancelled any more."""
    return state in ("planned", "in_progress")
