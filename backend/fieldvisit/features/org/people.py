"""People in the department: their accounts, and what becomes of them: promotion, leaving, coming back."""

from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldvisit.features.org.founding import add_user
from fieldvisit.features.org.models import ME, ORG, PEOPLE, Person, Route, Zone
from fieldvisit.features.org.rules import SERVES
from fieldvisit.kernel.bundles import BundleKey
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, missing, not_now, out_of_scope
from fieldvisit.kernel.passwords import NO_PASSWORD
from fieldvisit.kernel.scopes import Assignment, Cover
from fieldvisit.kernel.users import Role, User
from fieldvisit.kernel.values import Args, Id, Line, OptionalLine
from fieldvisit.kernel.work import Touching, Work

NAMED_BY = ("username", "employee_no", "phone")  # each names one account: by each one signs in
ADMIN = {Role.GENERAL_ADMIN}
ADMINS = ADMIN | {Role.SYSTEM_ADMIN}
Post = Literal["account_manager", "market_manager", "department_manager", "general_admin", "related_post"]


class CreateUser(Args):
    """A new account in the administrator's own department."""

    id: Id
    username: Annotated[str, Field(pattern=r"^[a-z0-9._-]{2,40}$")]
    employee_no: Line
    name: Line
    role: Post
    phone: OptionalLine = None


class ChangeRole(Args):
    """The post a user holds from today on."""

    user_id: Id
    role: Post


class Leave(Args):
    """That a user is out of service from now on."""

    user_id: Id


class Return(Args):
    """That a user who had left is back."""

    user_id: Id


def _new_bundles(touching: Touching, args: CreateUser) -> list[str | BundleKey]:
    return [*org_bundles(touching), ME.of(user=args.id)]


def _user_bundles(touching: Touching, args: ChangeRole | Leave | Return) -> list[str | BundleKey]:
    user = touching.session.get(User, args.user_id)
    if user is None:
        return []
    return [*_bundles_of(user.department_id), *touching.bundle_of(User, user.id)]


def org_bundles(touching: Touching) -> list[str | BundleKey]:
    """Places and people of the author's own department."""
    return _bundles_of(touching.user.department_id)


def _bundles_of(department: str | None) -> list[str | BundleKey]:
    return [] if department is None else [ORG.of(department=department), PEOPLE.of(department=department)]


def colleague(work: Work, user_id: str) -> User:
    """A user of the same department; raises Problem 404 `user_missing` for any other."""
    user = work.session.get(User, user_id)
    if user is None or user.department_id is None or user.department_id != work.user.department_id:
        raise missing("user_missing", waits_for=user_id)
    return user


@command("org.create_user", "POST /users", needs=ADMIN, in_person=True, touches=_new_bundles)
def create_user(work: Work, args: CreateUser) -> None:
    """Open an account in the own department; it has no password yet and serves nothing until it is assigned.

    No password travels in a command, for commands are kept as they came.
    """
    if work.session.get(User, args.id) is not None:
        raise conflict("id_taken")
    for column in NAMED_BY:
        value = getattr(args, column)
        if value is not None and taken(work.session, column, value):
            raise conflict(f"{column}_taken")
    department_id = work.user.department_id
    if department_id is None:
        raise out_of_scope("department_not_yours")
    user = User(**args.model_dump(), department_id=department_id, password_hash=NO_PASSWORD, created_at=work.entry.received_at)  # fmt: skip
    add_user(
        work.session, user, work.bundle(ME.of(user=args.id)), work.bundle(PEOPLE.of(department=department_id))
    )
    serve_department(work, user)
    work.result = {"id": args.id}


@command("org.change_role", "POST /users/{user_id}/role", needs=ADMIN, in_person=True, touches=_user_bundles)
def change_role(work: Work, args: ChangeRole) -> None:
    """Promote or move somebody to another post from today on: what he served is free, what he made stays his."""
    user = _another(work, args.user_id)
    if not user.is_active:
        raise not_now("user_inactive")
    if user.role == args.role:
        return
    _lay_down(work, user)
    user.former_roles = sorted({*user.former_roles, user.role})
    user.role = args.role
    _show(work, user)
    serve_department(work, user)
    work.emit("org.role_changed", user.bundle_id, user_id=user.id, role=args.role)


@command("org.leave", "POST /users/{user_id}/leave", needs=ADMINS, in_person=True, touches=_user_bundles)
def leave(work: Work, args: Leave) -> None:
    """Take somebody out of service now: nothing opens for him any more, what he still sends is held for his superior."""
    user = _to_employ(work, args.user_id)
    _lay_down(work, user)
    if user.is_active:
        user.is_active, user.stamp = False, user.stamp + 1
    _show(work, user)
    work.emit("org.left", user.bundle_id, user_id=user.id)


@command("org.return", "POST /users/{user_id}/return", needs=ADMINS, in_person=True, touches=_user_bundles)
def come_back(work: Work, args: Return) -> None:
    """Take somebody back into service; what he serves is assigned anew."""
    user = _to_employ(work, args.user_id)
    user.is_active = True
    _show(work, user)
    serve_department(work, user)
    work.emit("org.returned", user.bundle_id, user_id=user.id)


def taken(session: Session, column: str, value: str) -> bool:
    """Whether somebody, in whichever department, signs in by this name or number already."""
    same = func.lower(getattr(User, column)) == value.lower()
    return session.scalar(select(User.id).where(same).limit(1)) is not None


def _another(work: Work, user_id: str) -> User:
    if user_id == work.user.id:
        raise out_of_scope("own_account")
    return colleague(work, user_id)


def _to_employ(work: Work, user_id: str) -> User:
    """Whose service one may end or begin: a colleague; for the system administrator those no other could see to.

    They are whoever has no department (the complaint centre, other system administrators), and general administrators.
    """
    if user_id == work.user.id or work.user.role != Role.SYSTEM_ADMIN:
        return _another(work, user_id)
    user = work.session.get(User, user_id)
    if user is None or (user.department_id is not None and user.role != Role.GENERAL_ADMIN):
        raise missing("user_missing", waits_for=user_id)
    return user


def _show(work: Work, user: User) -> None:
    """What colleagues see of him follows; who has no department has none."""
    person = work.session.get(Person, user.id)
    if person is not None:
        person.role, person.is_active = user.role, user.is_active


def serve_department(work: Work, user: User) -> None:
    """A post that serves the whole department does so at once."""
    scope = f"department:{user.department_id}"
    held = select(Assignment.number).where(
        Assignment.user_id == user.id, Assignment.scope == scope, Assignment.until.is_(None)
    )
    if SERVES.get(Role(user.role)) == "department" and work.session.scalar(held) is None:
        work.session.add(Assignment(user_id=user.id, scope=scope, since=work.entry.day, until=None))


def _lay_down(work: Work, user: User) -> None:
    """End today all that he serves, what is to come included, and every absence he has or covers."""
    day = work.entry.day
    serving = (Assignment.user_id == user.id) & (Assignment.until.is_(None) | (Assignment.until > day))
    for row in work.session.scalars(select(Assignment).where(serving)):
        row.until = max(row.since, day)
    involved = (Cover.user_id == user.id) | (Cover.deputy_id == user.id)
    for cover in work.session.scalars(select(Cover).where(involved, Cover.until > day)):
        cover.until = max(cover.since, day)
    for route in work.session.scalars(select(Route).where(Route.account_manager_id == user.id)):
        route.account_manager_id = None
    for zone in work.session.scalars(select(Zone).where(Zone.market_manager_id == user.id)):
        zone.market_manager_id = None
