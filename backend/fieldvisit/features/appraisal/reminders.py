"""Whoever has account managers to appraise for the month that is over is reminded before the day it is due, and once it has passed (domain §3.6)."""

from collections import Counter
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.appraisal.leading import due_of, led_then, length_of, zone_of
from fieldvisit.features.appraisal.models import MaintenanceAppraisal
from fieldvisit.features.metrics.rules import Period, month_period
from fieldvisit.features.org.models import Route, Zone
from fieldvisit.kernel.clock import day_of, now, start_of, today
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.duties import duty
from fieldvisit.kernel.events import Event, emit, on
from fieldvisit.kernel.notices import notice, tell
from fieldvisit.kernel.reactions import Happening

WANTED, MISSING = "maintenance_appraisals.wanted", "maintenance_appraisals.missing"
KINDS = {
    WANTED: notice("maintenance_appraisal_wanted", "请按时上报客户维护考核"),
    MISSING: notice("maintenance_appraisal_missing", "有客户维护考核已过上报期限", urgent=True),
}


@duty
def say_what_is_due(database: Database) -> None:
    """Say once, on its day, that the sheets of the month that is over are due soon, or were due."""
    month = month_period(today().replace(day=1) - timedelta(days=1))
    with database.read() as session:
        name = _due(session, month)
        said = select(Event.number).where(Event.name == name, Event.happened_at >= start_of(today()))
        is_said = name is None or session.scalar(said.limit(1)) is not None
    if name and not is_said:
        with database.write() as session:
            emit(session, name, data={"first_on": month.first.isoformat()})


def _due(session: Session, month: Period) -> str | None:
    due = due_of(session, month)
    near = due - timedelta(hours=length_of(session, month).remind_hours)
    if day_of(due) == today() and now() >= due:
        return MISSING
    return WANTED if day_of(near) == today() and near <= now() < due else None


@on(WANTED, MISSING)
def remind(happening: Happening) -> None:
    """Who leads a zone hears how many of his account managers he has not appraised."""
    first_on = happening.event.data["first_on"]
    wanting = _wanting(happening.session, month_period(date.fromisoformat(first_on)))
    for manager, count in sorted(wanting.items()):
        tell(happening, [manager], KINDS[happening.event.name], first_on=first_on, count=count)


def _wanting(session: Session, month: Period) -> Counter[str]:
    """How many of those who served a route in the month have no reported sheet, by who leads their zone and did so then."""
    reported = select(MaintenanceAppraisal.account_manager_id).where(
        MaintenanceAppraisal.first_on == month.first, MaintenanceAppraisal.state == "reported"
    )
    serving = select(Route.account_manager_id).where(
        Route.account_manager_id.is_not(None), Route.account_manager_id.not_in(reported)
    )
    managers = dict(session.execute(select(Zone.id, Zone.market_manager_id)).all())
    zones = [zone_of(session, user_id, month) for user_id in session.scalars(serving.distinct()) if user_id]
    led = [(managers.get(zone_id), zone_id) for zone_id in zones if zone_id]
    return Counter(
        manager for manager, zone_id in led if manager and led_then(session, manager, zone_id, month)
    )
