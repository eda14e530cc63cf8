"""Sessions: access token, rotating refresh cookie, deposit token; who holds one is judged anew at every request."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from fieldvisit.kernel import tokens
from fieldvisit.kernel.audit import record
from fieldvisit.kernel.bundles import bundle
from fieldvisit.kernel.clock import now
from fieldvisit.kernel.db import Base, Guid, LongKey
from fieldvisit.kernel.errors import Problem
from fieldvisit.kernel.keys import token_hash
from fieldvisit.kernel.passwords import POLICIES, is_due
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.tokens import Access, unauthorised
from fieldvisit.kernel.users import Device, User
from fieldvisit.kernel.values import Args, Id
from fieldvisit.kernel.work import Locks

REFRESH_LIFE = timedelta(days=30)
GRACE = timedelta(seconds=60)
REVOKED_WAIT = timedelta(seconds=30)  # between two deposits of a phone that is shut out

# Asked at every request, so it is put together once.
HOLDER = (
    select(User, Device)
    .join(Device, Device.user_id == User.id)
    .where(User.id == bindparam("user"), Device.id == bindparam("device"))
)

DEVICES = bundle("devices", key="devices:{user}", scopes=("user:{user}", "system"), contains=("devices",))


Overseers = Callable[[Session, User], Iterable[str]]
_overseers: list[Overseers] = []


def oversees_phones(finder: Overseers) -> Overseers:
    """Register in which scopes the phones of a user hang besides his own and his department's."""
    _overseers.append(finder)
    return finder


class RefreshToken(Base):
    """One link of a family of refresh tokens; only hashes are kept. `used_at` is when it gave its successor."""

    __tablename__ = "refresh_token"
    __table_args__ = (Index(None, "family"),)

    number: Mapped[LongKey]
    hash: Mapped[str] = mapped_column(unique=True)
    family: Mapped[Guid]
    device_id: Mapped[Guid] = mapped_column(ForeignKey("device.id"))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Refresh(Args):
    """The phone that wants a new access token."""

    device: Id


@dataclass(frozen=True)
class SignIn:
    """What a sign-in or a refresh gives: the answer's body and the new refresh token."""

    body: dict[str, Any]
    refresh_token: str


def know_device(session: Session, device_id: str, user: User, name: str, at: datetime) -> Device:
    """The device, registered if it is new; raises Problem 409 `device_of_another_user`."""
    device = session.get(Device, device_id, with_for_update=True)
    if device is not None and device.user_id != user.id:
        raise Problem(409, "device_of_another_user")
    if device is None or device.bundle_id is None:
        key = DEVICES.of(user=user.id)
        locks = Locks(session)
        locks.take([key])
        home = locks.held[key.text]
        locks.hang(home, f"department:{user.department_id}" if user.department_id else "system")
        for scope in (scope for finder in _overseers for scope in finder(session, user)):
            locks.hang(home, scope)
        device = device or Device(id=device_id, user_id=user.id, name=name, created_at=at, seen_at=at)
        device.username, device.bundle_id = user.username, home.id
        session.add(device)
        locks.bump()
        locks.release()
    device.seen_at = at
    return device


def refresh(runtime: Runtime, token: str | None, device_id: str) -> SignIn:
    """A new access token and the next refresh token.

    A lost answer logs nobody out: the same successor is given again within 60 seconds, or while it is
    unused. Any later reuse ends the family. Raises Problem 401, or 409 for another device's cookie.
    """
    if not token or len(token) > 200:
        raise unauthorised()
    at = now()
    stolen = False
    with runtime.db.write() as session:
        row = session.scalar(
            select(RefreshToken).where(RefreshToken.hash == token_hash(token)).with_for_update()
        )
        if row is None or row.ended_at is not None or row.expires_at <= at:
            raise unauthorised()
        if row.device_id != device_id:
            raise Problem(409, "device_of_another_user")
        device = session.get_one(Device, row.device_id)
        user = session.get_one(User, device.user_id)
        if device.revoked_at is not None or not user.is_active:
            raise unauthorised("revoked")
        following = runtime.keys.successor(token)
        heir = session.scalar(select(RefreshToken).where(RefreshToken.hash == token_hash(following)))
        if heir is None:
            row.used_at = at
            issue(session, following, row.family, device.id, at, row.expires_at)
        elif heir.used_at is not None and row.used_at is not None and at - row.used_at > GRACE:
            stolen = True
            for link in session.scalars(select(RefreshToken).where(RefreshToken.family == row.family)):
                link.ended_at = at
            record(session, "session.stolen", actor_id=user.id, device_id=device.id, outcome="ended")
        answer = answer_for(runtime, user, device, at)
    if stolen:
        raise unauthorised()
    return SignIn(answer, following)


