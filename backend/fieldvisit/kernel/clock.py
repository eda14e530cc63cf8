"""The only place that asks what time it is, and where the business day lies."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
YEARS = range(1970, 2101)  # what any day or moment may lie in that comes in from outside


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The present day in Asia/Shanghai."""
    return day_of(now())


def yesterday_from(hour: int) -> date | None:
    """Yesterday in Asia/Shanghai once today's clock there has passed an hour; None before."""
    here = now().astimezone(SHANGHAI)
    return here.date() - timedelta(days=1) if here.hour >= hour else None


def day_of(moment: datetime) -> date:
    """The Asia/Shanghai calendar day that `moment` falls in."""
    return moment.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """The aware UTC moment at which `day` begins in Asia/Shanghai; raises OverflowError for the first day there is."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)


def unix_ms(moment: datetime) -> int:
    """Milliseconds since 1970 UTC."""
    return round(moment.timestamp() * 1000)


def from_unix_ms(ms: int) -> datetime:
    """The aware UTC moment of `ms` milliseconds since 1970; raises OverflowError or ValueError outside years 1–9999."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, as every answer writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_iso(text: object) -> datetime | None:
    """The aware moment `text` names, or None if it names none (absent, malformed, no offset, outside 1970–2100)."""
    if not isinstance(text, str) or len(text) > 40:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo and moment.year in YEARS else None
