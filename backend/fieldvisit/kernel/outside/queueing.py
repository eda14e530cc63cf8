"""Which of what somebody is told in the app also goes outside, and when."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.kernel.calendar import days_off
from fieldvisit.kernel.clock import day_of, now
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.duties import duty
from fieldvisit.kernel.outside.models import (
    OUTSIDE_MESSAGES,
    OutsideAddress,
    OutsideHours,
    OutsideMessage,
    OutsideRule,
)
from fieldvisit.kernel.outside.rules import (
    DEFAULT_HOURS,
    LOOKED_AHEAD,
    SAID,
    TOO_OLD,
    Hours,
    Way,
    due_at,
    hours_from,
)
from fieldvisit.kernel.reactions import Happening
from fieldvisit.kernel.users import User

AT_ONCE = 500


def default_way(kind: str) -> Way:
    """What is urgent goes at once, everything else with the next digest."""
    return "at_once" if SAID[kind].is_urgent else "digest"


def hours_of(session: Session) -> Hours:
    """The hours that hold now."""
    row = session.scalar(select(OutsideHours))
    if row is None:
        return DEFAULT_HOURS
    return hours_from(row.quiet_from, row.quiet_until, row.digest_at, rests=row.rests_on_days_off)


def when(session: Session, moment: datetime, way: Way) -> datetime:
    """When what happened at a moment goes out."""
    first = day_of(moment)
    off, _ = days_off(session, first, first + timedelta(days=LOOKED_AHEAD))
    return due_at(moment, way, hours_of(session), off)


@duty
def let_go(database: Database) -> None:
    """What could not go out for days is of no use any more: nobody is told of what is long over."""
    old = select(OutsideMessage).where(
        OutsideMessage.ended_at.is_(None), OutsideMessage.due_at < now() - TOO_OLD
    )
    with database.read() as session:
        if session.scalar(old.limit(1)) is None:
            return
    with database.write() as session:
        for row in session.scalars(old.order_by(OutsideMessage.due_at).limit(AT_ONCE)):
            row.ended_at, row.end, row.trouble = now(), "given_up", row.trouble or "too_old"


def queue(happening: Happening, kind: str, notices: dict[str, str], *, is_urgent: bool) -> None:
    """Let notices of a kind, by user, go out to those who have an address, and once into each of their departments' groups."""
    if kind not in SAID or not notices:
        return
    session, moment = happening.session, happening.event.happened_at
    rule = session.scalar(select(OutsideRule).where(OutsideRule.kind == kind))
    way: Way = rule.way if rule else default_way(kind)  # type: ignore[assignment]  # the column holds ways only
    if is_urgent and way == "digest":
        way = "at_once"
    has_bot = rule is not None and rule.bot
    addresses = session.scalars(select(OutsideAddress).where(OutsideAddress.user_id.in_(notices))).all()
    if way == "off" or not (addresses or has_bot):
        return
    named = session.scalars(select(User).where(User.id.in_(notices)))
    departments = {user.id: user.department_id for user in named}
    texts = (is_urgent or SAID[kind].is_urgent) and (rule is None or rule.sms)
    wanted = [
        (channel, address.user_id)
        for address in addresses
        for channel, is_on in (
            ("wecom", address.wecom),
            ("dingtalk", address.dingtalk),
            ("sms", address.sms and texts),
        )
        if is_on
    ]
    wanted += [("bot", user) for user in _one_of_each(departments)] if has_bot else []
    due = when(session, moment, way)
    homes = {of: OUTSIDE_MESSAGES.of(department=of) for of in set(departments.values()) if of}
    held = dict(zip(homes, happening.bundles(homes.values()), strict=True))
    for channel, user in sorted(wanted):
        department = departments[user]
        if department is None:
            continue
        is_bot = channel == "bot"
        label = f"{kind}:{channel}:{department if is_bot else user}"
        message_id = happening.id(label) if is_bot else happening.next_id(label)
        if is_bot and session.scalar(select(OutsideMessage.id).where(OutsideMessage.id == message_id)):
            continue  # the group hears of an event once, however many are told of it one by one
        session.add(
            OutsideMessage(
                id=message_id,
                channel=channel,
                kind=kind,
                user_id=None if is_bot else user,
                department_id=department,
                notice_id=None if is_bot else notices[user],
                made_at=moment,
                due_at=due,
                tries=0,
                bundle_id=held[department].id,
            )
        )


def _one_of_each(departments: dict[str, str | None]) -> list[str]:
    return sorted({department: user for user, department in sorted(departments.items())}.values())
