"""The first accounts and departments, which no command can make because nobody is there yet to give it."""

from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.org.models import ME, ORG, PEOPLE, Department, Person
from fieldvisit.features.org.rules import SERVES
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import now, today
from fieldvisit.kernel.scopes import Assignment
from fieldvisit.kernel.users import Role, User
from fieldvisit.kernel.work import Locks


def open_account(
    session: Session, username: str, name: str, role: Role, password_hash: str, department_code: str | None
) -> User:
    """An account, in a department that is founded if its code is new; a department's own posts serve it at once."""
    user = User(
        id=str(uuid4()),
        username=username,
        employee_no=username,
        name=name,
        role=role.value,
        password_hash=password_hash,
        created_at=now(),
    )
    locks = Locks(session)
    department = _department(session, locks, department_code) if department_code else None
    me = ME.of(user=user.id)
    locks.take([me])
    user.department_id = department.id if department else None
    people = locks.held[PEOPLE.of(department=department.id).text] if department else None
    add_user(session, user, locks.held[me.text], people)
    if department and SERVES.get(role) == "department":
        scope = f"department:{department.id}"
        session.add(Assignment(user_id=user.id, scope=scope, since=today(), until=None))
    locks.bump()
    return user


def add_user(session: Session, user: User, me: Bundle, people: Bundle | None) -> None:
    """The account with its own bundle, and what colleagues see of it."""
    user.bundle_id = me.id
    session.add(user)
    session.flush()
    if people is not None:
        session.add(
            Person(
                id=user.id,
                name=user.name,
                role=user.role,
                department_id=user.department_id,
                is_active=True,
                bundle_id=people.id,
            )
        )


def _department(session: Session, locks: Locks, code: str) -> Department:
    found = session.scalar(select(Department).where(Department.code == code))
    department_id = found.id if found else str(uuid4())
    org = ORG.of(department=department_id)
    locks.take([org, PEOPLE.of(department=department_id)])
    if found is None:
        found = Department(id=department_id, name=code, code=code, bundle_id=locks.held[org.text].id)
        session.add(found)
        session.flush()
    return found
