"""Three months of visits by class of shop, and today's list."""

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from fieldvisit.demo.catalogue import read_stock
from fieldvisit.demo.names import EXPLANATIONS, FINDINGS, NEXT_STEPS, demo_id
from fieldvisit.demo.shops import VISITS_PER_MONTH, RouteShops
from fieldvisit.features.visits.models import VISITS, Visit, VisitAnomaly, VisitDigest
from fieldvisit.features.visits.rules import Flags, distance_m, place_verdict, visit_flags
from fieldvisit.kernel.clock import SHANGHAI, today
from fieldvisit.kernel.intervals import Span

if TYPE_CHECKING:
    from fieldvisit.demo.district import District

MONTH_DAYS = 22
ODD_SHARE = 0.01
PURPOSES = ("communication", "brand", "stocktake", "guidance", "information_check", "satisfaction")
FILE_DIGESTS = 20
EMPTY = dict.fromkeys(
    (
        "seq", "planned_time", "purpose", "contact_method", "check_in_at", "check_in_lat", "check_in_lng",
        "check_in_datum", "check_in_accuracy_m", "check_in_fix_at", "check_in_fix_age_s", "place_refusal", "place_note",
        "phone_verdict", "place_verdict",
        "distance_m", "photo_refusal", "check_out_at", "met_person", "findings", "note", "next_step", "satisfaction",
        "cancel_reason", "stated_at", "earliest_at", "latest_at", "check_in_wall_at", "check_out_earliest_at",
        "check_out_latest_at", "check_out_wall_at", "scope_timeliness",
    )
)  # fmt: skip


def working_days(since: date) -> list[date]:
    """Monday to Friday from `since` until yesterday, and today whatever it is."""
    days = [since + timedelta(days=number) for number in range((today() - since).days)]
    return [day for day in days if day.weekday() < 5] + [today()]


def walk(district: "District", route: RouteShops) -> None:
    """The account manager's visits: large shops four times a month, medium twice, small once."""
    days = working_days(district.size.since)
    by_day: dict[date, list[dict[str, Any]]] = {day: [] for day in days}
    for number, customer in enumerate(route.customers):
        step = MONTH_DAYS / VISITS_PER_MONTH[customer["business_size"]]
        place = (number * 7) % MONTH_DAYS % step
        while place < len(days):
            by_day[days[int(place)]].append(customer)
            place += step
    made: dict[str, list[dict[str, Any]]] = {}
    for day, customers in by_day.items():
        customers.sort(key=lambda customer: (customer["lat"] + customer["lng"], customer["id"]))
        for seq, customer in enumerate(customers):
            visit = _planned(district, route.account_manager, route.zone, day, customer, seq)
            if day < today():
                _done(district, visit, customer)
                made.setdefault(customer["id"], []).append(visit)
    for customer in route.customers:
        _digests(district, customer, made.get(customer["id"], []))


def supervise(district: "District", manager: str, routes: list[RouteShops]) -> None:
    """The market manager's own visits: three a day, most of them supervision, which the shop's file does not show."""
    customers = [customer for route in routes for customer in route.customers]
    for number, day in enumerate(working_days(district.size.since)):
        for seq in range(3):
            customer = customers[(number * 3 + seq) * 31 % len(customers)]
            visit = _planned(district, manager, routes[0].zone, day, customer, seq)
            visit["purpose"] = "supervise_am" if seq < 2 else "market_survey"
            if day < today():
                _done(district, visit, customer)


def _planned(
    district: "District", visitor: str, zone: str, day: date, customer: dict[str, Any], seq: int
) -> dict[str, Any]:
    visit_id = demo_id(f"visit:{visitor}:{customer['id']}:{day}")
    home = district.hang(VISITS.of(visitor=visitor, zone=zone, day=day))
    facts = EMPTY | {
        "id": visit_id,
        "version": 1,
        "customer_id": customer["id"],
        "shop_name": customer["shop_name"],
        "visitor_id": visitor,
        "zone_id": zone,
        "day": day,
        "state": "planned",
        "is_planned": True,
        "seq": seq,
        "purpose": district.rng.choice(PURPOSES),
        "responsibility_tags": [],
        "is_late_scope": False,
    }
    return district.add(Visit, home, **facts)


