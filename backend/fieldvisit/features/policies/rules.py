"""Who publishes policies, who reads them, and of what kinds they are."""

from typing import Literal

from fieldvisit.kernel.users import Role

PUBLISHING = frozenset({Role.DEPARTMENT_MANAGER, Role.GENERAL_ADMIN})
READERS = frozenset(Role) - {Role.SYSTEM_ADMIN, Role.RELATED_POST}

Category = Literal["industry", "company", "process", "notice"]
Reader = Literal["account_manager", "market_manager", "department_manager", "complaint_centre"]
