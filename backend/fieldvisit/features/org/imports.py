"""People from a workbook: accounts with their posts, and what they serve from today on."""

from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fieldvisit.features.org.founding import add_user
from fieldvisit.features.org.models import ME, ORG, PEOPLE, Route, Zone
from fieldvisit.features.org.people import ADMIN, NAMED_BY, Post, org_bundles, serve_department
from fieldvisit.kernel.bundles import BundleKey, visible
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import out_of_scope
from fieldvisit.kernel.imports import Column, Fault, Row, importer, refuse, twice
from fieldvisit.kernel.passwords import NO_PASSWORD
from fieldvisit.kernel.scopes import Assignment, Principal
from fieldvisit.kernel.users import Role, User
from fieldvisit.kernel.values import Args, Line
from fieldvisit.kernel.work import Touching, Work


class PersonRow(Row):
    """A person in a table: the account, the post and, where the post has one, the zone or route served (S1.3)."""

    employee_no: Line
    name: Line
    username: Annotated[str, Field(pattern=r"^[a-z0-9._-]{2,40}$")]
    role: Post
    phone: Annotated[str, Field(pattern=r"^\+?[0-9]{5,20}$")] | None = None
    zone_code: Line | None = None
    route_code: Line | None = None


class ImportPeople(Args):
    """Accounts to open, at most 10,000 at once."""

    rows: Annotated[list[PersonRow], Field(min_length=1, max_length=10_000)]


COLUMNS = (
    Column("employee_no", "工号", True),
    Column("name", "姓名", True),
    Column("username", "用户名", True),
    Column(
        "role",
        "岗位",
        True,
        {
            "客户经理": "account_manager",
            "市场经理": "market_manager",
            "营销部经理": "department_manager",
            "综合管理员": "general_admin",
            "相关岗位": "related_post",
        },
    ),
    Column("phone", "手机号"),
    Column("zone_code", "辖区编码"),
    Column("route_code", "线路编码"),
)


def check(session: Session, principal: Principal, rows: Sequence[PersonRow]) -> Iterable[Fault]:
    """Names and numbers that stand twice or are taken, and places that are not there, are served, or do not fit the post."""
    yield from twice(rows, *NAMED_BY)
    places = places_of(session, principal)
    taken = {column: set(session.scalars(select(func.lower(getattr(User, column))))) for column in NAMED_BY}
    given: set[tuple[str | None, str | None]] = set()
    for row in rows:
        for column, values in taken.items():
            value = getattr(row, column)
            if value is not None and value.lower() in values:
                yield Fault(row.row, column, "taken")
        yield from _misplaced(row, places, given)
        given.add((row.zone_code, row.route_code))


def _misplaced(
    row: PersonRow,
    places: dict[tuple[str, str | None], Zone | Route],
    given: set[tuple[str | None, str | None]],
) -> Iterable[Fault]:
    if row.zone_code is None:
        if row.route_code is not None:
            yield Fault(row.row, "zone_code", "required")
        return
    serves_route = row.role == "account_manager"
    if row.role not in ("account_manager", "market_manager"):
        yield Fault(row.row, "zone_code", "not_for_this_post")
    elif serves_route and row.route_code is None:
        yield Fault(row.row, "route_code", "required")
    elif not serves_route and row.route_code is not None:
        yield Fault(row.row, "route_code", "not_for_this_post")
    elif (row.zone_code, None) not in places:
        yield Fault(row.row, "zone_code", "not_found")
    elif (place := places.get((row.zone_code, row.route_code))) is None:
        yield Fault(row.row, "route_code", "not_found")
    elif place.server_id is not None:
        yield Fault(row.row, "route_code" if serves_route else "zone_code", "served")
    elif (row.zone_code, row.route_code) in given:
        yield Fault(row.row, "route_code" if serves_route else "zone_code", "twice")


def places_of(session: Session, principal: Principal) -> dict[tuple[str, str | None], Zone | Route]:
    """The zones (without a route's code) and routes one may see, by their codes."""
    zones = {
        zone.id: zone for zone in session.scalars(select(Zone).where(Zone.bundle_id.in_(visible(principal))))
    }
    places: dict[tuple[str, str | None], Zone | Route] = {(zone.code, None): zone for zone in zones.values()}
    for route in session.scalars(select(Route).where(Route.zone_id.in_(zones))):
        places[zones[route.zone_id].code, route.code] = route
    return places


def _new_bundles(touching: Touching, args: ImportPeople) -> list[str | BundleKey]:
    mine = [ME.of(user=touching.entry.id_of(row.username)) for row in args.rows]
    return [*org_bundles(touching), *mine]


@command("org.import_people", "POST /users/import", needs=ADMIN, in_person=True, touches=_new_bundles)
def import_people(work: Work, args: ImportPeople) -> None:
    """Open many accounts, all or none, and let them serve their zone or route from today on; none has a password yet.

    422 `import_faulty` names every fault by row and column.
    """
    department_id = work.user.department_id
    if department_id is None:
        raise out_of_scope("department_not_yours")
    refuse(check(work.session, work.principal, args.rows))
    places = places_of(work.session, work.principal)
    people = work.bundle(PEOPLE.of(department=department_id))
    work.bundle(ORG.of(department=department_id))
    for row in args.rows:
        user = User(
            id=work.id(row.username),
            department_id=department_id,
            password_hash=NO_PASSWORD,
            created_at=work.entry.received_at,
            **row.model_dump(include={"employee_no", "name", "username", "role", "phone"}),
        )
        add_user(work.session, user, work.bundle(ME.of(user=user.id)), people)
        serve_department(work, user)
        if row.zone_code is not None:
            place = places[row.zone_code, row.route_code]
            place.server_id = user.id
            kind = "route" if Role(row.role) == Role.ACCOUNT_MANAGER else "zone"
            work.session.add(
                Assignment(user_id=user.id, scope=f"{kind}:{place.id}", since=work.entry.day, until=None)
            )
    work.emit("org.people_imported", people.id, count=len(args.rows))


importer("people", command="org.import_people", row=PersonRow, columns=COLUMNS, check=check)
