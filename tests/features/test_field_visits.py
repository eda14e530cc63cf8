"""Plan against actual, coverage, frequency, validity and hours, by zone and person (S11.12): counted again, slowly."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from conftest import World
from features.test_sales import report
from fieldvisit.demo.district import demo_id
from fieldvisit.features.customers.models import Customer
from fieldvisit.features.visits.models import Visit, VisitAnomaly
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.reactions import react
from personas import person, shop, uid

VISITS_A_MONTH = {"1": 4, "2": 2, "3": 1}


def rows_of(world: World, model: Any) -> list[Any]:
    with world.runtime.db.read() as session:
        return list(session.scalars(select(model)))


def slowly(
    world: World, username: str, routes: tuple[str, ...], zone: str, first: date, last: date
) -> dict[str, Any]:
    """Somebody's figures, one after the other, from every row there is."""
    made = [
        visit
        for visit in rows_of(world, Visit)
        if visit.visitor_id == person(username) and first <= visit.day <= last and visit.zone_id == demo_id(f"zone:{zone}")
    ]  # fmt: skip
    shops = [
        each
        for each in rows_of(world, Customer)
        if each.customer_status == "02" and each.route_id in {demo_id(f"route:{route}") for route in routes}
    ]
    planned = [visit for visit in made if visit.is_planned and visit.state != "cancelled"]
    done = [visit for visit in made if visit.state == "completed"]
    kept = [visit for visit in planned if visit.state == "completed"]
    doubts = {row.id for row in rows_of(world, VisitAnomaly) if row.state != "accepted"}
    been = {visit.customer_id for visit in done}
    visited = [each for each in shops if each.id in been]
    often = [
        each
        for each in shops
        if len([visit for visit in done if visit.customer_id == each.id])
        >= max(VISITS_A_MONTH[each.business_size], 2 if each.is_watched else 1)
    ]
    seconds = sum((visit.check_out_at - visit.check_in_at).total_seconds() for visit in done)
    doubted = len([visit for visit in done if visit.id in doubts])
    return {
        "planned": len(planned),
        "planned_done": len(kept),
        "visit_plan_completion": round(len(kept) / len(planned), 4) if planned else None,
        "visits": len(done),
        "shops": len(shops),
        "visited_shops": len(visited),
        "visit_coverage": round(len(visited) / len(shops), 4) if shops else None,
        "attained_shops": len(often),
        "frequency_attainment": round(len(often) / len(shops), 4) if shops else None,
        "doubted": doubted,
        "valid_visit_rate": round((len(done) - doubted) / len(done), 4) if done else None,
        "field_hours": round(seconds / 3600, 1),
    }


def month() -> tuple[date, date]:
    first = today().replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def walk(world: World, username: str, *shops: str) -> list[str]:
    who, visits = world.as_(username), []
    for customer in shops:
        visits.append(uid())
        assert (
            who.do("visits.check_in", {"id": visits[-1], "customer_id": customer, "place": None})["state"]
            == "applied"
        )
        assert who.do("visits.check_out", {"visit_id": visits[-1]})["state"] == "applied"
    return visits


def test_everybody_has_his_own_figures_and_whoever_leads_has_those_of_his_people(world: World) -> None:
    with world.runtime.db.write() as session:
        for each in session.scalars(select(Customer)):
            each.customer_status, each.business_size = "02", "3"
    visits = walk(world, "am01", shop("cz:0"), shop("cz:0", 1), shop("cz:0"))
    walk(world, "mm1", shop("cz:1"))
    react(world.runtime.db)
    plan = {"id": uid(), "horizon": "month", "first_on": str(month()[0]), "target_count": 8}
    assert world.as_("am01").do("visit_plans.submit", plan)["state"] == "applied"
    assert world.as_("mm1").call("POST", f"/api/visit_plans/{plan['id']}/approve", {}).status_code == 200
    (own,) = report(world.as_("am01"), "field_visits")
    slow = slowly(world, "am01", ("cz:0",), "cz", *month())
    assert {name: own[name] for name in slow} == slow
    assert own["visits"] >= 3
    assert own["doubted"] >= 3, "who leaves at once explains it"
    assert (own["target_count"], own["month_visit_progress"]) == (8, round(own["visited_shops"] / 8, 4))
    rows = report(world.as_("mm1"), "field_visits")
    assert [row["level"] for row in rows] == [
        "total",
        "zone",
        "market_manager",
        "account_manager",
        "account_manager",
    ]
    of = {row["person_id"]: row for row in rows if row["person_id"]}
    assert of[person("am01")] == own
    managers = slowly(world, "mm1", ("cz:0", "cz:1"), "cz", *month())
    managers |= {"attained_shops": None, "frequency_attainment": None}
    assert {name: of[person("mm1")][name] for name in managers} == managers
    zone = rows[1]
    for name in ("planned", "planned_done", "visits", "doubted"):
        assert zone[name] == sum(of[person(who)][name] for who in ("mm1", "am01", "am02")), name
    assert zone["target_count"] is None
    explained = {"id": visits[0], "explanation": "店主在外面"}
    assert world.as_("am01").do("visit_anomalies.explain", explained)["state"] == "applied"
    accepted = world.as_("mm1").call("POST", f"/api/visit_anomalies/{visits[0]}/accept", {})
    assert accepted.status_code == 200, accepted.text
    assert report(world.as_("am01"), "field_visits")[0]["doubted"] == own["doubted"] - 1


def test_of_a_week_there_is_no_months_progress_and_no_frequency(world: World) -> None:
    walk(world, "am01", shop("cz:0"))
    monday = today() - timedelta(days=today().weekday())
    (own,) = report(world.as_("am01"), "field_visits", period="week")
    assert (own["first_on"], own["last_on"]) == (str(monday), str(monday + timedelta(days=6)))
    assert own["month_visit_progress"] is own["frequency_attainment"] is own["attained_shops"] is None
    slow = slowly(world, "am01", ("cz:0",), "cz", monday, monday + timedelta(days=6))
    assert own["visits"] == slow["visits"]
    (earlier,) = report(world.as_("am01"), "field_visits", period="week", on=str(monday - timedelta(days=1)))
    assert (own["visits_before"], own["field_hours_before"]) == (earlier["visits"], earlier["field_hours"])


def test_whoever_reads_no_visits_reads_no_figures_of_them(world: World) -> None:
    for username in ("ga", "cc1", "post1", "admin"):
        assert world.as_(username).get("/api/reports/field_visits").status_code == 404
    refused = world.as_("am01").get("/api/reports/field_visits", params={"zone_id": demo_id("zone:cj")})
    assert (refused.status_code, refused.json()["code"]) == (404, "zone_missing")
