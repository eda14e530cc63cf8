"""Where a shop is: its place and how far around it a visit still counts as there, set at a desk."""

from typing import Annotated

from pydantic import Field

from fieldvisit.features.customers.models import Customer, CustomerChange
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, Datum, Id
from fieldvisit.kernel.work import Touching, Work

PLACERS = {Role.MARKET_MANAGER, Role.GENERAL_ADMIN}


class PlaceShop(Args):
    """The place in degrees with its datum, and the radius in metres."""

    customer_id: Id
    lat: Annotated[float, Field(ge=-90, le=90)]
    lng: Annotated[float, Field(ge=-180, le=180)]
    datum: Datum
    radius_m: Annotated[int, Field(ge=50, le=2000)]


def _placed(touching: Touching, args: PlaceShop) -> list[str]:
    return touching.bundle_of(Customer, args.customer_id)


@command("customers.place_shop", "PUT /customers/{customer_id}/place", needs=PLACERS, touches=_placed)
def place_shop(work: Work, args: PlaceShop) -> None:
    """Say where a shop is and how near counts as there (S8.1); visits made before keep the verdict they had."""
    customer = work.find(Customer, args.customer_id, "customer_missing", "customer_reassigned")
    before, after = place_of(customer), f"{args.lat},{args.lng} {args.datum}"
    customer.lat, customer.lng, customer.datum = args.lat, args.lng, args.datum
    radius, customer.radius_m = customer.radius_m, args.radius_m
    changes = (("place", before, after), ("radius_m", str(radius), str(args.radius_m)))
    for field, old, new in changes:
        if old != new:
            _note(work, customer, field, old, new)


def place_of(customer: Customer) -> str | None:
    """The place as the history of the file writes it; None where none is known."""
    if customer.lat is None or customer.lng is None:
        return None
    return f"{customer.lat},{customer.lng} {customer.datum or '?'}"


def _note(work: Work, customer: Customer, field: str, old: str | None, new: str) -> None:
    work.session.add(
        CustomerChange(
            id=work.id(f"change:{field}"),
            customer_id=customer.id,
            field=field,
            old_value=old,
            new_value=new,
            author_id=work.user.id,
            made_at=work.entry.stated_at,
            bundle_id=customer.bundle_id,
        )
    )
    work.emit("customers.edited", customer.bundle_id, customer_id=customer.id, field=field)
