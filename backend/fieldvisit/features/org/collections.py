"""What is seen of the organisation."""

from datetime import date, datetime

from fieldvisit.features.org.models import Consent, Department, Person, Route, Zone
from fieldvisit.kernel.collections import collection, contains_any
from fieldvisit.kernel.scopes import Cover
from fieldvisit.kernel.users import Role, User
from fieldvisit.kernel.values import View


class DepartmentView(View):
    """A marketing department; `plans_need_decision` is whether account managers' plans wait for their market manager's.

    Weekly meetings are reported before they are called where `weekly_meetings_need_report`. Work logs are due at `logs_due_at` (`hh:mm`) and count as missing from `logs_missing_at` of the next day on.
    """

    id: str
    name: str
    code: str
    plans_need_decision: bool
    weekly_meetings_need_report: bool
    logs_due_at: str
    logs_missing_at: str


class ZoneView(View):
    """A zone and its market manager."""

    id: str
    department_id: str
    name: str
    code: str
    market_manager_id: str | None


class RouteView(View):
    """A route and its account manager; `order_weekday` counts from Monday = 0."""

    id: str
    zone_id: str
    name: str
    code: str
    account_manager_id: str | None
    market_type: str | None
    order_weekday: int | None


class PersonView(View):
    """A colleague: name and role, no number."""

    id: str
    name: str
    role: str
    department_id: str | None
    is_active: bool


class AbsenceView(View):
    """That a colleague is away from `since` until (not including) `until`, and who stands in for him."""

    id: str
    user_id: str
    deputy_id: str
    since: date
    until: date


class ConsentView(View):
    """That one has read the notice (`kind` notice) or allows one's place to be taken (location), or took it back."""

    id: str
    kind: str
    version: int
    is_given: bool
    made_at: datetime
    op_number: int


class ProfileView(View):
    """Who I am."""

    id: str
    employee_no: str
    name: str
    role: str
    department_id: str | None


collection("departments", Department, DepartmentView, readers=set(Role))
collection("zones", Zone, ZoneView, readers=set(Role), filters=("department_id",), sorting=("name", "code"))
collection(
    "routes",
    Route,
    RouteView,
    readers=set(Role),
    filters=("zone_id", "market_type"),
    sorting=("name", "code"),
)
collection(
    "people",
    Person,
    PersonView,
    readers=set(Role),
    filters=("role", "is_active"),
    sorting=("name", "role"),
    search=lambda term, _masked: contains_any([Person.name], term.strip()),
)
collection(
    "absences",
    Cover,
    AbsenceView,
    readers=set(Role),
    filters=("user_id", "deputy_id"),
    order=(Cover.since, Cover.id),
)
collection("consents", Consent, ConsentView, readers=set(Role), order=(Consent.op_number,))
collection("profile", User, ProfileView, readers=set(Role))
