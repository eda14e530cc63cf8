"""Maintenance appraisals of the months that are over, with the figures the demo's own records give; a few of the last month are not there yet. All invented."""

from datetime import date, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.demo.names import demo_id
from fieldvisit.features.appraisal.collections import MaintenanceAppraisalView
from fieldvisit.features.appraisal.evidence import EvidenceFigures, collect
from fieldvisit.features.appraisal.leading import due_of
from fieldvisit.features.appraisal.models import MAINTENANCE_APPRAISAL, MaintenanceAppraisal
from fieldvisit.features.metrics.rules import Period, month_period
from fieldvisit.features.org.models import Zone
from fieldvisit.features.overview.counts import territories
from fieldvisit.features.overview.field import groups_of
from fieldvisit.kernel.clock import start_of, today
from fieldvisit.kernel.collections import render
from fieldvisit.kernel.reports import Reading
from fieldvisit.kernel.scopes import principal_of
from fieldvisit.kernel.users import User
from fieldvisit.kernel.work import Locks
from fieldvisit.kernel.workflow import FlowStep

MONTHS = 3
REPORTED_AFTER = timedelta(days=3, hours=2)
SHORTEST = 14  # days of records that are worth a sheet
# Of the last month one is only drafted and one not begun, for there is to be something left to do.
DRAFTED, NOT_BEGUN = "am08", "am10"
COMMENTS = (
    "走访到位,记录能看出问题,下月把问题写到户。",
    "日志按时,市场信息偏少,多写一条有用的。",
    "客户关系好,价签和陈列要跟上。",
    "计划完成好,小户走访不足,下月补上。",
)
RECORDS = (
    "抽查日志十份、走访二十条,时间与签到一致。",
    "抽查走访二十条,两条停留过短,已说明。",
    "重要信息都有传递单,回复及时。",
)
SHOPS = (
    "抽查门店多数满意,个别反映送货偏晚。",
    "抽查门店满意,店主对新品介绍评价好。",
    "一户反映价签更换慢,已安排。",
)


def appraise(session: Session, since: date) -> None:
    """A sheet a month for every account manager of the first department, by who leads his zone."""
    rng = Random(20263)
    months = [month_period(today().replace(day=1) - timedelta(days=1))]
    while len(months) < MONTHS:
        months.append(month_period(months[-1].first - timedelta(days=1)))
    first_department = demo_id("department:dq")
    zones = select(Zone).where(Zone.department_id == first_department).order_by(Zone.code)
    locks = Locks(session)
    for zone in session.scalars(zones).all():
        for number, month in enumerate(months):
            if (month.last - since).days >= SHORTEST and zone.market_manager_id:
                _month(session, locks, rng, zone, month, is_last=number == 0)
    session.flush()
    locks.bump()


def _month(session: Session, locks: Locks, rng: Random, zone: Zone, month: Period, *, is_last: bool) -> None:
    author = session.get_one(User, zone.market_manager_id)
    at = start_of(month.last + timedelta(days=1)) + REPORTED_AFTER
    reading = Reading(session, principal_of(session, author), month.last + timedelta(days=4))
    groups = [
        group
        for group in groups_of(reading, territories(reading, zone.id))
        if group.level == "account_manager"
    ]
    left_open = {demo_id(f"user:{name}") for name in (DRAFTED, NOT_BEGUN)} if is_last else set()
    for (_, person), figures in collect(reading, groups, month).items():
        if person == demo_id(f"user:{NOT_BEGUN}") and is_last:
            continue
        is_reported = person not in left_open and at.date() <= today()
        _sheet(session, locks, rng, zone, author.id, person, month, figures if is_reported else None)


def _sheet(
    session: Session,
    locks: Locks,
    rng: Random,
    zone: Zone,
    author: str,
    person: str,
    month: Period,
    figures: EvidenceFigures | None,
) -> None:
    sheet_id = demo_id(f"maintenance_appraisal:{person}:{month.first}")
    key = MAINTENANCE_APPRAISAL.of(appraisal=sheet_id, author=author)
    locks.take([key])
    home = locks.held[key.text]
    home.day = month.last
    at = start_of(month.last + timedelta(days=1)) + REPORTED_AFTER
    row = MaintenanceAppraisal(
        id=sheet_id,
        account_manager_id=person,
        author_id=author,
        zone_id=zone.id,
        first_on=month.first,
        last_on=month.last,
        record_check=rng.choice(RECORDS),
        satisfaction=rng.choice(SHOPS),
        target_completion=None,
        quality_score=rng.randint(76, 95) if figures else None,
        comment=rng.choice(COMMENTS) if figures else None,
        evidence=figures.model_dump(mode="json") if figures else None,
        state="reported" if figures else "draft",
        due_at=due_of(session, month),
        reported_at=at if figures else None,
        earliest_at=at if figures else None,
        latest_at=at if figures else None,
        timeliness="in_time" if figures else None,
        bundle_id=home.id,
    )
    session.add(row)
    if figures is None:
        return
    session.flush()
    for scope in (f"zone:{zone.id}", f"user:{person}"):
        locks.hang(home, scope)
    session.add(
        FlowStep(
            id=demo_id(f"flow_step:{sheet_id}:report"),
            flow="maintenance_appraisals",
            entity_id=sheet_id,
            step="report",
            from_state="draft",
            to_state="reported",
            by_id=author,
            snapshot=render(MaintenanceAppraisalView, row),
            made_at=at,
            earliest_at=at,
            latest_at=at,
            bundle_id=home.id,
        )
    )
