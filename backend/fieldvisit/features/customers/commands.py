"""Keeping the file true: opening it, editing it, and deciding what was only suggested."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from fieldvisit.features.customers.models import CUSTOMER, Customer, CustomerChange, Suggestion
from fieldvisit.features.customers.rules import (
    FIELDS,
    MASKED_FOR,
    NUMBERS,
    BusinessSize,
    MarketType,
    RetailFormat,
    initials,
    last_day,
    normalise,
    seen,
)
from fieldvisit.features.org.models import Route
from fieldvisit.kernel import deadlines
from fieldvisit.kernel.bundles import BundleKey
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, invalid, not_now, out_of_scope
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, Datum, Id, Line
from fieldvisit.kernel.work import Touching, Work

EDITORS = {Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER, Role.GENERAL_ADMIN}
DECIDE = deadlines.deadline("suggestion.decide", 2, "working_day", remind_hours=16)
DECIDERS = {Role.MARKET_MANAGER, Role.GENERAL_ADMIN}


class NewShop(Args):
    """What the file of a shop begins with."""

    customer_code: Annotated[str, Field(pattern=r"^[0-9]{12}$")]
    licence_no: Annotated[str, Field(pattern=r"^[0-9]{12}$")]
    shop_name: Annotated[Line, Field(max_length=60)]
    retail_format: RetailFormat
    market_type: MarketType
    business_size: BusinessSize
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lng: Annotated[float, Field(ge=-180, le=180)] | None = None
    datum: Datum | None = None


class CreateCustomer(NewShop):
    """A new shop on a route of the department."""

    id: Id
    route_id: Id


class FieldEdit(BaseModel):
    """The value the editor saw and the one he wants."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_: Any = Field(None, alias="from")
    to: Any = None


class EditCustomer(Args):
    """Fields of one file, each with the value that was seen."""

    customer_id: Id
    set: Annotated[dict[str, FieldEdit], Field(min_length=1, max_length=40)]


class SeenValue(Args):
    """What stood in the file when its reader decided."""

    value: Any = None


class AcceptSuggestion(Args):
    """A suggestion to write into the file, in the place of the value that was `seen` there.

    Apps before this one do not tell what they saw.
    """

    suggestion_id: Id
    seen: SeenValue | None = None


class DismissSuggestion(Args):
    """A suggestion not to follow, and why."""

    suggestion_id: Id
    reason: Line


def _created(_touching: Touching, args: CreateCustomer) -> list[BundleKey]:
    return [CUSTOMER.of(customer=args.id)]


def _edited(touching: Touching, args: EditCustomer) -> list[str]:
    return touching.bundle_of(Customer, args.customer_id)


def _decided(touching: Touching, args: AcceptSuggestion | DismissSuggestion) -> list[str]:
    return touching.bundle_of(Suggestion, args.suggestion_id)


@command("customers.create", "POST /customers", needs={Role.GENERAL_ADMIN}, touches=_created)
def create(work: Work, args: CreateCustomer) -> None:
    """Open the file of a new shop on a route (S8.1)."""
    route = work.find(Route, args.route_id, "route_missing", "route_not_yours")
    if work.session.get(Customer, args.id) is not None:
        raise conflict("id_taken")
    taken = select(Customer.id).where(
        (Customer.licence_no == args.licence_no) | (Customer.customer_code == args.customer_code)
    )
    if work.session.scalar(taken) is not None:
        raise conflict("licence_taken")
    home = work.bundle(CUSTOMER.of(customer=args.id))
    work.session.add(
        Customer(
            **args.model_dump(),
            initials=initials(args.shop_name),
            customer_status="01",
            opened_on=work.entry.day,
            bundle_id=home.id,
        )
    )
    work.hang(home, f"route:{route.id}")
    work.result = {"id": args.id}


@command("customers.edit", "PATCH /customers/{customer_id}", needs=EDITORS, offline=True, touches=_edited)
def edit(work: Work, args: EditCustomer) -> None:
    """Change fields of a file (S8.2).

    Where the present value is what the editor saw, it is written. Where it has moved on, or the field is
    protected, the present value stays and his becomes a suggestion.
    """
    wanted = {}
    for field, change in args.set.items():
        if field not in FIELDS:
            raise invalid("field_unknown", field=field[:60])
        if field in NUMBERS and work.principal.role in MASKED_FOR:
            raise out_of_scope("field_masked")
        try:
            wanted[field] = (seen(field, change.from_), normalise(field, change.to))
        except ValueError:
            raise invalid("field_invalid", field=field) from None
    customer = work.find(Customer, args.customer_id, "customer_missing", "customer_reassigned")
    suggested = []
    for field, (before, after) in wanted.items():
        present = getattr(customer, field)
        if present == after:
            continue
        if FIELDS[field].is_protected or present != before:
            why: Literal["protected", "changed"] = "protected" if FIELDS[field].is_protected else "changed"
            _suggest(work, customer, field, before, after, why)
            suggested.append({"field": field, "why": why})
        else:
            _write(work, customer, field, after)
    if suggested:
        work.result = {"suggested": suggested}


