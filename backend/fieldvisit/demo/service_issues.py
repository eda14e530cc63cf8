"""Service issues as they stand this morning: one in every state, in all three zones (S16.7). All invented."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.demo.names import demo_id
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.org.models import Route
from fieldvisit.features.service_issues.models import SERVICE_ISSUE, ServiceIssue
from fieldvisit.features.service_issues.rules import PREFIX
from fieldvisit.features.service_issues.steps import DUE
from fieldvisit.kernel import deadlines
from fieldvisit.kernel.clock import day_of, now, today
from fieldvisit.kernel.intervals import Interval
from fieldvisit.kernel.numbers import DocCounter

if TYPE_CHECKING:
    from fieldvisit.demo.district import District


class Found(NamedTuple):
    """Who found what, so many days ago, in which zone under whom, how it stands, and who is to fix it."""

    author: str
    zone: str
    manager: str
    days_ago: int
    found_in: str
    category: str
    description: str
    state: str = "found"
    cause: str | None = None
    owner: str | None = None
    measures: str | None = None
    result: str | None = None
    check_result: str | None = None


FOUND = (
    Found("am13", "nx", "mm3", 20, "work_log", "information", "新品价格调整当天没有通知到户,三户问起才知道。", "verified", "通知只发在群里,没有逐户确认。", "am13", "价格调整当天逐户电话告知并登记。", "四十户全部告知,已登记。", "抽查五户都知道。"),
    Found("am01", "cz", "mm1", 6, "visit", "materials", "明码标价签三个月没有换新,字迹看不清。", "fixed", "物料到货后没有分到线路。", "am01", "本周内把这条线路的标价签全部换新。", "线路上二十六户已换完。"),
    Found("am08", "cj", "mm2", 4, "visit", "training", "手机订货改版后,好几户年纪大的店主不会用。", "assigned", "改版时没有安排上门讲解。", "am07", "拜访时逐户演示一遍,留一张步骤卡。"),
    Found("mm1", "cz", "mm1", 3, "survey", "visiting", "满意度调查里有四户说客户经理进店只看货、不问困难。", "analysed", "拜访清单里没有问困难这一项。"),
    Found("am07", "cj", "mm2", 1, "visit", "delivery", "送货单上的联系电话还是旧号码,店主有事打不通。"),
    Found("am02", "cz", "mm1", 0, "work_log", "settlement", "扣款短信不写明是哪张订单,店主对不上账。"),
)  # fmt: skip
AT_A_SHOP = "visit"
TERM = 7


def tell(district: "District") -> None:
    """The issues, numbered in the order they were found."""
    years = dict.fromkeys((day_of(now() - timedelta(days=one.days_ago)).year for one in FOUND), 0)
    for index, found in enumerate(FOUND):
        year = day_of(now() - timedelta(days=found.days_ago)).year
        years[year] += 1
        _tell(district, index, f"{PREFIX}-{year}-{years[year]:06d}", found)
    for year, last in years.items():
        district.add(DocCounter, prefix=PREFIX, year=year, last=last)


def begin_terms(session: Session) -> None:
    """Whoever is to fix one has his term; what is fixed was in time."""
    for issue in session.scalars(select(ServiceIssue).where(ServiceIssue.due_on.is_not(None))):
        deadlines.start_until(session, DUE, issue.id, issue.found_at, issue.due_on or today())
        if issue.latest_at is not None:
            done = Interval(issue.latest_at, issue.latest_at, issue.latest_at)
            issue.note_interval(done, deadlines.end(session, DUE, issue.id, done))


def _tell(district: "District", index: int, number: str, found: Found) -> None:
    issue_id, author = demo_id(f"service_issue:{index}"), demo_id(f"user:{found.author}")
    manager, owner = (
        demo_id(f"user:{found.manager}"),
        demo_id(f"user:{found.owner}") if found.owner else None,
    )
    at = now() - timedelta(days=found.days_ago, hours=1)
    fixed_at = at + timedelta(days=3) if found.result else None
    shop = _shop(district, author) if found.found_in == AT_A_SHOP else None
    is_over = found.state == "verified"
    key = SERVICE_ISSUE.of(issue=issue_id, author=author)
    home = district.hang(
        replace(key, day=day_of(at + timedelta(days=4)) if is_over else None),
        f"zone:{demo_id(f'zone:{found.zone}')}",
        f"user:{owner or author}",
    )
    district.add(
        ServiceIssue, home, id=issue_id, number=number, author_id=author, zone_id=demo_id(f"zone:{found.zone}"),
        customer_id=shop and shop[0], shop_name=shop and shop[1], found_in=found.found_in, source_id=None,
        category=found.category, description=found.description, found_at=at, state=found.state, cause=found.cause,
        owner_id=owner, assigner_id=manager if owner else None, measures=found.measures,
        due_on=day_of(at + timedelta(days=TERM)) if owner else None, result=found.result, check_result=found.check_result,
        verified_by_id=manager if is_over else None, earliest_at=fixed_at, latest_at=fixed_at, timeliness=None,
    )  # fmt: skip


def _shop(district: "District", account_manager: str) -> tuple[str, str]:
    """A shop of his."""
    routes = {row["id"] for row in district.rows[Route] if row["account_manager_id"] == account_manager}
    return next(
        (row["id"], row["shop_name"])
        for row in district.rows[Customer]
        if row["route_id"] in routes and row["customer_status"] == "02"
    )
