"""What an administrator says of messages outside: of which kinds, when, and to which addresses."""

from typing import Annotated
from uuid import uuid5

from pydantic import Field
from sqlalchemy import select

from fieldvisit.kernel.bundles import BundleKey
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.duties import duty
from fieldvisit.kernel.errors import invalid, missing, not_now
from fieldvisit.kernel.outside.models import (
    ADMIN,
    OUTSIDE_ADDRESSES,
    OUTSIDE_MESSAGES,
    OUTSIDE_RULES,
    OutsideAddress,
    OutsideHours,
    OutsideMessage,
    OutsideRule,
)
from fieldvisit.kernel.outside.queueing import default_way
from fieldvisit.kernel.outside.rules import (
    DEFAULT_HOURS,
    DIGESTS,
    SAID,
    TRIED,
    Channel,
    Way,
    hours_from,
    is_quiet_clock,
)
from fieldvisit.kernel.reactions import NAMESPACE
from fieldvisit.kernel.users import User
from fieldvisit.kernel.values import Args, Id, TimeOfDay
from fieldvisit.kernel.work import Locks, Touching, Work

UserId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._@-]{1,64}$")]


class SetRule(Args):
    """Whether a kind of notice goes out, at once or with the next digest; by SMS when it is urgent; into the department's group."""

    kind: Annotated[str, Field(pattern=r"^[a-z_]{3,60}$")]
    way: Way
    sms: bool
    bot: bool


class SetHours(Args):
    """Between which times it is quiet (alike: never), whether days off are, and when digests go out; Shanghai `hh:mm`."""

    quiet_from: TimeOfDay
    quiet_until: TimeOfDay
    digest_at: Annotated[list[TimeOfDay], Field(min_length=1, max_length=DIGESTS)]
    rests_on_days_off: bool


class SetAddress(Args):
    """A user's ids in WeCom and DingTalk (null: none), and whether what is urgent goes to his phone number."""

    user_id: Id
    wecom: UserId | None = None
    dingtalk: UserId | None = None
    sms: bool = False


class TryChannel(Args):
    """The way that is to be tried."""

    channel: Channel


def _rules(_touching: Touching, _args: SetRule | SetHours) -> list[str | BundleKey]:
    return [OUTSIDE_RULES.of()]


def _addresses(touching: Touching, _args: SetAddress) -> list[str | BundleKey]:
    department = touching.user.department_id
    return [OUTSIDE_ADDRESSES.of(department=department)] if department else []


def _messages(touching: Touching, _args: TryChannel) -> list[str | BundleKey]:
    department = touching.user.department_id
    return [OUTSIDE_MESSAGES.of(department=department)] if department else []


@command("outside.set_rule", "PUT /outside_rules/{kind}", needs=ADMIN, in_person=True, touches=_rules)
def set_rule(work: Work, args: SetRule) -> None:
    """Switch what is told outside the app of one kind of notice; raises Problem 404 `outside_kind_missing`."""
    if args.kind not in SAID or args.kind == TRIED:
        raise missing("outside_kind_missing")
    home = work.bundle(OUTSIDE_RULES.of())
    row = work.session.scalar(select(OutsideRule).where(OutsideRule.kind == args.kind))
    if row is None:
        row = _rule(args.kind, home.id)
        work.session.add(row)
    row.way, row.sms, row.bot = args.way, args.sms, args.bot


@command("outside.set_hours", "PUT /outside_hours", needs=ADMIN, in_person=True, touches=_rules)
def set_hours(work: Work, args: SetHours) -> None:
    """Set when messages go out; raises Problem 422 `outside_digest_quiet` for a digest that would fall into the quiet."""
    hours = hours_from(args.quiet_from, args.quiet_until, args.digest_at, rests=args.rests_on_days_off)
    if any(is_quiet_clock(one, hours) for one in hours.digest_at):
        raise invalid("outside_digest_quiet")
    home = work.bundle(OUTSIDE_RULES.of())
    row = work.session.scalar(select(OutsideHours))
    if row is None:
        row = OutsideHours(id=str(uuid5(NAMESPACE, "outside_hours")), bundle_id=home.id)
        work.session.add(row)
    row.quiet_from, row.quiet_until = args.quiet_from, args.quiet_until
    row.digest_at, row.rests_on_days_off = sorted(set(args.digest_at)), args.rests_on_days_off


