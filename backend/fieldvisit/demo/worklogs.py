"""Three months of work logs: most in time, most reviewed; yesterday's wait, one with important news that went nowhere (S13.4). All invented."""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from fieldvisit.demo.names import demo_id
from fieldvisit.demo.visits import working_days
from fieldvisit.features.org.models import Route, Zone
from fieldvisit.features.org.rules import LOGS_DUE_AT, LOGS_MISSING_AT
from fieldvisit.features.visits.models import Visit
from fieldvisit.features.worklogs.collections import WorkLogView
from fieldvisit.features.worklogs.commands import REVIEW
from fieldvisit.features.worklogs.models import WORK_LOG, WorkLog
from fieldvisit.features.worklogs.rules import moment
from fieldvisit.kernel.clock import SHANGHAI, now, today
from fieldvisit.kernel.deadlines import start
from fieldvisit.kernel.workflow import FlowStep

if TYPE_CHECKING:
    from fieldvisit.demo.district import District

LATE, MISSING, UNREVIEWED = 0.96, 0.99, 0.97
GRADES = ("A", "B", "C", "D")
WEIGHTS = (25, 60, 13, 2)
WITH_STEPS = 10  # so many days back the steps of a log are told, too
WITHOUT_SLIP = "am03"
NOTES = (
    ("market", "集镇新开一家便利店,还没有办证,已提醒。"),
    ("market", "农忙开始,上午走访店主多不在,改在午后。"),
    ("brand", "新规格有人问,回头客还少,陈列靠下不显眼。"),
    ("brand", "中档规格动销加快,两户要求加一次预订。"),
    ("customer", "两户店主换了电话,已核实更新。"),
    ("problem", "三户反映送货偏晚,赶不上早市。"),
    ("request", "请配一批新规格的价签。"),
    ("experience", "先看陈列再谈订货,店主更愿意听。"),
)
NON_CHANNEL = "集市口有户在卖没见过的低价烟,疑为非渠道货。"
COMMENTS = (
    "信息写得具体,继续保持。",
    "问题要写明是哪几户。",
    "明天先走缺货的几户。",
    "新规格的陈列周内补齐。",
)


def write(district: "District", department: str) -> None:
    """The logs of everybody in the field, from the first day until the last that was worked before today."""
    rng = Random(20262)
    days = [day for day in working_days(district.size.since) if day < today()]
    visits: defaultdict[tuple[str, date], list[dict[str, Any]]] = defaultdict(list)
    for row in district.rows[Visit]:
        visits[row["visitor_id"], row["day"]].append(row)
    zones = {row["id"]: row["market_manager_id"] for row in district.rows[Zone]}
    for route in district.rows[Route]:
        author, zone = route["account_manager_id"], route["zone_id"]
        for day in days if author else ():
            _log(district, rng, author, zone, zones[zone], f"zone:{zone}", day, visits[author, day], days[-1])
    leader = demo_id("user:dm")
    for zone, author in zones.items():
        for day in days:
            hung = f"department:{department}"
            _log(district, rng, author, zone, leader, hung, day, visits[author, day], days[-1])


def begin_terms(session: Session) -> None:
    """Whoever has logs to review has his term."""
    for log in session.query(WorkLog).filter(WorkLog.state == "submitted").order_by(WorkLog.id):
        start(session, REVIEW, log.id, log.submitted_at or now())


def _log(
    district: "District",
    rng: Random,
    author: str,
    zone: str,
    reviewer: str,
    hung: str,
    day: date,
    visits: list[dict[str, Any]],
    last: date,
) -> None:
    luck, minutes = rng.random(), rng.randint(5, 55)
    notes = _notes(rng, visits, rng.sample(NOTES, 3))
    grade = rng.choices(GRADES, WEIGHTS)[0]
    comment, is_reviewed = rng.choice(COMMENTS), rng.random() < UNREVIEWED and day < last
    is_shown = author == demo_id(f"user:{WITHOUT_SLIP}") and day == last
    if is_shown:
        notes.append(_note("market", NON_CHANNEL, is_important=True))
    elif luck >= MISSING:
        return
    evening = datetime.combine(day, time(17), SHANGHAI).astimezone(UTC) + timedelta(minutes=minutes)
    is_late = luck >= LATE and not is_shown
    submitted_at = evening + timedelta(hours=2) if is_late else evening
    done = [visit for visit in visits if visit["state"] == "completed"]
    key = WORK_LOG.of(author=author, horizon="day", first_on=day.isoformat())
    home = district.hang(replace(key, day=day), hung)
    decided_at = moment(day + timedelta(days=1), "07:40") if is_reviewed else None
    row = {
        "id": demo_id(f"work_log:{author}:{day}"),
        "author_id": author,
        "zone_id": zone,
        "horizon": "day",
        "first_on": day,
        "last_on": day,
        "notes": notes,
        "figures": {
            "planned": sum(visit["state"] != "cancelled" for visit in visits),
            "completed": len(done),
            "visited": len({visit["customer_id"] for visit in done}),
        },
        "state": "reviewed" if is_reviewed else "submitted",
        "due_at": moment(day, LOGS_DUE_AT),
        "missing_at": moment(day + timedelta(days=1), LOGS_MISSING_AT),
        "submitted_at": submitted_at,
        "decided_by_id": reviewer if is_reviewed else None,
        "decided_for_id": None,
        "decided_at": decided_at,
        **dict.fromkeys(
            ("plan_check", "info_check", "transfer_check", "truth_check"), "good" if is_reviewed else None
        ),
        "grade": grade if is_reviewed else None,
        "comment": comment if is_reviewed and grade != "A" else None,
        "earliest_at": submitted_at,
        "latest_at": submitted_at,
        "timeliness": "late" if is_late else "in_time",
    }
    district.add(WorkLog, home, **row)
    if day >= today() - timedelta(days=WITH_STEPS):
        snapshot = WorkLogView.model_validate(row | {"state": "submitted"}).model_dump(mode="json")
        _step(district, home, row, "submit", "open", "submitted", author, submitted_at, snapshot)
        if decided_at:
            _step(district, home, row, "review", "submitted", "reviewed", reviewer, decided_at, None)


def _notes(rng: Random, visits: list[dict[str, Any]], told: list[tuple[str, str]]) -> list[dict[str, Any]]:
    found = [visit for visit in visits if visit["findings"]]
    of_visits = [
        _note("visit", visit["findings"], customer_id=visit["customer_id"], shop_name=visit["shop_name"])
        for visit in rng.sample(found, min(3, len(found)))
    ]
    return of_visits + [_note(kind, text) for kind, text in sorted(told)]


def _note(kind: str, text: str, **more: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(("info_slip_id", "slip_number", "explanation", "customer_id", "shop_name"))
    about = {"id": demo_id(f"note:{kind}:{text}:{more.get('customer_id')}"), "kind": kind, "text": text}
    return about | nothing | {"is_important": False} | more


def _step(
    district: "District",
    home: str,
    row: dict[str, Any],
    step: str,
    come_from: str,
    to: str,
    by: str,
    at: datetime,
    snapshot: dict[str, Any] | None,
) -> None:
    district.add(
        FlowStep,
        home,
        id=demo_id(f"flow_step:{row['id']}:{step}"),
        flow="work_logs",
        entity_id=row["id"],
        step=step,
        from_state=come_from,
        to_state=to,
        by_id=by,
        for_id=None,
        note=None,
        snapshot=snapshot,
        made_at=at,
        earliest_at=at,
        latest_at=at,
        due_at=None,
        timeliness=None,
    )
