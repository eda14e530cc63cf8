"""Who hears of what happens to files: suggestions and their day, and shops that go to another route."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.customers.commands import DECIDE
from fieldvisit.features.customers.models import Customer, Suggestion
from fieldvisit.features.customers.rules import last_day
from fieldvisit.features.customers.subscribers import WAITS
from fieldvisit.features.org.models import Route, Zone
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.deadlines import Deadline
from fieldvisit.kernel.events import on
from fieldvisit.kernel.notices import holders, notice, tell
from fieldvisit.kernel.reactions import Happening
from fieldvisit.kernel.scopes import server_of
from fieldvisit.kernel.users import Role

SUGGESTED = notice("suggestion_made", "有客户信息变更等待审核")
DECIDED = notice("suggestion_decided", "您提出的客户信息变更已有结果")
NEAR = notice("suggestion_due_near", "有客户信息变更的审核即将到期")
OVERDUE = notice("suggestion_overdue", "有客户信息变更的审核已超时", urgent=True)
SHOPS_COME = notice("shops_come", "有客户划入您的线路")
SHOPS_GO = notice("shops_go", "有客户划出您的线路")
HANDOVER_WAITS = notice("handover_waits", "有客户交接等待处理")


def _deciders(session: Session, row: Suggestion) -> list[str | None]:
    """The market manager of the zone the shop is in now, and for an open field whoever serves it."""
    route = session.get_one(Route, session.get_one(Customer, row.customer_id).route_id)
    manager = server_of(session, f"zone:{route.zone_id}", today())
    return [manager] if row.why == "protected" else [manager, route.account_manager_id]


def _about(row: Suggestion) -> dict[str, str]:
    """Which suggestion is meant: several may wait for one field of one shop."""
    return {"suggestion_id": row.id, "customer_id": row.customer_id, "field": row.field}


@on("customers.suggested")
def tell_deciders(happening: Happening) -> None:
    """Whoever may decide a suggestion hears of it (S8.2)."""
    row = happening.session.get_one(Suggestion, happening.event.data["suggestion_id"])
    told = [user for user in _deciders(happening.session, row) if user != row.author_id]
    tell(happening, told, SUGGESTED, **_about(row))


@on("customers.suggestion_decided")
def tell_author(happening: Happening) -> None:
    """Whose suggestion it was hears how it ended."""
    row = happening.session.get_one(Suggestion, happening.event.data["suggestion_id"])
    tell(happening, [row.author_id], DECIDED, state=row.state, **_about(row))


@on(f"{DECIDE}.due_near", f"{DECIDE}.overdue")
def remind(happening: Happening) -> None:
    """A suggestion is to be decided soon, or should have been."""
    row = happening.session.get_one(Suggestion, happening.event.data["entity_id"])
    kind = OVERDUE if happening.event.name.endswith("overdue") else NEAR
    tell(happening, _deciders(happening.session, row), kind, **_about(row))


@on(f"{DECIDE}.due_moved")
def move_due_day(happening: Happening) -> None:
    """The calendar has changed: the suggestion shows its new day."""
    session = happening.session
    row = session.get_one(Suggestion, happening.event.data["entity_id"])
    happening.bundles(session.scalars(select(Bundle.key).where(Bundle.id == row.bundle_id)))
    counted = select(Deadline.due_at).where(Deadline.entity_id == row.id, Deadline.key == DECIDE)
    row.due_on = last_day(session.scalars(counted).one())


@on(WAITS)
def tell_of_waiting(happening: Happening) -> None:
    """Shops were to come to a route that nobody serves: its market manager and the administrators hear of it."""
    session, data = happening.session, happening.event.data
    zone = session.get_one(Zone, session.get_one(Route, data["route_id"]).zone_id)
    told = [server_of(session, f"zone:{zone.id}", today())]
    told += holders(session, Role.GENERAL_ADMIN, zone.department_id)
    scope = f"route:{data['route_id']}"
    tell(happening, told, HANDOVER_WAITS, scope=scope, count=data["count"], on_day=data["on_day"])


@on("customers.route_changed")
def tell_servers(happening: Happening) -> None:
    """Who serves a route hears how many shops come to it or leave it, and from which day on."""
    data = happening.event.data
    day = date.fromisoformat(data["on_day"])
    said = {"count": data["count"], "on_day": data["on_day"]}
    goes = server_of(happening.session, f"route:{data['from_route_id']}", today())
    comes = server_of(happening.session, f"route:{data['to_route_id']}", day)
    tell(happening, [comes], SHOPS_COME, **said)
    tell(happening, [goes], SHOPS_GO, **said)
