"""When a shop is open and when its market is held (集日): as the file writes it, and as a plan reads it."""

import re
import unicodedata
from datetime import date

from borax.calendars.lunardate import LunarDate

LUNAR, SOLAR = "农历", "公历"
_CALENDARS = {"": LUNAR, "农历": LUNAR, "阴历": LUNAR, "公历": SOLAR, "阳历": SOLAR}
_NUMERALS = {numeral: str(number) for number, numeral in enumerate("零一二三四五六七八九")}
_HOURS = re.compile(r"([0-9]{1,2})(?::([0-9]{2}))?(?:-|~|至|到|—|–)([0-9]{1,2})(?::([0-9]{2}))?")
_MARKET = re.compile(
    r"(农历|阴历|公历|阳历)?(?:每月)?逢?([0-9零一二三四五六七八九、,.和]+|(?:[0-9一二三四五六七八九][、,.和])*(?:十|10))(?:日|号)?(?:赶?集)?"
)
_SPOKEN = re.compile(r"([0-9]{1,2})[点时](半|[0-9]{2}分?)?")
MIDNIGHT = 24 * 60
MOST_DIGITS = 5


def opening_hours(value: str) -> str:
    """From when to when a shop is open, as 08:30-22:00; an end before the beginning lies on the next day. Raises ValueError."""
    found = _HOURS.fullmatch(_SPOKEN.sub(_as_clock, _folded(value)))
    if found is None:
        raise ValueError
    first, last = (_minutes(hour, minute) for hour, minute in (found.group(1, 2), found.group(3, 4)))
    if first in (last, MIDNIGHT):
        raise ValueError
    return f"{_clock(first)}-{_clock(last)}"


def market_days(value: str) -> str:
    """On which days a market is held, by their last digit: 农历3、8 or 公历5、10; a calendar not named is the lunar one. Raises ValueError."""
    found = _MARKET.fullmatch(_folded(value))
    if found is None:
        raise ValueError
    parts = re.split(r"[、,.和]", found.group(2))
    digits = {digit for part in parts for digit in _last_digits(part)}
    if not digits or len(digits) > MOST_DIGITS:
        raise ValueError
    named = sorted((digit if digit != "0" else "10" for digit in digits), key=int)
    return f"{_CALENDARS[found.group(1) or '']}{'、'.join(named)}"


def open_between(hours: str) -> tuple[int, int]:
    """The minutes after midnight between which a shop is open, of hours as the file keeps them; the end may lie beyond 1440."""
    first, last = (_minutes(*clock.split(":")) for clock in hours.split("-"))
    return first, last if last > first else last + MIDNIGHT


def is_market_day(days: str, on: date) -> bool:
    """Whether the market is held on a day, of market days as the file keeps them."""
    number = LunarDate.from_solar(on).day if days.startswith(LUNAR) else on.day
    return str(number % 10 or 10) in days[len(LUNAR) :].split("、")


def _last_digits(part: str) -> str:
    """The digits one part of a list of days names: several may stand together, ten stands alone."""
    if part in ("10", "十"):
        return "0"
    return "".join(_NUMERALS.get(sign, sign) for sign in part)


def _folded(value: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", value))


def _as_clock(found: re.Match[str]) -> str:
    minute = found.group(2) or "00"
    return f"{found.group(1)}:{'30' if minute == '半' else minute[:2]}"


def _minutes(hour: str, minute: str | None) -> int:
    found = int(hour) * 60 + int(minute or 0)
    if int(minute or 0) > 59 or found > MIDNIGHT:
        raise ValueError
    return found


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
