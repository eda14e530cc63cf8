"""What visits keep about the visitor: when and where he was."""

from fieldvisit.features.visits.models import Visit
from fieldvisit.kernel.personal import personal

personal("visits", Visit, "visitor_id", "id", "day", "state", "customer_id", "check_in_at", "check_in_lat", "check_in_lng", "check_in_datum", "check_in_accuracy_m", "place_verdict", "distance_m", "check_out_at")  # fmt: skip
