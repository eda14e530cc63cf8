"""What is shown of entries that are or were held, to their author and to whoever decides them."""

from datetime import datetime
from typing import Any

from pydantic import Field

from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import View


class HeldOpView(View):
    """An entry that waits for a decision or has had one: what it says, its reason, code and state.

    `decided_for_id` is who a deputy decided for (代); `decided_op_id` the decision, or the corrected copy;
    `imported_by_id` who brought the entry in from a rescue file.
    """

    id: str
    name: str
    author_id: str = Field(validation_alias="user_id")
    reason: str | None
    code: str | None
    params: dict[str, Any] | None
    made_at: datetime | None
    received_at: datetime
    args: dict[str, Any] | None
    state: str
    decided_by_id: str | None
    decided_for_id: str | None
    decided_at: datetime | None
    decision_note: str | None
    decided_op_id: str | None
    imported_by_id: str | None


class HeldOpCodesView(View):
    """What the operator sees of an entry that waits for him: codes, no content."""

    id: str
    name: str
    device_id: str
    reason: str | None
    code: str | None
    received_at: datetime
    state: str


collection(
    "held_ops",
    Op,
    HeldOpView,
    readers=set(Role) - {Role.SYSTEM_ADMIN},
    views={Role.SYSTEM_ADMIN: HeldOpCodesView},
    filters=("state", "reason"),
    is_watched=True,
)
