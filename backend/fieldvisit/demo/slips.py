"""Slips as they stand this morning: one waits at each post, one is answered, one is done (S18.4). All invented."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy.orm import Session

from fieldvisit.demo.names import demo_id
from fieldvisit.features.slips.commands import REPLY, REPLY_URGENT
from fieldvisit.features.slips.models import INFO_SLIP, InfoSlip, InfoSlipNote
from fieldvisit.features.slips.rules import PREFIX
from fieldvisit.kernel.clock import now, today
from fieldvisit.kernel.deadlines import start
from fieldvisit.kernel.numbers import DocCounter

if TYPE_CHECKING:
    from fieldvisit.demo.district import District


class Told(NamedTuple):
    """Who told whom what, so many hours ago, and how it stands."""

    author: str
    zone: str | None
    addressee: str | None
    category: str
    urgency: str
    content: str
    wanted: str | None
    state: str
    hours_ago: int
    answer: str | None = None


CO_HANDLED = Told("mm1", None, "post2", "complaint", "urgent", "有店主投诉昨天的货今天上午仍未送到,请协办。", "请查明原因,今天送到并答复。", "sent", 1)  # fmt: skip
TOLD = (
    Told("am01", "cz", "post4", "supply", "urgent", "两个畅销规格断货三天,店主反映货源偏紧。", "请核对本周投放,告知到货日。", "sent", 3),
    Told("am07", "cj", "post2", "delivery", "normal", "东街一带连续两次下午才到货,赶不上店主营业高峰。", "能否固定上午送?", "replied", 26, "本周起调整为上午第二批,请转告店主。"),
    Told("am07", "cj", "mm2", "customer_info", "normal", "北门便民店准备转让,新店主下周接手。", None, "sent", 5),
    Told("mm2", None, None, "compliance", "normal", "集市上有流动摊点低价兜售,疑为非渠道货。", "请转专卖核查。", "received", 20),
    Told("am13", "nx", "mm3", "grumble", "normal", "店主抱怨结算到账慢。", "请帮忙问一下。", "closed", 50, "已问过,银行系统升级,现已恢复。"),
    CO_HANDLED,
)  # fmt: skip
IN_ORDER = sorted(TOLD, key=lambda one: -one.hours_ago)


def lay_out(district: "District", department: str) -> None:
    """The slips, numbered in the order they came."""
    for number, told in enumerate(IN_ORDER, start=1):
        _tell(district, department, number, told)
    district.add(DocCounter, prefix=PREFIX, year=today().year, last=len(TOLD))


def begin_terms(session: Session) -> None:
    """Whoever owes an answer has his term."""
    for number, told in enumerate(IN_ORDER, start=1):
        if told.state in ("sent", "received"):
            start(session, REPLY_URGENT if told.urgency == "urgent" else REPLY, _id(number), now())


def id_of(told: Told) -> str:
    """The slip by which it was told."""
    return _id(IN_ORDER.index(told) + 1)


def _id(number: int) -> str:
    return demo_id(f"info_slip:{number}")


def _tell(district: "District", department: str, number: int, told: Told) -> None:
    author, made_at = district.people[told.author], now() - timedelta(hours=told.hours_ago)
    addressee = demo_id(f"user:{told.addressee}") if told.addressee else None
    led_in = f"zone:{demo_id(f'zone:{told.zone}')}" if told.zone else f"department:{department}"
    reached = f"user:{addressee}" if addressee else f"department:{department}"
    key = INFO_SLIP.of(slip=_id(number), author=author)
    home = district.hang(replace(key, day=today() if told.state == "closed" else None), led_in, reached)
    answered_at = made_at + timedelta(hours=2)
    district.add(
        InfoSlip,
        home,
        id=_id(number),
        number=f"{PREFIX}-{today().year}-{number:06d}",
        author_id=author,
        department_id=department,
        addressee_id=addressee,
        category=told.category,
        urgency=told.urgency,
        customer_id=None,
        shop_name=None,
        visit_id=None,
        content=told.content,
        wanted_action=told.wanted,
        reply_due_on=None,
        state=told.state,
        made_at=made_at,
        earliest_at=answered_at if told.answer else None,
        latest_at=answered_at if told.answer else None,
        timeliness="in_time" if told.answer else None,
    )
    by = addressee or demo_id("user:dm")
    steps: list[tuple[str, str | None, str, Any]] = []
    if told.state == "received":
        steps.append(("receive", None, by, answered_at))
    if told.answer:
        steps.append(("reply", told.answer, by, answered_at))
    if told.state == "closed":
        steps.append(("confirm", None, author, answered_at + timedelta(hours=1)))
    for word, text, who, at in steps:
        district.add(
            InfoSlipNote,
            home,
            id=demo_id(f"info_slip_note:{number}:{word}"),
            info_slip_id=_id(number),
            author_id=who,
            word=word,
            text=text,
            to_id=None,
            made_at=at,
        )
