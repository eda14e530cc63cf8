"""Carrying out what waits to go outside: one message for whatever has come together, tried again until it is of no more use."""

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid5

import structlog
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from fieldvisit.kernel.clock import now
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.metrics import OUTSIDE
from fieldvisit.kernel.notices import Notice
from fieldvisit.kernel.outside.channels import Letter, Outside
from fieldvisit.kernel.outside.models import OutsideAddress, OutsideMessage
from fieldvisit.kernel.outside.queueing import when
from fieldvisit.kernel.outside.reach import Undelivered
from fieldvisit.kernel.outside.rules import BACKOFF, SAID, TRIED, text_of
from fieldvisit.kernel.reactions import NAMESPACE
from fieldvisit.kernel.users import User

AT_ONCE = 200  # of a channel in a round
SECONDS = 20.0  # of a round: other work waits meanwhile

log = structlog.get_logger()


@dataclass(frozen=True)
class Parcel:
    """The messages that go to one addressee by one channel, as one letter."""

    channel: str
    to: str
    messages: list[OutsideMessage]

    def letter(self, address: str) -> Letter:
        """What is said; its id is that of just these messages, so that whoever drops a second one drops nothing new."""
        ids = ",".join(sorted(row.id for row in self.messages))
        text = text_of(
            (SAID[row.kind] for row in self.messages if row.kind in SAID),
            max(row.made_at for row in self.messages),
            address,
        )
        return Letter(str(uuid5(NAMESPACE, ids)), self.to, text)


def deliver(db: Database, outside: Outside) -> None:
    """Send what is due. A channel that fails is left alone until the next round, so that it holds up no other."""
    began = time.monotonic()
    with db.read() as session:
        waiting = set(session.scalars(_due(now()).with_only_columns(OutsideMessage.channel).distinct()))
    for channel in sorted(waiting):
        with db.write() as session:
            parcels = _parcels(session, channel, now())
        for parcel in parcels:
            if time.monotonic() - began > SECONDS:
                return
            trouble = _send(outside, parcel)
            _note(db, parcel, trouble)
            if trouble is not None and not trouble.is_final:
                break


def _due(moment: datetime) -> Select[OutsideMessage]:
    return select(OutsideMessage).where(OutsideMessage.ended_at.is_(None), OutsideMessage.due_at <= moment)


def _parcels(session: Session, channel: str, moment: datetime) -> list[Parcel]:
    """What is due on a channel, by addressee; what somebody has read meanwhile, or can no longer be reached with, ends here.

    What has become due while it is quiet waits until that is over, unless somebody tries the way.
    """
    due = _due(moment).where(OutsideMessage.channel == channel)
    waiting = session.scalars(due.order_by(OutsideMessage.due_at, OutsideMessage.id).limit(AT_ONCE)).all()
    reached = _addresses(session, {row.user_id for row in waiting if row.user_id})
    named = [row.notice_id for row in waiting if row.notice_id]
    read = set(session.scalars(select(Notice.id).where(Notice.id.in_(named), Notice.read_at.is_not(None))))
    opens = when(session, moment, "at_once")
    together: dict[str, list[OutsideMessage]] = defaultdict(list)
    for row in waiting:
        to = row.department_id if row.user_id is None else reached.get((row.user_id, channel))
        if row.notice_id in read:
            row.ended_at, row.end = moment, "read"
        elif to is None:
            row.ended_at, row.end = moment, "left"
        elif opens > moment and row.kind != TRIED:
            row.due_at = opens
        else:
            together[to].append(row)
    return [Parcel(channel, to, rows) for to, rows in together.items()]


def _addresses(session: Session, users: set[str]) -> dict[tuple[str, str], str]:
    asked = select(OutsideAddress, User.phone).join(User, User.id == OutsideAddress.user_id)
    found: dict[tuple[str, str], str] = {}
    for row, phone in session.execute(asked.where(User.id.in_(users), User.is_active)):
        named = {"wecom": row.wecom, "dingtalk": row.dingtalk, "sms": phone if row.sms else None}
        found |= {(row.user_id, channel): to for channel, to in named.items() if to}
    return found


def _send(outside: Outside, parcel: Parcel) -> Undelivered | None:
    sender = outside.senders.get(parcel.channel)
    try:
        if sender is None:
            raise Undelivered("channel_missing", is_final=True)
        outside.run(sender.send(outside.reach, parcel.letter(outside.app_url)))
    except Undelivered as trouble:
        return trouble
    except Exception:  # whatever an answer made of us, the next addressee is not to wait for it
        log.exception("message not delivered", channel=parcel.channel)
        return Undelivered("answer_wrong")
    return None


def _note(db: Database, parcel: Parcel, trouble: Undelivered | None) -> None:
    with db.write() as session:
        for row in _again(session, parcel.messages):
            row.tries += 1
            row.trouble = trouble.code if trouble else None
            if trouble is None:
                row.ended_at, row.end = now(), "sent"
            elif trouble.is_final or row.tries > len(BACKOFF):
                row.ended_at, row.end = now(), "given_up"
            else:
                row.due_at = now() + BACKOFF[row.tries - 1]
    OUTSIDE.labels(parcel.channel, "sent" if trouble is None else "failed").inc()
    if trouble is not None:
        log.warning("message not delivered", channel=parcel.channel, code=trouble.code)


def _again(session: Session, rows: Iterable[OutsideMessage]) -> list[OutsideMessage]:
    ids = [row.id for row in rows]
    return list(session.scalars(select(OutsideMessage).where(OutsideMessage.id.in_(ids)).with_for_update()))
