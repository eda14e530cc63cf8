"""Which policies somebody has read, and published."""

from fieldvisit.features.policies.models import Policy, PolicyReceipt
from fieldvisit.kernel.personal import personal

personal("policies", Policy, "author_id", "title", "category", "version", "effective_on", "made_at")
personal("policy_receipts", PolicyReceipt, "user_id", "policy_id", "is_understood", "question", "read_at")
