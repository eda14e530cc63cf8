"""Tables of what users ask about the app."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fieldvisit.kernel.bundles import bundle, last_days
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long
from fieldvisit.kernel.users import Role

CARRIED_DAYS = 30

# A closed request has a day and is carried for a while longer; an open one has none and is always carried.
HELP = bundle(
    "help_request",
    key="help_request:{request}",
    scopes=("user:{author}", "system"),
    carried=dict.fromkeys(Role, last_days(CARRIED_DAYS)),
    contains=("help_requests", "help_messages", "attachments"),
)


class HelpRequest(Base):
    """One thing asked (求助单): `kind` is problem, wish or question, `state` open, answered or closed.

    `number` is given when it arrives; `page` is where the author was, `app` the version he used.
    """

    __tablename__ = "help_request"
    __table_args__ = (UniqueConstraint("number"),)

    id: Mapped[GuidKey]
    number: Mapped[str]
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[str]
    page: Mapped[str | None]
    app: Mapped[str | None]
    state: Mapped[str]
    made_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class HelpMessage(Base):
    """What was written in a request, by its author or by whoever answers; the first has the request's id."""

    __tablename__ = "help_message"

    id: Mapped[GuidKey]
    request_id: Mapped[Guid] = mapped_column(ForeignKey("help_request.id"))
    author_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    text: Mapped[str]
    made_at: Mapped[datetime]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)
