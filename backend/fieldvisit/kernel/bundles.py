"""Bundles: the unit of reading and of permission. `visible` here is the only answer to who may see a row."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    UniqueConstraint,
    and_,
    bindparam,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from fieldvisit.kernel.clock import today
from fieldvisit.kernel.db import GUID, Base, Guid, Long, LongKey
from fieldvisit.kernel.scopes import DECIDE_SIGHT, Principal, last_held, tenures_of
from fieldvisit.kernel.users import Role, User


class Bundle(Base):
    """Some rows that belong together under one counter.

    `rev` counts the transactions that changed it; 0 is a bundle that holds nothing yet. `day` is the
    day its carrying window counts from; None means it has not begun to pass.
    """

    __tablename__ = "bundle"
    __table_args__ = (UniqueConstraint("key"), Index(None, "kind", "day"))

    id: Mapped[LongKey]
    key: Mapped[str]
    kind: Mapped[str]
    rev: Mapped[Long] = mapped_column(default=0)
    day: Mapped[date | None]
    barred_user_id: Mapped[Guid | None]


class BundleScope(Base):
    """That a bundle hangs in a scope, since when and until when; present is `until is null`."""

    __tablename__ = "bundle_scope"
    __table_args__ = (Index(None, "scope", "until", "bundle_id"), Index(None, "bundle_id", "until"))

    number: Mapped[LongKey]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"))
    scope: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]


DECIDE_SIGHT |= {Bundle, BundleScope}


@dataclass(frozen=True)
class Carried:
    """Which of the visible bundles of a kind a role takes offline.

    `days` counts back from today by the bundle's day; a bundle without a day is always carried.
    """

    days: int | None = None


ALL = Carried()


def last_days(days: int) -> Carried:
    """Those whose day is within the last `days` days, and those that have no day yet."""
    return Carried(days)


@dataclass(frozen=True)
class BundleKey:
    """The key of one bundle with the scopes that follow from it."""

    kind: str
    text: str
    day: date | None
    scopes: tuple[str, ...]

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class BundleKind:
    """A declared kind: how its key is written, where it hangs, who carries it, which collections it holds."""

    name: str
    pattern: str
    scopes: tuple[str, ...]
    carried: dict[Role, Carried]
    contains: tuple[str, ...]
    readers: frozenset[Role]

    def of(self, **parts: Any) -> BundleKey:
        """The bundle these parts name."""
        text = {name: str(value) for name, value in parts.items()}
        return BundleKey(
            self.name,
            self.pattern.format(**text),
            parts["day"] if isinstance(parts.get("day"), date) else None,
            tuple(scope.format(**text) for scope in self.scopes),
        )


BUNDLES: dict[str, BundleKind] = {}


def bundle(
    name: str,
    *,
    key: str,
    contains: Iterable[str],
    scopes: Iterable[str] = (),
    carried: dict[Role, Carried] | None = None,
    readers: Iterable[Role] = frozenset(Role),
) -> BundleKind:
    """Declare a kind of bundle. `scopes` are patterns over the key's parts; further ones are hung by commands.

    A role that is not among the `readers` sees none of the kind, whatever scopes it holds.
    """
    if name in BUNDLES or not re.match(rf"{name}[:]", key):
        raise ValueError(f"bundle kind {name} is declared twice or its key does not begin with it")
    BUNDLES[name] = BundleKind(name, key, tuple(scopes), carried or {}, tuple(contains), frozenset(readers))
    return BUNDLES[name]


def visible(
    principal: Principal, *, lately: datetime | None = None, fresh: Iterable[int] = ()
) -> Select[int]:
    """The ids of the bundles that `principal` may see now: its scopes meet his, and he is not barred.

    With `lately` also those that hung in one of his scopes until after that moment: his phone has to drop them.
    One that holds nothing yet is nobody's, but for the transaction that fills it (`fresh`).
    """
    seen = _visible(sorted(principal.scopes), principal.user.id, lately, fresh)
    closed = closed_to(principal.role)
    return seen.where(Bundle.kind.not_in(closed)) if closed else seen


def closed_to(role: Role) -> list[str]:
    """The kinds that a role reads nothing of."""
    return sorted(kind.name for kind in BUNDLES.values() if role not in kind.readers)


def _visible(
    scopes: list[str] | BindParameter[Any],
    user_id: str | BindParameter[str],
    lately: datetime | None = None,
    fresh: Iterable[int] = (),
) -> Select[int]:
    return (
        select(BundleScope.bundle_id)
        .join(Bundle, Bundle.id == BundleScope.bundle_id)
        .where(
            BundleScope.scope.in_(scopes),
            _hangs(lately),
            (Bundle.rev > 0) | Bundle.id.in_(sorted(fresh)) if fresh else Bundle.rev > 0,
            _not_barred(user_id),
        )
    )


def _hangs(lately: datetime | None) -> ColumnElement[bool]:
    present = BundleScope.until.is_(None)
    return present if lately is None else present | (BundleScope.until > lately)


def scopes_reached(session: Session, bundle_ids: Iterable[int], lately: datetime) -> set[str]:
    """The scopes these bundles hang in, or hung in until after that moment: whoever holds none has lost nothing by a change."""
    hung = select(BundleScope.scope).where(BundleScope.bundle_id.in_(bundle_ids), _hangs(lately))
    return set(session.scalars(hung.distinct()))


def _not_barred(user_id: str | BindParameter[str]) -> ColumnElement[bool]:
    return Bundle.barred_user_id.is_(None) | (Bundle.barred_user_id != user_id)


def is_visible(session: Session, principal: Principal, bundle_id: int) -> bool:
    """Whether one bundle is among those `principal` may see."""
    return session.scalar(visible(principal).where(BundleScope.bundle_id == bundle_id).limit(1)) is not None


def seen_by(principal: Principal, bundle_id: ColumnElement[int]) -> ColumnElement[bool]:
    """`visible`, asked of each row that something else found: for few rows, and for readers who see nearly all."""
    return visible(principal).where(BundleScope.bundle_id == bundle_id).exists()


def sees_most(principal: Principal, collection: str) -> bool:
    """Whether a collection lies in bundles that all hang in a scope he holds, so that he is barred from few at most."""
    homes = [kind for kind in BUNDLES.values() if collection in kind.contains]
    return bool(homes) and all(principal.scopes.intersection(kind.scopes) for kind in homes)


def carried(session: Session, principal: Principal) -> list[tuple[str, int]]:
    """Key and rev of every bundle that `principal` takes offline now, by key."""
    of_his = {"scopes": sorted(principal.scopes), "user": principal.user.id}
    return [(key, rev) for key, rev in session.execute(_carried(principal.role, today()), of_his)]


@lru_cache(maxsize=32)
def _carried(role: Role, on: date) -> Select[str, int]:
    """Every phone asks it again and again, so it is put together once for a role and a day."""
    kinds = [_window(kind.name, kind.carried[role], on) for kind in BUNDLES.values() if role in kind.carried]
    seen = _visible(bindparam("scopes", expanding=True), bindparam("user", type_=GUID))
    return select(Bundle.key, Bundle.rev).where(Bundle.id.in_(seen), or_(False, *kinds)).order_by(Bundle.key)


def _window(kind: str, rule: Carried, on: date) -> ColumnElement[bool]:
    if rule.days is None:
        return Bundle.kind == kind
    since = on - timedelta(days=rule.days)
    return and_(Bundle.kind == kind, Bundle.day.is_(None) | (Bundle.day > since))


def last_seen(session: Session, user: User, bundle_id: int) -> date | None:
    """The last day on which `user` could see the bundle by what he was assigned then; None if he never could.

    A barred user never could, nor one whose role reads none of the kind.
    """
    kind = session.scalar(select(Bundle.kind).where(Bundle.id == bundle_id, _not_barred(user.id)))
    if kind is None or kind in closed_to(Role(user.role)):
        return None
    tenures = tenures_of(session, user)
    stays = session.scalars(
        select(BundleScope).where(
            BundleScope.bundle_id == bundle_id, BundleScope.scope.in_({tenure.scope for tenure in tenures})
        )
    ).all()
    days = [
        last_held(tenure, stay.since, stay.until, today())
        for tenure in tenures
        for stay in stays
        if stay.scope == tenure.scope
    ]
    return max((day for day in days if day), default=None)
