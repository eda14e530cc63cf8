"""Coming to a shop: with place and photos, or the reason why not."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from fieldvisit.features.customers.models import Customer
from fieldvisit.features.org.consents import with_consent
from fieldvisit.features.visits.anomalies import judge
from fieldvisit.features.visits.homes import around, home_at, new_visit, zone_at
from fieldvisit.features.visits.models import Visit
from fieldvisit.features.visits.rules import (
    VISITORS,
    ContactMethod,
    Purpose,
    Refusal,
    Verdict,
    datum,
    fix_age_s,
    may_check_in,
    place_verdict,
    shop_distance_m,
)
from fieldvisit.kernel.attachments import attach
from fieldvisit.kernel.bundles import BundleKey
from fieldvisit.kernel.clock import day_of
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, not_now
from fieldvisit.kernel.intervals import judge_day
from fieldvisit.kernel.values import Args, Datum, Id, Moment, OptionalProse
from fieldvisit.kernel.work import OutOfScope, Touching, Work

LATE_SCOPE_DAYS = 30
MAX_AGE_S = 10**9


class Place(Args):
    """A fix: degrees in its datum, accuracy in metres, and when the receiver took it."""

    lat: Annotated[float, Field(ge=-90, le=90)]
    lng: Annotated[float, Field(ge=-180, le=180)]
    datum: Datum
    accuracy_m: Annotated[float, Field(ge=0, le=1_000_000)]
    fix_at: Moment


class CheckIn(Args):
    """Arrival: of a planned visit by its id, or of an unplanned one under a new id.

    `place` is None where it was refused, with `place_refusal` saying why; likewise `photo_refusal`.
    `place_note` is his own word on a place that seems not to be the shop's.
    """

    id: Id
    customer_id: Id
    purpose: Purpose | None = None
    contact_method: ContactMethod | None = None
    place: Place | None = None
    place_refusal: Refusal | None = None
    place_verdict: Verdict = "cannot_tell"
    place_note: OptionalProse = None
    photos: Annotated[list[Id], Field(max_length=9)] = []
    photo_refusal: Refusal | None = None


def _checked_in(touching: Touching, args: CheckIn) -> list[str | BundleKey]:
    there = around(touching, args.customer_id, touching.entry.day)
    return [*there, *touching.bundle_of(Visit, args.id)]


@command(
    "visits.check_in",
    "POST /visits",
    needs=VISITORS,
    offline=True,
    touches=_checked_in,
    keeps=with_consent("place", "location", place_refusal="no_consent"),
    reads={"customer_id": (Customer,), "id": (Visit,)},
)
def check_in(work: Work, args: CheckIn) -> None:
    """Arrive at a shop, with place and photos or the reason why not (S11.9).

    Without his consent the place is dropped, from the visit and from the entry as it came, be it held or rejected. Somebody who served the shop within the last 30 days is not turned away: the visit is flagged `late_scope`, and whether it was made while he still did is judged by what can be proven.
    """
    last_day = None
    try:
        customer = work.find(Customer, args.customer_id, "customer_missing", "customer_reassigned")
    except OutOfScope as lost:
        if day_of(work.entry.received_at) - lost.last > timedelta(days=LATE_SCOPE_DAYS):
            raise
        customer, last_day = lost.row, lost.last
    visit = _awaited(work, args, customer)
    zone_id = zone_at(work.ahead, customer, work.entry.interval.likely)
    home = home_at(work, zone_id, work.entry.day)
    if visit is None:
        visit = new_visit(work, customer, zone_id, args.id, work.entry.day, home)
        visit.is_planned = False
        work.session.add(visit)
    arrived = work.entry.interval
    visit.state, visit.day, visit.bundle_id = "in_progress", work.entry.day, home.id
    visit.is_late_scope = last_day is not None
    visit.scope_timeliness = judge_day(last_day, arrived).timeliness if last_day else None
    visit.purpose = args.purpose or visit.purpose
    visit.contact_method = args.contact_method or visit.contact_method or "in_person"
    visit.check_in_at = visit.stated_at = arrived.stated
    visit.earliest_at, visit.latest_at, visit.check_in_wall_at = (
        arrived.earliest,
        arrived.latest,
        arrived.wall,
    )
    visit.photo_refusal = args.photo_refusal
    _place(work, visit, args)
    judge_place(visit, customer)
    attach(work, args.photos, visit.id, home.id)
    judge(work, visit)
    work.emit("visits.checked_in", home.id, visit_id=visit.id, customer_id=customer.id)
    work.result = {"id": visit.id}


def _awaited(work: Work, args: CheckIn, customer: Customer) -> Visit | None:
    """The planned visit that this arrival belongs to, or None for an unplanned one."""
    visit = work.get(Visit, args.id)
    if visit is None:
        return None
    if visit.visitor_id != work.user.id:
        raise conflict("id_taken")
    if visit.customer_id != customer.id:
        raise conflict("visit_other_customer")
    if not may_check_in(visit.state):
        raise not_now("visit_already_checked_in")
    return visit


def _place(work: Work, visit: Visit, args: CheckIn) -> None:
    """Keep what the phone found and what the visitor says of it."""
    if args.place is not None:
        place = args.place
        visit.check_in_lat, visit.check_in_lng, visit.check_in_datum = place.lat, place.lng, place.datum
        visit.check_in_accuracy_m, visit.check_in_fix_at = place.accuracy_m, place.fix_at
        age = fix_age_s(place.fix_at, work.entry.wall_at or work.entry.received_at)
        visit.check_in_fix_age_s = round(max(min(age, MAX_AGE_S), -MAX_AGE_S))
    visit.place_refusal = args.place_refusal if args.place is None else None
    visit.place_note = args.place_note
    visit.phone_verdict = args.place_verdict


def judge_place(visit: Visit, customer: Customer) -> None:
    """Judge here, from what was kept, whether the visit was made at this shop."""
    distance = None
    if visit.check_in_lat is not None and visit.check_in_lng is not None:
        fix = (visit.check_in_lat, visit.check_in_lng, datum(visit.check_in_datum) or "wgs84")
        distance = shop_distance_m(*fix, customer.lat, customer.lng, datum(customer.datum))
    visit.distance_m = None if distance is None else round(distance)
    visit.place_verdict = place_verdict(
        distance, visit.check_in_accuracy_m, customer.radius_m, visit.check_in_fix_age_s
    )
