"""When something was done, as far as it can be proven: between two moments the server vouches for (sync §6).

What a phone says of the time is kept and shown beside them. Whether something is late is judged by the two alone.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.kernel.clock import start_of

Timeliness = Literal["in_time", "late", "unproven"]


@dataclass(frozen=True)
class Interval:
    """Something was done not before `earliest` and not after `latest`.

    `stated` is what its device makes of it, `wall` what the device's clock showed, where it said so.
    """

    earliest: datetime
    stated: datetime
    latest: datetime
    wall: datetime | None = None

    @property
    def likely(self) -> datetime:
        """The stated moment as far as it is possible: good for finding and ordering, never for judging."""
        return min(max(self.stated, self.earliest), self.latest)


def interval_of(
    earliest: datetime | None, stated: datetime | None, latest: datetime | None, wall: datetime | None
) -> Interval | None:
    """The interval a row keeps in its columns; None for one written before they were."""
    if earliest is None or stated is None or latest is None:
        return None
    return Interval(earliest, stated, latest, wall)


@dataclass(frozen=True)
class Judgement:
    """What was due at `due_at` is done: in time, late, or unproven."""

    due_at: datetime
    timeliness: Timeliness


def judge(due: datetime, done: Interval) -> Judgement:
    """Whether something was done by a moment, that moment included: sure either way, or for a person to decide."""
    if done.latest <= due:
        return Judgement(due, "in_time")
    return Judgement(due, "late" if done.earliest > due else "unproven")


def judge_day(last: date, done: Interval) -> Judgement:
    """The same for something that was to be done by the end of a day in Asia/Shanghai."""
    return judge(start_of(last + timedelta(days=1)), done)


@dataclass(frozen=True)
class Span:
    """Seconds that passed: `least` of them for sure, `most` of them at all; the same where it can be told."""

    least: float
    most: float


def span(start: Interval, end: Interval) -> Span:
    """How long it was from one entry of a device to another.

    Two moments counted on from the server's time can be subtracted, and so can two readings of one clock; a counted
    one and a reading cannot. Where the difference is impossible, the clock was moved in between: then only the
    bounds are known.
    """
    least = max((end.earliest - start.latest).total_seconds(), 0.0)
    most = max((end.latest - start.earliest).total_seconds(), 0.0)
    said = _said(start, end)
    if said is None or not least <= said <= most:
        return Span(least, most)
    return Span(said, said)


def _said(start: Interval, end: Interval) -> float | None:
    if start.wall is None or end.wall is None:
        return None
    if start.stated != start.wall and end.stated != end.wall:
        return (end.stated - start.stated).total_seconds()
    return (end.wall - start.wall).total_seconds()


class Judged:
    """Columns of a row that ends a term: between which moments that was done, and whether it was in time."""

    earliest_at: Mapped[datetime | None] = mapped_column(sort_order=1)
    latest_at: Mapped[datetime | None] = mapped_column(sort_order=1)
    timeliness: Mapped[str | None] = mapped_column(sort_order=1)

    def note_interval(self, done: Interval, judgement: Judgement | None) -> None:
        """Write down when it was done and how that was judged; None where nothing was due."""
        self.earliest_at, self.latest_at = done.earliest, done.latest
        self.timeliness = judgement.timeliness if judgement else None
