"""What the organisation keeps about a person."""

from fieldvisit.features.org.models import Consent
from fieldvisit.kernel.personal import personal

personal("consents", Consent, "user_id", "kind", "version", "is_given", "made_at")
