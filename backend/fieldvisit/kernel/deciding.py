"""Who decides a held entry: the author's superior, in the order the features declare, and never the author."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from fieldvisit.kernel.users import User

Superiors = Callable[[Session, User], list[str]]
_superiors: list[Superiors] = []


def superiors(finder: Superiors) -> Superiors:
    """Register who stands above an author, nearest first."""
    _superiors.append(finder)
    return finder


def decider_of(session: Session, author: User) -> str | None:
    """The id of the user who decides what `author` has held, or None where nobody stands above him."""
    candidates = [user_id for finder in _superiors for user_id in finder(session, author)]
    return next((user_id for user_id in candidates if user_id != author.id), None)
