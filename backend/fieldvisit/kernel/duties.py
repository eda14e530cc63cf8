"""What has to be done when its day comes, without anybody asking: run by the sweeper, harmless when repeated."""

from collections.abc import Callable
from functools import partial

from fieldvisit.kernel.db import Database
from fieldvisit.kernel.rounds import do_each

Duty = Callable[[Database], None]
_duties: list[Duty] = []


def duty(work: Duty) -> Duty:
    """Register something the sweeper does at every round; it looks by itself whether there is anything to do."""
    _duties.append(work)
    return work


def do_duties(database: Database) -> None:
    """One round of everything registered; raises ExceptionGroup once each has had its turn."""
    do_each(partial(work, database) for work in _duties)
