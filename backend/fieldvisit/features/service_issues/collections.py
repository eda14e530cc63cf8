"""What is seen of service issues: the whole, by whose they are and by who leads the zone."""

from datetime import date, datetime

from fieldvisit.features.service_issues.models import ServiceIssue
from fieldvisit.features.service_issues.rules import READERS, FoundIn, ServiceArea, State
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.intervals import Timeliness
from fieldvisit.kernel.values import View


class ServiceIssueView(View):
    """What is wrong with our service and how it stands; to be fixed by `owner_id` until the end of `due_on`.

    `assigner_id` asked for it; `check_result` is what the last check said, `verified_by_id` who found it fixed.
    """

    id: str
    number: str
    author_id: str
    zone_id: str
    customer_id: str | None
    shop_name: str | None
    found_in: FoundIn
    source_id: str | None
    category: ServiceArea
    description: str
    found_at: datetime
    state: State
    cause: str | None
    owner_id: str | None
    assigner_id: str | None
    measures: str | None
    due_on: date | None
    result: str | None
    check_result: str | None
    verified_by_id: str | None
    earliest_at: datetime | None
    latest_at: datetime | None
    timeliness: Timeliness | None


collection(
    "service_issues",
    ServiceIssue,
    ServiceIssueView,
    readers=READERS,
    filters=("state", "category", "owner_id", "zone_id", "customer_id", "found_at"),
    sorting=("found_at", "due_on", "number"),
    order=(ServiceIssue.found_at, ServiceIssue.id),
)