def end_sessions(session: Session, device_id: str) -> None:
    """End every refresh token of a device."""
    living = select(RefreshToken).where(RefreshToken.device_id == device_id, RefreshToken.ended_at.is_(None))
    for link in session.scalars(living):
        link.ended_at = now()


def log_out(runtime: Runtime, token: str | None) -> None:
    """End the family of this cookie; harmless for one that is unknown."""
    if not token:
        return
    with runtime.db.write() as session:
        row = session.scalar(select(RefreshToken).where(RefreshToken.hash == token_hash(token)))
        if row is not None:
            for link in session.scalars(select(RefreshToken).where(RefreshToken.family == row.family)):
                link.ended_at = now()


def issue(
    session: Session, token: str, family: str, device_id: str, at: datetime, expires_at: datetime
) -> None:
    session.add(
        RefreshToken(
            hash=token_hash(token), family=family, device_id=device_id, issued_at=at, expires_at=expires_at
        )
    )


def answer_for(runtime: Runtime, user: User, device: Device, at: datetime) -> dict[str, Any]:
    access = Access(user.id, device.id, user.stamp)
    return {
        "access_token": tokens.issue(runtime.access_key, access, at),
        "token_type": "bearer",
        "expires_in": int(tokens.LIFE.total_seconds()),
        "deposit_token": runtime.keys.deposit(device.id, user.id, at),
        "user": {"id": user.id, "name": user.name, "role": user.role},
        "rescue_key": runtime.rescue_key.public,
        "offline_lease_days": runtime.settings.offline_lease_days,
        "must_change_password": is_due(user, POLICIES[runtime.settings.password_policy], at),
    }


@dataclass(frozen=True)
class Bearer:
    """Who presents a token. `session` is `ok`, `expired` or `revoked`; only `ok` may read."""

    user: User
    device: Device
    session: str


def require_holder(runtime: Runtime, token: str) -> None:
    """Raises Problem 401 unless the token is a living one, even of somebody who must choose a password first."""
    with runtime.db.read() as session:
        holder(runtime, session, token)


def holder(runtime: Runtime, session: Session, token: str) -> tuple[User, Device]:
    access = tokens.verify(runtime.access_key, token)
    found = session.execute(HOLDER, {"user": access.user_id, "device": access.device_id}).one_or_none()
    if found is None:
        raise unauthorised()
    user, device = found
    if not user.is_active or device.revoked_at is not None or device.approved_at is None:
        raise unauthorised("revoked")
    if access.stamp != user.stamp:
        raise unauthorised()
    return user, device


def reader(runtime: Runtime, session: Session, token: str) -> Bearer:
    """The holder of an access token; raises Problem 401 unless account, device and stamp still stand.

    Who must choose a new password first gets 403 `password_change_needed`.
    """
    user, device = holder(runtime, session, token)
    if is_due(user, POLICIES[runtime.settings.password_policy], now()):
        raise Problem(403, "password_change_needed")
    return Bearer(user, device, "ok")


def require_depositor(runtime: Runtime, token: str) -> None:
    """Raises Problem 401 for a token that is none, before anything it came with is looked at."""
    if token.startswith("fvd_"):
        if runtime.keys.open_deposit(token) is None:
            raise unauthorised()
        return
    with runtime.db.read() as session:
        reader(runtime, session, token)


def depositor(runtime: Runtime, session: Session, token: str) -> Bearer:
    """The holder of an access or a deposit token; a deposit token past its day still deposits.

    A device the database does not know (it was restored to before) is registered anew. Raises Problem 401.
    """
    if not token.startswith("fvd_"):
        return reader(runtime, session, token)
    deposit = runtime.keys.open_deposit(token)
    user = session.get(User, deposit.user_id) if deposit else None
    if deposit is None or user is None:
        raise unauthorised()
    device = know_device(session, deposit.device_id, user, "?", now())
    device.approved_at = device.approved_at or now()  # it was, when the token was given
    revoked = not user.is_active or device.revoked_at is not None
    expired = deposit.expires_at <= now()
    return Bearer(user, device, "revoked" if revoked else "expired" if expired else "ok")
