"""A figure of the comparison: always a ratio of two measures taken one after the other, held against a bound."""

import statistics
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """`unit` is that of both measures; the ratio is to be at least `bound`, or at most where that is a ceiling."""

    name: str
    bound: float
    unit: str
    is_ceiling: bool = False


@dataclass
class Series:
    """What the rounds gave, in pairs: the measure, and what it is held against."""

    figure: Figure
    pairs: list[tuple[float, float]] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        return [first / second for first, second in self.pairs]

    @property
    def is_met(self) -> bool:
        median = statistics.median(self.ratios)
        return median <= self.figure.bound if self.figure.is_ceiling else median >= self.figure.bound

    @property
    def row(self) -> str:
        """A line of the table."""
        first, second = (statistics.median(side) for side in zip(*self.pairs, strict=True))
        ratios, figure = self.ratios, self.figure
        cells = (
            figure.name,
            f"{'≤' if figure.is_ceiling else '≥'} {figure.bound:g}",
            _short(statistics.median(ratios)),
            f"{_short(min(ratios))} – {_short(max(ratios))}",
            f"{_short(first)} / {_short(second)} {figure.unit}",
            "" if self.is_met else "missed",
        )
        return f"| {' | '.join(cells)} |"


HEAD = (
    "| ratio | bound | median | from – to | absolute (medians) | |\n| --- | ---: | ---: | ---: | ---: | --- |"
)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
