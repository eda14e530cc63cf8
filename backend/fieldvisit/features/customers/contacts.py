"""That a shop was called or written to: noted by the call button, and told before a visit (S11.8)."""

from typing import Literal

from fieldvisit.features.customers.models import ContactLog, Customer
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, Id, OptionalLine
from fieldvisit.kernel.work import Touching, Work

CALLERS = {Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER}


class LogContact(Args):
    """A contact: by which way, and what came of it."""

    id: Id
    customer_id: Id
    method: Literal["phone", "wechat", "other"]
    note: OptionalLine = None


def _of_shop(touching: Touching, args: LogContact) -> list[str]:
    return touching.bundle_of(Customer, args.customer_id)


@command(
    "customers.log_contact",
    "POST /customers/{customer_id}/contacts",
    needs=CALLERS,
    offline=True,
    touches=_of_shop,
)
def log_contact(work: Work, args: LogContact) -> None:
    """Note that a shop was called or written to (S11.8); the number itself is not kept again."""
    customer = work.find(Customer, args.customer_id, "customer_missing", "customer_reassigned")
    if work.session.get(ContactLog, args.id) is not None:
        raise conflict("id_taken")
    work.session.add(
        ContactLog(
            **args.model_dump(),
            author_id=work.user.id,
            made_at=work.entry.stated_at,
            bundle_id=customer.bundle_id,
        )
    )
