"""What visits keep about the visitor: when and where he was, what was asked about it and what he said."""

from fieldvisit.features.visits.models import Visit, VisitAmendment, VisitAnomaly, VisitComment
from fieldvisit.kernel.personal import personal

personal("visits", Visit, "visitor_id", "id", "day", "state", "customer_id", "check_in_at", "check_in_lat", "check_in_lng", "check_in_datum", "check_in_accuracy_m", "check_in_fix_age_s", "place_note", "place_verdict", "distance_m", "check_out_at", "earliest_at", "latest_at", "check_out_earliest_at", "check_out_latest_at", "scope_timeliness")  # fmt: skip
personal(
    "visit_anomalies", VisitAnomaly, "author_id", "id", "day", "flags", "explanation", "state", "decided_at"
)
personal("visit_comments", VisitComment, "author_id", "id", "visit_id", "text", "made_at")
personal("visit_amendments", VisitAmendment, "author_id", "id", "visit_id", "reason", "made_at")
