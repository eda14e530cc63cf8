"""Policies of the first department with who has read them, and the service plans of its zones (S1.7, S1.23). All invented."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fieldvisit.demo.names import demo_id
from fieldvisit.features.metrics.rules import quarter_period
from fieldvisit.features.org.models import Route, Zone
from fieldvisit.features.policies.models import POLICY, POLICY_RECEIPT, Policy, PolicyReceipt
from fieldvisit.features.service.collections import ServicePlanView
from fieldvisit.features.service.models import SERVICE_PLAN, ServicePlan
from fieldvisit.kernel.clock import now, today
from fieldvisit.kernel.workflow import FlowStep

if TYPE_CHECKING:
    from fieldvisit.demo.district import District

FIELD = ["account_manager", "market_manager"]
SERVICE = """一、每次拜访先签到,如实记录见到谁、看到什么。
二、大户每周、中户每半月、小户每月上门,订货日前一两天为宜。
三、价签、陈列、库存三项每次必看,缺的当场补。
四、意见和投诉当日登记,答复时限以登记时间为准。
五、不得代客户下订单,不得以任何理由要求客户加量。"""
SUPPLY = """紧俏规格按客户档级投放,同档同量;客户经理只解释办法,不承诺数量。
临时调整以当天站会通知为准,调整当日告知受影响的客户。"""
PRIVACY = """客户电话只用于工作联系,不得转发、截图外传。
照片以门头和陈列为主,避免拍到顾客;误拍的当场删除重拍。"""
POLICIES: tuple[tuple[str, str, str, str, list[str], int, int], ...] = (
    ("service", "零售客户服务规范", "process", SERVICE, FIELD, 40, 10),
    ("supply", "货源投放办法", "company", SUPPLY, FIELD, 12, 6),
    ("privacy", "客户信息使用须知", "company", PRIVACY, [*FIELD, "complaint_centre"], 2, 2),
)
AIMS = "大户满意度到 90 分;中户价签齐全率 100 %;小户每月至少见到店主一次。"
GROUPS = (
    ("1", 4, ["库存检查", "品牌推介", "订货建议"], "每月一次销售分析,逐户讲清动销和缺货。"),
    ("2", 2, ["陈列与价签", "库存检查"], "重点补价签,带动新规格上柜。"),
    ("3", 1, ["政策宣传", "意见征询"], None),
)


def publish(district: "District", department: str) -> None:
    """Three policies, each read by some in every zone, and service plans: most passed, one that waits, one not written yet."""
    zones = [row["id"] for row in district.rows[Zone] if row["department_id"] == department]
    for name, title, category, text, must_read, days_ago, _ in POLICIES:
        key = POLICY.of(policy=demo_id(f"policy:{name}"), department=department)
        district.add(
            Policy,
            district.hang(key, *(f"team:{zone}" for zone in zones)),
            id=demo_id(f"policy:{name}"),
            department_id=department,
            author_id=demo_id("user:ga"),
            replaces_id=None,
            title=title,
            category=category,
            version="2026-1",
            text=text,
            effective_on=today() - timedelta(days=days_ago),
            must_read_roles=sorted(must_read),
            made_at=now() - timedelta(days=days_ago),
            ended_at=None,
        )
    for zone in zones:
        team = [row["account_manager_id"] for row in district.rows[Route] if row["zone_id"] == zone]
        _read(district, zone, team)
        for number, user_id in enumerate(team[1:]):
            _serve(district, zone, user_id, "submitted" if number == 0 else "approved")


def _read(district: "District", zone: str, team: list[str]) -> None:
    for name, _, _, _, _, days_ago, read_by in POLICIES:
        policy_id = demo_id(f"policy:{name}")
        for number, user_id in enumerate(team[1 : read_by + 1]):
            home = district.hang(POLICY_RECEIPT.of(policy=policy_id, user=user_id), f"zone:{zone}")
            asks = (name, number) == ("supply", 2)
            district.add(
                PolicyReceipt,
                home,
                id=demo_id(f"policy_receipt:{name}:{user_id}"),
                policy_id=policy_id,
                user_id=user_id,
                is_understood=not asks,
                question="新开户的头三个月按哪一档?" if asks else None,
                read_at=now() - timedelta(days=days_ago) + timedelta(hours=3 + number),
            )


def _serve(district: "District", zone: str, user_id: str, state: str) -> None:
    plan_id, quarter = demo_id(f"service_plan:{user_id}"), quarter_period(today())
    home = district.hang(SERVICE_PLAN.of(plan=plan_id, author=user_id), f"zone:{zone}")
    is_passed = state == "approved"
    manager, submitted_at = district.managers[zone], now() - timedelta(days=1)
    names = ("business_size", "visits_a_month", "items", "measures")
    row: dict[str, Any] = {
        "id": plan_id,
        "author_id": user_id,
        "zone_id": zone,
        "first_on": quarter.first,
        "last_on": quarter.last,
        "aims": AIMS,
        "groups": [dict(zip(names, group, strict=True)) for group in GROUPS],
        "state": state,
        "decided_by_id": manager if is_passed else None,
        "decided_for_id": None,
        "decided_at": submitted_at + timedelta(hours=2) if is_passed else None,
    }
    district.add(ServicePlan, home, **row)
    undecided = row | {"state": "submitted", "decided_by_id": None, "decided_at": None}
    snapshot = ServicePlanView.model_validate(undecided).model_dump(mode="json")
    steps: list[tuple[Any, ...]] = [("submit", None, "submitted", user_id, snapshot, submitted_at)]
    if is_passed:
        steps.append(("approve", "submitted", "approved", manager, None, submitted_at + timedelta(hours=2)))
    for step, before, after, by_id, kept, made_at in steps:
        district.add(
            FlowStep,
            home,
            id=demo_id(f"flow_step:{plan_id}:{step}"),
            flow="service_plans",
            entity_id=plan_id,
            step=step,
            from_state=before,
            to_state=after,
            by_id=by_id,
            for_id=None,
            note=None,
            snapshot=kept,
            made_at=made_at,
            earliest_at=made_at,
            latest_at=made_at,
            due_at=None,
            timeliness=None,
        )
