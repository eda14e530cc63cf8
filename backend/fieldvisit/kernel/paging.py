"""Pages by key: where a page ended is in its cursor, so that rows that come and go shift nothing."""

import base64
import binascii
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, and_, or_

from fieldvisit.kernel.clock import parse_iso
from fieldvisit.kernel.errors import bad_request
from fieldvisit.kernel.values import is_uuid

MAX_CURSOR = 2000


@dataclass(frozen=True)
class Sorting:
    """By a column in either direction, rows without a value last, then by id."""

    column: ColumnElement[Any]
    key: ColumnElement[str]
    is_descending: bool = False

    def order(self) -> list[ColumnElement[Any]]:
        """What to order by."""
        column = self.column.desc() if self.is_descending else self.column.asc()
        return [column, self.key] if self._is_filled else [self.column.is_(None), column, self.key]

    @property
    def _is_filled(self) -> bool:
        """Whether no row is without a value: then the rows lie in this order in an index, if there is one."""
        return not getattr(self.column, "nullable", True)

    def after(self, cursor: str) -> ColumnElement[bool]:
        """The rows behind a cursor; raises Problem 400 `cursor_invalid`."""
        value, row_id = _open(cursor)
        if value is None:
            return and_(self.column.is_(None), self.key > row_id)
        value = self._typed(value)
        further = self.column < value if self.is_descending else self.column > value
        if self._is_filled:
            begun = self.column <= value if self.is_descending else self.column >= value
            return and_(begun, or_(further, self.key > row_id))
        return or_(further, and_(self.column.in_([value]), self.key > row_id), self.column.is_(None))

    def _typed(self, value: Any) -> Any:
        kind = self.column.type.python_type
        if kind is datetime:
            value = parse_iso(value)
        elif kind is date:
            try:
                value = date.fromisoformat(value)
            except (TypeError, ValueError):
                raise bad_request("cursor_invalid") from None
        if (
            type(value) is not kind
            or (kind is str and "\0" in value)
            or (kind is int and abs(value) >= 2**63)
        ):
            raise bad_request("cursor_invalid")
        return value


def cursor_of(value: Any, row_id: str) -> str:
    """A cursor behind the row with this id, sorted by this value."""
    return base64.urlsafe_b64encode(orjson.dumps([value, row_id])).decode()


def _open(cursor: str) -> tuple[Any, str]:
    try:
        value, row_id = orjson.loads(base64.urlsafe_b64decode(cursor[:MAX_CURSOR]))
    except (binascii.Error, ValueError, TypeError):
        raise bad_request("cursor_invalid") from None
    if not is_uuid(row_id):
        raise bad_request("cursor_invalid")
    return value, row_id
