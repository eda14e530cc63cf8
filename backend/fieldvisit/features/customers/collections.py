"""What is seen of the customer file, by role."""

from datetime import date, datetime
from typing import Literal, Self

from pydantic import model_validator
from sqlalchemy import ColumnElement, or_

from fieldvisit.features.customers.models import ContactLog, Customer, CustomerChange, Handover, Suggestion
from fieldvisit.features.customers.rules import MASKED_FOR, NUMBERS
from fieldvisit.kernel import held
from fieldvisit.kernel.collections import collection, contains_any
from fieldvisit.kernel.intervals import Timeliness
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Masked, View, mask

FIELD_ROLES = {Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER, Role.GENERAL_ADMIN}

held.NUMBERS.update(NUMBERS)


class CustomerView(View):
    """The file of a shop. Places carry their datum; `radius_m` is in metres; codes are those of domain §3.1."""

    id: str
    version: int
    customer_code: str
    licence_no: str
    shop_name: str
    initials: str
    address: str | None
    lat: float | None
    lng: float | None
    datum: str | None
    radius_m: int
    retail_format: str
    market_type: str
    business_size: str
    customer_grade: int | None
    credit_level: str | None
    business_area: str | None
    special_group: str | None
    order_way: str | None
    terminal_level: str | None
    opening_hours: str | None
    market_days: str | None
    customer_status: str
    owner_name: str | None
    contact_name: str | None
    contact_phone: str | None
    is_key: bool
    is_sample: bool
    is_watched: bool
    is_model: bool
    route_id: str
    licence_expires_on: date | None
    opened_on: date | None
    last_verified_on: date | None
    last_visited_on: date | None
    note: str | None


class CustomerMaskedView(CustomerView):
    """The file as the department sees it: numbers masked, each reveal is written down."""

    contact_phone: Masked


class CustomerContactView(View):
    """What the complaint centre needs of a shop to call it back; the number is revealed when it calls."""

    id: str
    customer_code: str
    shop_name: str
    initials: str
    contact_name: str | None
    contact_phone: Masked
    route_id: str


class CustomerChangeView(View):
    """A field that was written."""

    id: str
    customer_id: str
    field: str
    old_value: str | None
    new_value: str | None
    author_id: str
    made_at: datetime


class CustomerChangeMaskedView(CustomerChangeView):
    """A field that was written, with numbers masked."""

    @model_validator(mode="after")
    def _mask(self) -> Self:
        if self.field in NUMBERS:
            self.old_value, self.new_value = mask(self.old_value), mask(self.new_value)
        return self


class SuggestionView(View):
    """A value that waits for a decision, or has had one, between `earliest_at` and `latest_at`.

    `timeliness` says whether it was decided by the end of `due_on`.
    """

    id: str
    customer_id: str
    field: str
    seen_value: str | None
    suggested_value: str | None
    why: str
    author_id: str
    made_at: datetime
    due_on: date
    state: Literal["open", "accepted", "dismissed"]
    decided_by_id: str | None
    decided_at: datetime | None
    decision_note: str | None
    earliest_at: datetime | None
    latest_at: datetime | None
    timeliness: Timeliness | None


class SuggestionMaskedView(SuggestionView):
    """A value that waits for a decision, with numbers masked."""

    @model_validator(mode="after")
    def _mask(self) -> Self:
        if self.field in NUMBERS:
            self.seen_value, self.suggested_value = mask(self.seen_value), mask(self.suggested_value)
        return self


class HandoverView(View):
    """That the shop goes, or went, to another route on a day."""

    id: str
    customer_id: str
    from_route_id: str
    to_route_id: str
    on_day: date
    state: Literal["planned", "done", "cancelled"]
    author_id: str
    made_at: datetime


class ContactLogView(View):
    """That the shop was called or written to."""

    id: str
    customer_id: str
    author_id: str
    method: Literal["phone", "wechat", "other"]
    note: str | None
    made_at: datetime


def _matches(term: str, masked: frozenset[str]) -> ColumnElement[bool]:
    names = ("shop_name", "initials", "licence_no", "contact_phone", "customer_code")
    part = contains_any([getattr(Customer, name) for name in names if name not in masked], term.strip())
    whole = [getattr(Customer, name).expression.in_([term.strip()]) for name in names if name in masked]
    return or_(part, *whole)


collection(
    "customers",
    Customer,
    CustomerView,
    readers=FIELD_ROLES,
    views={Role.COMPLAINT_CENTRE: CustomerContactView} | dict.fromkeys(MASKED_FOR, CustomerMaskedView),
    filters=(
        "route_id",
        "customer_status",
        "retail_format",
        "market_type",
        "business_size",
        "credit_level",
        "is_key",
        "is_sample",
        "is_watched",
        "last_visited_on",
        "licence_expires_on",
    ),
    sorting=("shop_name", "customer_code", "last_visited_on", "customer_grade", "contact_phone"),
    search=_matches,
    is_watched=True,
)
collection(
    "suggestions",
    Suggestion,
    SuggestionView,
    readers=FIELD_ROLES,
    views=dict.fromkeys(MASKED_FOR, SuggestionMaskedView),
    filters=("customer_id", "state"),
    order=(Suggestion.made_at.desc(), Suggestion.id),
    is_watched=True,
)
collection(
    "customer_changes",
    CustomerChange,
    CustomerChangeView,
    readers=FIELD_ROLES,
    views=dict.fromkeys(MASKED_FOR, CustomerChangeMaskedView),
    filters=("customer_id", "field"),
    order=(CustomerChange.made_at.desc(), CustomerChange.id),
    newest=20,
    is_watched=True,
)
collection(
    "handovers",
    Handover,
    HandoverView,
    readers=FIELD_ROLES,
    filters=("customer_id", "to_route_id", "state"),
    order=(Handover.made_at.desc(), Handover.id),
    newest=5,
)
collection(
    "contact_logs",
    ContactLog,
    ContactLogView,
    readers=FIELD_ROLES,
    filters=("customer_id", "author_id"),
    order=(ContactLog.made_at.desc(), ContactLog.id),
    newest=10,
)
