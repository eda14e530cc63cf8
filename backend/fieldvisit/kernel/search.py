"""Finding rows by what is written in them: any part of a text, of one sign or of many, through an index on either database.

Indexes of trigrams know nothing of one sign or two, which in Chinese are whole words. So each sign is written three times: the
trigrams of 送送送货货货 hold those of every part of 送货 but none of 货送. What is neither letter nor digit is left out on both
sides, so that a term cannot be an operator and a comma in the text does not hide anything.
"""

import unicodedata
from collections.abc import Iterable
from typing import Any, ClassVar

from sqlalchemy import (
    ColumnElement,
    Select,
    UniqueConstraint,
    any_,
    event,
    false,
    func,
    inspect,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, Session, aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from fieldvisit.kernel.db import GUID, Base, Guid, GuidKey, LongKey

# The FTS5 table on SQLite, the GIN index on PostgreSQL; both are made by the migration.
INDEX = "search_index"
MAX_WORDS = 8
NEWEST = 500
ROWIDS = f"SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH"  # noqa: S608 – of constants


class SearchText(Base):
    """What a row may be found by, each sign three times; written with the row, never read for itself."""

    __tablename__ = "search_text"
    __table_args__ = (UniqueConstraint("row_id"),)
    is_apart = True

    number: Mapped[LongKey]
    row_id: Mapped[Guid]
    text: Mapped[str]


class Searched:
    """A table whose rows are found by the columns it names in `searched`."""

    id: Mapped[GuidKey]
    searched: ClassVar[tuple[str, ...]]


def folded(text: str) -> str:
    """The letters and digits of a text, small and plain."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


def spread(parts: Iterable[str | None]) -> str:
    """What is kept of some texts; a term is never found across two of them."""
    return " ".join(_tripled(kept) for part in parts if part and (kept := folded(part)))


def holding(key: ColumnElement[str], term: str, *more: Select[str]) -> ColumnElement[bool]:
    """Whether the row with this key holds all words of a term, or its key is among `more`.

    A term without letters and digits is nowhere.
    """
    words = [kept for word in term.split() if (kept := folded(word))][:MAX_WORDS]
    held = (
        _found(*(_Holds(_tripled(word)) for word in words))
        if words
        else select(SearchText.row_id).where(false())
    )
    return _Weighed(key).in_(union_all(held, *more))


def holding_any(key: ColumnElement[str], parts: Iterable[str]) -> ColumnElement[bool]:
    """Whether the row with this key is one of the newest that hold one of some parts of a text, each already `folded`."""
    tripled = [_tripled(part) for part in parts]
    return key.in_(_found(_HoldsAny(tripled))) if tripled else false()


def _found(*conditions: ColumnElement[bool]) -> Select[str]:
    return select(SearchText.row_id).where(*conditions)


def _tripled(text: str) -> str:
    return "".join(sign * 3 for sign in text)


class _Weighed(FunctionElement[str]):
    """A key by which SQLite is not to fetch: of many that were found it would fetch and sort all for one page."""

    type = GUID
    inherit_cache = True


class _Holds(FunctionElement[bool]):
    """Whether a search text has this in it; compiled to what its database has an index for."""

    inherit_cache = True  # and of no type: SQLite would compare a Boolean with 1, and read the table for it

    def __init__(self, tripled: str) -> None:
        super().__init__(literal(tripled))


class _HoldsAny(FunctionElement[bool]):
    """Whether a search text is one of the newest that have one of these in them."""

    inherit_cache = True  # and of no type: SQLite would compare a Boolean with 1, and read the table for it

    def __init__(self, tripled: list[str]) -> None:
        super().__init__(literal(" OR ".join(f'"{one}"' for one in tripled)), *map(literal, tripled))


@compiles(_Weighed)
def _as_it_is(element: _Weighed, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(_Weighed, "sqlite")
def _not_by_index(element: _Weighed, compiler: SQLCompiler, **kw: Any) -> str:
    return f"+{compiler.process(element.clauses, **kw)}"


@compiles(_Holds, "sqlite")
def _in_fts5(element: _Holds, compiler: SQLCompiler, **kw: Any) -> str:
    term = compiler.process(element.clauses, **kw)
    return f"search_text.number IN ({ROWIDS} '\"' || {term} || '\"')"


@compiles(_Holds, "postgresql")
def _in_trigrams(element: _Holds, compiler: SQLCompiler, **kw: Any) -> str:
    (term,) = element.clauses
    return compiler.process(SearchText.text.contains(term), **kw)


@compiles(_HoldsAny, "sqlite")
def _any_in_fts5(element: _HoldsAny, compiler: SQLCompiler, **kw: Any) -> str:
    terms, *_ = element.clauses
    newest = f"ORDER BY rowid DESC LIMIT {NEWEST}"
    return f"search_text.number IN ({ROWIDS} {compiler.process(terms, **kw)} {newest})"


@compiles(_HoldsAny, "postgresql")
def _any_in_trigrams(element: _HoldsAny, compiler: SQLCompiler, **kw: Any) -> str:
    _, *terms = element.clauses
    text = aliased(SearchText)
    held = select(text.number).where(or_(*(text.text.contains(term) for term in terms)))
    newest = held.order_by(text.number.desc()).limit(NEWEST)
    # As an array it is found once; as a list of rows PostgreSQL may find it anew for every row it is held against.
    return compiler.process(SearchText.number == any_(func.array(newest.scalar_subquery())), **kw)


@event.listens_for(Session, "before_flush")
def _keep_up(session: Session, _context: Any, _instances: Any) -> None:
    for row in session.new:
        if isinstance(row, Searched):
            session.add(SearchText(row_id=row.id, text=_text_of(row)))
    for row in session.dirty:
        if isinstance(row, Searched) and _is_changed(row):
            _kept(session, row).text = _text_of(row)
    for row in session.deleted:
        if isinstance(row, Searched):
            session.delete(_kept(session, row))


def _text_of(row: Searched) -> str:
    return spread(getattr(row, name) for name in row.searched)


def _is_changed(row: Searched) -> bool:
    return any(inspect(row).attrs[name].history.has_changes() for name in row.searched)


def _kept(session: Session, row: Any) -> SearchText:
    return session.scalars(select(SearchText).where(SearchText.row_id == row.id)).one()
