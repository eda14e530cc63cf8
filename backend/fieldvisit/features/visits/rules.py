"""The rules of a visit: the place verdict, and which state follows which."""

from math import asin, cos, radians, sin, sqrt
from typing import Literal

from fieldvisit.kernel.users import Role

EARTH_RADIUS_M = 6_371_008.8

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


def distance_m(lat: float, lng: float, other_lat: float, other_lng: float) -> float:
    """Metres between two points of the same datum, along the great circle."""
    a, b = radians(lat), radians(other_lat)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(other_lng - lng) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))


def place_verdict(distance: float | None, accuracy_m: float | None, radius_m: float) -> Verdict:
    """Whether a fix lies in the shop's circle: inside or outside only if its whole uncertainty does.

    `distance` is None where there is no fix, no place of the shop, or their datums differ.
    """
    if distance is None or accuracy_m is None:
        return "cannot_tell"
    if distance + accuracy_m <= radius_m:
        return "inside"
    if distance - accuracy_m > radius_m:
        return "outside"
    return "cannot_tell"


def may_check_in(state: str) -> bool:
    """Only a planned visit waits for its arrival (state machine 13)."""
    return state == "planned"


def may_record(state: str) -> bool:
    """Notes are taken from arrival on, also after leaving."""
    return state in ("in_progress", "completed")


def may_cancel(state: str) -> bool:
    """What has been completed is not cancelled any more."""
    return state in ("planned", "in_progress")
