"""Policies: published, in place of an earlier one or not; read; ended (S1.7)."""

from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from fieldvisit.features.org.lines import unit_of
from fieldvisit.features.org.models import Department, Zone
from fieldvisit.features.policies.models import POLICY, POLICY_RECEIPT, Policy, PolicyReceipt
from fieldvisit.features.policies.rules import PUBLISHING, READERS, Category, Reader
from fieldvisit.kernel.attachments import attach
from fieldvisit.kernel.bundles import Bundle, BundleKey
from fieldvisit.kernel.clock import day_of
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, not_now
from fieldvisit.kernel.values import Args, Date, Id, Line, OptionalProse, Text
from fieldvisit.kernel.work import Touching, Work

MAX_PHOTOS = 9


class PublishPolicy(Args):
    """A policy with its whole text, which posts must read it, and which one it takes the place of."""

    id: Id
    department_id: Id
    replaces_id: Id | None = None
    title: Annotated[Line, Field(max_length=100)]
    category: Category
    version: Annotated[Line, Field(max_length=20)]
    text: Text
    effective_on: Date
    must_read_roles: Annotated[list[Reader], Field(max_length=4)] = []
    photos: Annotated[list[Id], Field(max_length=MAX_PHOTOS)] = []


class EndPolicy(Args):
    """A policy that is in force no more."""

    policy_id: Id


class ReadPolicy(Args):
    """That one has read a policy; what one did not understand is asked. `id` is the receipt's."""

    policy_id: Id
    id: Id
    is_understood: bool = True
    question: OptionalProse = None


def _published(touching: Touching, args: PublishPolicy) -> list[str | BundleKey]:
    before = touching.bundle_of(Policy, args.replaces_id) if args.replaces_id else []
    return [POLICY.of(policy=args.id, department=args.department_id), *before]


def _there(touching: Touching, args: EndPolicy) -> list[str]:
    return touching.bundle_of(Policy, args.policy_id)


def _receipt(touching: Touching, args: ReadPolicy) -> list[BundleKey]:
    return [POLICY_RECEIPT.of(policy=args.policy_id, user=touching.user.id)]


@command("policies.publish", "PUT /policies/{id}", needs=PUBLISHING, offline=True, touches=_published)
def publish(work: Work, args: PublishPolicy) -> None:
    """Publish a policy of the own department; the one it replaces ends, and the new one is to be read anew."""
    department = work.find(Department, args.department_id, "department_missing", "department_not_yours")
    if work.session.get(Policy, args.id) is not None:
        raise conflict("id_taken")
    if args.replaces_id is not None:
        _end(work, args.replaces_id)
    home = work.bundle(POLICY.of(policy=args.id, department=department.id))
    row = Policy(
        author_id=work.user.id,
        made_at=work.entry.stated_at,
        bundle_id=home.id,
        **args.model_dump(exclude={"photos", "must_read_roles"}),
        must_read_roles=sorted(set(args.must_read_roles)),
    )
    work.session.add(row)
    work.session.flush()
    for zone_id in work.session.scalars(select(Zone.id).where(Zone.department_id == department.id)):
        work.hang(home, f"team:{zone_id}")
    attach(work, args.photos, row.id, home.id)
    work.emit("policies.published", home.id, policy_id=row.id)
    work.result = {"id": row.id}


@command("policies.end", "POST /policies/{policy_id}/end", needs=PUBLISHING, touches=_there)
def end(work: Work, args: EndPolicy) -> None:
    """End a policy; it is carried for 30 days more and stays readable at the server."""
    _end(work, args.policy_id)


@command(
    "policies.read",
    "POST /policies/{policy_id}/receipt",
    needs=READERS,
    offline=True,
    in_person=True,
    touches=_receipt,
)
def read(work: Work, args: ReadPolicy) -> None:
    """Say that one has read a policy; saying it again, from another phone or with a question, changes what was said."""
    policy = work.find(Policy, args.policy_id, "policy_missing", "policy_not_yours")
    home = work.bundle(POLICY_RECEIPT.of(policy=policy.id, user=work.user.id))
    known = select(PolicyReceipt).where(
        PolicyReceipt.policy_id == policy.id, PolicyReceipt.user_id == work.user.id
    )
    row = work.session.scalar(known)
    if row is None:
        if work.session.get(PolicyReceipt, args.id) is not None:
            raise conflict("id_taken")
        row = PolicyReceipt(
            id=args.id,
            policy_id=policy.id,
            user_id=work.user.id,
            read_at=work.entry.stated_at,
            bundle_id=home.id,
        )
        work.session.add(row)
        home.day = policy.ended_at and day_of(policy.ended_at)
    row.is_understood, row.question = args.is_understood, args.question
    work.session.flush()
    if (unit := unit_of(work.session, work.user)) is not None:
        work.hang(home, unit)
    elif work.user.department_id is not None:
        work.hang(home, f"department:{work.user.department_id}")
    if args.question is not None:
        work.emit("policies.asked", home.id, policy_id=policy.id)
    work.result = {"id": row.id}


def _end(work: Work, policy_id: str) -> None:
    row = work.find(Policy, policy_id, "policy_missing", "policy_not_yours")
    if row.ended_at is not None:
        raise not_now("policy_ended")
    row.ended_at = work.entry.stated_at
    work.session.get_one(Bundle, row.bundle_id).day = day_of(work.entry.received_at)
    work.emit("policies.ended", row.bundle_id, policy_id=row.id)
