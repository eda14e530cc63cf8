"""What is seen of requests: one's own, and those one answers."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from fieldvisit.features.helpdesk.models import HelpMessage, HelpRequest
from fieldvisit.features.helpdesk.rules import Kind, State, desk_of
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.scopes import expands
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import View


@expands()
def expand_desk(_session: Session, role: str, assigned: Iterable[str]) -> set[str]:
    """The administrator of a department, and who stands in for him, answers what its people ask."""
    if role != Role.GENERAL_ADMIN:
        return set()
    departments = (scope.partition(":") for scope in assigned)
    return {desk_of(name) for kind, _, name in departments if kind == "department"}


class HelpRequestView(View):
    """Something asked about the app, and how it stands; `page` is where it was written, `app` the version."""

    id: str
    number: str
    author_id: str
    kind: Kind
    page: str | None
    app: str | None
    state: State
    made_at: datetime
    closed_at: datetime | None


class HelpMessageView(View):
    """What was written in a request; its photos have `owner_id` = this id."""

    id: str
    request_id: str
    author_id: str
    text: str
    made_at: datetime


collection(
    "help_requests",
    HelpRequest,
    HelpRequestView,
    readers=set(Role),
    filters=("state", "kind", "author_id", "number"),
    sorting=("made_at", "number"),
    order=(HelpRequest.made_at, HelpRequest.id),
    is_watched=True,
)
collection(
    "help_messages",
    HelpMessage,
    HelpMessageView,
    readers=set(Role),
    filters=("request_id",),
    sorting=("made_at",),
    order=(HelpMessage.made_at, HelpMessage.id),
    is_watched=True,
)
