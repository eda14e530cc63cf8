"""Who hears of a request, and when its answer is near or overdue; requests go to whoever answers them today."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.privacy.commands import ANSWER, answerers
from fieldvisit.features.privacy.models import PrivacyRequest
from fieldvisit.kernel.bundles import Bundle, BundleScope
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.duties import duty
from fieldvisit.kernel.events import on
from fieldvisit.kernel.notices import notice, tell
from fieldvisit.kernel.reactions import Happening
from fieldvisit.kernel.scopes import deputy_of
from fieldvisit.kernel.work import Locks

SUBMITTED = notice("privacy_submitted", "有个人信息请求等待处理")
ANSWERED = notice("privacy_answered", "您的个人信息请求已有答复")
NEAR = notice("privacy_due_near", "有个人信息请求即将到期", urgent=True)
OVERDUE = notice("privacy_overdue", "有个人信息请求已超时", urgent=True)


@on("privacy_requests.submit")
def tell_answerers(happening: Happening) -> None:
    """Whoever answers hears that there is a request."""
    row = happening.session.get_one(PrivacyRequest, happening.event.data["entity_id"])
    tell(happening, answerers(happening.session, row), SUBMITTED, entity_id=row.id)


@on("privacy_requests.grant", "privacy_requests.refuse", "privacy_requests.return")
def tell_author(happening: Happening) -> None:
    """Whoever asked hears the answer."""
    step = happening.event.name.rpartition(".")[2]
    data = happening.event.data
    tell(happening, [data["author_id"]], ANSWERED, entity_id=data["entity_id"], step=step)


@on(f"{ANSWER}.due_near", f"{ANSWER}.overdue")
def remind(happening: Happening) -> None:
    """The answer is near its day, or over it."""
    row = happening.session.get_one(PrivacyRequest, happening.event.data["entity_id"])
    kind = OVERDUE if happening.event.name.endswith("overdue") else NEAR
    tell(happening, answerers(happening.session, row), kind, entity_id=row.id)


@duty
def go_to_answerers(database: Database) -> None:
    """An open request hangs at whoever answers it today: people move, and are away."""
    with database.read() as session:
        waiting = session.scalars(
            select(PrivacyRequest).where(PrivacyRequest.state == "submitted").limit(200)
        ).all()
        stale = [row.id for row in waiting if _wanted(session, row) != _present(session, row)]
    for row_id in stale:
        with database.write() as session:
            row = session.get_one(PrivacyRequest, row_id)
            locks = Locks(session)
            locks.take(session.scalars(select(Bundle.key).where(Bundle.id == row.bundle_id)).all())
            locks.hang_only(session.get_one(Bundle, row.bundle_id), "user", _wanted(session, row))


def _wanted(session: Session, row: PrivacyRequest) -> set[str]:
    admins = list(answerers(session, row))
    deputies = [deputy for admin in admins if (deputy := deputy_of(session, admin))]
    return {f"user:{user}" for user in (row.author_id, *admins, *deputies)}


def _present(session: Session, row: PrivacyRequest) -> set[str]:
    hung = select(BundleScope.scope).where(
        BundleScope.bundle_id == row.bundle_id, BundleScope.until.is_(None)
    )
    return set(session.scalars(hung))
