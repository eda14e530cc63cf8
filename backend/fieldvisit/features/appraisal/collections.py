"""What is seen of maintenance appraisals: by their author, and once reported by whom they are about and who leads the zone."""

from datetime import date, datetime

from fieldvisit.features.appraisal.evidence import EvidenceFigures
from fieldvisit.features.appraisal.models import MaintenanceAppraisal
from fieldvisit.features.appraisal.rules import READERS, State
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.intervals import Timeliness
from fieldvisit.kernel.values import View


class MaintenanceAppraisalView(View):
    """The sheet of an account manager's month: what was found in his records, of his shops and his goals, a score of 100, a comment.

    `evidence` are the figures as they stood when it was reported, null before. `timeliness` says whether that was by `due_at`.
    """

    id: str
    account_manager_id: str
    author_id: str
    zone_id: str
    first_on: date
    last_on: date
    record_check: str | None
    satisfaction: str | None
    target_completion: str | None
    quality_score: int | None
    comment: str | None
    evidence: EvidenceFigures | None
    state: State
    due_at: datetime
    reported_at: datetime | None
    earliest_at: datetime | None
    latest_at: datetime | None
    timeliness: Timeliness | None


collection(
    "maintenance_appraisals",
    MaintenanceAppraisal,
    MaintenanceAppraisalView,
    readers=READERS,
    filters=("account_manager_id", "zone_id", "first_on", "state"),
    sorting=("first_on",),
    order=(MaintenanceAppraisal.first_on, MaintenanceAppraisal.id),
)
