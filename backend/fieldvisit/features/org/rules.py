"""Which kind of scope each role serves, and what it may be assigned to."""

from fieldvisit.kernel.users import Role

LOGS_DUE_AT, LOGS_MISSING_AT = "18:00", "07:30"  # before the meeting of the next morning (domain §3.6)

SERVES = {
    Role.ACCOUNT_MANAGER: "route",
    Role.MARKET_MANAGER: "zone",
    Role.DEPARTMENT_MANAGER: "department",
    Role.GENERAL_ADMIN: "department",
    Role.RELATED_POST: "post",
}


def may_serve(role: Role, scope: str) -> bool:
    """Whether a role is ever assigned to a scope of this kind."""
    return scope.partition(":")[0] == SERVES.get(role)


# Who stands directly above a post (S1.4); department manager and general administrator have nobody above and each other beside.
NEXT = {
    Role.ACCOUNT_MANAGER: Role.MARKET_MANAGER,
    Role.MARKET_MANAGER: Role.DEPARTMENT_MANAGER,
    Role.DEPARTMENT_MANAGER: Role.GENERAL_ADMIN,
    Role.GENERAL_ADMIN: Role.DEPARTMENT_MANAGER,
}


def may_deputise(absent: Role, deputy: Role) -> bool:
    """Whether somebody of this post can stand in: one of the same post, or of the next."""
    return absent in SERVES and deputy in (absent, NEXT.get(absent))
