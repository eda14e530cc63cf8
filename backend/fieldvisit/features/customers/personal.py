"""What of the customer files is about whoever wrote it: that he did, and when; what it says is about the shop."""

from fieldvisit.features.customers.models import ContactLog, CustomerChange, Handover, Suggestion
from fieldvisit.kernel.personal import personal

personal("edits", CustomerChange, "author_id", "customer_id", "field", "made_at")
personal(
    "suggestions",
    Suggestion,
    ("author_id", "decided_by_id"),
    "customer_id",
    "field",
    "made_at",
    "state",
    "decided_at",
    "timeliness",
)
personal("handovers", Handover, "author_id", "customer_id", "on_day", "state", "made_at")
personal("contacts", ContactLog, "author_id", "id", "customer_id", "method", "note", "made_at")