def _suggest(
    work: Work, customer: Customer, field: str, before: str | None, after: str | None, why: str
) -> None:
    suggestion_id = work.id(f"suggest:{field}")
    due = deadlines.start(work.session, DECIDE, suggestion_id, work.entry.received_at)
    work.session.add(
        Suggestion(
            id=suggestion_id,
            customer_id=customer.id,
            field=field,
            seen_value=before,
            suggested_value=after,
            why=why,
            author_id=work.user.id,
            made_at=work.entry.stated_at,
            due_on=last_day(due.at),
            state="open",
            bundle_id=customer.bundle_id,
        )
    )
    work.emit("customers.suggested", customer.bundle_id, suggestion_id=suggestion_id, field=field)


def _write(work: Work, customer: Customer, field: str, value: str | None) -> None:
    """Write one field with its history row; a taken licence number is refused."""
    if field == "licence_no":
        other = select(Customer.id).where(Customer.licence_no == value, Customer.id != customer.id)
        if work.session.scalar(other) is not None:
            raise conflict("licence_taken")
    work.session.add(
        CustomerChange(
            id=work.id(f"change:{field}"),
            customer_id=customer.id,
            field=field,
            old_value=getattr(customer, field),
            new_value=value,
            author_id=work.user.id,
            made_at=work.entry.stated_at,
            bundle_id=customer.bundle_id,
        )
    )
    setattr(customer, field, value)
    if field == "shop_name" and value is not None:
        customer.initials = initials(value)
    work.emit("customers.edited", customer.bundle_id, customer_id=customer.id, field=field)


@command(
    "customers.accept_suggestion",
    "POST /suggestions/{suggestion_id}/accept",
    needs=EDITORS,
    offline=True,
    touches=_decided,
)
def accept_suggestion(work: Work, args: AcceptSuggestion) -> None:
    """Write a suggested value into the file; a protected one never by its own author, nor by an account manager.

    A value that has moved on since it was seen is not replaced: raises Problem 409 `suggestion_outdated`.
    """
    row = _open_suggestion(work, args.suggestion_id)
    customer = work.session.get_one(Customer, row.customer_id)
    present = getattr(customer, row.field)
    if present != row.suggested_value:
        if args.seen is not None and _was(row.field, args.seen) != present:
            raise conflict("suggestion_outdated")
        _write(work, customer, row.field, row.suggested_value)
    _close(work, row, "accepted", None)


@command(
    "customers.dismiss_suggestion",
    "POST /suggestions/{suggestion_id}/dismiss",
    needs=EDITORS,
    offline=True,
    touches=_decided,
)
def dismiss_suggestion(work: Work, args: DismissSuggestion) -> None:
    """Leave the file as it is, with the reason; the same people may who may accept."""
    _close(work, _open_suggestion(work, args.suggestion_id), "dismissed", args.reason)


def _was(field: str, told: SeenValue) -> str | None:
    try:
        return seen(field, told.value)
    except ValueError:
        raise invalid("field_invalid", field=field) from None


def _open_suggestion(work: Work, suggestion_id: str) -> Suggestion:
    row = work.find(Suggestion, suggestion_id, "suggestion_missing", "customer_reassigned")
    if row.state != "open":
        raise not_now("suggestion_decided")
    if FIELDS[row.field].is_protected:
        if row.author_id in (work.user.id, work.principal.user.id):
            raise out_of_scope("suggestion_own")
        if work.principal.role not in DECIDERS:
            raise out_of_scope("role_not_allowed")
    return row


def _close(work: Work, row: Suggestion, state: str, note: str | None) -> None:
    row.state, row.decision_note = state, note
    row.decided_by_id, row.decided_at = work.user.id, work.entry.stated_at
    judgement = deadlines.end(work.session, DECIDE, row.id, work.entry.interval)
    row.note_interval(work.entry.interval, judgement)
    work.emit("customers.suggestion_decided", row.bundle_id, suggestion_id=row.id, state=state)
