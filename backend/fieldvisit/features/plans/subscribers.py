"""What plans do by themselves: they count what comes of them, and tell who has to know."""

from datetime import date

from sqlalchemy import select

from fieldvisit.features.org.lines import unit_of
from fieldvisit.features.plans.commands import DECIDE, deciders
from fieldvisit.features.plans.models import PLAN_PROGRESS, PlanProgress, VisitPlan
from fieldvisit.features.plans.progress import count
from fieldvisit.features.visits.models import Visit
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.events import on
from fieldvisit.kernel.notices import notice, tell
from fieldvisit.kernel.reactions import Happening
from fieldvisit.kernel.users import User

SUBMITTED = notice("plan_submitted", "有计划等待审核")
FILED = notice("plan_filed", "有日计划备案")
AMENDED = notice("plan_amended", "有计划作了补充")
DECIDED = notice("plan_decided", "您的计划已有审核结果")
NEAR = notice("plan_due_near", "有计划的审核即将到期")
OVERDUE = notice("plan_overdue", "有计划的审核已超时", urgent=True)

TO_SUPERIOR = {"visit_plans.submit": SUBMITTED, "visit_plans.file": FILED, "visit_plans.amend": AMENDED}
TO_AUTHOR = ("visit_plans.approve", "visit_plans.return")


def _plan(happening: Happening) -> VisitPlan:
    return happening.session.get_one(VisitPlan, happening.event.data["entity_id"])


@on("visit_plans.approve", "visit_plans.file")
def begin_to_count(happening: Happening) -> None:
    """A plan that comes into force is counted from now on, for its author and whoever leads him."""
    plan = _plan(happening)
    (home,) = happening.bundles([PLAN_PROGRESS.of(plan=plan.id, author=plan.author_id)])
    unit = unit_of(happening.session, happening.session.get_one(User, plan.author_id))
    if unit is not None:
        happening.locks.hang(home, unit)
    if happening.session.get(PlanProgress, plan.id) is None:
        home.day = plan.last_on
        found = count(happening.session, plan)
        happening.session.add(
            PlanProgress(
                id=plan.id,
                author_id=plan.author_id,
                first_on=plan.first_on,
                last_on=plan.last_on,
                days=found.days,
                visited=found.visited,
                bundle_id=home.id,
            )
        )


@on("visits.planned", "visits.completed", "visits.cancelled", "visits.shop_corrected")
def count_on(happening: Happening) -> None:
    """Whatever becomes of a visit is counted in every plan of its visitor that runs over its day, or ran within 31 days before."""
    visit = happening.session.get_one(Visit, happening.event.data["visit_id"])
    since = date.fromordinal(visit.day.toordinal() - 31)
    running = select(PlanProgress).where(
        PlanProgress.author_id == visit.visitor_id,
        PlanProgress.last_on >= since,
        PlanProgress.first_on <= visit.day,
    )
    rows = list(happening.session.scalars(running.order_by(PlanProgress.id)))
    changed = []
    for row in rows:
        found = count(happening.session, row)
        if (found.days, found.visited) != (row.days, row.visited):
            changed.append((row, found))
    homes = select(Bundle.key).where(Bundle.id.in_([row.bundle_id for row, _ in changed]))
    happening.bundles(happening.session.scalars(homes).all())
    for row, found in changed:
        row.days, row.visited = found.days, found.visited


@on(*TO_SUPERIOR)
def tell_superiors(happening: Happening) -> None:
    """Who decides hears what is submitted; of a day that is filed and of what is amended he is told alone (S11.7)."""
    plan = _plan(happening)
    kind = TO_SUPERIOR[happening.event.name]
    told = deciders(happening.session, plan)
    tell(happening, told, kind, entity_id=plan.id, horizon=plan.horizon, first_on=plan.first_on.isoformat())


@on(*TO_AUTHOR)
def tell_author(happening: Happening) -> None:
    """Whose plan it is hears what was decided."""
    plan = _plan(happening)
    step = happening.event.name.rpartition(".")[2]
    about = {"entity_id": plan.id, "horizon": plan.horizon, "first_on": plan.first_on.isoformat()}
    tell(happening, [plan.author_id], DECIDED, step=step, **about)


@on(f"{DECIDE}.due_near", f"{DECIDE}.overdue")
def remind(happening: Happening) -> None:
    """A plan is to be decided soon, or should have been."""
    plan = _plan(happening)
    kind = NEAR if happening.event.name.endswith("due_near") else OVERDUE
    about = {"entity_id": plan.id, "horizon": plan.horizon, "first_on": plan.first_on.isoformat()}
    tell(happening, deciders(happening.session, plan), kind, **about)
