"""What is seen of visits."""

from datetime import date, datetime
from typing import Literal

from fieldvisit.features.visits.models import Visit, VisitDigest
from fieldvisit.features.visits.rules import ContactMethod, Purpose
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import View

READERS = {Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER}


class VisitView(View):
    """A visit. It was made between `earliest_at` and `latest_at`; the phone states `stated_at`."""

    id: str
    version: int
    customer_id: str
    shop_name: str
    visitor_id: str
    zone_id: str
    day: date
    state: Literal["planned", "in_progress", "completed", "cancelled", "missed"]
    is_planned: bool
    seq: int | None
    planned_time: str | None
    purpose: Purpose | None
    contact_method: ContactMethod | None
    check_in_at: datetime | None
    check_in_lat: float | None
    check_in_lng: float | None
    check_in_datum: str | None
    check_in_accuracy_m: float | None
    check_in_fix_at: datetime | None
    place_refusal: str | None
    phone_verdict: str | None
    place_verdict: str | None
    distance_m: int | None
    photo_refusal: str | None
    check_out_at: datetime | None
    met_person: str | None
    findings: str | None
    note: str | None
    next_step: str | None
    satisfaction: int | None
    responsibility_tags: list[str]
    cancel_reason: str | None
    is_late_scope: bool
    stated_at: datetime | None
    earliest_at: datetime | None
    latest_at: datetime | None


class VisitDigestView(View):
    """A visit as the shop's file shows it."""

    id: str
    customer_id: str
    day: date
    visitor_id: str
    outcome: str | None
    next_step: str | None
    satisfaction: int | None


collection(
    "visits",
    Visit,
    VisitView,
    readers=READERS,
    filters=("visitor_id", "zone_id", "customer_id", "day", "state"),
    sorting=("day", "check_in_at", "seq"),
    is_watched=True,
)
collection(
    "visit_digests",
    VisitDigest,
    VisitDigestView,
    readers=READERS,
    filters=("customer_id",),
    order=(VisitDigest.day.desc(), VisitDigest.id),
    newest=20,
)
