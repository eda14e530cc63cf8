"""Passwords: how they are kept, what each policy asks of a new one, and one-time codes."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from fieldvisit.kernel.db import Base, Guid, LongKey
from fieldvisit.kernel.errors import Problem, invalid
from fieldvisit.kernel.keys import token_hash
from fieldvisit.kernel.users import User

NO_PASSWORD = "!"  # noqa: S105 – no password has this hash
CODE_LIFE = timedelta(hours=24)
CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
HASHING_WAIT_S = 3
MAX_LENGTH = 200

HASHER = PasswordHash.recommended()
_hashing = BoundedSemaphore(2)


@dataclass(frozen=True)
class Policy:
    """What a new password needs, and how long it may be used."""

    min_length: int
    classes: int
    max_age: timedelta | None
    history: int


POLICIES = {
    "mlps2": Policy(min_length=8, classes=3, max_age=timedelta(days=90), history=5),
    "mlps3": Policy(min_length=10, classes=3, max_age=timedelta(days=90), history=5),
    "asvs": Policy(min_length=12, classes=0, max_age=None, history=1),
}
# Without digits and signs, so that "Password1!" and "P@ssw0rd2026" are found out too.
COMMON = {
    "password", "passwort", "passwd", "admin", "administrator", "root", "welcome", "letmein", "iloveyou", "qwerty",
    "qwertyuiop", "asdfgh", "asdfghjkl", "zxcvbn", "zxcvbnm", "qazwsx", "abc", "abcd", "abcdef", "abcdefg", "test",
    "testtest", "user", "login", "monkey", "dragon", "sunshine", "princess", "football", "baseball", "superman",
    "woaini", "wodemima", "mima", "zhongguo", "beijing", "shanghai", "nihao", "tobacco", "yancao", "fieldvisit",
    "zoufang", "changeme", "secret", "master", "hello", "qweasd", "qweasdzxc", "aa", "a", "aaa", "",
}  # fmt: skip
LOOKALIKES = str.maketrans("@$0135!4", "asoiesia")


class PastPassword(Base):
    """A password somebody had, so that it is not taken again too soon."""

    __tablename__ = "past_password"

    number: Mapped[LongKey]
    user_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"), index=True)
    hash: Mapped[str]
    set_at: Mapped[datetime]


def hash_password(password: str) -> str:
    """Argon2id."""
    with _hashing_slot():
        return HASHER.hash(password)


@contextmanager
def _hashing_slot() -> Iterator[None]:
    """At most two hashes at a time and a short wait, so that signing in cannot starve everything else (503 `busy`)."""
    if not _hashing.acquire(timeout=HASHING_WAIT_S):
        raise Problem(503, "busy")
    try:
        yield
    finally:
        _hashing.release()


@cache
def _nobodys_hash() -> str:
    """What is compared where there is no password, so that it takes as long as where there is one."""
    return HASHER.hash(secrets.token_hex())


def _matches(password: str, stored: str) -> bool:
    with _hashing_slot():
        try:
            return HASHER.verify(password[:MAX_LENGTH], stored)
        except Exception:  # an unreadable stored hash, or text no password has, fits nothing
            return False


def fits(user: User | None, password: str, at: datetime) -> bool:
    """Whether it is the user's password, or the one-time code he was given; takes as long where there is no user."""
    stored = user.password_hash if user else NO_PASSWORD
    known = _matches(password, stored if stored != NO_PASSWORD else _nobodys_hash())
    if user is None:
        return False
    return known or is_code(user, password, at)


def is_code(user: User, text: str, at: datetime) -> bool:
    """Whether the text is the user's one-time code and its day has not passed."""
    if user.code_hash is None or user.code_expires_at is None or user.code_expires_at <= at:
        return False
    return secrets.compare_digest(user.code_hash, _code_hash(text))


def _code_hash(text: str) -> str:
    return token_hash("code:" + re.sub(r"[\s-]", "", text).upper())


def give_code(user: User, at: datetime) -> str:
    """A new one-time code (50 bits), good for a day and for nothing but choosing a password; ends all sessions."""
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(10))
    user.code_hash, user.code_expires_at = _code_hash(code), at + CODE_LIFE
    user.password_hash, user.stamp = NO_PASSWORD, user.stamp + 1
    return f"{code[:5]}-{code[5:]}"


def is_due(user: User, policy: Policy, at: datetime) -> bool:
    """Whether a new password must be chosen before anything else: after a code, or when it has grown old.

    Those of demo accounts are known to everybody and never grow old.
    """
    if user.password_hash == NO_PASSWORD:
        return True
    if user.is_demo or policy.max_age is None:
        return False
    return (user.password_set_at or user.created_at) + policy.max_age <= at


def set_password(session: Session, user: User, password: str, policy: Policy, at: datetime) -> None:
    """Let a user have a new password; raises Problem 422 `password_weak` with the rules it breaks."""
    rules = broken_rules(password, policy, [user.username, user.employee_no, user.name, user.phone or ""])
    past = (
        select(PastPassword.hash).where(PastPassword.user_id == user.id).order_by(PastPassword.number.desc())
    )
    used = [user.password_hash, *session.scalars(past.limit(policy.history - 1))]
    if not rules and any(old != NO_PASSWORD and _matches(password, old) for old in used):
        rules = ["used_before"]
    if rules:
        raise invalid("password_weak", rules=rules)
    if user.password_hash != NO_PASSWORD:
        session.add(PastPassword(user_id=user.id, hash=user.password_hash, set_at=at))
    user.password_hash, user.password_set_at = hash_password(password), at
    user.code_hash = user.code_expires_at = None
    user.stamp += 1


def broken_rules(password: str, policy: Policy, words: list[str]) -> list[str]:
    """Which rules a password breaks: `too_short`, `too_long`, `too_plain`, `too_common`, `own_name`."""
    rules = []
    if len(password) < policy.min_length:
        rules.append("too_short")
    if len(password) > MAX_LENGTH or "\0" in password:
        rules.append("too_long")
    kinds = [r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]"]
    if sum(bool(re.search(kind, password)) for kind in kinds) < policy.classes:
        rules.append("too_plain")
    core = re.sub(r"[\W\d_]+$", "", password.lower())
    plain = {re.sub(r"[^a-z]", "", form) for form in (core, core.translate(LOOKALIKES))}
    if (password.isascii() and plain & COMMON) or _runs(password):
        rules.append("too_common")
    if any(len(word) >= 2 and word.lower() in password.lower() for word in words):
        rules.append("own_name")
    return rules


def _runs(password: str) -> bool:
    """Whether it consists of few letters repeated, or of one run up or down the alphabet or the digits."""
    steps = {ord(after) - ord(before) for before, after in pairwise(password)}
    return len(set(password)) < 5 or steps <= {0, 1} or steps <= {0, -1}
