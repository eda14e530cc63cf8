"""What one may ask of the app, and who answers."""

from typing import Literal

from fieldvisit.kernel.users import Role

Kind = Literal["problem", "wish", "question"]
State = Literal["open", "answered", "closed"]

ANSWERING = {Role.GENERAL_ADMIN, Role.SYSTEM_ADMIN}
PREFIX = "YJ"
MAX_PHOTOS = 3


def desk_of(department_id: str) -> str:
    """The scope in which a department's requests are answered."""
    return f"helpdesk:{department_id}"
