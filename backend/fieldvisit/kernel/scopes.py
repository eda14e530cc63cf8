"""Who holds which scopes: computed from today's assignments at each request, never stored in a token."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ForeignKey, Index, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from fieldvisit.kernel.clock import day_of, today
from fieldvisit.kernel.db import GUID, Base, Day, Guid, GuidKey, Long, LongKey
from fieldvisit.kernel.users import Device, Role, User

Expander = Callable[[Session, str, Iterable[str]], set[str]]
_expanders: list[Expander] = []
DECIDE_SIGHT: set[type[Base]] = {User}  # tables whose rows decide who sees what


class Assignment(Base):
    """That a user serves a scope from a day on, until (not including) another; present is `until is null`."""

    __tablename__ = "assignment"
    __table_args__ = (Index(None, "user_id", "until"), Index(None, "scope", "until"))

    number: Mapped[LongKey]
    user_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    scope: Mapped[str]
    since: Mapped[date]
    until: Mapped[date | None]


class Cover(Base):
    """代: that a deputy stands in for a user from a day on, until (not including) another."""

    __tablename__ = "cover"
    __table_args__ = (Index(None, "user_id", "until"), Index(None, "deputy_id", "until"))

    id: Mapped[GuidKey]
    user_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    deputy_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    since: Mapped[date]
    until: Mapped[date]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


DECIDE_SIGHT |= {Assignment, Cover}

# Asked at every request, so it is put together once.
_ON, _USER = bindparam("on", type_=Day()), bindparam("user", type_=GUID)
HELD = select(Assignment.scope).where(
    (Assignment.user_id == _USER)
    | Assignment.user_id.in_(
        select(Cover.user_id).where(Cover.deputy_id == _USER, Cover.since <= _ON, Cover.until > _ON)
    ),
    Assignment.since <= _ON,
    Assignment.until.is_(None) | (Assignment.until > _ON),
)


@dataclass(frozen=True)
class Principal:
    """Who is asking, with what he holds now. `device` is None where no phone is involved."""

    user: User
    device: Device | None
    scopes: frozenset[str]

    @property
    def role(self) -> Role:
        return Role(self.user.role)


def expands(*by: type[Base]) -> Callable[[Expander], Expander]:
    """Register how assigned scopes of a role carry others with them (a zone its routes, say), and by which tables."""

    def declare(expander: Expander) -> Expander:
        _expanders.append(expander)
        DECIDE_SIGHT.update(by)
        return expander

    return declare


def expand(session: Session, role: str, assigned: Iterable[str]) -> set[str]:
    """The assigned scopes and all that they carry with them today."""
    assigned = set(assigned)
    return assigned.union(*(expander(session, role, assigned) for expander in _expanders))


def scopes_of(session: Session, user: User, on: date | None = None) -> frozenset[str]:
    """The scopes `user` holds on a day (default today, Asia/Shanghai): his own, and those of whom he covers."""
    assigned = session.scalars(HELD, {"user": user.id, "on": on or today()}).all()
    own = {"all", f"user:{user.id}"}
    if user.role == Role.COMPLAINT_CENTRE:
        own.add("complaint-centre")
    if user.role == Role.SYSTEM_ADMIN:
        own.add("system")
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
    held = [
        (row.scope, row.since, row.until) for row in rows
    ]  # one called off never began: it ends as it begins
    covered = select(Assignment, Cover).join(Cover, Cover.user_id == Assignment.user_id)
    for row, cover in session.execute(covered.where(Cover.deputy_id == user.id)):
        held.append((row.scope, max(row.since, cover.since), min(row.until or cover.until, cover.until)))
    return [
        Tenure(scope, since, until)
        for assigned, since, until in held
        if until is None or since < until
        for scope in sorted(expand(session, user.role, [assigned]))
    ]


def server_of(session: Session, scope: str, on: date) -> str | None:
    """The user assigned to a scope on a day; None where nobody is."""
    return session.scalar(
        select(Assignment.user_id).where(
            Assignment.scope == scope,
            Assignment.since <= on,
            Assignment.until.is_(None) | (Assignment.until > on),
        )
    )


def deputy_of(session: Session, user_id: str, on: date | None = None) -> str | None:
    """Who stands in for an absent user on a day (default today); None where he is there himself."""
    on = on or today()
    return session.scalar(
        select(Cover.deputy_id).where(Cover.user_id == user_id, Cover.since <= on, Cover.until > on)
    )


def last_held(tenure: Tenure, since: datetime, until: datetime | None, now_day: date) -> date | None:
    """The last day on which the tenure and a bundle's stay in its scope overlapped, or None.

    A tenure ends with the day before `until`; a stay in the middle of its last day.
    """
    start = max(tenure.since, day_of(since))
    ends = [now_day, tenure.until and tenure.until - timedelta(days=1), until and day_of(until)]
    end = min(day for day in ends if day)
    return end if end >= start else None
