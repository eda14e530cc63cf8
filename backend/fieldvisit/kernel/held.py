"""What is shown of entries that are or were held, to their author and to whoever decides them."""

from datetime import datetime
from typing import Any

from pydantic import Field, field_validator

from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import View, mask


class HeldOpView(View):
    """An entry that waits for a decision or has had one: what it says, its reason, code and state.

    It was made between `earliest_at` and `received_at`; the phone states `stated_at`, its clock showed `made_at`.
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
    stated_at: datetime | None
    earliest_at: datetime
    received_at: datetime
    args: dict[str, Any] | None
    state: str
    decided_by_id: str | None
    decided_for_id: str | None
    decided_at: datetime | None
    decision_note: str | None
    decided_op_id: str | None
    imported_by_id: str | None


# Names of arguments that are numbers of people: whoever sees numbers masked sees them masked here, too.
NUMBERS: set[str] = set()


def _mask_numbers(value: Any, *, is_number: bool = False) -> Any:
    if isinstance(value, dict):
        return {
            name: _mask_numbers(one, is_number=is_number or name in NUMBERS) for name, one in value.items()
        }
    if isinstance(value, list):
        return [_mask_numbers(one, is_number=is_number) for one in value]
    return mask(str(value)) if is_number and value is not None else value


class HeldOpMaskedView(HeldOpView):
    """The same with the numbers of people masked in what the entry says."""

    @field_validator("args")
    @classmethod
    def _mask(cls, value: dict[str, Any] | None) -> Any:
        return _mask_numbers(value)


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
    views={
        Role.SYSTEM_ADMIN: HeldOpCodesView,
        Role.DEPARTMENT_MANAGER: HeldOpMaskedView,
        Role.GENERAL_ADMIN: HeldOpMaskedView,
    },
    filters=("state", "reason"),
    is_watched=True,
)
