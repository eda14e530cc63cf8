"""Two analyses of what shops suggest: one the department has adopted, of another zone one that waits for its answer (S12.9). All invented."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from fieldvisit.demo.names import demo_id
from fieldvisit.features.cases.models import (
    SUGGESTION_ANALYSIS,
    FeedbackCase,
    FeedbackNote,
    SuggestionAnalysis,
)
from fieldvisit.features.cases.rules import SUGGESTION
from fieldvisit.kernel.calendar import published
from fieldvisit.kernel.clock import SHANGHAI, today

if TYPE_CHECKING:
    from fieldvisit.demo.district import District


@dataclass(frozen=True)
class Summed:
    """An analysis: of which cause, how long ago, and what the department answered, if it has."""

    category: str
    days_ago: int
    title: str
    analysis: str
    proposal: str
    reply: str | None = None


ANALYSES = (
    Summed(
        "supply", 30, "畅销规格投放不足", "集镇商圈的店主反映畅销规格到货三天内售完,老顾客流失;共同点是按上季度销量定的投放量没有随客流调整。",
        "按近四周动销率调整投放,集镇商圈优先;每周公布可订量。", "已采纳。下月起按四周动销率调整投放,请转告店主。",
    ),
    Summed(
        "delivery", 2, "午间送货影响生意", "几户都在午间最忙时收货,来不及清点;共同点是线路把这几户排在最后。",
        "与配送中心协商,把这几户调到上午,送货前电话告知。",
    ),
)  # fmt: skip


def sum_up(district: "District", department: str) -> None:
    """What the managers of the first two zones made of their suggestions so far."""
    for one, (zone, author) in zip(ANALYSES, district.managers.items(), strict=False):
        made_at = _moment(one.days_ago, 16)
        cases = [
            row
            for row in district.rows[FeedbackCase]
            if (row["feedback_type"], row["category"], row["zone_id"]) == (SUGGESTION, one.category, zone)
            and row["received_at"] < made_at
        ]
        decided_at = _moment(one.days_ago - 3, 10) if one.reply else None
        _lay_out(district, one, made_at, decided_at, (department, zone, author))
        for row in cases:
            _note(district, row, one, author, "pool", one.title, made_at)
            if decided_at:
                _note(district, row, one, demo_id("user:dm"), "adopt", one.reply, decided_at)


def _lay_out(
    district: "District",
    one: Summed,
    made_at: datetime,
    decided_at: datetime | None,
    place: tuple[str, str, str],
) -> None:
    department, zone, author = place
    key = SUGGESTION_ANALYSIS.of(analysis=_id(one), author=author)
    district.add(
        SuggestionAnalysis,
        district.hang(key, f"zone:{zone}"),
        id=_id(one),
        author_id=author,
        department_id=department,
        zone_id=zone,
        title=one.title,
        category=one.category,
        analysis=one.analysis,
        proposal=one.proposal,
        state="answered" if decided_at else "submitted",
        is_adopted=True if decided_at else None,
        reply=one.reply,
        decided_by_id=demo_id("user:dm") if decided_at else None,
        made_at=made_at,
        decided_at=decided_at,
    )


def _id(one: Summed) -> str:
    return demo_id(f"suggestion_analysis:{one.category}")


def _moment(days_ago: int, hour: int) -> datetime:
    day = today() - timedelta(days=days_ago)
    while not published(day):
        day -= timedelta(days=1)
    return datetime.combine(day, time(hour), SHANGHAI)


def _note(
    district: "District",
    case: dict[str, str],
    one: Summed,
    by: str,
    word: str,
    text: str | None,
    at: datetime,
) -> None:
    district.add(
        FeedbackNote,
        case["bundle_id"],
        id=demo_id(f"suggestion_note:{word}:{case['id']}"),
        feedback_case_id=case["id"],
        author_id=by,
        word=word,
        text=text,
        ref_id=_id(one),
        made_at=at,
    )
