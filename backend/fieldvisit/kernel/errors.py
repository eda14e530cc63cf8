"""`Problem`, the one way anything is refused (RFC 9457), with stable codes the app translates."""

from enum import StrEnum
from typing import Any


class Reason(StrEnum):
    """Why a pushed entry is held, in order of precedence."""

    ID_REUSE = "id_reuse"
    UNSUPPORTED = "unsupported"
    INACTIVE = "inactive"
    MISSING = "missing"
    SCOPE = "scope"
    INVALID = "invalid"
    CONFLICT = "conflict"
    ERROR = "error"


TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not yours to do",
    404: "Not found",
    405: "Method not allowed",
    409: "Not now",
    413: "Too large",
    422: "Not valid",
    426: "Update needed",
    429: "Too many requests",
    500: "Internal error",
    503: "Not available now",
}


class Problem(Exception):
    """A refusal: HTTP `status`, a stable `code`, and `params` that never hold what the user typed.

    `reason` is the state a pushed entry is held in for it; `waits_for` the id of the thing whose
    coming releases a `missing` one; `extra` goes into the top level of the body.
    """

    def __init__(
        self,
        status: int,
        code: str,
        *,
        reason: Reason = Reason.INVALID,
        params: dict[str, Any] | None = None,
        waits_for: str | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.reason = reason
        self.params = params or {}
        self.waits_for = waits_for
        self.extra = extra or {}

    def body(self) -> dict[str, Any]:
        """The RFC 9457 document."""
        return {
            "type": f"urn:fieldvisit:problem:{self.code}",
            "title": TITLES.get(self.status, "Refused"),
            "status": self.status,
            "code": self.code,
            "params": self.params,
            **self.extra,
        }


def missing(code: str, waits_for: str | None = None) -> Problem:
    """404: absent, or not yours to know of."""
    return Problem(404, code, reason=Reason.MISSING, waits_for=waits_for)


def out_of_scope(code: str) -> Problem:
    """403: seen (now or before), but not yours to do."""
    return Problem(403, code, reason=Reason.SCOPE)


def not_now(code: str) -> Problem:
    """409: the thing is in another state."""
    return Problem(409, code, reason=Reason.INVALID)


def conflict(code: str) -> Problem:
    """409: an id or a unique value is taken."""
    return Problem(409, code, reason=Reason.CONFLICT)


def invalid(code: str, **params: Any) -> Problem:
    """422: the payload breaks a rule; `params` name fields, never values."""
    return Problem(422, code, reason=Reason.INVALID, params=params)


def bad_request(code: str) -> Problem:
    """400: not understood at all."""
    return Problem(400, code)
