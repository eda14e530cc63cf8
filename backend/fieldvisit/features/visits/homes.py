"""Where a visit lives: in the bundle of its visitor, its day and the zone the shop was in then."""

from datetime import date, datetime

from fieldvisit.features.customers.models import CUSTOMER, Customer
from fieldvisit.features.org.models import Route
from fieldvisit.features.visits.models import VISITS, Visit
from fieldvisit.kernel.ahead import Ahead
from fieldvisit.kernel.bundles import Bundle, BundleKey
from fieldvisit.kernel.work import Touching, Work


def zone_at(ahead: Ahead, customer: Customer, moment: datetime) -> str:
    """The zone the shop was in at a moment; its present one where that is not known."""
    then = [
        stay
        for stay in ahead.stays(customer.bundle_id)
        if stay.scope.startswith("route:")
        and stay.since <= moment
        and (stay.until is None or stay.until > moment)
    ]
    last = max(then, key=lambda stay: stay.since, default=None)
    route_id = last.scope.removeprefix("route:") if last else customer.route_id
    return ahead.session.get_one(Route, route_id).zone_id


def home_of(ahead: Ahead, visitor_id: str, customer: Customer, day: date, moment: datetime) -> BundleKey:
    """The bundle of a visit: of the visitor, the zone the shop was in at the moment, and the day."""
    return VISITS.of(visitor=visitor_id, zone=zone_at(ahead, customer, moment), day=day)


def home_at(work: Work, zone_id: str, day: date) -> Bundle:
    """The bundle of an own visit in a zone on a day, locked."""
    return work.bundle(VISITS.of(visitor=work.user.id, zone=zone_id, day=day))


def around(touching: Touching, customer_id: str, day: date) -> list[str | BundleKey]:
    """What an own visit to a shop on a day touches: its home and the shop's file; nothing where there is no such shop."""
    customer = touching.get(Customer, customer_id)
    if customer is None:
        return []
    home = home_of(touching.ahead, touching.user.id, customer, day, touching.entry.interval.likely)
    return [home, CUSTOMER.of(customer=customer_id).text]


def new_visit(work: Work, customer: Customer, zone_id: str, visit_id: str, day: date, home: Bundle) -> Visit:
    """A visit of which nothing is known yet but whose, where and when."""
    return Visit(
        id=visit_id,
        customer_id=customer.id,
        shop_name=customer.shop_name,
        visitor_id=work.user.id,
        zone_id=zone_id,
        day=day,
        responsibility_tags=[],
        is_late_scope=False,
        bundle_id=home.id,
    )
