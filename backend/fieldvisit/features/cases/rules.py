"""What an opinion is, who takes, handles and reads one, and what may become of it (S12.1–S12.5)."""

from typing import Literal

from fieldvisit.kernel.users import Role

TAKING = frozenset({Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER, Role.COMPLAINT_CENTRE})
HANDLING = frozenset({Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER})
READERS = TAKING | HANDLING | {Role.GENERAL_ADMIN}
OVERSEERS = READERS - {Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER}
PREFIX = "YJ"
MAX_PHOTOS = 9

FeedbackType = Literal["suggestion", "query", "grumble"]
Source = Literal["am_records", "visit", "info_slip", "complaint_centre"]
Category = Literal[
    "supply",
    "price",
    "order",
    "delivery",
    "account_manager",
    "settlement",
    "inspector",
    "product_quality",
    "policy",
    "other",
]
VerifyMethod = Literal["documents", "visit", "ask_am", "ask_post"]
VerifyResult = Literal["true", "partly_true", "untrue", "undetermined"]
InformMethod = Literal["phone", "visit"]
State = Literal["registered", "handling", "informed", "closed", "withdrawn"]
Word = Literal["register", "handle", "inform", "close", "withdraw"]
OPEN: tuple[State, ...] = ("registered", "handling")
RATINGS = ("sat_time", "sat_manner", "sat_process", "sat_result")
