"""What is seen of policies: the department's by everybody in it; of receipts one's own and those of whom one leads."""

from datetime import date, datetime

from fieldvisit.features.policies.models import Policy, PolicyReceipt
from fieldvisit.features.policies.rules import READERS, Category
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.values import View


class PolicyView(View):
    """A policy: its text, from which day it is in force, and which posts must read it."""

    id: str
    department_id: str
    author_id: str
    replaces_id: str | None
    title: str
    category: Category
    version: str
    text: str
    effective_on: date
    must_read_roles: list[str]
    made_at: datetime
    ended_at: datetime | None


class PolicyReceiptView(View):
    """That somebody has read a policy, and what he asks of it."""

    id: str
    policy_id: str
    user_id: str
    is_understood: bool
    question: str | None
    read_at: datetime


collection(
    "policies",
    Policy,
    PolicyView,
    readers=READERS,
    filters=("category",),
    sorting=("effective_on", "made_at"),
    order=(Policy.made_at, Policy.id),
)
collection(
    "policy_receipts",
    PolicyReceipt,
    PolicyReceiptView,
    readers=READERS,
    filters=("policy_id", "user_id"),
    sorting=("read_at",),
    order=(PolicyReceipt.read_at, PolicyReceipt.id),
)