@command(
    "outside.set_address",
    "PUT /users/{user_id}/outside_address",
    needs=ADMIN,
    in_person=True,
    touches=_addresses,
)
def set_address(work: Work, args: SetAddress) -> None:
    """Say where a user of the own department is reached.

    Raises Problem 404 `user_missing`, 409 `user_inactive` (whose addresses may only be taken away), `phone_missing` where SMS is wanted and no number known, `outside_id_taken`.
    """
    user = work.session.get(User, args.user_id)
    department = work.user.department_id
    if user is None or department is None or user.department_id != department:
        raise missing("user_missing", waits_for=args.user_id)
    if not user.is_active and (args.wecom or args.dingtalk or args.sms):
        raise not_now("user_inactive")
    if args.sms and not user.phone:
        raise not_now("phone_missing")
    for column, value in ((OutsideAddress.wecom, args.wecom), (OutsideAddress.dingtalk, args.dingtalk)):
        others = select(OutsideAddress.id).join(User, User.id == OutsideAddress.user_id)
        others = others.where(column == value, User.id != user.id, User.is_active)
        if value is not None and work.session.scalar(others.limit(1)) is not None:
            raise not_now("outside_id_taken")
    home = work.bundle(OUTSIDE_ADDRESSES.of(department=department))
    row = work.session.scalar(select(OutsideAddress).where(OutsideAddress.user_id == user.id))
    if row is None:
        row = OutsideAddress(id=work.id("address"), user_id=user.id, bundle_id=home.id)
        work.session.add(row)
    row.wecom, row.dingtalk, row.sms = args.wecom, args.dingtalk, args.sms


@command("outside.try", "POST /outside_messages/try", needs=ADMIN, in_person=True, touches=_messages)
def try_channel(work: Work, args: TryChannel) -> None:
    """Send oneself (or the department's group) a message at once, quiet or not; raises Problem 409 `outside_no_address`."""
    department = work.user.department_id
    if department is None:
        raise missing("user_missing")
    if args.channel != "bot":
        row = work.session.scalar(select(OutsideAddress).where(OutsideAddress.user_id == work.user.id))
        if row is None or not getattr(row, args.channel):
            raise not_now("outside_no_address")
    work.session.add(
        OutsideMessage(
            id=work.id("message"),
            channel=args.channel,
            kind=TRIED,
            user_id=None if args.channel == "bot" else work.user.id,
            department_id=department,
            made_at=work.entry.received_at,
            due_at=work.entry.received_at,
            tries=0,
            bundle_id=work.bundle(OUTSIDE_MESSAGES.of(department=department)).id,
        )
    )
    work.result = {"id": work.id("message")}


def _rule(kind: str, bundle_id: int) -> OutsideRule:
    return OutsideRule(
        id=str(uuid5(NAMESPACE, f"outside:{kind}")),
        kind=kind,
        way=default_way(kind),
        sms=True,
        bot=False,
        bundle_id=bundle_id,
    )


@duty
def show_rules(database: Database) -> None:
    """Every kind that can go out has its row, and the hours have theirs, so that administrators see what they can set."""
    kinds = SAID.keys() - {TRIED}
    with database.read() as session:
        known = set(session.scalars(select(OutsideRule.kind)))
        has_hours = session.scalar(select(OutsideHours.id)) is not None
    if kinds <= known and has_hours:
        return
    with database.write() as session:
        locks = Locks(session)
        locks.take([OUTSIDE_RULES.of()])
        home = locks.held[OUTSIDE_RULES.of().text].id
        session.add_all(_rule(kind, home) for kind in sorted(kinds - known))
        if not has_hours:
            session.add(_default_hours(home))
        locks.bump()


def _default_hours(bundle_id: int) -> OutsideHours:
    return OutsideHours(
        id=str(uuid5(NAMESPACE, "outside_hours")),
        quiet_from=f"{DEFAULT_HOURS.quiet_from:%H:%M}",
        quiet_until=f"{DEFAULT_HOURS.quiet_until:%H:%M}",
        digest_at=[f"{one:%H:%M}" for one in DEFAULT_HOURS.digest_at],
        rests_on_days_off=DEFAULT_HOURS.rests_on_days_off,
        bundle_id=bundle_id,
    )
