"""Points in the three datums Chinese maps use: WGS-84 of receivers, GCJ-02 of most maps, BD-09 of Baidu's.

Two points may only be compared in one datum: the same numbers in two of them lie up to about a kilometre apart.
Degrees throughout. Outside mainland China's box GCJ-02 is WGS-84, as maps treat it.
"""

from collections.abc import Callable
from math import atan2, cos, pi, sin, sqrt

from fieldvisit.kernel.values import Datum

Point = tuple[float, float]

# Krasovsky 1940, on which GCJ-02 is built.
SEMI_MAJOR_M = 6_378_245.0
ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943
CHINA = ((0.8293, 55.8271), (72.004, 137.8347))
BAIDU_TURN = pi * 3000 / 180
ROUNDS = 10  # each brings an inverse some thousand times nearer; two would do for a centimetre


def to_wgs84(lat: float, lng: float, datum: Datum) -> Point:
    """The point in WGS-84, within a millimetre."""
    if datum == "bd09":
        lat, lng = _undo(_baidu, lat, lng)
    return (lat, lng) if datum == "wgs84" else _undo(_shift, lat, lng)


def from_wgs84(lat: float, lng: float, datum: Datum) -> Point:
    """A WGS-84 point in another datum."""
    if datum == "wgs84":
        return lat, lng
    lat, lng = _shift(lat, lng)
    return _baidu(lat, lng) if datum == "bd09" else (lat, lng)


def _undo(encode: Callable[[float, float], Point], lat: float, lng: float) -> Point:
    guess_lat, guess_lng = lat, lng
    for _ in range(ROUNDS):
        made_lat, made_lng = encode(guess_lat, guess_lng)
        guess_lat, guess_lng = guess_lat + lat - made_lat, guess_lng + lng - made_lng
    return guess_lat, guess_lng


def _shift(lat: float, lng: float) -> Point:
    """WGS-84 to GCJ-02."""
    (south, north), (west, east) = CHINA
    if not (south <= lat <= north and west <= lng <= east):
        return lat, lng
    x, y = lng - 105, lat - 35
    ripple = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    up = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + ripple
    up += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    up += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    right = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + ripple
    right += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    right += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    angle = lat / 180 * pi
    bend = 1 - ECCENTRICITY_SQUARED * sin(angle) ** 2
    meridian = SEMI_MAJOR_M * (1 - ECCENTRICITY_SQUARED) / (bend * sqrt(bend))
    parallel = SEMI_MAJOR_M / sqrt(bend) * cos(angle)
    return lat + up / meridian * 180 / pi, lng + right / parallel * 180 / pi


def _baidu(lat: float, lng: float) -> Point:
    """GCJ-02 to BD-09."""
    reach = sqrt(lng * lng + lat * lat) + 0.00002 * sin(lat * BAIDU_TURN)
    angle = atan2(lat, lng) + 0.000003 * cos(lng * BAIDU_TURN)
    return reach * sin(angle) + 0.006, reach * cos(angle) + 0.0065
