"""Who writes cases of upkeep, who reads them, and how far one may be shared (S10.3, S10.4, S1.11)."""

from typing import Literal

from fieldvisit.kernel.users import Role

WRITING = frozenset({Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER})
COMMENTING = frozenset({Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER})
READERS = WRITING | COMMENTING

Shared = Literal["none", "zone", "department"]
WIDTH: dict[Shared, int] = {"none": 0, "zone": 1, "department": 2}
MAX_TAGS = 8
