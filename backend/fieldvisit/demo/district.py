"""Lays the district out: departments, people, routes, shops, and the visits of the last months and of today."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from fieldvisit.demo import (
    appraisals,
    catalogue,
    checklists,
    complaints,
    feedback,
    maintenance,
    meetings,
    plans,
    policies,
    sales,
    service_issues,
    shops,
    slips,
    suggestions,
    visits,
    worklogs,
)
from fieldvisit.demo.names import ACCOUNT_MANAGERS, MARKET_MANAGERS, POSTS, ZONES, ZonePlan, demo_id
from fieldvisit.features.org.models import ME, ORG, PEOPLE, Consent, Department, Person, Route, Zone
from fieldvisit.kernel.bundles import Bundle, BundleKey, BundleScope
from fieldvisit.kernel.clock import SHANGHAI, today
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.passwords import hash_password
from fieldvisit.kernel.scopes import Assignment
from fieldvisit.kernel.search import Searched, SearchText, spread
from fieldvisit.kernel.users import Role, User

NEWCOMERS = ("am18", "post4")  # they have not been asked yet
ROLE_NAMES = {
    Role.DEPARTMENT_MANAGER: "营销部经理",
    Role.GENERAL_ADMIN: "综合管理员",
    Role.COMPLAINT_CENTRE: "投诉受理中心",
}


@dataclass
class Size:
    """How much to lay out: zones, routes a zone, shops a route, the first day of past visits, the
    shops a route of the second department (0: there is none), and whether it has sales and plans."""

    zones: int
    routes: int
    shops: int
    since: date
    second_shops: int = 0
    is_busy: bool = False


def size_of(name: str) -> Size:
    """`demo` is the whole district with three full months; `test` one zone, two routes, 40 shops, two weeks."""
    if name == "test":
        return Size(1, 2, 20, today() - timedelta(days=14))
    month = today().replace(day=1)
    for _ in range(3):
        month = (month - timedelta(days=1)).replace(day=1)
    return Size(3, 6, 200, month, second_shops=20, is_busy=True)


@dataclass
class District:
    """What has been laid out so far; rows are collected and written in bulk."""

    size: Size
    rng: random.Random
    password_hash: str
    since: datetime
    people: dict[str, str] = field(default_factory=dict)
    managers: dict[str, str] = field(default_factory=dict)  # zone → its market manager
    rows: dict[type[Any], list[dict[str, Any]]] = field(default_factory=dict)
    keys: dict[str, tuple[BundleKey, set[str]]] = field(default_factory=dict)
    barred: dict[str, str] = field(default_factory=dict)  # bundle key → whom it is about

    def add(self, model: type[Any], home: str | None = None, **values: Any) -> dict[str, Any]:
        """Collect a row that lives in the bundle with key `home`."""
        row = values | ({"bundle_id": home} if home else {})
        self.rows.setdefault(model, []).append(row)
        return row

    def hang(self, key: BundleKey, *scopes: str) -> str:
        """Collect a bundle with the scopes it hangs in; the key's text."""
        self.keys.setdefault(key.text, (key, set(key.scopes)))[1].update(scopes)
        return key.text


def build(database: Database, size: Size, password: str) -> None:
    """Write the whole district into an empty, migrated database."""
    start = datetime.combine(date(2026, 1, 5), time(0), SHANGHAI).astimezone(UTC)
    district = District(size, random.Random(20261), hash_password(password), start)
    _department(district, "dq", "东区营销部", ZONES[: district.size.zones])
    _first_people(district)
    catalogue.lay_out(district)
    checklists.lay_out(district, "dq")
    if size.second_shops:
        _second_department(district)
    with database.write() as session:
        _write(session, district)
        if size.is_busy:
            plans.begin_terms(session)
            slips.begin_terms(session)
            feedback.begin_terms(session)
            complaints.begin_terms(session)
            service_issues.begin_terms(session)
            worklogs.begin_terms(session)
            appraisals.appraise(session, size.since)


def _person(district: District, username: str, name: str, role: Role, department: str | None) -> str:
    user_id = demo_id(f"user:{username}")
    district.people[username] = user_id
    me = district.hang(ME.of(user=user_id))
    district.add(
        User,
        me,
        id=user_id,
        username=username,
        employee_no=username.upper(),
        name=name,
        role=role.value,
        phone=None,
        department_id=department,
        password_hash=district.password_hash,
        is_active=True,
        is_demo=True,
        stamp=1,
        created_at=district.since,
    )
    for kind in () if username in NEWCOMERS else ("notice", "location"):
        district.add(
            Consent,
            me,
            id=demo_id(f"consent:{kind}:{username}"),
            user_id=user_id,
            kind=kind,
            version=1,
            is_given=True,
            made_at=district.since,
            op_number=0,
        )
    if department:
        people = PEOPLE.of(department=department).text
        district.add(
            Person, people, id=user_id, name=name, role=role.value, department_id=department, is_active=True
        )
    return user_id


def _serve(district: District, user_id: str, scope: str) -> None:
    district.add(Assignment, user_id=user_id, scope=scope, since=district.since.date(), until=None)


