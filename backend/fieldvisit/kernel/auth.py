"""Signing in: password, access token, rotating refresh cookie, deposit token; judged anew at every request."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from threading import BoundedSemaphore
from typing import Any

from pwdlib import PasswordHash
from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from fieldvisit.kernel import tokens
from fieldvisit.kernel.clock import now
from fieldvisit.kernel.db import Base, Guid, LongKey
from fieldvisit.kernel.errors import Problem
from fieldvisit.kernel.keys import token_hash
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.tokens import Access, unauthorised
from fieldvisit.kernel.users import Device, User
from fieldvisit.kernel.values import Args, Id, Line

REFRESH_LIFE = timedelta(days=30)
GRACE = timedelta(seconds=60)

NO_PASSWORD = "!"  # noqa: S105 – no password has this hash

_hasher = PasswordHash.recommended()
_hashing = BoundedSemaphore(2)
HASHING_WAIT_S = 3


class RefreshToken(Base):
    """One link of a family of refresh tokens; only hashes are kept. `used_at` is when it gave its successor."""

    __tablename__ = "refresh_token"
    __table_args__ = (Index(None, "family"),)

    number: Mapped[LongKey]
    hash: Mapped[str] = mapped_column(unique=True)
    family: Mapped[Guid]
    device_id: Mapped[Guid] = mapped_column(ForeignKey("device.id"))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class DeviceName(Args):
    """The phone that signs in: the id its local database was given, and a name to know it by."""

    id: Id
    name: Line = "?"


class Login(Args):
    """Username, password and phone."""

    username: Line
    password: str
    device: DeviceName


class Refresh(Args):
    """The phone that wants a new access token."""

    device: Id


@dataclass(frozen=True)
class SignIn:
    """What a sign-in or a refresh gives: the answer's body and the new refresh token."""

    body: dict[str, Any]
    refresh_token: str


def hash_password(password: str) -> str:
    """Argon2id."""
    with _hashing_slot():
        return _hasher.hash(password)


@contextmanager
def _hashing_slot() -> Iterator[None]:
    """At most two hashes at a time and a short wait, so that signing in cannot starve everything else (503 `busy`)."""
    if not _hashing.acquire(timeout=HASHING_WAIT_S):
        raise Problem(503, "busy")
    try:
        yield
    finally:
        _hashing.release()


@cache
def _nobodys_hash() -> str:
    """What an unknown name's password is compared with, so that it takes as long as a known one's."""
    return _hasher.hash(secrets.token_hex())


def _matches(password: str, stored: str) -> bool:
    with _hashing_slot():
        try:
            return _hasher.verify(password, stored)
        except Exception:  # an unreadable stored hash fits no password
            return False


def log_in(runtime: Runtime, login: Login) -> SignIn:
    """Raises Problem 401 `bad_credentials` alike for an unknown name, a wrong password and an inactive account."""
    with runtime.db.read() as session:
        user = session.scalar(select(User).where(User.username == login.username))
    fits = _matches(login.password[:1000], user.password_hash if user else _nobodys_hash())
    if user is None or not fits or not user.is_active:
        raise Problem(401, "bad_credentials")
    at = now()
    with runtime.db.write() as session:
        device = know_device(session, login.device.id, user.id, login.device.name, at)
        if device.revoked_at is not None:
            raise unauthorised("revoked")
        token = secrets.token_urlsafe(32)
        _issue(session, token, secrets.token_hex(16), device.id, at, at + REFRESH_LIFE)
        return SignIn(_answer(runtime, user, device, at), token)


def know_device(session: Session, device_id: str, user_id: str, name: str, at: datetime) -> Device:
    """The device, registered if it is new; raises Problem 409 `device_of_another_user`."""
    device = session.get(Device, device_id, with_for_update=True)
    if device is None:
        device = Device(id=device_id, user_id=user_id, name=name, created_at=at, seen_at=at, revoked_at=None)
        session.add(device)
        session.flush()
    elif device.user_id != user_id:
        raise Problem(409, "device_of_another_user")
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
            _issue(session, following, row.family, device.id, at, row.expires_at)
        elif heir.used_at is not None and row.used_at is not None and at - row.used_at > GRACE:
            stolen = True
            for link in session.scalars(select(RefreshToken).where(RefreshToken.family == row.family)):
                link.ended_at = at
        answer = _answer(runtime, user, device, at)
    if stolen:
        raise unauthorised()
    return SignIn(answer, following)


def log_out(runtime: Runtime, token: str | None) -> None:
    """End the family of this cookie; harmless for one that is unknown."""
    if not token:
        return
    with runtime.db.write() as session:
        row = session.scalar(select(RefreshToken).where(RefreshToken.hash == token_hash(token)))
        if row is not None:
            for link in session.scalars(select(RefreshToken).where(RefreshToken.family == row.family)):
                link.ended_at = now()


def _issue(
    session: Session, token: str, family: str, device_id: str, at: datetime, expires_at: datetime
) -> None:
    session.add(
        RefreshToken(
            hash=token_hash(token), family=family, device_id=device_id, issued_at=at, expires_at=expires_at
        )
    )


def _answer(runtime: Runtime, user: User, device: Device, at: datetime) -> dict[str, Any]:
    access = Access(user.id, device.id, user.stamp)
    return {
        "access_token": tokens.issue(runtime.access_key, access, at),
        "token_type": "bearer",
        "expires_in": int(tokens.LIFE.total_seconds()),
        "deposit_token": runtime.keys.deposit(device.id, user.id, at),
        "user": {"id": user.id, "name": user.name, "role": user.role},
    }


@dataclass(frozen=True)
class Bearer:
    """Who presents a token. `session` is `ok`, `expired` or `revoked`; only `ok` may read."""

    user: User
    device: Device
    session: str


def reader(runtime: Runtime, session: Session, token: str) -> Bearer:
    """The holder of an access token; raises Problem 401 unless account, device and stamp still stand."""
    access = tokens.verify(runtime.access_key, token)
    user, device = session.get(User, access.user_id), session.get(Device, access.device_id)
    if user is None or device is None or device.user_id != user.id:
        raise unauthorised()
    if not user.is_active or device.revoked_at is not None:
        raise unauthorised("revoked")
    if access.stamp != user.stamp:
        raise unauthorised()
    return Bearer(user, device, "ok")


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
    device = know_device(session, deposit.device_id, user.id, "?", now())
    revoked = not user.is_active or device.revoked_at is not None
    expired = deposit.expires_at <= now()
    return Bearer(user, device, "revoked" if revoked else "expired" if expired else "ok")
