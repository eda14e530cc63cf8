"""Who plans service, and who decides on it."""

from typing import Literal

from fieldvisit.kernel.users import Role

PLANNERS = frozenset({Role.ACCOUNT_MANAGER})
DECIDING = frozenset({Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER})
INVOLVED = PLANNERS | DECIDING

State = Literal["submitted", "withdrawn", "returned", "approved"]
