"""Three months of complaints: nine a month, all the way from the centre to the shop and back, and what is open this morning (S12). All invented."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.demo.names import demo_id
from fieldvisit.demo.slips import CO_HANDLED, id_of
from fieldvisit.features.cases import terms
from fieldvisit.features.cases.models import (
    FEEDBACK_CASE,
    RECTIFICATION_PLAN,
    FeedbackCase,
    FeedbackNote,
    RectificationPlan,
)
from fieldvisit.features.cases.rectification import DUE
from fieldvisit.features.cases.rules import COMPLAINT, RATINGS
from fieldvisit.kernel import deadlines
from fieldvisit.kernel.calendar import published
from fieldvisit.kernel.clock import SHANGHAI, day_of, now, today
from fieldvisit.kernel.intervals import Interval

if TYPE_CHECKING:
    from fieldvisit.demo.district import District

CAUSES = {"supply": 8, "delivery": 6, "account_manager": 4, "order": 3, "settlement": 2, "inspector": 2, "product_quality": 2}  # fmt: skip
TRUTHS = {"true": 15, "partly_true": 6, "untrue": 5, "undetermined": 1}
PAST = sum(CAUSES.values())
BY_VISIT = 3  # every third is told an account manager, never about one; the others call the centre
LATE = (5, 18)
METHODS = ("documents", "visit", "ask_am", "ask_post")
SAID: dict[str, tuple[str, str, str]] = {
    "supply": ("连续三次订的畅销规格都没给足,老顾客都跑了。", "按订单给足", "已核对投放规则,说明数量来由并调整下周投放。"),
    "delivery": ("送货车没到门口就走了,货放在隔壁。", "送货到店并当面清点", "送货员已上门说明,今后当面清点签字。"),
    "account_manager": ("答应来处理的事拖了两个星期没有下文。", "给个准话", "已当面说明,问题当天处理完毕。"),
    "order": ("订货时系统报错,客服说不清,错过了订货。", "补订一次", "已按规定补订,并讲解手机订货。"),
    "settlement": ("账户扣了款,订单却没有生成。", "退款或补单", "已与银行核对,款项原路退回。"),
    "inspector": ("来检查的人没有出示证件。", "按规矩检查", "已请专卖部门核查并向店主说明。"),
    "product_quality": ("整件里有几条受潮。", "换货", "已鉴别并按规定换货。"),
}  # fmt: skip
MANNERS = ("上门时说话很冲,当着顾客训人。", "问他政策,说我听不懂就别问。", "打电话没说完就挂,还说爱订不订。")
WAY = (
    "register",
    "assign",
    "accept",
    "contact",
    "verify",
    "handle",
    "resolve",
    "report",
    "inform",
    "confirm",
)
# On which working day after the first, and when.
TIMES = {"verify": (1, 10), "handle": (1, 15), "resolve": (2, 10), "report": (2, 11), "inform": (2, 15), "confirm": (3, 9)}  # fmt: skip
STATES = {"register": "registered", "co_handle": "co_handling", "handle": "handling", "report": "reported", "inform": "informed", "confirm": "closed", "join": "joined"}  # fmt: skip
MINUTES = {"register": 0, "assign": 20, "accept": 35, "contact": 50}
BEGUN: dict[str, tuple[str, ...]] = {"register": (terms.ASSIGN, terms.CONTACT), "assign": (terms.ACCEPT,), "resolve": (terms.REPORT, terms.INFORM)}  # fmt: skip
ENDED = {"assign": terms.ASSIGN, "accept": terms.ACCEPT, "contact": terms.CONTACT, "report": terms.REPORT, "inform": terms.INFORM}  # fmt: skip


class Place(NamedTuple):
    """A shop, its route, and its market manager."""

    shop: dict[str, Any]
    route: dict[str, Any]
    manager: str


@dataclass(frozen=True)
class Told:
    """One complaint: when it came, how far it went, and what is particular about it."""

    name: str
    at: datetime
    last: str  # the step that was made last
    category: str
    truth: str = "true"
    severity: str = "normal"
    is_late: bool = False
    by_visit: bool = False
    content: str | None = None
    about: str | None = None
    username: str | None = None  # whose shop it is
    joined_to: str | None = None


def moments() -> list[datetime]:
    """When they came, in the order in which they are told."""
    return [told.at for told in _all()]


def tell(district: "District", places: list[Place], numbers: list[str]) -> None:
    """The complaints, with the numbers they got."""
    chance = Random(31)
    by_name = dict(zip((one.name for one in _all()), numbers, strict=True))
    for told in _all():
        owner = told.username and demo_id(f"user:{told.username}")
        place = chance.choice([one for one in places if owner in (None, one.route["account_manager_id"])])
        _tell(district, chance, told, by_name, place)
    _rectify(district, demo_id("user:am02"), demo_id("user:am03"))


def begin_terms(session: Session) -> None:
    """Every step began and ended its terms; what is not done yet is running."""
    for case in session.scalars(select(FeedbackCase).where(FeedbackCase.feedback_type == COMPLAINT)):
        of_case = select(FeedbackNote).where(FeedbackNote.feedback_case_id == case.id)
        for note in session.scalars(of_case.order_by(FeedbackNote.made_at)).all():
            _step(session, case, note)
        terms.show(session, case)
    for plan in session.scalars(select(RectificationPlan)):
        deadlines.start_until(session, DUE, plan.id, plan.made_at, plan.due_on)


def _step(session: Session, case: FeedbackCase, note: FeedbackNote) -> None:
    at, done = note.made_at, Interval(note.made_at, note.made_at, note.made_at)
    if note.word == "register":
        terms.begin_handling(session, case, at)
    if note.word == "assign" and case.id == _id("late-delivery"):
        terms.change_handling(session, case, case.severity, at, today())
    if note.word == "resolve":
        deadlines.end(session, terms.HANDLE[case.severity], case.id, done)
    if note.word == "report":
        case.note_interval(done, terms.judge_report(session, case, done))
    elif ended := ENDED.get(note.word):
        case.due_at = deadlines.due_of(session, ended, case.id) or case.due_at
        deadlines.end(session, ended, case.id, done)
    for key in BEGUN.get(note.word, ()):
        deadlines.start(session, key, case.id, at)
    if case.joined_to_id and note.word == "join":
        terms.drop_all(session, case, at)


def _id(name: str) -> str:
    return demo_id(f"complaint:{name}")


def _day(days_ago: int) -> date:
    day = today() - timedelta(days=days_ago)
    while not published(day):
        day -= timedelta(days=1)
    return day


def _worked(day: date, days: int) -> date:
    for _ in range(days):
        day += timedelta(days=1)
        while published(day) is False:  # None: not published yet
            day += timedelta(days=1)
    return day


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), SHANGHAI)


def _all() -> Iterator[Told]:
    yield from _past()
    yield Told("late-delivery", now() - timedelta(hours=4), "co_handle", "delivery", username="am03", content="昨天的货说好上午送,到现在没到,店里断货了。")  # fmt: skip
    yield _rude(0, 17, "handle")
    yield _rude(1, 9, "accept", "rude-0")
    yield _rude(2, 4, "accept", "rude-0")
    yield Told("not-assigned", now() - timedelta(hours=2), "register", "supply")
    yield Told("not-assigned-in-time", _at(_day(1), 10), "register", "settlement")
    yield Told("reported", _at(_back(2), 10), "report", "order")
    yield Told("informed", _at(_back(3), 10), "inform", "supply", "partly_true")


def _rude(index: int, days_ago: int, last: str, joined_to: str | None = None) -> Told:
    return Told(f"rude-{index}", _at(_day(days_ago), 10), last, "account_manager", severity="major", content=MANNERS[index], about="am02", username="am02", joined_to=joined_to)  # fmt: skip


def _back(days: int) -> date:
    """That many working days ago."""
    day = _day(0)
    for _ in range(days):
        day = _day((today() - day).days + 1)
    return day


def _past() -> Iterator[Told]:
    chance = Random(30)
    categories = [name for name, count in CAUSES.items() for _ in range(count)]
    truths = [name for name, count in TRUTHS.items() for _ in range(count)]
    chance.shuffle(truths)
    chance.shuffle(categories)
    told = [one for one in categories if one != "account_manager"][: PAST // BY_VISIT]
    called = [one for one in categories if one == "account_manager"]
    called += [one for one in categories if one != "account_manager"][PAST // BY_VISIT :]
    chance.shuffle(called)
    for number in range(PAST):
        by_visit = number % BY_VISIT == 0
        at = _at(_day(90 - 3 * number), 9 + chance.randrange(7), chance.randrange(60))
        severity = "normal" if number % 6 else "important"
        category = (told if by_visit else called).pop()
        yield Told(f"{number}", at, "confirm", category, truths[number], severity, number in LATE, by_visit)


def _steps(told: Told) -> Iterator[tuple[str, datetime]]:
    """The steps to the last one, with their times; a step that lies ahead is made now."""
    way = (*WAY[:5], "co_handle") if told.last == "co_handle" else WAY
    lag = 12 if told.is_late else 0
    for word in way[: way.index(told.last) + 1]:
        if word in MINUTES:
            moment = told.at + timedelta(minutes=MINUTES[word])
        elif word == "handle" and told.truth == "untrue":
            continue
        elif told.last == "co_handle":
            moment = now() - timedelta(hours=2 if word == "verify" else CO_HANDLED.hours_ago)
        else:
            days, hour = TIMES[word]
            moment = _at(_worked(day_of(told.at), days + (lag if days > 1 else 0)), hour)
        yield word, min(moment, now())
    if told.joined_to:
        yield "join", told.at + timedelta(hours=3)


def _tell(district: "District", chance: Random, told: Told, numbers: dict[str, str], place: Place) -> None:
    case_id, zone = _id(told.name), place.route["zone_id"]
    centre, visitor = demo_id(f"user:cc{chance.choice((1, 2))}"), place.route["account_manager_id"]
    author = visitor if told.by_visit else centre
    about = demo_id(f"user:{told.about}") if told.about else None
    steps = dict(_steps(told))
    last = list(steps)[-1]
    is_over = last in ("confirm", "join")
    key = replace(FEEDBACK_CASE.of(case=case_id, author=author), day=day_of(steps[last]) if is_over else None)
    home = district.hang(key, f"zone:{zone}", f"user:{place.manager}")
    if about:
        district.barred[home] = about
    content, demand, measure = SAID[told.category]
    row = district.add(
        FeedbackCase, home, id=case_id, number=numbers[told.name], author_id=author, zone_id=zone, handler_id=place.manager,
        object_user_id=about, feedback_type=COMPLAINT, source="visit" if told.by_visit else "complaint_centre", source_id=None,
        category=told.category, customer_id=place.shop["id"], shop_name=place.shop["shop_name"], contact_name=None,
        contact_phone=None if told.by_visit else f"12{chance.randrange(10**9):09d}", content=told.content or content, demand=demand,
        received_at=told.at, due_at=told.at, severity=told.severity, handle_due_at=None, state=STATES[last],
        joined_to_id=_id(told.joined_to) if told.joined_to else None, reopen_count=0,
    )  # fmt: skip
    row |= _found(chance, told, steps, measure)
    texts = _texts(row, measure) | {"join": numbers[told.joined_to or told.name]}
    refs = {"assign": place.manager, "co_handle": id_of(CO_HANDLED), "join": row["joined_to_id"]}
    for word, at in steps.items():
        by = {"register": author, "assign": centre, "confirm": centre}.get(word, place.manager)
        _note(district, home, case_id, f"{told.name}:{word}", by, word, texts.get(word), at, refs.get(word))
    if told.joined_to:
        first = FEEDBACK_CASE.of(case=_id(told.joined_to), author="").text
        _note(district, first, _id(told.joined_to), f"{told.name}:joined", place.manager, "join", row["number"], steps["join"], case_id)  # fmt: skip


def _found(chance: Random, told: Told, steps: dict[str, datetime], measure: str) -> dict[str, Any]:
    """What was verified, done, reported and told, as far as it went."""
    is_verified, is_told = "verify" in steps, "inform" in steps
    ratings = {name: chance.choices((5, 4, 3, 2), (42, 40, 14, 4))[0] for name in RATINGS}
    findings = {"true": "情况属实。", "partly_true": "部分属实。", "untrue": "与单据和监控不符,不属实。", "undetermined": "双方说法不一,无从核实。"}  # fmt: skip
    is_handled, is_resolved = "handle" in steps, "resolve" in steps
    return {
        "verify_method": chance.choice(METHODS) if is_verified else None,
        "verify_result": told.truth if is_verified else None,
        "finding": findings[told.truth] if is_verified else None,
        "opinion": measure if is_handled else None,
        "result": (measure if is_handled else "已向店主说明核实情况。") if is_resolved else None,
        "resolved_at": steps.get("resolve"),
        "reported_at": steps.get("report"),
        "informed_at": steps.get("inform"),
        "informed_method": ("visit" if told.by_visit else "phone") if is_told else None,
        **{name: rating if is_told else None for name, rating in ratings.items()},
        **dict.fromkeys(("earliest_at", "latest_at"), steps.get("report")),
    }


def _texts(row: dict[str, Any], measure: str) -> dict[str, str | None]:
    return {"contact": "已电话联系店主,说明办理时间。", "verify": row["finding"], "handle": measure, "resolve": row["result"], "inform": row["result"], "co_handle": CO_HANDLED.content}  # fmt: skip


def _note(district: "District", home: str, case_id: str, name: str, by: str, word: str, text: str | None, at: datetime, ref: str | None) -> None:  # fmt: skip
    district.add(FeedbackNote, home, id=demo_id(f"complaint_note:{name}"), feedback_case_id=case_id, author_id=by, word=word, text=text, ref_id=ref, made_at=at)  # fmt: skip


def _rectify(district: "District", about: str, owner: str) -> None:
    """The plan that follows from three complaints about the same manner; whom they are about sees none of it."""
    case_id, plan_id = _id("rude-0"), demo_id("rectification_plan:rude")
    case = next(row for row in district.rows[FeedbackCase] if row["id"] == case_id)
    author, made_at = case["handler_id"], _at(_worked(day_of(case["received_at"]), 1), 11)
    home = district.hang(
        RECTIFICATION_PLAN.of(plan=plan_id, author=author, owner=owner), f"zone:{case['zone_id']}"
    )
    district.barred[home] = about
    measures = "组织服务礼仪培训,结对走访两周,逐户回访。"
    district.add(
        RectificationPlan, home, id=plan_id, feedback_case_id=case_id, author_id=author, owner_id=owner, problem="服务态度生硬,一个月内三户投诉。",
        cause="忙时图快,缺少沟通训练。", measures=measures, due_on=today() + timedelta(days=10), result=None, check_result=None,
        state="in_progress", made_at=made_at, earliest_at=None, latest_at=None, timeliness=None,
    )  # fmt: skip
    _note(district, case["bundle_id"], case_id, "rude:rectify", author, "rectify", measures, made_at, plan_id)
