"""Who has not planned the next week or month yet is reminded on the day it is due (domain §3.6)."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.org.models import Route, Zone
from fieldvisit.features.plans.models import VisitPlan
from fieldvisit.features.plans.rules import EDITABLE, PlanDue, plans_due
from fieldvisit.kernel.calendar import days_off
from fieldvisit.kernel.clock import SHANGHAI, now, start_of, today
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.duties import duty
from fieldvisit.kernel.events import Event, emit, on
from fieldvisit.kernel.notices import notice, tell
from fieldvisit.kernel.reactions import Happening
from fieldvisit.kernel.scopes import Cover
from fieldvisit.kernel.users import Role

WANTED = "visit_plans.wanted"
PLAN_WANTED = notice("plan_wanted", "请按时提交拜访计划")
AHEAD = timedelta(days=37)  # the rest of a month and of its last week


@duty
def say_what_is_due(database: Database) -> None:
    """Say once, on its day, that plans of a post and period are due."""
    here = now().astimezone(SHANGHAI)
    with database.read() as session:
        off, _ = days_off(session, here.date(), here.date() + AHEAD)
        said = _said(session)
    unsaid = [due for due in plans_due(here, off) if due._asdict() not in said]
    if unsaid:
        with database.write() as session:
            for due in unsaid:
                emit(session, WANTED, data=due._asdict())


def _said(session: Session) -> list[dict[str, str]]:
    """What was said today; what is due is so on its day alone."""
    said = select(Event.data).where(Event.name == WANTED, Event.happened_at >= start_of(today()))
    return list(session.scalars(said))


@on(WANTED)
def remind(happening: Happening) -> None:
    """Everybody of the post who serves a route or leads a zone and has no plan of the period submitted; of a day, who is there."""
    due = PlanDue(**happening.event.data)
    serving = select(Route.account_manager_id if due.role == Role.ACCOUNT_MANAGER else Zone.market_manager_id)
    first_on = date.fromisoformat(due.first_on)
    planned = select(VisitPlan.author_id).where(
        VisitPlan.horizon == due.horizon,
        VisitPlan.first_on == first_on,
        VisitPlan.state.not_in(EDITABLE),
    )
    wanting = set(happening.session.scalars(serving)) - set(happening.session.scalars(planned))
    if due.horizon == "day":
        away = select(Cover.user_id).where(Cover.since <= first_on, Cover.until > first_on)
        wanting -= set(happening.session.scalars(away))
    tell(happening, wanting, PLAN_WANTED, horizon=due.horizon, first_on=due.first_on)
