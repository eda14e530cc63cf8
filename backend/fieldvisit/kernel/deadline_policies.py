"""How long things may take (时限规则), as the product says until an administrator says otherwise from a day on (S18.5)."""

from datetime import date
from typing import Annotated, Self
from uuid import uuid5

from pydantic import Field, model_validator
from sqlalchemy import select

from fieldvisit.kernel.bundles import ALL, BundleKey, bundle
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.deadlines import DEFAULTS, DeadlinePolicy, Length, Unit
from fieldvisit.kernel.duties import duty
from fieldvisit.kernel.errors import invalid, missing
from fieldvisit.kernel.reactions import NAMESPACE
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, Date, View
from fieldvisit.kernel.work import Locks, Touching, Work

EVER = date(1970, 1, 1)  # since when what the product says holds

POLICIES = bundle(
    "ref:deadlines",
    key="ref:deadlines:all",
    scopes=("all",),
    carried=dict.fromkeys(Role, ALL),
    contains=("deadline_policies",),
)


class DeadlinePolicyView(View):
    """How long something may take that begins on `since` or later, and how many hours before the end somebody is reminded.

    Of a key that row holds whose `since` has come last; later ones are coming, and earlier ones held before.
    """

    id: str
    key: str
    since: date
    value: int
    unit: str
    remind_hours: int


collection(
    "deadline_policies",
    DeadlinePolicy,
    DeadlinePolicyView,
    readers=set(Role),
    sorting=("key", "since"),
    order=(DeadlinePolicy.key, DeadlinePolicy.since),
)


@duty
def show_policies(database: Database) -> None:
    """Every declared deadline has its row, so that administrators see what they can set."""
    with database.read() as session:
        known = set(session.scalars(select(DeadlinePolicy.key).where(DeadlinePolicy.since == EVER)))
    if DEFAULTS.keys() <= known:
        return
    with database.write() as session:
        locks = Locks(session)
        locks.take([POLICIES.of()])
        for key, length in sorted(DEFAULTS.items()):
            if key not in known:
                session.add(_row(key, EVER, length, locks.held[POLICIES.of().text].id))
        locks.bump()


def _row(key: str, since: date, length: Length, bundle_id: int) -> DeadlinePolicy:
    return DeadlinePolicy(
        id=str(uuid5(NAMESPACE, f"{key}:{since}")),
        key=key,
        since=since,
        value=length.value,
        unit=length.unit,
        remind_hours=length.remind_hours,
        bundle_id=bundle_id,
    )


class SetDeadline(Args):
    """The length of a deadline for whatever begins on `since` or later, or from today on.

    No days at all are the same day; hours are one at least.
    """

    key: Annotated[str, Field(pattern=r"^[a-z_.]{3,60}$")]
    value: Annotated[int, Field(ge=0, le=400)]
    unit: Unit
    remind_hours: Annotated[int, Field(ge=0, le=400)]
    since: Date | None = None

    @model_validator(mode="after")
    def _is_some_time(self) -> Self:
        if self.value == 0 and self.unit in ("hour", "working_hour"):
            raise ValueError("an hour at least")
        return self


def _policies(_touching: Touching, _args: SetDeadline) -> list[BundleKey]:
    return [POLICIES.of()]


@command(
    "deadlines.set", "PUT /deadline_policies", needs={Role.GENERAL_ADMIN}, in_person=True, touches=_policies
)
def set_deadline(work: Work, args: SetDeadline) -> None:
    """Set how long something may take from a day on; what has begun keeps its length (S18.5).

    What was set of the same day is replaced. Raises Problem 404 `deadline_missing`, 422 `day_passed`.
    """
    if args.key not in DEFAULTS:
        raise missing("deadline_missing")
    since = args.since or work.entry.day
    if since < work.entry.day:
        raise invalid("day_passed")
    home = work.bundle(POLICIES.of())
    same = select(DeadlinePolicy).where(DeadlinePolicy.key == args.key, DeadlinePolicy.since == since)
    row = work.session.scalar(same)
    if row is None:
        length = Length(args.value, args.unit, args.remind_hours)
        work.session.add(_row(args.key, since, length, home.id))
    else:
        row.value, row.unit, row.remind_hours = args.value, args.unit, args.remind_hours
    work.emit("deadlines.set", home.id, key=args.key)
