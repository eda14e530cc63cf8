"""What is seen of cases of upkeep."""

from datetime import datetime

from fieldvisit.features.maintenance.models import MaintenanceCase
from fieldvisit.features.maintenance.rules import READERS, Shared
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.values import View


class MaintenanceCaseView(View):
    """A case: how it was, what was done, what came of it, and what whoever leads its author says of it."""

    id: str
    author_id: str
    zone_id: str
    customer_id: str | None
    title: str
    situation: str
    action: str
    effect: str
    skill_tags: list[str]
    made_at: datetime
    mm_comment: str | None
    commented_by_id: str | None
    shared: Shared


collection(
    "maintenance_cases",
    MaintenanceCase,
    MaintenanceCaseView,
    readers=READERS,
    filters=("author_id", "zone_id", "shared"),
    sorting=("made_at",),
    order=(MaintenanceCase.made_at, MaintenanceCase.id),
)
