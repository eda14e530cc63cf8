"""The kinds of values that come in from outside, each refusing what a database or a screen could choke on."""

import unicodedata
from datetime import date
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

import orjson
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from fieldvisit.kernel.clock import YEARS
from fieldvisit.kernel.errors import bad_request

MAX_DEPTH = 32

DateT = TypeVar("DateT", bound=date)


def parse_json(raw: bytes) -> Any:
    """The value of a JSON text; refuses what is not UTF-8 JSON, NaN, infinities, lone surrogates and nesting > 32.

    Raises Problem 400 `not_json` or `too_deep`, never echoing the text.
    """
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise bad_request("not_json") from None
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise bad_request("too_deep")
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
    return value


def canonical(value: Any) -> bytes:
    """The one byte form of a parsed JSON value: UTF-8, keys sorted, no spaces."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _uuid(value: Any) -> str:
    if not isinstance(value, str) or len(value) != 36:
        raise ValueError("a UUID is needed")
    return str(UUID(value))


def is_uuid(value: object) -> bool:
    """Whether `value` is a UUID in its 36-character form."""
    try:
        _uuid(value)
    except ValueError:
        return False
    return True


def _printable(value: str) -> str:
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" for char in value):
        raise ValueError("control characters are not allowed")
    return value


def _blank_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _thinkable(value: DateT) -> DateT:
    """Days and moments within 1970–2100: beyond, calculating with them ends where the calendar does."""
    if value.year not in YEARS:
        raise ValueError("the year is out of range")
    return value


Id = Annotated[str, BeforeValidator(_uuid), Field(json_schema_extra={"format": "uuid"})]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_printable)
]
Prose = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), AfterValidator(_printable)
]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000), AfterValidator(_printable)
]
OptionalLine = Annotated[Line | None, BeforeValidator(_blank_is_none)]
TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
OptionalProse = Annotated[Prose | None, BeforeValidator(_blank_is_none)]
Date = Annotated[date, AfterValidator(_thinkable)]
Moment = Annotated[AwareDatetime, AfterValidator(_thinkable)]
Datum = Literal["wgs84", "gcj02", "bd09"]


MASK = "masked"


def mask(value: str | None) -> str | None:
    """A number as somebody sees it who needs to recognise it only: its first three and last four signs."""
    if value is None:
        return None
    return f"{value[:3]}****{value[-4:]}" if len(value) >= 11 else "****"


Masked = Annotated[str | None, AfterValidator(mask), MASK]


class Args(BaseModel):
    """What every command's arguments are made of: nothing unknown, no coercion."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class View(BaseModel):
    """What every row that is shown is made of; reads from the table's row."""

    model_config = ConfigDict(from_attributes=True, extra="forbid")
