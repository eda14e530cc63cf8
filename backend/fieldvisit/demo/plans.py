"""A market manager's plans as they stand this morning: next week's waits for a decision, today's was filed (S11.6, S11.7)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from fieldvisit.demo.names import demo_id
from fieldvisit.features.plans.collections import VisitPlanView
from fieldvisit.features.plans.commands import DECIDE, PlanItem
from fieldvisit.features.plans.models import PLAN_PROGRESS, VISIT_PLAN, PlanProgress, VisitPlan
from fieldvisit.features.visits.models import Visit, VisitAnswers
from fieldvisit.kernel.calendar import published
from fieldvisit.kernel.clock import SHANGHAI, now, today
from fieldvisit.kernel.deadlines import start
from fieldvisit.kernel.workflow import FlowStep

if TYPE_CHECKING:
    from fieldvisit.demo.district import District

WHO = "mm1"
SUSPECTED = ("价签可能不全", "近月订货下降", "档案电话可能已变更")
WEEK_PLAN = demo_id(f"visit_plan:{WHO}:week")


def plan(district: "District", zone: str, department: str) -> None:
    """The week that waits, the day that was filed, and the supervision that found no price tags."""
    author = district.people[WHO]
    made = [row for row in district.rows[Visit] if row["visitor_id"] == author]
    _missing_tags(district, made)
    todays = [row for row in made if row["day"] == today()]
    for row, suspected in zip(todays, SUSPECTED, strict=False):
        row |= {"suspected_problem": suspected, "contact_method": "in_person"}
    monday = today() + timedelta(days=7 - today().weekday())
    while published(monday) is False:
        monday += timedelta(days=1)
    shops = [(row["shop_name"], row["customer_id"]) for row in made[:12]]
    days = [monday + timedelta(days=number % 5) for number in range(len(shops))]
    week = {
        "id": WEEK_PLAN,
        "horizon": "week",
        "first_on": monday - timedelta(days=monday.weekday()),
        "last_on": monday + timedelta(days=6 - monday.weekday()),
        "target_count": len(shops),
        "business_sizes": ["1", "2"],
        "purposes": ["supervise_am", "market_survey"],
        "content": "督察新规格铺货和价签,回访满意度低的客户。",
        "items": [
            _item(name, customer_id=shop, day=day) for (name, shop), day in zip(shops, days, strict=True)
        ],
    }
    _keep(district, zone, department, week, "submit", "submitted", time(17, 20), today() - timedelta(days=1))
    day = {
        "id": demo_id(f"visit_plan:{WHO}:day"),
        "horizon": "day",
        "first_on": today(),
        "last_on": today(),
        "target_count": None,
        "business_sizes": [],
        "purposes": [],
        "content": None,
        "items": [
            _item(
                row["shop_name"],
                visit_id=row["id"],
                **{
                    name: row[name]
                    for name in ("customer_id", "day", "purpose", "suspected_problem", "contact_method")
                },
            )
            for row in todays
        ],
    }
    _keep(district, zone, department, day, "file", "filed", time(8, 12), today())
    home = district.hang(PLAN_PROGRESS.of(plan=day["id"], author=author), f"department:{department}")
    district.add(
        PlanProgress,
        home,
        id=day["id"],
        author_id=author,
        first_on=today(),
        last_on=today(),
        days={str(today()): [len(todays), 0]},
        visited=[],
    )


def begin_terms(session: Session) -> None:
    """The department manager has his days to decide."""
    start(session, DECIDE, WEEK_PLAN, now())


def _missing_tags(district: "District", made: list[dict[str, Any]]) -> None:
    last = [row for row in made if row["state"] == "completed" and row["purpose"] == "supervise_am"][-1]
    last["findings"] = "价签缺 6 个,已请客户经理补齐"
    answers = {
        "came_as_often": True,
        "policy_known": True,
        "price_tags": False,
        "no_pressure": True,
        "satisfaction": 4,
    }
    district.add(
        VisitAnswers,
        last["bundle_id"],
        id=last["id"],
        checklist_id=demo_id("checklist:dq:supervision"),
        answers=answers,
        score=None,
    )


def _item(shop_name: str, **facts: Any) -> dict[str, Any]:
    """As a plan keeps a shop."""
    return PlanItem(**facts).model_dump(mode="json") | {"shop_name": shop_name}


def _keep(
    district: "District",
    zone: str,
    department: str,
    facts: dict[str, Any],
    step: str,
    state: str,
    at: time,
    on: date,
) -> None:
    author = district.people[WHO]
    home = district.hang(VISIT_PLAN.of(plan=facts["id"], author=author), f"department:{department}")
    nothing = dict.fromkeys(
        ("decided_by_id", "decided_for_id", "decided_at", "evaluation", "lessons", "figures")
    )
    row = facts | nothing | {"author_id": author, "zone_id": zone, "state": state}
    district.add(VisitPlan, home, **row)
    made_at = min(datetime.combine(on, at, SHANGHAI).astimezone(UTC), now())
    district.add(
        FlowStep,
        home,
        id=demo_id(f"flow_step:{facts['id']}"),
        flow="visit_plans",
        entity_id=facts["id"],
        step=step,
        from_state="draft",
        to_state=state,
        by_id=author,
        for_id=None,
        note=None,
        snapshot=VisitPlanView.model_validate(row).model_dump(mode="json"),
        made_at=made_at,
        earliest_at=made_at,
        latest_at=made_at,
        due_at=None,
        timeliness=None,
    )
