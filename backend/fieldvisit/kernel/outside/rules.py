"""When a message may go out, what it says, and how long one goes on trying; pure, without session and clock."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from fieldvisit.kernel.clock import SHANGHAI

Way = Literal["off", "digest", "at_once"]
Channel = Literal["wecom", "dingtalk", "sms", "bot"]
End = Literal["sent", "read", "left", "given_up"]

BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360))
TOO_OLD = timedelta(days=3)
LOOKED_AHEAD = 40  # days: longer than any run of days off
DIGESTS = 6  # moments of a day at the most


@dataclass(frozen=True)
class Said:
    """What is said of a kind of notice outside the app, and whether it is urgent: then it goes at once, and by SMS to who wants that."""

    text: str
    is_urgent: bool = False


TRIED = "outside_try"
SAID: dict[str, Said] = {TRIED: Said("这是一条测试消息，收到即表示通道可用", is_urgent=True)}


@dataclass(frozen=True)
class Hours:
    """Shanghai clock: quiet from one time until another (across midnight, too; alike: never), and when digests go out."""

    quiet_from: time
    quiet_until: time
    digest_at: tuple[time, ...]
    rests_on_days_off: bool


DEFAULT_HOURS = Hours(time(21), time(7, 30), (time(8, 10), time(12, 30), time(17)), rests_on_days_off=True)


def hours_from(quiet_from: str, quiet_until: str, digest_at: Iterable[str], *, rests: bool) -> Hours:
    """Hours of their written form."""
    times = tuple(sorted(map(time.fromisoformat, digest_at)))
    return Hours(time.fromisoformat(quiet_from), time.fromisoformat(quiet_until), times, rests)


def is_quiet_clock(clock: time, hours: Hours) -> bool:
    """Whether it is quiet at a time of a working day."""
    if hours.quiet_from <= hours.quiet_until:
        return hours.quiet_from <= clock < hours.quiet_until
    return clock >= hours.quiet_from or clock < hours.quiet_until


def _is_quiet(local: datetime, hours: Hours, off: set[date]) -> bool:
    is_day_off = hours.rests_on_days_off and local.date() in off
    return is_day_off or is_quiet_clock(local.time(), hours)


def due_at(moment: datetime, way: Way, hours: Hours, off: set[date]) -> datetime:
    """When what happened at `moment` goes out: at once or with the next digest, in neither case while it is quiet.

    `off` are the days off of the next forty days. Where no such moment is left within them, it is `moment` itself.
    """
    local = moment.astimezone(SHANGHAI)
    if way == "at_once" and not _is_quiet(local, hours, off):
        return moment
    times = hours.digest_at if way == "digest" and hours.digest_at else (hours.quiet_until,)
    days = (local.date() + timedelta(days=number) for number in range(LOOKED_AHEAD))
    moments = (datetime.combine(day, one, SHANGHAI) for day in days for one in times)
    fit = (one for one in moments if one >= local and not _is_quiet(one, hours, off))
    return next(fit, moment)


def text_of(said: Iterable[Said], newest: datetime, address: str) -> str:
    """One message for everything that has come together; the app's address is all it leads to.

    It says when the newest of it happened, to the second: what reads alike the platforms drop as sent twice.
    """
    counted = Counter(one.text for one in said)
    lines = [text if count == 1 else f"{text}（{count} 条）" for text, count in counted.items()]
    at = f"{newest.astimezone(SHANGHAI):%m-%d %H:%M:%S}"
    if len(lines) == 1:
        return f"【走访通】{lines[0]}（{at}）。请打开走访通查看：{address}"
    return "\n".join(
        [f"【走访通】您有新消息（{at}）：", *(f"· {line}" for line in lines), f"请打开走访通查看：{address}"]
    )
