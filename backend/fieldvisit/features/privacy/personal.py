"""What one has asked of the data about oneself."""

from fieldvisit.features.privacy.models import PrivacyRequest
from fieldvisit.kernel.personal import personal

personal("requests", PrivacyRequest, "author_id", "id", "kind", "content", "state", "made_at", "decided_at")
