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
