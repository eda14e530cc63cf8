"""Notices (消息): that something concerns somebody, told in his own bundle of the day, with ids and never with values."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from fieldvisit.kernel.bundles import Bundle, BundleKey, bundle, last_days
from fieldvisit.kernel.clock import day_of
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long
from fieldvisit.kernel.outside.queueing import queue
from fieldvisit.kernel.outside.rules import SAID, Said
from fieldvisit.kernel.reactions import Happening
from fieldvisit.kernel.scopes import deputy_of
from fieldvisit.kernel.users import Role, User
from fieldvisit.kernel.values import Args, Id, View
from fieldvisit.kernel.work import Touching, Work

CARRIED_DAYS = 14

NOTICE_DAY = bundle(
    "notices",
    key="notices:{user}:{day}",
    scopes=("user:{user}",),
    carried=dict.fromkeys(Role, last_days(CARRIED_DAYS)),
    contains=("notices",),
)


class Notice(Base):
    """One notice to one user. `data` holds the ids, counts and days its sentence is made of."""

    __tablename__ = "notice"

    id: Mapped[GuidKey]
    user_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[str]
    data: Mapped[dict[str, Any]]
    made_at: Mapped[datetime] = mapped_column(index=True)
    read_at: Mapped[datetime | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class NoticeView(View):
    """A notice to oneself; the app makes a sentence of `kind` and `data`."""

    id: str
    kind: str
    data: dict[str, Any]
    made_at: datetime
    read_at: datetime | None


collection(
    "notices",
    Notice,
    NoticeView,
    readers=set(Role),
    filters=("kind",),
    sorting=("made_at",),
    order=(Notice.made_at,),
)

KINDS: set[str] = set()


def notice(kind: str, outside: str | None = None, *, urgent: bool = False) -> str:
    """Declare a kind of notice; the app has a sentence for each.

    `outside` is what may be said of it outside the app, where others look on: nothing of whom or what it is about.
    """
    KINDS.add(kind)
    if outside is not None:
        SAID[kind] = Said(outside, urgent)
    return kind


def tell(happening: Happening, users: Iterable[str | None], kind: str, **data: Any) -> None:
    """Tell users in service of what happened, and the deputy of one who is away (代) in his place as well.

    Nobody is told what he did himself. Where the data's `urgency` is `urgent`, it does not wait for the next digest to go outside.
    """
    session, event = happening.session, happening.event
    told = {user for user in users if user}
    told |= {deputy for user in told if (deputy := deputy_of(session, user))}
    told.discard(event.user_id or "")
    active = session.scalars(select(User.id).where(User.id.in_(told), User.is_active).order_by(User.id)).all()
    day = day_of(event.happened_at)
    homes = happening.bundles([NOTICE_DAY.of(user=user, day=day) for user in active])
    notices = {user: happening.next_id(f"{kind}:{user}") for user in active}
    for user, home in zip(active, homes, strict=True):
        session.add(
            Notice(
                id=notices[user],
                user_id=user,
                kind=kind,
                data=data,
                made_at=event.happened_at,
                bundle_id=home.id,
            )
        )
    queue(happening, kind, notices, is_urgent=data.get("urgency") == "urgent")


def holders(session: Session, role: Role, department_id: str | None) -> list[str]:
    """Who holds a post in a department now."""
    asked = select(User.id).where(User.role == role, User.department_id == department_id, User.is_active)
    return list(session.scalars(asked))


class ReadNotices(Args):
    """Notices one has seen."""

    notice_ids: Annotated[list[Id], Field(min_length=1, max_length=200)]


def _homes(touching: Touching, args: ReadNotices) -> list[str | BundleKey]:
    named = select(Bundle.key).join(Notice, Notice.bundle_id == Bundle.id)
    return list(touching.session.scalars(named.where(Notice.id.in_(args.notice_ids))))


@command("notices.read", "POST /notices/read", needs=set(Role), offline=True, in_person=True, touches=_homes)
def read(work: Work, args: ReadNotices) -> None:
    """Mark own notices as read; one that is read already stays as it is."""
    for notice_id in args.notice_ids:
        row = work.find(Notice, notice_id, "notice_missing", "notice_missing")
        row.read_at = row.read_at or work.entry.stated_at
