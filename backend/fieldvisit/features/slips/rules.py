"""Who sends slips to whom, about what, and what may become of one."""

from typing import Literal

from fieldvisit.kernel.users import Role

SENDING = frozenset(Role) - {Role.SYSTEM_ADMIN}
DEPARTMENT_POSTS = (Role.DEPARTMENT_MANAGER, Role.GENERAL_ADMIN)
PREFIX = "XXD"
MAX_PHOTOS = 9

Category = Literal[
    "market_info",
    "customer_info",
    "brand_info",
    "supply",
    "price",
    "delivery",
    "order",
    "settlement",
    "compliance",
    "suggestion",
    "query",
    "grumble",
    "complaint",
    "other",
]
Urgency = Literal["normal", "urgent"]
State = Literal["sent", "received", "replied", "closed"]
Word = Literal["receive", "reply", "forward", "confirm", "unsatisfied", "withdraw"]
