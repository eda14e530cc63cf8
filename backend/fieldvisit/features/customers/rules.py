"""The editable fields of the file: how each is normalised before it is compared, and which are protected."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from pypinyin import Style, pinyin

from fieldvisit.features.customers.hours import market_days, opening_hours
from fieldvisit.kernel.clock import day_of
from fieldvisit.kernel.users import Role

NUMBERS = ("contact_phone",)
# Who serves the shop must call it; whoever only oversees it sees its numbers masked (S18.10).
MASKED_FOR = (Role.DEPARTMENT_MANAGER, Role.GENERAL_ADMIN)

RetailFormat = Literal["Z", "B", "S", "N", "Y", "F", "Q"]
MarketType = Literal["C", "X"]
BusinessSize = Literal["1", "2", "3"]


def text(limit: int) -> Callable[[str], str]:
    """Trimmed, inner blanks folded, full-width forms made plain; ValueError if too long or not printable."""

    def normalise(value: str) -> str:
        folded = " ".join(unicodedata.normalize("NFC", value).split())
        if len(folded) > limit or not folded.isprintable():
            raise ValueError
        return folded

    return normalise


def phone(value: str) -> str:
    """Digits with an optional leading +, 5 to 20 of them; blanks, hyphens and full-width digits are folded."""
    digits = re.sub(r"[\s\-()（）—–]", "", unicodedata.normalize("NFKC", value))
    if not re.fullmatch(r"\+?[0-9]{5,20}", digits):
        raise ValueError
    return digits


def licence(value: str) -> str:
    """Twelve digits (许可证号)."""
    digits = re.sub(r"\s", "", unicodedata.normalize("NFKC", value))
    if not re.fullmatch(r"[0-9]{12}", digits):
        raise ValueError
    return digits


def one_of(*values: str) -> Callable[[str], str]:
    """A code of an enumeration (domain §3.1)."""

    def normalise(value: str) -> str:
        if value not in values:
            raise ValueError
        return value

    return normalise


@dataclass(frozen=True)
class Field:
    """How a field is normalised, whether it may be empty, and whether an edit is only a suggestion (protected)."""

    normalise: Callable[[str], str]
    is_protected: bool = False
    is_required: bool = False


FIELDS: dict[str, Field] = {
    "shop_name": Field(text(60), is_protected=True, is_required=True),
    "licence_no": Field(licence, is_protected=True, is_required=True),
    "address": Field(text(200), is_protected=True),
    "retail_format": Field(one_of("Z", "B", "S", "N", "Y", "F", "Q"), is_protected=True, is_required=True),
    "market_type": Field(one_of("C", "X"), is_protected=True, is_required=True),
    "business_size": Field(one_of("1", "2", "3"), is_protected=True, is_required=True),
    "owner_name": Field(text(40), is_protected=True),
    "contact_name": Field(text(40)),
    "contact_phone": Field(phone),
    "note": Field(text(2000)),
    "order_way": Field(one_of("10", "20", "31", "32", "33")),
    "business_area": Field(
        one_of("residential", "commercial", "business", "transport", "location", "rural", "mixed")
    ),
    "special_group": Field(one_of("none", "fishing", "scenic", "campus", "large_site", "other")),
    "terminal_level": Field(one_of("ordinary", "modern", "franchised")),
    "opening_hours": Field(opening_hours),
    "market_days": Field(market_days),
}


def normalise(field: str, value: object) -> str | None:
    """The value as it is stored and compared; absent and blank are None. Raises ValueError if it breaks the field's rule."""
    rule = FIELDS[field]
    if value is None or (isinstance(value, str) and not value.strip()):
        if rule.is_required:
            raise ValueError
        return None
    if not isinstance(value, str):
        raise ValueError
    return rule.normalise(value)


def seen(field: str, value: object) -> str | None:
    """What the phone says it saw, normalised where it can be; a value that never could have stood there is kept as it is."""
    try:
        return normalise(field, value)
    except ValueError:
        return value[:2000] if isinstance(value, str) and value.isprintable() else None


def initials(shop_name: str) -> str:
    """The lowercase pinyin initials by which a shop is searched, digits and letters kept: 青禾123 → qh123."""
    letters = (part[0] for part in pinyin(shop_name, style=Style.FIRST_LETTER, errors=list))  # type: ignore[arg-type]  # any callable from text to letters will do
    return "".join(letter for letter in "".join(letters).lower() if letter.isascii() and letter.isalnum())


def last_day(due: datetime) -> date:
    """The last day on which something that is due at a moment is still in time."""
    return day_of(due - timedelta(seconds=1))