def _department(district: District, code: str, name: str, zones: Iterable[ZonePlan]) -> None:
    department = demo_id(f"department:{code}")
    org, people = ORG.of(department=department), PEOPLE.of(department=department)
    district.hang(org)
    district.hang(people)
    district.add(Department, org.text, id=department, name=name, code=code)
    numbers = iter(range(len(ACCOUNT_MANAGERS)))
    for index, plan in enumerate(zones):
        manager = _person(district, f"mm{index + 1}", MARKET_MANAGERS[index], Role.MARKET_MANAGER, department)
        routes = list(_zone(district, department, plan, manager, district.size.routes, numbers))
        visits.supervise(district, manager, routes)
        for route in routes if district.size.is_busy else ():
            sales.sell(district, department, route)
    if district.size.is_busy:
        sales.sum_up(district, department)
        plans.plan(district, demo_id(f"zone:{ZONES[0].code}"), department)
        policies.publish(district, department)
        slips.lay_out(district, department)
        worklogs.write(district, department)
        meetings.hold(district, department)
        maintenance.tell(district, department)
        feedback.tell(district, department)
        service_issues.tell(district)
        suggestions.sum_up(district, department)


def _zone(
    district: District, department: str, plan: ZonePlan, manager: str, routes: int, numbers: Iterator[int]
) -> Iterator[shops.RouteShops]:
    zone = demo_id(f"zone:{plan.code}")
    org = ORG.of(department=department)
    district.managers[zone] = manager
    district.hang(org, f"team:{zone}")
    district.hang(PEOPLE.of(department=department), f"team:{zone}")
    district.add(
        Zone,
        org.text,
        id=zone,
        department_id=department,
        name=plan.name,
        code=plan.code,
        market_manager_id=manager,
    )
    _serve(district, manager, f"zone:{zone}")
    for index in range(routes):
        number = next(numbers)
        username = f"am{number + 1:02d}"
        yield _route(district, department, plan, zone, index, username, ACCOUNT_MANAGERS[number])


def _route(
    district: District, department: str, plan: ZonePlan, zone: str, index: int, username: str, name: str
) -> shops.RouteShops:
    account_manager = _person(district, username, name, Role.ACCOUNT_MANAGER, department)
    route = demo_id(f"route:{plan.code}:{index}")
    district.add(
        Route,
        ORG.of(department=department).text,
        id=route,
        zone_id=zone,
        name=f"{plan.name[:2]}{index + 1}线",
        code=f"{plan.code}{index + 1}",
        account_manager_id=account_manager,
        market_type="C" if plan.urban_share > 0.5 else "X",
        order_weekday=index % 5,
    )
    _serve(district, account_manager, f"route:{route}")
    made = shops.lay_out(district, plan, route, zone, index, account_manager)
    visits.walk(district, made)
    return made


def _first_people(district: District) -> None:
    department = demo_id("department:dq")
    manager = _person(district, "dm", "周建国", Role.DEPARTMENT_MANAGER, department)
    admin = _person(district, "ga", "何静", Role.GENERAL_ADMIN, department)
    for user in (manager, admin):
        _serve(district, user, f"department:{department}")
    _person(district, "cc1", "马丽", Role.COMPLAINT_CENTRE, None)
    _person(district, "cc2", "孙浩", Role.COMPLAINT_CENTRE, None)
    for index, (post, name) in enumerate(POSTS):
        user = _person(district, f"post{index + 1}", f"{name}({post})", Role.RELATED_POST, department)
        _serve(district, user, f"post:post{index + 1}")
    _person(district, "admin", "系统管理员", Role.SYSTEM_ADMIN, None)


def _second_department(district: District) -> None:
    """西区: 40 shops, so that two departments can be seen not to meet."""
    department = demo_id("department:xq")
    org, people = ORG.of(department=department), PEOPLE.of(department=department)
    district.hang(org)
    district.hang(people)
    district.add(Department, org.text, id=department, name="西区营销部", code="xq")
    checklists.lay_out(district, "xq")
    leader = _person(district, "dm2", "韩梅", Role.DEPARTMENT_MANAGER, department)
    _serve(district, leader, f"department:{department}")
    manager = _person(district, "mm4", "唐磊", Role.MARKET_MANAGER, department)
    plan = ZonePlan("xq", "西区片区", 0.5, 30.010, 109.800)
    zone = demo_id(f"zone:{plan.code}")
    for key in (org, people):
        district.hang(key, f"team:{zone}")
    district.add(
        Zone,
        org.text,
        id=zone,
        department_id=department,
        name=plan.name,
        code=plan.code,
        market_manager_id=manager,
    )
    _serve(district, manager, f"zone:{zone}")
    shops_of_first, district.size.shops = district.size.shops, district.size.second_shops
    for index, (username, name) in enumerate((("am19", "彭博"), ("am20", "曾琳"))):
        _route(district, department, plan, zone, index, username, name)
    district.size.shops = shops_of_first


def _write(session: Session, district: District) -> None:
    """Bundles first, then every table in the order of its references, many rows a statement."""
    barred = district.barred
    bundles = [
        {"key": text, "kind": key.kind, "day": key.day, "rev": 1, "barred_user_id": barred.get(text)}
        for text, (key, _) in district.keys.items()
    ]
    session.execute(insert(Bundle), bundles)
    ids = dict(session.execute(select(Bundle.key, Bundle.id)).all())
    session.execute(
        insert(BundleScope),
        [
            {"bundle_id": ids[text], "scope": scope, "since": district.since, "until": None}
            for text, (_, scopes) in district.keys.items()
            for scope in sorted(scopes)
        ],
    )
    order = [table.name for table in Bundle.metadata.sorted_tables]
    for model in sorted(district.rows, key=lambda model: order.index(model.__tablename__)):
        rows = district.rows[model]
        for row in rows:
            if "bundle_id" in row:
                row["bundle_id"] = ids[row["bundle_id"]]
        # Without it a row that leaves out what the last one had would begin a statement of its own.
        session.execute(insert(model), rows, execution_options={"render_nulls": True})
        if issubclass(model, Searched):
            texts = [{"row_id": row["id"], "text": spread(map(row.get, model.searched))} for row in rows]
            session.execute(insert(SearchText), texts)
