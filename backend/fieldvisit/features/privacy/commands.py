"""Requests about one's own data: asked, taken back, answered in time, with reasons where they are refused."""

from collections.abc import Iterable
from typing import Literal

from sqlalchemy.orm import Session

from fieldvisit.features.privacy.collections import PrivacyRequestView
from fieldvisit.features.privacy.models import REQUEST, PrivacyRequest
from fieldvisit.kernel.bundles import BundleKey
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.deadlines import deadline
from fieldvisit.kernel.errors import conflict
from fieldvisit.kernel.notices import holders
from fieldvisit.kernel.users import Role, User
from fieldvisit.kernel.values import Args, Id, Prose
from fieldvisit.kernel.work import Touching, Work
from fieldvisit.kernel.workflow import Step, workflow

ANSWER = deadline("privacy.answer", 15, "working_day", remind_hours=48)
ANSWERING = {Role.GENERAL_ADMIN, Role.SYSTEM_ADMIN}

Kind = Literal["correct", "delete", "explain", "restrict"]


def answerers(session: Session, row: PrivacyRequest) -> Iterable[str]:
    """Who answers a request: the administrators of the author's department; the system's where there are none."""
    author = session.get_one(User, row.author_id)
    admins = holders(session, Role.GENERAL_ADMIN, author.department_id) if author.department_id else []
    admins = [admin for admin in admins if admin != author.id]
    return admins or [admin for admin in holders(session, Role.SYSTEM_ADMIN, None) if admin != author.id]


FLOW = workflow(
    "privacy_requests",
    PrivacyRequest,
    path="/privacy_requests",
    view=PrivacyRequestView,
    deciders=answerers,
    authors=set(Role),
    deciding=ANSWERING,
    due=ANSWER,
    steps=(
        Step("grant", ("submitted",), "granted", "decider", "Grant a request about one's own data; the note says what was done.", "needed", is_decision=True),
        Step("refuse", ("submitted",), "refused", "decider", "Refuse a request with the reason the law asks for.", "needed", is_decision=True),
        Step("return", ("submitted",), "returned", "decider", "Give a request back with what is missing in it.", "needed", is_decision=True),
    ),
)  # fmt: skip


class SubmitPrivacyRequest(Args):
    """What one asks of the data about oneself."""

    id: Id
    kind: Kind
    content: Prose


class ResubmitPrivacyRequest(Args):
    """A request that came back, in other words."""

    id: Id
    content: Prose


def _made(touching: Touching, args: SubmitPrivacyRequest) -> list[BundleKey]:
    return [REQUEST.of(request=args.id, author=touching.user.id)]


def _there(touching: Touching, args: ResubmitPrivacyRequest) -> list[str]:
    return touching.bundle_of(PrivacyRequest, args.id)


@command(
    "privacy_requests.submit",
    "POST /privacy_requests",
    needs=set(Role),
    offline=True,
    in_person=True,
    touches=_made,
)
def submit(work: Work, args: SubmitPrivacyRequest) -> None:
    """Ask for data about oneself to be corrected, deleted, explained or restricted; an answer is due in 15 working days."""
    if work.session.get(PrivacyRequest, args.id) is not None:
        raise conflict("id_taken")
    home = work.bundle(REQUEST.of(request=args.id, author=work.user.id))
    row = PrivacyRequest(
        **args.model_dump(), author_id=work.user.id, made_at=work.entry.stated_at, bundle_id=home.id
    )
    FLOW.submit(work, row)
    for admin in answerers(work.session, row):
        work.hang(home, f"user:{admin}")
    work.result = {"id": args.id}


@command(
    "privacy_requests.resubmit",
    "POST /privacy_requests/{id}/submit",
    needs=set(Role),
    offline=True,
    in_person=True,
    touches=_there,
)
def resubmit(work: Work, args: ResubmitPrivacyRequest) -> None:
    """Submit a request again that was taken back or came back."""
    row = FLOW.editable(work, args.id)
    row.content = args.content
    FLOW.submit(work, row)
