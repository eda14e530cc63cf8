"""Who holds which scopes: computed from today's assignments at each request, never stored in a token."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from fieldvisit.kernel.clock import day_of, today
from fieldvisit.kernel.db import Base, Guid, LongKey
from fieldvisit.kernel.users import Device, Role, User

Expander = Callable[[Session, str, Iterable[str]], set[str]]
_expanders: list[Expander] = []


class Assignment(Base):
    """That a user serves a scope from a day on, until (not including) another; present is `until is null`."""

    __tablename__ = "assignment"
    __table_args__ = (Index(None, "user_id", "until"), Index(None, "scope", "until"))

    number: Mapped[LongKey]
    user_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    scope: Mapped[str]
    since: Mapped[date]
    until: Mapped[date | None]


@dataclass(frozen=True)
class Principal:
    """Who is asking, with what he holds now. `device` is None where no phone is involved."""

    user: User
    device: Device | None
    scopes: frozenset[str]

    @property
    def role(self) -> Role:
        return Role(self.user.role)


def expands(expander: Expander) -> Expander:
    """Register how assigned scopes of a role carry others with them (a zone its routes, say)."""
    _expanders.append(expander)
    return expander


def expand(session: Session, role: str, assigned: Iterable[str]) -> set[str]:
    """The assigned scopes and all that they carry with them today."""
    assigned = set(assigned)
    return assigned.union(*(expander(session, role, assigned) for expander in _expanders))


def scopes_of(session: Session, user: User, on: date | None = None) -> frozenset[str]:
    """The scopes `user` holds on a day (default today, Asia/Shanghai)."""
    on = on or today()
    assigned = session.scalars(
        select(Assignment.scope).where(
            Assignment.user_id == user.id,
            Assignment.since <= on,
            Assignment.until.is_(None) | (Assignment.until > on),
        )
    ).all()
    own = {"all", f"user:{user.id}"}
    if user.role == Role.COMPLAINT_CENTRE:
        own.add("complaint-centre")
    return frozenset(own | expand(session, user.role, assigned))


def principal_of(session: Session, user: User, device: Device | None = None) -> Principal:
    """`user` as the one who is asking now."""
    return Principal(user, device, scopes_of(session, user))


@dataclass(frozen=True)
class Tenure:
    """That a user held a scope between two days (`until` None: still does)."""

    scope: str
    since: date
    until: date | None


def tenures_of(session: Session, user: User) -> list[Tenure]:
    """Every scope `user` ever held, with what it carries today, for telling a former reader from a stranger."""
    rows = session.scalars(select(Assignment).where(Assignment.user_id == user.id)).all()
    return [
        Tenure(scope, row.since, row.until)
        for row in rows
        for scope in sorted(expand(session, user.role, [row.scope]))
    ]


def last_held(tenure: Tenure, since: datetime, until: datetime | None, now_day: date) -> date | None:
    """The last day on which the tenure and a bundle's stay in its scope overlapped, or None."""
    start = max(tenure.since, day_of(since))
    end = min(tenure.until or now_day, day_of(until) if until else now_day)
    return end if end >= start else None
