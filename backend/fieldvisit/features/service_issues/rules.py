"""Who finds, leads and reads service issues, and what may become of one (S16.7; domain §2.11)."""

from typing import Literal

from fieldvisit.kernel.users import Role

FINDING = frozenset({Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER})
OWNING = FINDING
LEADING = frozenset({Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER})
READERS = FINDING | LEADING | {Role.GENERAL_ADMIN}
PREFIX = "FW"

FoundIn = Literal["work_log", "visit", "survey", "other"]
ServiceArea = Literal[
    "visiting", "order", "delivery", "settlement", "information", "materials", "training", "other"
]
State = Literal["found", "analysed", "assigned", "fixed", "verified", "withdrawn"]

# From which states each step leads, and where to. A cause may be found anew, and an owner who cannot do it replaced.
STEPS: dict[str, tuple[tuple[State, ...], State]] = {
    "analyse": (("found", "analysed"), "analysed"),
    "assign": (("analysed", "assigned"), "assigned"),
    "fix": (("assigned",), "fixed"),
    "verify": (("fixed",), "verified"),
    "reject": (("fixed",), "assigned"),
    "withdraw": (("found",), "withdrawn"),
}
