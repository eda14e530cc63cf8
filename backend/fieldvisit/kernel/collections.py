"""The registry of collections: everything that is read, with one renderer for lists, details and bundles."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from datetime import date, datetime, timedelta
from functools import cache
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import orjson
from sqlalchemy import ColumnElement, Select, inspect, or_, select
from sqlalchemy.orm import Session

from fieldvisit.kernel.bundles import seen_by, sees_most, visible
from fieldvisit.kernel.clock import start_of
from fieldvisit.kernel.errors import bad_request, missing
from fieldvisit.kernel.export import FORMATS
from fieldvisit.kernel.paging import Sorting, cursor_of
from fieldvisit.kernel.scopes import Principal
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import MASK, View, is_uuid

MAX_PAGE = 200
MAX_EXPORT = 100_000
MAX_VALUES = 20
PLAIN = (str, int, float, bool, date, datetime, NoneType)

# Told the bundles of the rows that are shown.
Seen = Callable[[Iterable[int]], None]
Search = Callable[[str, frozenset[str]], ColumnElement[bool]]
# What is asked of a list, each with all its values.
Wanted = dict[str, list[str]]


@dataclass(frozen=True)
class Collection:
    """Rows of one table, shown by role.

    `views` says how each role sees a row; a role without a view does not read the collection.
    A field a view shows masked can be neither sorted nor filtered by, and is searched by its whole value only.
    `newest` bounds how many rows of a bundle it shows, in `order`. Who reads one that `is_watched` is noted.
    """

    name: str
    model: type[Any]
    views: dict[Role, type[View]]
    filters: tuple[str, ...] = ()
    sorting: tuple[str, ...] = ()
    search: Search | None = None
    order: tuple[Any, ...] = ()
    newest: int | None = None
    is_watched: bool = False

    def rows(
        self, session: Session, bundle_ids: Iterable[int], role: Role
    ) -> dict[int, list[dict[str, Any]]]:
        """The rendered rows of some bundles, ready for `dumps`; reads nothing but rows of those bundles."""
        view = self.views.get(role)
        if view is None:
            return {}
        fields = as_stored(self.model, view)
        columns = [getattr(self.model, name) for name in fields or ()] or [self.model]
        reads = session.connection() if fields else session  # columns alone need no mapping
        found = reads.execute(
            select(self.model.bundle_id, *columns)
            .where(self.model.bundle_id.in_(bundle_ids))
            .order_by(*(self.order or (self.model.id,)))
        )
        rendered: dict[int, list[dict[str, Any]]] = {}
        for bundle_id, *row in found.all():
            rows = rendered.setdefault(bundle_id, [])
            if self.newest is None or len(rows) < self.newest:
                rows.append(dict(zip(fields, row, strict=True)) if fields else render(view, row[0]))
        return rendered

    def _readable(self, principal: Principal) -> tuple[Select[Any], type[View]]:
        view = self.views.get(principal.role)
        if view is None:
            raise missing("not_found")
        # A page of his is full before the list of all he sees were put together.
        if sees_most(principal, self.name):
            return select(self.model).where(seen_by(principal, self.model.bundle_id)), view
        return select(self.model).where(self.model.bundle_id.in_(visible(principal))), view

    def masked(self, role: Role) -> frozenset[str]:
        """The fields this role sees masked."""
        view = self.views.get(role)
        fields = view.model_fields.items() if view else ()
        return frozenset(name for name, field in fields if MASK in field.metadata)

    def reveal(
        self, session: Session, principal: Principal, row_id: str, field: str, seen: Seen
    ) -> str | None:
        """The full value of a field that is shown masked; whoever asks is written down by the caller.

        Raises Problem 404 `not_found` for rows and fields that are not his to see or are not masked.
        """
        query, _ = self._readable(principal)
        row = session.scalar(query.where(self.model.id == row_id)) if is_uuid(row_id) else None
        if row is None or field not in self.masked(principal.role):
            raise missing("not_found")
        seen([row.bundle_id])
        value: str | None = getattr(row, field)
        return value

    def detail(self, session: Session, principal: Principal, row_id: str, seen: Seen) -> dict[str, Any]:
        """One row; raises Problem 404 `not_found` alike for absent, unseen and unreadable."""
        query, view = self._readable(principal)
        row = session.scalar(query.where(self.model.id == row_id)) if is_uuid(row_id) else None
        if row is None:
            raise missing("not_found")
        seen([row.bundle_id])
        return render(view, row)

    def page(
        self,
        session: Session,
        principal: Principal,
        wanted: Wanted,
        limit: int,
        after: str | None,
        seen: Seen,
    ) -> dict[str, Any]:
        """A page of rows behind the cursor `after`: `{"items", "next"}`; `wanted` holds filters, `q` and `sort`.

        A filter asked for with several values is met by any of them.

        Raises Problem 400 `filter_unknown`, `filter_invalid`, `sort_unknown` or `cursor_invalid`.
        """
        query, view, sorting, name = self._asked(principal, wanted)
        if after is not None:
            query = query.where(sorting.after(after))
        rows = session.scalars(query.limit(limit + 1)).all()
        seen([row.bundle_id for row in rows[:limit]])
        last = rows[limit - 1] if len(rows) > limit else None
        return {
            "items": [render(view, row) for row in rows[:limit]],
            "next": None if last is None else cursor_of(getattr(last, name), last.id),
        }

    def export(self, session: Session, principal: Principal, wanted: Wanted, form: str, seen: Seen) -> bytes:
        """The rows a list would show, at most 100,000, as `csv` or `xlsx`; raises as `page` does."""
        query, view, _, _ = self._asked(principal, wanted)
        rows = session.scalars(query.limit(MAX_EXPORT)).all()
        seen([row.bundle_id for row in rows])
        return FORMATS[form][0](list(view.model_fields), [render(view, row) for row in rows])

    def _asked(self, principal: Principal, wanted: Wanted) -> tuple[Select[Any], type[View], Sorting, str]:
        query, view = self._readable(principal)
        sort = wanted.get("sort", ["id"])[-1]
        name = sort.removeprefix("-")
        masked = self.masked(principal.role)
        if name not in ("id", *self.sorting) or name in masked:
            raise bad_request("sort_unknown")
        for field_name, values in wanted.items():
            if len(values) > MAX_VALUES:
                raise bad_request("filter_invalid")
            if field_name != "sort":
                query = query.where(or_(*(self._condition(field_name, value, masked) for value in values)))
        column = getattr(self.model, name).expression
        sorting = Sorting(column, self.model.id.expression, sort.startswith("-"))
        return query.order_by(*sorting.order()), view, sorting, name

    @property
    def ranges(self) -> tuple[str, ...]:
        """The filters of days and moments; each can also be bounded by days, as `<name>_from` and `<name>_to`."""
        kinds = {name: getattr(self.model, name).expression.type.python_type for name in self.filters}
        return tuple(name for name, kind in kinds.items() if issubclass(kind, date))

    def _ranged(self, name: str, masked: frozenset[str]) -> tuple[ColumnElement[Any], bool] | None:
        """The column that `<name>_from` or `<name>_to` bounds and whether from above; None for any other filter."""
        for ending in ("_from", "_to"):
            column = name.removesuffix(ending)
            if name.endswith(ending) and column in self.ranges and column not in masked:
                return getattr(self.model, column).expression, ending == "_to"
        return None

    def _condition(self, name: str, value: str, masked: frozenset[str]) -> ColumnElement[bool]:
        if "\0" in value or len(value) > 200:
            raise bad_request("filter_invalid")
        if name == "q" and self.search is not None:
            return self.search(value, masked)
        if (ranged := self._ranged(name, masked)) is not None:
            return _bound(*ranged, value)
        if name not in self.filters or name in masked:
            raise bad_request("filter_unknown")
        column: ColumnElement[Any] = getattr(self.model, name).expression
        kind = column.type.python_type
        if kind is bool:
            if value not in ("true", "false"):
                raise bad_request("filter_invalid")
            return column.in_([value == "true"])
        if name.endswith("_id") and not is_uuid(value):
            raise bad_request("filter_invalid")
        if kind is not str:
            try:
                value = kind.fromisoformat(value)
            except (ValueError, AttributeError):
                raise bad_request("filter_invalid") from None
        return column.in_([value])


COLLECTIONS: dict[str, Collection] = {}


def collection(
    name: str,
    model: type[Any],
    view: type[View],
    *,
    readers: Iterable[Role],
    views: dict[Role, type[View]] | None = None,
    filters: tuple[str, ...] = (),
    sorting: tuple[str, ...] = (),
    search: Search | None = None,
    order: tuple[Any, ...] = (),
    newest: int | None = None,
    is_watched: bool = False,
) -> Collection:
    """Declare a collection: `view` for all `readers`, except where `views` gives a role another."""
    if name in COLLECTIONS:
        raise ValueError(f"collection {name} is declared twice")
    by_role: dict[Role, type[View]] = dict.fromkeys(readers, view) | (views or {})
    COLLECTIONS[name] = Collection(name, model, by_role, filters, sorting, search, order, newest, is_watched)
    return COLLECTIONS[name]


def _bound(column: ColumnElement[Any], is_upper: bool, value: str) -> ColumnElement[bool]:
    """On or after, or on or before, a day; of a moment the day is that of Asia/Shanghai."""
    try:
        day = date.fromisoformat(value)
        if column.type.python_type is not datetime:
            return column <= day if is_upper else column >= day
        edge = start_of(day + timedelta(days=1) if is_upper else day)
    except (ValueError, OverflowError):
        raise bad_request("filter_invalid") from None
    return column < edge if is_upper else column >= edge


def as_stored(model: type[Any], view: type[View]) -> tuple[str, ...]:
    """The view's fields where it shows just what the table holds: its rows need not be made objects first.

    Empty for a view that checks, masks or reshapes anything, or shows more than columns.
    """
    fields = _unchanged(view)
    return fields if set(fields) <= set(inspect(model).column_attrs.keys()) else ()


@cache
def _unchanged(view: type[View]) -> tuple[str, ...]:
    """All fields of a view that changes none of them; empty for any other."""
    rules = view.__pydantic_decorators__
    if any(getattr(rules, part.name) for part in dataclass_fields(rules)):
        return ()
    parts = view.model_fields.values()
    is_plain = all(not field.metadata and _is_plain(field.annotation) for field in parts)
    return tuple(view.model_fields) if is_plain else ()


def _is_plain(kind: Any) -> bool:
    """Whether a value of this kind, as a column gives it, is written into JSON just as a view would write it."""
    if get_origin(kind) is Literal:
        return True
    return kind in PLAIN or (bool(get_args(kind)) and all(map(_is_plain, get_args(kind))))


def render(view: type[View], row: Any) -> dict[str, Any]:
    """A row as `view` shows it, ready for JSON."""
    return view.model_validate(row).model_dump(mode="json")


def dumps(value: Any) -> bytes:
    """JSON of rendered rows; moments as views write them."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def contains_any(columns: Iterable[Any], term: str) -> ColumnElement[bool]:
    """Whether any column contains the term, letters in either case, `%` and `_` meaning themselves."""
    return or_(*(column.icontains(term, autoescape=True) for column in columns))
