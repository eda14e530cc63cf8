"""The shops of a route, in the proportions of the sample-data plan."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fieldvisit.demo.names import GIVEN, SHOP_FIRST, SHOP_TAIL, STREETS, SURNAMES, VILLAGES, ZonePlan, demo_id
from fieldvisit.features.customers.models import CUSTOMER, Customer, Suggestion
from fieldvisit.features.customers.rules import initials
from fieldvisit.kernel.clock import today

if TYPE_CHECKING:
    from fieldvisit.demo.district import District

FORMATS = (("Z", 66), ("B", 17), ("S", 6), ("Y", 5), ("F", 3), ("Q", 2.5), ("N", 0.5))
SIZES = (("1", 20), ("2", 50), ("3", 30))
STATES = (("02", 96), ("01", 2), ("03", 1.5), ("04", 0.5))
CREDIT = (("A", 3315), ("AA", 250), ("AAA", 15), ("B", 12), ("C", 6), ("D", 2))
VISITS_PER_MONTH = {"1": 4, "2": 2, "3": 1}


@dataclass
class RouteShops:
    """A route with its shops, for the visits that follow."""

    route: str
    zone: str
    account_manager: str
    customers: list[dict[str, Any]]


def _draw(district: "District", shares: tuple[tuple[str, float], ...]) -> str:
    return district.rng.choices([value for value, _ in shares], [share for _, share in shares])[0]


def lay_out(
    district: "District",
    plan: ZonePlan,
    route: str,
    zone: str,
    index: int,
    account_manager: str,
) -> RouteShops:
    """The shops of one route, scattered around a point of its zone."""
    rng = district.rng
    centre = (plan.lat + rng.uniform(-0.03, 0.03), plan.lng + rng.uniform(-0.03, 0.03))
    customers = []
    for number in range(district.size.shops):
        customer_id = demo_id(f"shop:{plan.code}:{index}:{number}")
        home = district.hang(CUSTOMER.of(customer=customer_id), f"route:{route}")
        row = district.add(
            Customer,
            home,
            id=customer_id,
            **_facts(district, plan, centre, len(district.rows.get(Customer, []))),
        )
        row |= {"route_id": route, "version": 1}
        customers.append(row)
        if number % 67 == 5:
            _suggest(district, row, home, account_manager)
    return RouteShops(route, zone, account_manager, customers)


def _facts(district: "District", plan: ZonePlan, centre: tuple[float, float], serial: int) -> dict[str, Any]:
    rng = district.rng
    is_urban = rng.random() < plan.urban_share
    shop_format = _draw(district, FORMATS)
    owner = rng.choice(SURNAMES) + rng.choice(GIVEN)
    shop_name = rng.choice((rng.choice(SHOP_FIRST), owner[0] + "记" + rng.choice(SHOP_FIRST))) + rng.choice(
        SHOP_TAIL[shop_format]
    )
    spread = 0.012 if is_urban else 0.04
    place = rng.choice(STREETS) if is_urban else rng.choice(VILLAGES)
    return {
        "customer_code": f"{340100000000 + serial}",
        "licence_no": f"{990100000000 + serial * 7}",
        "shop_name": shop_name,
        "initials": initials(shop_name),
        "address": f"青禾市{plan.name[:2]}{place}{rng.randint(1, 320)}号",
        "lat": round(centre[0] + rng.gauss(0, spread), 6),
        "lng": round(centre[1] + rng.gauss(0, spread), 6),
        "datum": "wgs84",
        "radius_m": 300,
        "retail_format": shop_format,
        "market_type": "C" if is_urban else "X",
        "business_size": _draw(district, SIZES),
        "customer_grade": max(1, min(30, round(rng.gauss(14, 5)))),
        "credit_level": _draw(district, CREDIT),
        "business_area": rng.choice(("residential", "commercial", "transport", "mixed"))
        if is_urban
        else "rural",
        "special_group": "none",
        "order_way": "33" if rng.random() < 0.92 else "10",
        "terminal_level": rng.choice(("ordinary", "ordinary", "modern", "franchised")),
        "opening_hours": "10:30-22:00" if serial % 11 == 3 else None,
        "market_days": "农历3、8" if not is_urban and serial % 4 == 1 else None,
        "customer_status": _draw(district, STATES),
        "owner_name": owner,
        "contact_name": owner if rng.random() < 0.8 else rng.choice(SURNAMES) + rng.choice(GIVEN),
        "contact_phone": f"12{rng.randint(0, 999_999_999):09d}",
        "is_key": rng.random() < 0.05,
        "is_sample": rng.random() < 0.025,
        "is_watched": rng.random() < 0.007,
        "is_model": rng.random() < 0.01,
        "licence_expires_on": today() + timedelta(days=rng.randint(20, 1600)),
        "opened_on": today() - timedelta(days=rng.randint(200, 5000)),
        "last_verified_on": today() - timedelta(days=rng.randint(1, 160)),
        "last_visited_on": None,
        "note": None,
    }


def _suggest(district: "District", customer: dict[str, Any], home: str, author: str) -> None:
    district.add(
        Suggestion,
        home,
        id=demo_id(f"suggestion:{customer['id']}"),
        customer_id=customer["id"],
        field="shop_name",
        seen_value=customer["shop_name"],
        suggested_value=customer["shop_name"] + "(新招牌)",
        why="protected",
        author_id=author,
        made_at=district.since + timedelta(days=1),
        due_on=today() + timedelta(days=1),
        state="open",
        decided_by_id=None,
        decided_at=None,
        decision_note=None,
    )
