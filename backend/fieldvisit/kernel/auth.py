"""Entering: by name and password or one-time code, and choosing a password."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldvisit.kernel.audit import record
from fieldvisit.kernel.clock import iso, now
from fieldvisit.kernel.errors import Problem, missing, out_of_scope
from fieldvisit.kernel.events import emit
from fieldvisit.kernel.limits import count_try, forgive
from fieldvisit.kernel.passwords import CODE_LIFE, POLICIES, fits, give_code, is_code, set_password
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.sessions import (
    REFRESH_LIFE,
    Bearer,
    SignIn,
    answer_for,
    end_sessions,
    holder,
    issue,
    know_device,
)
from fieldvisit.kernel.tokens import unauthorised
from fieldvisit.kernel.users import Device, Role, User
from fieldvisit.kernel.values import Args, Id, Line, is_uuid


class DeviceName(Args):
    """The phone that signs in: the id its local database was given, and a name to know it by."""

    id: Id
    name: Line = "?"


class Login(Args):
    """Username, password and phone."""

    username: Line
    password: str
    device: DeviceName


class NewPassword(Args):
    """The password or one-time code there is, and the password to be."""

    current: str
    new: str


def log_in(runtime: Runtime, login: Login, address: str) -> SignIn:
    """Sign in by username, staff number or phone number, with the password or a one-time code.

    Raises Problem 401 `bad_credentials` alike for an unknown name, a wrong password and an inactive account,
    429 `too_many_attempts`, and, for a right password only, 403 `device_waiting` and 401 for a revoked phone.
    """
    at = now()
    with runtime.db.write() as session:
        user = _named(session, login.username)
        keys = count_try(session, login.username, user, login.device.id, address, at)
    if not fits(user, login.password, at) or user is None or not user.is_active:
        if user is not None:
            _note(runtime, "session.sign_in", user, login.device.id, "refused")
        raise Problem(401, "bad_credentials")
    with runtime.db.write() as session:
        forgive(session, keys)
        user = session.get_one(User, user.id)
        device = know_device(session, login.device.id, user, login.device.name, at)
        if device.approved_at is None and not _must_wait(runtime, session, user, login.password, at):
            device.approved_at = at
        waits = device.approved_at is None
        if waits and device.created_at == at:
            emit(session, "devices.waiting", data={"user_id": user.id, "device_id": device.id})
        outcome = "waiting" if waits else "done" if device.revoked_at is None else "revoked"
        record(session, "session.sign_in", actor_id=user.id, device_id=device.id, outcome=outcome)
        revoked = device.revoked_at is not None
        if not waits and not revoked:
            token = secrets.token_urlsafe(32)
            issue(session, token, secrets.token_hex(16), device.id, at, at + REFRESH_LIFE)
        answer = answer_for(runtime, user, device, at)
    if revoked:
        raise unauthorised("revoked")
    if waits:
        raise Problem(403, "device_waiting")
    return SignIn(answer, token)


def _note(runtime: Runtime, action: str, user: User, device_id: str, outcome: str) -> None:
    with runtime.db.write() as session:
        record(session, action, actor_id=user.id, device_id=device_id, outcome=outcome)


def _named(session: Session, name: str) -> User | None:
    """The user of this username; else the one of this staff number or phone number, where it is just one."""
    user = session.scalar(select(User).where(User.username == name))
    for named in (func.lower(User.employee_no) == name.lower(), User.phone == name):
        if user is None:
            found = session.scalars(select(User).where(named).limit(2)).all()
            user = found[0] if len(found) == 1 else None
    return user


def _must_wait(runtime: Runtime, session: Session, user: User, password: str, at: datetime) -> bool:
    """A further phone waits for an administrator, unless a one-time code came from one just now."""
    if not runtime.settings.device_approval or is_code(user, password, at):
        return False
    others = select(Device.id).where(
        Device.user_id == user.id, Device.approved_at.is_not(None), Device.revoked_at.is_(None)
    )
    return session.scalar(others.limit(1)) is not None


def choose_password(runtime: Runtime, bearer_token: str, wanted: NewPassword) -> SignIn:
    """Choose a new password: every other phone must sign in again, this one goes on with what the answer holds.

    Raises Problem 401 `bad_credentials` where the present password or code does not fit, 422 `password_weak`.
    """
    at = now()
    with runtime.db.write() as session:
        user, device = holder(runtime, session, bearer_token)
        keys = count_try(session, user.username, user, device.id, "", at)
    if not fits(user, wanted.current, at):
        _note(runtime, "session.choose_password", user, device.id, "refused")
        raise Problem(401, "bad_credentials")
    with runtime.db.write() as session:
        forgive(session, keys)
        user = session.get_one(User, user.id, with_for_update=True)
        record(session, "session.choose_password", actor_id=user.id, device_id=device.id)
        set_password(session, user, wanted.new, POLICIES[runtime.settings.password_policy], at)
        for other in session.scalars(select(Device.id).where(Device.user_id == user.id)):
            end_sessions(session, other)
        token = secrets.token_urlsafe(32)
        issue(session, token, secrets.token_hex(16), device.id, at, at + REFRESH_LIFE)
        return SignIn(answer_for(runtime, user, device, at), token)


def issue_code(runtime: Runtime, bearer: Bearer, user_id: str) -> dict[str, Any]:
    """A one-time code for a colleague (general administrator) or anybody (system administrator).

    It is shown once and kept only as a hash; no command makes it, for commands are kept as they came.
    Raises Problem 403 `role_not_allowed`, 404 `user_missing`.
    """
    if bearer.user.role not in (Role.GENERAL_ADMIN, Role.SYSTEM_ADMIN):
        raise out_of_scope("role_not_allowed")
    at = now()
    with runtime.db.write() as session:
        user = session.get(User, user_id, with_for_update=True) if is_uuid(user_id) else None
        elsewhere = bearer.user.role == Role.GENERAL_ADMIN and (
            user is None or user.department_id != bearer.user.department_id or user.department_id is None
        )
        if user is None or elsewhere:
            raise missing("user_missing")
        if user.id == bearer.user.id:
            raise out_of_scope("own_account")
        code = give_code(user, at)
        for device_id in session.scalars(select(Device.id).where(Device.user_id == user.id)):
            end_sessions(session, device_id)
        record(session, "session.issue_code", actor_id=bearer.user.id, entity_id=user.id)
        return {"code": code, "expires_at": iso(at + CODE_LIFE)}