def _done(district: "District", visit: dict[str, Any], customer: dict[str, Any]) -> None:
    """What became of a past visit: 93 % completed, 4 % missed, 3 % cancelled."""
    rng = district.rng
    luck = rng.random()
    if luck >= 0.93:
        visit["state"] = "missed" if luck < 0.97 else "cancelled"
        visit["cancel_reason"] = None if luck < 0.97 else "店主外出,改期"
        return
    begin = datetime.combine(visit["day"], time(8, 40), SHANGHAI) + timedelta(minutes=22 * visit["seq"] % 500)
    check_in = begin.astimezone(UTC) + timedelta(seconds=rng.randint(0, 400))
    stayed = max(70, round(rng.lognormvariate(6.5, 0.55)))
    shift = 0.0
    if luck < ODD_SHARE:  # one in a hundred wants a word
        odd = rng.choice(("too_short", "far_from_shop", "far_from_shop", "too_long"))
        stayed = {"too_short": rng.randint(9, 55), "too_long": rng.randint(18_200, 22_000)}.get(odd, stayed)
        shift = rng.uniform(0.006, 0.02) if odd == "far_from_shop" else 0.0
    lat = customer["lat"] + rng.gauss(0, 0.0003) + shift
    lng = customer["lng"] + rng.gauss(0, 0.0003)
    distance = distance_m(lat, lng, customer["lat"], customer["lng"])
    accuracy = round(rng.uniform(8, 45), 1)
    verdict = place_verdict(distance, accuracy, customer["radius_m"], 3)
    visit |= {
        "state": "completed",
        "contact_method": "in_person",
        "check_in_at": check_in,
        "check_in_lat": round(lat, 6),
        "check_in_lng": round(lng, 6),
        "check_in_datum": "wgs84",
        "check_in_accuracy_m": accuracy,
        "check_in_fix_at": check_in,
        "check_in_fix_age_s": 3,
        "phone_verdict": verdict,
        "place_verdict": verdict,
        "distance_m": round(distance),
        "photo_refusal": "unavailable",
        "check_out_at": check_in + timedelta(seconds=stayed),
        "met_person": customer["contact_name"],
        "findings": rng.choice(FINDINGS),
        "next_step": rng.choice(NEXT_STEPS),
        "satisfaction": rng.choice((3, 4, 4, 4, 5, 5)),
        "stated_at": check_in,
        "earliest_at": check_in - timedelta(minutes=30),
        "latest_at": check_in + timedelta(minutes=rng.randint(1, 90)),
        "check_in_wall_at": check_in,
        "check_out_earliest_at": check_in - timedelta(minutes=30),
        "check_out_wall_at": check_in + timedelta(seconds=stayed),
    }
    visit["check_out_latest_at"] = visit["latest_at"] + timedelta(seconds=stayed)
    flags = visit_flags(
        verdict=verdict,
        distance=distance,
        radius_m=customer["radius_m"],
        stay=Span(stayed, stayed),
        speed=None,
        unanswered=0,
    )
    if flags:
        _anomaly(district, visit, flags)


def _anomaly(district: "District", visit: dict[str, Any], flags: Flags) -> None:
    """The older ones have been explained and accepted; those of the last week still wait."""
    age = (today() - visit["day"]).days
    state = "accepted" if age > 7 else "submitted" if age > 3 else "open"
    manager = district.managers.get(visit["zone_id"])
    is_decided = state == "accepted" and manager is not None and manager != visit["visitor_id"]
    district.add(
        VisitAnomaly,
        visit["bundle_id"],
        id=visit["id"],
        author_id=visit["visitor_id"],
        customer_id=visit["customer_id"],
        day=visit["day"],
        flags=flags,
        explanation=None if state == "open" else district.rng.choice(EXPLANATIONS),
        state=state,
        decided_by_id=manager if is_decided else None,
        decided_for_id=None,
        decided_at=visit["check_out_at"] + timedelta(hours=9) if is_decided else None,
    )


def _digests(district: "District", customer: dict[str, Any], visits: list[dict[str, Any]]) -> None:
    completed = [visit for visit in visits if visit["state"] == "completed"]
    if completed:
        customer["last_visited_on"] = completed[-1]["day"]
    if completed and customer["is_sample"]:
        read_stock(district, completed[-1], customer)
    for visit in completed[-FILE_DIGESTS:]:
        district.add(
            VisitDigest,
            customer["bundle_id"],
            id=visit["id"],
            customer_id=customer["id"],
            day=visit["day"],
            visitor_id=visit["visitor_id"],
            outcome=visit["findings"],
            next_step=visit["next_step"],
            satisfaction=visit["satisfaction"],
        )
