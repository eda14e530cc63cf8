"""Every report × every persona × every door: no number and no name of another zone or department (S18.10), the zone at a glance (S1.12)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from conftest import World, on_sqlite
from contracts.test_reach import DEPARTMENTS, PEOPLE, ZONES, _cells, weakened
from fieldvisit.demo.district import demo_id
from fieldvisit.features.customers.models import Customer, Suggestion
from fieldvisit.features.org.models import Person, Route, Zone
from fieldvisit.features.visits.models import Visit, VisitAnomaly
from fieldvisit.kernel import reports
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.reactions import react
from fieldvisit.kernel.reports import REPORTS
from fieldvisit.kernel.users import Role
from personas import person, shop, uid

pytestmark = pytest.mark.timeout(900)
LEADERS = {Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER, Role.GENERAL_ADMIN}
COMPLAINTS = ("complaints", "complaint_causes", "case_archive")
SALES = ("sales_by_place", "sales_trend", "sales_by_spec")
READERS = {
    "zone_overview": LEADERS,
    "shop_structure": LEADERS,
    **dict.fromkeys(SALES, LEADERS | {Role.ACCOUNT_MANAGER}),
    "field_visits": {Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER},
    "work_logs": {Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER},
    "maintenance_evidence": {Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER},
    **dict.fromkeys(COMPLAINTS, LEADERS | {Role.COMPLAINT_CENTRE}),
}
EXAMPLES: dict[str, dict[str, str]] = {
    "zone_overview": {"unvisited_days": "2"},
    "shop_structure": {},
    **{name: {"period": "month"} for name in SALES},
    "field_visits": {"period": "week"},
    "work_logs": {"period": "month"},
    "maintenance_evidence": {},
    **{name: {"period": "month"} for name in COMPLAINTS},
}
BARRED = (shop("cz:0", 1), "mm1")


def zones_of(username: str) -> tuple[str, ...]:
    """What people are told they lead."""
    return (ZONES[username],) if username in ZONES else DEPARTMENTS.get(username, ())


@pytest.fixture
def busy(world: World) -> World:
    """Visits, suggestions and held entries in every zone, a shop handed over, and a manager who is barred from one."""
    for username, route in (("am01", "cz:0"), ("am03", "cj:0"), ("am19", "xq:0")):
        writer, visit = world.as_(username), uid()
        writer.do("visits.check_in", {"id": visit, "customer_id": shop(route), "place": None})
        writer.do("visits.check_out", {"visit_id": visit})
        assert writer.do("visits.cancel", {"visit_id": visit, "reason": "too late"})["state"] == "held"
        edit = {"address": {"from": None, "to": "elsewhere"}}
        writer.do("customers.edit", {"customer_id": shop(route), "set": edit})
    mm1 = world.as_("mm1")
    mm1.do("visits.check_in", {"id": uid(), "customer_id": shop("cz:1"), "place": None})
    to = {"route_id": demo_id("route:cj:1"), "customer_ids": [shop("cz:1", 2)], "on_day": str(today())}
    assert world.as_("ga").call("POST", "/api/handovers", to).status_code == 200
    with world.runtime.db.write() as session:
        barred = select(Bundle).where(Bundle.key == f"customer:{BARRED[0]}")
        session.scalars(barred).one().barred_user_id = person(BARRED[1])
        for number, row in enumerate(session.scalars(select(Customer).order_by(Customer.id))):
            row.customer_status = ("02", "02", "02", "01", "03")[number % 5]
            row.is_key, row.is_sample = number % 3 == 0, number % 2 == 0
            row.last_visited_on = None if number % 4 == 0 else today() - timedelta(days=number % 5)
        for number, made in enumerate(session.scalars(select(Visit).order_by(Visit.id))):
            if made.state == "completed" and number % 4 == 0:
                made.place_verdict = "outside"
    _sell(world)
    return world


def _sell(world: World) -> None:
    """A fact of every shop of the department that has an administrator."""
    ga = world.as_("ga")
    codes = [
        row["customer_code"] for row in ga.get("/api/customers", params={"limit": "200"}).json()["items"]
    ]
    rows = [
        {"row": number, "customer_code": code, "spec_code": "90010101", "month": str(today().replace(day=1)), "demand_qty": 3, "order_qty": 2, "amount": 9}
        for number, code in enumerate(codes)
    ]  # fmt: skip
    answer = ga.call("POST", "/api/sales_facts/import", {"title": "t", "rows": rows})
    assert answer.status_code == 200, answer.text
    react(world.runtime.db)


@dataclass
class Everything:
    """All rows there are, read without asking anybody."""

    zones: list[Any]
    routes: list[Any]
    people: dict[str, str]
    shops: list[Any]
    suggestions: list[Any]
    visits: list[Any]
    anomalies: dict[str, str]
    held: list[Any]


def read_everything(world: World) -> Everything:
    with world.runtime.db.read() as session:
        session.expire_on_commit = False

        def rows(model: Any) -> list[Any]:
            return list(session.scalars(select(model)).all())

        names = {row.id: row.name for row in rows(Person)}
        held = [row for row in rows(Op) if row.state == "held"]
        found = Everything(
            rows(Zone),
            rows(Route),
            names,
            rows(Customer),
            rows(Suggestion),
            rows(Visit),
            {row.id: row.state for row in rows(VisitAnomaly)},
            held,
        )
        session.expunge_all()
    return found


def oracle_overview(all_: Everything, username: str, unvisited_days: int) -> list[dict[str, Any]]:
    """Slow, one figure after the other, from what people are told."""
    now, sees_visits = today(), not username.startswith("ga")
    monday = now - timedelta(days=now.weekday())
    first = now.replace(day=1)
    next_month = date(now.year + now.month // 12, now.month % 12 + 1, 1)
    codes = zones_of(username)
    zones = sorted((zone for zone in all_.zones if zone.id in {demo_id(f"zone:{code}") for code in codes}), key=lambda zone: zone.code)  # fmt: skip
    mine = [row for row in all_.shops if (row.id, username) != BARRED]

    def line(
        level: str, zone: Any, shops: list[Any], visits: list[Any], held: int, **who: Any
    ) -> dict[str, Any]:
        active = [row for row in shops if row.customer_status == "02"]
        month = [visit for visit in visits if first <= visit.day < next_month]
        week = [visit for visit in visits if monday <= visit.day < monday + timedelta(days=7)]
        planned = [visit for visit in month if visit.is_planned and visit.state != "cancelled"]
        kept = [visit for visit in planned if visit.state == "completed"]
        been = {
            visit.customer_id
            for visit in all_.visits
            if visit.state == "completed" and first <= visit.day < next_month and visit.zone_id in {zone.id for zone in zones}
        }  # fmt: skip
        valid = {
            visit.customer_id
            for visit in all_.visits
            if visit.customer_id in been and visit.state == "completed" and first <= visit.day < next_month
            and visit.zone_id in {zone.id for zone in zones} and all_.anomalies.get(visit.id, "accepted") == "accepted"
        }  # fmt: skip
        visited = len([row for row in active if row.id in been])
        limit = now - timedelta(days=unvisited_days)

        def plan(rows: list[Any]) -> int | None:
            return (
                len([row for row in rows if row.is_planned and row.state != "cancelled"])
                if sees_visits
                else None
            )

        def done(rows: list[Any]) -> int | None:
            return len([row for row in rows if row.state == "completed"]) if sees_visits else None

        days = [visit for visit in visits if visit.day == now]
        return {
            "level": level,
            "zone_id": zone and zone.id,
            "zone_name": zone and zone.name,
            "person_id": who.get("person_id"),
            "person_name": all_.people.get(who.get("person_id", "")),
            "routes": who.get("routes", []),
            "shops": len(active),
            "new_shops": len([row for row in shops if row.customer_status == "01"]),
            "suspended_shops": len([row for row in shops if row.customer_status == "03"]),
            "invalid_shops": len([row for row in shops if row.customer_status == "04"]),
            "key_shops": len([row for row in active if row.is_key]),
            "sample_shops": len([row for row in active if row.is_sample]),
            "watched_shops": len([row for row in active if row.is_watched]),
            "long_unvisited": len([row for row in active if not row.last_visited_on or row.last_visited_on < limit]),
            "today_planned": plan(days),
            "today_done": done(days),
            "week_planned": plan(week),
            "week_done": done(week),
            "month_planned": plan(month),
            "month_done": done(month),
            "visit_plan_completion": round(len(kept) / len(planned), 4) if planned and sees_visits else None,
            "visited_shops": visited if sees_visits else None,
            "visit_coverage": round(visited / len(active), 4) if active and sees_visits else None,
            "outside": len([row for row in month if row.place_verdict == "outside"]) if sees_visits else None,
            "unsettled": len([row for row in month if all_.anomalies.get(row.id, "accepted") not in ("accepted", "invalid")]) if sees_visits else None,
            "sample_unvisited": len([row for row in active if row.is_sample and row.id not in valid]) if sees_visits else None,
            "suggestions_open": len([row for row in all_.suggestions if row.state == "open" and row.customer_id in {one.id for one in shops}]),
            "held_open": held,
        }  # fmt: skip

    # what is held waits for the author's market manager
    held = [op.user_id for op in all_.held if {person("am01"): "mm1", person("am03"): "mm2", person("am19"): "mm4"}[op.user_id] == username]  # fmt: skip
    rows: list[dict[str, Any]] = []
    for zone in zones:
        routes = sorted(
            (route for route in all_.routes if route.zone_id == zone.id), key=lambda route: route.code
        )
        here = [visit for visit in all_.visits if visit.zone_id == zone.id]
        serving = {route.account_manager_id for route in routes}
        inner = [
            line(
                "account_manager",
                zone,
                [row for row in mine if row.route_id == route.id],
                [visit for visit in here if visit.visitor_id == route.account_manager_id],
                held.count(route.account_manager_id),
                person_id=route.account_manager_id,
                routes=[route.name],
            )
            for route in routes
        ]
        others = [visit for visit in here if visit.visitor_id not in serving]
        if others and sees_visits:
            inner.append(line("others", zone, [], others, 0))
        shops = [row for row in mine if row.route_id in {route.id for route in routes}]
        rows += [line("zone", zone, shops, here, sum(row["held_open"] for row in inner)), *inner]
    ids = {zone.id for zone in zones}
    theirs = {route.id for route in all_.routes if route.zone_id in ids}
    all_shops = [row for row in mine if row.route_id in theirs]
    all_visits = [visit for visit in all_.visits if visit.zone_id in ids]
    return [line("total", None, all_shops, all_visits, len(held)), *rows]


def oracle_structure(all_: Everything, username: str) -> dict[tuple[str | None, str, str | None], int]:
    """How many shops of whom have which value."""
    found: dict[tuple[str | None, str, str | None], int] = {}
    zones = {demo_id(f"zone:{code}") for code in zones_of(username)}
    home = {route.id: route.zone_id for route in all_.routes}
    for row in all_.shops:
        if home[row.route_id] not in zones or (row.id, username) == BARRED:
            continue
        values: dict[str, str | None] = {"customer_status": row.customer_status}
        if row.customer_status == "02":
            low = (row.customer_grade - 1) // 5 * 5 + 1
            values |= {
                "customer_class": f"{row.retail_format}/{row.market_type}/{row.business_size}",
                "retail_format": row.retail_format,
                "market_type": row.market_type,
                "business_size": row.business_size,
                "credit_level": row.credit_level,
                "grade_band": f"{low}-{low + 4}",
            }
        for dimension, value in values.items():
            for zone in (None, home[row.route_id]):
                key = (zone, dimension, value)
                found[key] = found.get(key, 0) + 1
    return found


def compare(world: World) -> int:
    """Every figure of every persona against the oracle; how many figures that was."""
    all_, figures = read_everything(world), 0
    for username in PEOPLE:
        who = world.as_(username)
        if Role(who.user["role"]) not in LEADERS:
            continue
        rows = who.get("/api/reports/zone_overview", params={"unvisited_days": "2"}).json()["rows"]
        assert rows == oracle_overview(all_, username, 2), username
        told = who.get("/api/reports/shop_structure").json()["rows"]
        shops = {(row["zone_id"], row["dimension"], row["value"]): row["shops"] for row in told}
        assert shops == oracle_structure(all_, username), username
        figures += len(told) + sum(isinstance(value, int | float) for row in rows for value in row.values())
    return figures


def test_the_figures_are_those_of_what_each_leads_and_of_nothing_else(
    busy: World, record_property: Any
) -> None:
    figures = compare(busy)
    record_property("figures", figures)
    assert figures >= 500


@on_sqlite
@pytest.mark.parametrize("without", ["scope", "bar"])
def test_the_comparison_turns_red_when_reports_leave_out_a_check(
    busy: World, without: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "visible", weakened(without))
    with pytest.raises(AssertionError):
        compare(busy)


def foreign_words(all_: Everything, username: str) -> set[str]:
    """Names and ids of zones, routes, people and shops that are none of his."""
    led = {demo_id(f"zone:{code}") for code in zones_of(username)}
    served = {
        route.id: route.zone_id for route in all_.routes if route.account_manager_id == person(username)
    }
    routes = [route for route in all_.routes if route.zone_id not in led and route.id not in served]
    led |= set(served.values())
    words = {zone.id for zone in all_.zones if zone.id not in led}
    words |= {zone.name for zone in all_.zones if zone.id not in led}
    words |= {word for route in routes for word in (route.id, route.name, route.account_manager_id)}
    words |= {row.id for row in all_.shops if row.route_id in {route.id for route in routes}}
    if username.startswith("cc"):  # the complaint centre is told of every zone, of nobody's routes and shops
        words -= {word for zone in all_.zones for word in (zone.id, zone.name)}
    return words


def leaks(world: World, record: dict[str, int]) -> list[str]:
    """Wherever a report, by whatever door, says a word that is none of its reader's, or answers who may not ask."""
    found, all_ = [], read_everything(world)
    for username in PEOPLE:
        who, words = world.as_(username), foreign_words(all_, username)
        for name, made in REPORTS.items():
            reads = Role(who.user["role"]) in READERS[name]
            answers = [
                who.get(f"/api/reports/{name}{end}", params=EXAMPLES[name]) for end in ("", ".csv", ".xlsx")
            ]
            texts = [answers[0].text, answers[1].text, _cells(answers[2])]
            for answer, text in zip(answers, texts, strict=True):
                record["cells"] += len(words) + 1
                if answer.status_code != (200 if reads else 404):
                    found.append(f"{username} {name} {answer.status_code}")
                found += [f"{username} {name} says {word}" for word in words if reads and word in text]
            if "zone_id" in made.params.model_fields and reads:
                for zone in [row.id for row in all_.zones if row.id in words] + [uid()]:
                    refused = who.get(f"/api/reports/{name}", params={"zone_id": zone})
                    record["cells"] += 1
                    if (refused.status_code, refused.json().get("code")) != (404, "zone_missing"):
                        found.append(f"{username} {name} answers for {zone}")
    return found


