"""Access tokens: the one module that touches python-jose, and trusts nothing of what it is handed."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from jose import jwt

from fieldvisit.kernel.clock import now, unix_ms
from fieldvisit.kernel.errors import Problem
from fieldvisit.kernel.values import is_uuid

LIFE = timedelta(minutes=15)
ISSUER = AUDIENCE = "fieldvisit"
MAX_LENGTH = 2048
_REQUIRED = ("exp", "iat", "nbf", "sub", "aud", "iss", "jti")
_OPTIONS = {f"require_{claim}": True for claim in _REQUIRED} | {"leeway": 0}


@dataclass(frozen=True)
class Access:
    """What a genuine access token says: user, device and the stamp his account had."""

    user_id: str
    device_id: str
    stamp: int


def unauthorised(session: str = "expired") -> Problem:
    """401 with what the device is to do: `expired` → sign in again, `revoked` → drop the bundles."""
    return Problem(401, f"session_{session}", extra={"session": session})


def issue(key: str, access: Access, at: datetime) -> str:
    """A token that lives 15 minutes."""
    seconds = unix_ms(at) // 1000
    claims = {
        "sub": access.user_id,
        "did": access.device_id,
        "ver": access.stamp,
        "typ": "access",
        "aud": AUDIENCE,
        "iss": ISSUER,
        "iat": seconds,
        "nbf": seconds,
        "exp": seconds + int(LIFE.total_seconds()),
        "jti": secrets.token_urlsafe(12),
    }
    return jwt.encode(claims, key, algorithm="HS256")


def end_of(token: str) -> datetime:
    """When a token that has been verified ends."""
    return datetime.fromtimestamp(jwt.get_unverified_claims(token)["exp"], UTC)


def verify(key: str, token: str) -> Access:
    """What the token says; raises Problem 401 for every token that is not a living one of ours."""
    if len(token) > MAX_LENGTH or not token.isascii():
        raise unauthorised()
    try:
        claims = jwt.decode(
            token, key, algorithms=["HS256"], audience=AUDIENCE, issuer=ISSUER, options=_OPTIONS
        )
        access = Access(claims["sub"], claims["did"], claims["ver"])
        present = unix_ms(now()) // 1000
        lives = claims["iat"] <= present < claims["exp"] <= claims["iat"] + LIFE.total_seconds()
        fits = claims["typ"] == "access" and is_uuid(access.user_id) and is_uuid(access.device_id)
        fits = fits and type(access.stamp) is int
    except (
        Exception
    ):  # the library raises more kinds than it documents on hostile input (RecursionError among them)
        raise unauthorised() from None
    if not (lives and fits):
        raise unauthorised()
    return access
