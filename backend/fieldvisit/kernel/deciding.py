"""Who decides a held entry: the author's superior, in the order the features declare, and never the author."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.kernel.ahead import Ahead
from fieldvisit.kernel.bundles import Bundle, visible
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.scopes import deputy_of, principal_of
from fieldvisit.kernel.tasks import keys_of, prepare
from fieldvisit.kernel.users import User

Superiors = Callable[[Session, User], list[str]]
_superiors: list[Superiors] = []


@dataclass(frozen=True)
class Decider:
    """Who decides, and for whom he stands in where he is a deputy (代)."""

    user_id: str
    for_id: str | None = None


def superiors(finder: Superiors) -> Superiors:
    """Register who stands above an author, nearest first."""
    _superiors.append(finder)
    return finder


def targets_of(session: Session, op: Op) -> list[Bundle]:
    """The bundles that are here already and that the op would touch, its own left out."""
    keys = [key for key in keys_of(Ahead(session), op, prepare(op)) if isinstance(key, str)]
    named = select(Bundle).where(Bundle.key.in_(keys), Bundle.kind != "op").order_by(Bundle.key)
    return list(session.scalars(named))


def decider_of(session: Session, op: Op) -> Decider | None:
    """Who decides what the author has held, or None where nobody stands above him.

    The nearest superior who is in service, there (or his deputy), not the author, and not blind to
    what the op names; where all are blind, the nearest of them, who can at least reject it.
    """
    standing = standing_above(session, session.get_one(User, op.user_id))
    targets = {bundle.id for bundle in targets_of(session, op)}
    return next((one for one in standing if _sees(session, one, targets)), standing[0] if standing else None)


def standing_above(session: Session, user: User) -> list[Decider]:
    """Who stands above a user and is in service and there (or his deputy is), nearest first; never himself."""
    above = [user_id for finder in _superiors for user_id in finder(session, user)]
    return [
        decider
        for user_id in dict.fromkeys(above)
        if (decider := _standing(session, user_id)) and decider.user_id != user.id
    ]


def _standing(session: Session, user_id: str) -> Decider | None:
    deputy_id = deputy_of(session, user_id)
    decider = Decider(deputy_id, user_id) if deputy_id else Decider(user_id)
    user = session.get(User, decider.user_id)
    return decider if user and user.is_active else None


def _sees(session: Session, decider: Decider, targets: set[int]) -> bool:
    if not targets:
        return True
    principal = principal_of(session, session.get_one(User, decider.user_id))
    seen = select(Bundle.id).where(Bundle.id.in_(targets), Bundle.id.in_(visible(principal)))
    return set(session.scalars(seen)) == targets