def test_no_report_says_a_word_of_another_zone_to_anybody(busy: World, record_property: Any) -> None:
    record = {"cells": 0}
    assert leaks(busy, record) == []
    record_property("cells", record["cells"])
    assert record["cells"] >= 1000


@on_sqlite
def test_the_search_for_words_turns_red_when_every_zone_is_taken_for_his(
    busy: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "visible", weakened("scope"))
    everything = {demo_id(f"zone:{code}") for code in ("cz", "cj", "xq")}
    monkeypatch.setattr(reports.Reading, "served", lambda *_: everything)
    assert leaks(busy, {"cells": 0})


def test_every_report_is_described_and_read_by_just_these_roles() -> None:
    assert {name: set(made.readers) for name, made in REPORTS.items()} == READERS
    assert set(EXAMPLES) == set(REPORTS)
    assert all(made.summary and made.row.__doc__ and made.params.__doc__ for made in REPORTS.values())


@pytest.mark.parametrize("wanted", [{"zone_id": "x"}, {"more": "1"}, {"unvisited_days": "0"}])
def test_parameters_that_do_not_fit_are_named_and_refused(world: World, wanted: dict[str, str]) -> None:
    refused = world.as_("dm").get("/api/reports/zone_overview", params=wanted)
    assert (refused.status_code, refused.json()["code"]) == (422, "args_invalid")
    assert refused.json()["params"]["fields"][0]["field"] in wanted
