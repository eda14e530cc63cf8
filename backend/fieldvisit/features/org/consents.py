"""What somebody agreed to: the notice of what the product keeps of him, and separately that his place is taken."""

from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.features.org.models import ME, Consent
from fieldvisit.kernel.bundles import BundleKey
from fieldvisit.kernel.commands import Keeps, command
from fieldvisit.kernel.errors import conflict, invalid
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, Id
from fieldvisit.kernel.work import Touching, Work

Kind = Literal["notice", "location"]
PRESENT = {"notice": 1, "location": 1}


class GiveConsent(Args):
    """The kind, and the version of the text that was on the screen."""

    id: Id
    kind: Kind
    version: int


class WithdrawConsent(Args):
    """That the place is not to be taken any more."""

    id: Id
    kind: Literal["location"]


def _own(touching: Touching, _args: GiveConsent | WithdrawConsent) -> list[BundleKey]:
    return [ME.of(user=touching.user.id)]


@command("consents.give", "POST /consents", needs=set(Role), offline=True, in_person=True, touches=_own)
def give(work: Work, args: GiveConsent) -> None:
    """Say that one has read the notice, or allows one's place to be taken at visits; by nobody for another."""
    if not 1 <= args.version <= PRESENT[args.kind]:
        raise invalid("notice_unknown")
    _add(work, args.id, args.kind, args.version, is_given=True)


@command(
    "consents.withdraw",
    "POST /consents/withdraw",
    needs=set(Role),
    offline=True,
    in_person=True,
    touches=_own,
)
def withdraw(work: Work, args: WithdrawConsent) -> None:
    """Take back that one's place may be taken: from here on visits carry none."""
    _add(work, args.id, args.kind, PRESENT[args.kind], is_given=False)


def _add(work: Work, row_id: str, kind: str, version: int, *, is_given: bool) -> None:
    if work.session.get(Consent, row_id) is not None:
        raise conflict("id_taken")
    home = work.bundle(ME.of(user=work.user.id))
    work.session.add(
        Consent(
            id=row_id,
            user_id=work.user.id,
            kind=kind,
            version=version,
            is_given=is_given,
            made_at=work.entry.stated_at,
            op_number=work.entry.number,
            bundle_id=home.id,
        )
    )
    work.result = {"id": row_id}


def with_consent(argument: str, kind: Kind, **instead: Any) -> Keeps:
    """What a command keeps where an argument needs its author's consent: without it the argument is None, with `instead`."""

    def keeps(session: Session, user_id: str, args: dict[str, Any]) -> dict[str, Any]:
        if args.get(argument) is None or has_consent(session, user_id, kind):
            return args
        return {**args, argument: None, **instead}

    return keeps


def has_consent(session: Session, user_id: str, kind: Kind) -> bool:
    """Whether somebody agrees to this now."""
    said = select(Consent.is_given).where(Consent.user_id == user_id, Consent.kind == kind)
    return bool(session.scalar(said.order_by(Consent.op_number.desc()).limit(1)))
