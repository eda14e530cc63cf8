"""Three months of suggestions, queries and grumbles: seventy-six a month, most of them answered in time, some waiting this morning (S12). All invented."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.demo import complaints
from fieldvisit.demo.names import demo_id
from fieldvisit.features.cases.models import FEEDBACK_CASE, FeedbackCase, FeedbackNote
from fieldvisit.features.cases.rules import COMPLAINT, OPEN, PREFIX, RATINGS
from fieldvisit.features.cases.terms import REPLY
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.org.models import Route, Zone
from fieldvisit.kernel.calendar import published
from fieldvisit.kernel.clock import SHANGHAI, day_of, now, today
from fieldvisit.kernel.deadlines import start
from fieldvisit.kernel.numbers import DocCounter

if TYPE_CHECKING:
    from fieldvisit.demo.district import District

MONTHS = 3
WAITING = 7  # the last of them
A_MONTH = {"suggestion": 22, "query": 30, "grumble": 24}
SAID: dict[str, tuple[tuple[str, str, str], ...]] = {
    "supply": (("畅销规格总是不够卖,能不能多投放些?", "增加投放", "已反映货源需求,下周投放时优先安排。"), ("新品什么时候能订?", "告知到货时间", "预计下月上旬可订,到货前电话告知。")),
    "delivery": (("送货总在中午最忙的时候。", "改到上午", "已与配送协商,下周起改到上午。"), ("上次少送一条,当场没发现。", "补送", "核对单据属实,随下次订单补送。")),
    "account_manager": (("客户经理来得少,有事找不到人。", "多来几次", "已调整拜访计划,每月不少于两次。"),),
    "order": (("订货时间太短,忙起来就错过了。", "延长订货时间", "已教会用手机订货,并设置订货提醒。"),),
    "settlement": (("扣款到账慢,影响订货。", "加快到账", "银行系统升级所致,现已恢复。"),),
    "inspector": (("旁边有人无证卖烟。", "尽快检查", "已转专卖部门核查。"),),
    "product_quality": (("有一条包装破损。", "换货", "核实属实,已办理换货。"),),
    "policy": (("档位是怎么评出来的?", "讲清楚", "已上门讲解分档规则和本店得分。"),),
}  # fmt: skip
WEIGHTS = {"supply": 30, "delivery": 22, "account_manager": 15, "order": 12, "settlement": 8, "inspector": 8, "product_quality": 3, "policy": 2}  # fmt: skip
RESULTS = {"true": 55, "partly_true": 20, "untrue": 20, "undetermined": 5}


def tell(district: "District", department: str) -> None:
    """The opinions, numbered in the order they came."""
    chance = Random(12)
    zones = {
        row["id"]: row["market_manager_id"]
        for row in district.rows[Zone]
        if row["department_id"] == department
    }
    routes = {row["id"]: row for row in district.rows[Route] if row["zone_id"] in zones}
    shops = [
        row for row in district.rows[Customer] if row["route_id"] in routes and row["customer_status"] == "02"
    ]
    kinds = [kind for kind, count in A_MONTH.items() for _ in range(count * MONTHS)]
    moments = sorted(_moment(chance, 1 + number % (30 * MONTHS)) for number in range(len(kinds)))
    chance.shuffle(kinds)
    numbers = _numbered([*moments, *complaints.moments()])
    for number, (kind, moment) in enumerate(zip(kinds, moments, strict=True)):
        shop = chance.choice(shops)
        route = routes[shop["route_id"]]
        people = (route["account_manager_id"], zones[route["zone_id"]])
        _tell(district, chance, number, numbers[number], kind, moment, shop, route["zone_id"], people)
    places = [
        complaints.Place(row, route, zones[route["zone_id"]])
        for row in shops
        for route in (routes[row["route_id"]],)
    ]
    complaints.tell(district, places, numbers[len(kinds) :])
    counts = Counter(number.split("-")[1] for number in numbers)
    for year, last in counts.items():
        district.add(DocCounter, prefix=PREFIX, year=int(year), last=last)


def _numbered(moments: list[datetime]) -> list[str]:
    """The number of each, counted within its year in the order they came."""
    numbers, counts = [""] * len(moments), Counter[int]()
    for index in sorted(range(len(moments)), key=lambda one: moments[one]):
        year = day_of(moments[index]).year
        counts[year] += 1
        numbers[index] = f"{PREFIX}-{year}-{counts[year]:06d}"
    return numbers


def begin_terms(session: Session) -> None:
    """Who has not told a shop yet has his term."""
    waiting = select(FeedbackCase).where(
        FeedbackCase.state.in_(OPEN), FeedbackCase.feedback_type != COMPLAINT
    )
    for case in session.scalars(waiting):
        case.due_at = start(session, REPLY, case.id, case.received_at).at


def _moment(chance: Random, days_ago: int) -> datetime:
    day = today() - timedelta(days=days_ago)
    while not published(day):
        day -= timedelta(days=1)
    return datetime.combine(day, time(9 + chance.randrange(8), chance.randrange(60)), SHANGHAI)


def _tell(
    district: "District",
    chance: Random,
    number: int,
    doc_no: str,
    kind: str,
    moment: datetime,
    shop: dict[str, Any],
    zone: str,
    people: tuple[str, str],
) -> None:
    author, handler = people
    case_id = demo_id(f"feedback_case:{number}")
    (category,) = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
    content, demand, answer = chance.choice(SAID[category])
    told_at = min(moment + timedelta(hours=chance.choice((3, 20, 26, 44))), now())
    is_told = number < sum(A_MONTH.values()) * MONTHS - WAITING
    is_closed = is_told and told_at < now() - timedelta(days=4)
    state = "closed" if is_closed else "informed" if is_told else chance.choice(("registered", "handling"))
    key = FEEDBACK_CASE.of(case=case_id, author=author)
    home = district.hang(
        replace(key, day=day_of(told_at) if is_closed else None), f"zone:{zone}", f"user:{handler}"
    )
    verified = chance.choices(list(RESULTS), list(RESULTS.values()))[0] if state != "registered" else None
    ratings = {name: chance.choices((5, 4, 3, 2), (60, 28, 9, 3))[0] for name in RATINGS}
    district.add(
        FeedbackCase,
        home,
        id=case_id,
        number=doc_no,
        author_id=author,
        zone_id=zone,
        handler_id=handler,
        object_user_id=None,
        feedback_type=kind,
        source="visit",
        source_id=None,
        category=category,
        customer_id=shop["id"],
        shop_name=shop["shop_name"],
        contact_name=None,
        contact_phone=None,
        content=content,
        demand=demand,
        received_at=moment,
        due_at=moment + timedelta(days=3),
        state=state,
        verify_method="ask_post" if verified else None,
        verify_result=verified,
        finding=None,
        opinion=answer if verified else None,
        informed_at=told_at if is_told else None,
        informed_method="phone" if is_told else None,
        **{name: rating if is_told else None for name, rating in ratings.items()},
        earliest_at=told_at if is_told else None,
        latest_at=told_at if is_told else None,
        timeliness="in_time" if is_told else None,
    )
    steps: list[tuple[str, str, datetime, str | None]] = [("register", author, moment, None)]
    steps += [("handle", handler, moment + timedelta(hours=2), answer)] if verified else []
    steps += [("inform", handler, told_at, answer)] if is_told else []
    steps += [("close", handler, told_at, None)] if is_closed else []
    for at, (word, by, made_at, text) in enumerate(steps):
        district.add(
            FeedbackNote,
            home,
            id=demo_id(f"feedback_note:{number}:{at}"),
            feedback_case_id=case_id,
            author_id=by,
            word=word,
            text=text,
            made_at=made_at,
        )
