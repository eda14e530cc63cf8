"""What an opinion or a complaint is, who takes, handles and reads one, and what may become of it (S12.1–S12.5; domain §3.4, machine 15)."""

from dataclasses import dataclass
from typing import Literal

from fieldvisit.kernel.users import Role

TAKING = frozenset({Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER, Role.COMPLAINT_CENTRE})
HANDLING = frozenset({Role.MARKET_MANAGER, Role.DEPARTMENT_MANAGER})
ASSIGNING = frozenset({Role.COMPLAINT_CENTRE, Role.DEPARTMENT_MANAGER})
READERS = TAKING | HANDLING | {Role.GENERAL_ADMIN}
OVERSEERS = READERS - {Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER}
# Who reads what was made of many suggestions: the line, not the centre and not who took them down.
POOL_READERS = HANDLING | {Role.GENERAL_ADMIN}
PREFIX = "YJ"
MAX_PHOTOS = 9
MAX_POOLED = 100

FeedbackType = Literal["suggestion", "query", "grumble", "complaint"]
Severity = Literal["normal", "important", "major"]
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
State = Literal[
    "registered",
    "assigned",
    "accepted",
    "verified",
    "handling",
    "co_handling",
    "resolved",
    "reported",
    "informed",
    "closed",
    "reopened",
    "withdrawn",
    "joined",
]
Word = Literal[
    "register",
    "assign",
    "accept",
    "refuse",
    "return",
    "contact",
    "verify",
    "handle",
    "co_handle",
    "co_handled",
    "demand",
    "rectify",
    "ask_extension",
    "decide_extension",
    "resolve",
    "report",
    "inform",
    "close",
    "confirm",
    "reject",
    "reopen",
    "upgrade",
    "join",
    "withdraw",
    "judge",
    "pool",
    "unpool",
    "adopt",
    "decline",
]
COMPLAINT = "complaint"
SUGGESTION = "suggestion"
AT_WORK: tuple[State, ...] = ("accepted", "verified", "handling", "co_handling", "reopened")
OPEN: tuple[State, ...] = ("registered", "assigned", *AT_WORK)
OVER: tuple[State, ...] = ("closed", "withdrawn", "joined")
RATINGS = ("sat_time", "sat_manner", "sat_process", "sat_result")


@dataclass(frozen=True)
class Step:
    """From which states it can be made, and what the case is then; `to` None leaves the state as it is."""

    come_from: tuple[State, ...]
    to: State | None = None


# Suggestions, queries and grumbles take the short way (S12.9, S12.10).
SHORT_WAY: dict[Word, Step] = {
    "handle": Step(("registered", "handling"), "handling"),
    "inform": Step(("registered", "handling"), "informed"),
    "close": Step(("informed",), "closed"),
    "withdraw": Step(("registered",), "withdrawn"),
    "upgrade": Step(("registered", "handling"), "registered"),
    "join": Step(("registered", "handling"), "joined"),
    "demand": Step(("registered", "handling", "informed")),
    "rectify": Step(("registered", "handling", "informed")),
    "judge": Step(("informed", "closed")),
    "pool": Step(("registered", "handling", "informed", "closed")),
}
# Complaints go all the way: centre, handler, centre and department, shop, centre (S12.4, S12.6–S12.17).
LONG_WAY: dict[Word, Step] = {
    "assign": Step(OPEN, "assigned"),
    "accept": Step(("assigned",), "accepted"),
    "refuse": Step(("assigned",), "registered"),
    "return": Step(("accepted", "verified", "handling"), "registered"),
    "contact": Step(AT_WORK),
    "verify": Step(("accepted", "verified"), "verified"),
    "handle": Step(("verified", "handling", "co_handling", "reopened"), "handling"),
    "co_handle": Step(("verified", "handling", "co_handling", "reopened"), "co_handling"),
    "demand": Step((*AT_WORK, "resolved", "reported", "informed")),
    "rectify": Step((*AT_WORK, "resolved", "reported", "informed")),
    "ask_extension": Step(AT_WORK),
    "decide_extension": Step(AT_WORK),
    "resolve": Step(("verified", "handling"), "resolved"),
    "report": Step(("resolved",), "reported"),
    "inform": Step(("reported",), "informed"),
    "confirm": Step(("informed",), "closed"),
    "reject": Step(("reported", "informed"), "handling"),
    "reopen": Step(("closed",), "reopened"),
    "withdraw": Step(("registered",), "withdrawn"),
    "join": Step(("registered", "assigned", "accepted"), "joined"),
    "judge": Step(("reported", "informed", "closed")),
}


def step_of(feedback_type: str, word: Word) -> Step | None:
    """The step as it is made with this kind of case; None where its way has no such step."""
    return (LONG_WAY if feedback_type == COMPLAINT else SHORT_WAY).get(word)


AnalysisState = Literal["submitted", "answered", "withdrawn"]
PlanState = Literal["assigned", "in_progress", "submitted", "closed"]
PLAN_STEPS: dict[str, tuple[PlanState, PlanState]] = {
    "start": ("assigned", "in_progress"),
    "submit": ("in_progress", "submitted"),
    "accept": ("submitted", "closed"),
    "reject": ("submitted", "in_progress"),
}
