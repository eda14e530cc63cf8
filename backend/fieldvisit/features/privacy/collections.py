"""What is seen of requests: one's own, and those one answers."""

from datetime import datetime

from fieldvisit.features.privacy.models import PrivacyRequest
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import View


class PrivacyRequestView(View):
    """A request about one's own data and how it stands; `decided_for_id` is whom a deputy answered for (代)."""

    id: str
    author_id: str
    kind: str
    content: str
    state: str
    made_at: datetime
    decided_by_id: str | None
    decided_for_id: str | None
    decided_at: datetime | None


collection(
    "privacy_requests",
    PrivacyRequest,
    PrivacyRequestView,
    readers=set(Role),
    filters=("state", "author_id"),
    sorting=("made_at",),
    order=(PrivacyRequest.made_at,),
    is_watched=True,
)
