"""What is shown of entries that are or were held: codes and times; their content stays with who may see it."""

from datetime import datetime
from typing import Any

from pydantic import Field

from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import View


class HeldOpView(View):
    """An entry that waits for a decision or has had one: its reason, code and state."""

    id: str
    name: str
    author_id: str = Field(validation_alias="user_id")
    reason: str | None
    code: str | None
    params: dict[str, Any] | None
    made_at: datetime | None
    received_at: datetime
    state: str


collection("held_ops", Op, HeldOpView, readers=set(Role), filters=("state", "reason"))
