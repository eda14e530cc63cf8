"""Which kind of scope each role serves, and what it may be assigned to."""

from fieldvisit.kernel.users import Role

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


def may_deputise(absent: Role, deputy: Role) -> bool:
    """Whether somebody of this post can stand in: one of the same post, or a market manager for an account manager."""
    if absent == Role.ACCOUNT_MANAGER:
        return deputy in (Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER)
    return absent == deputy and absent in SERVES
