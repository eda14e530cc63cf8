"""Who gives tasks to whom, and what may become of one."""

from typing import Literal

from fieldvisit.kernel.users import Role

GIVING = {Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER}
DOING = {Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER}
INVOLVED = GIVING | DOING

State = Literal["open", "finished", "accepted", "cancelled"]
Source = Literal["meeting", "work_log"]
Word = Literal["progress", "result", "return", "accept", "cancel"]
