"""The registry of imports: tables that become rows by one command, all of them or none, after a dry run.

Whatever is wrong is named by row, column and reason; what a cell said is never repeated.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from fieldvisit.kernel import rest, sheet_reader
from fieldvisit.kernel.commands import COMMANDS
from fieldvisit.kernel.errors import Problem, invalid, missing, out_of_scope
from fieldvisit.kernel.export import as_xlsx
from fieldvisit.kernel.ops import Op, OpState
from fieldvisit.kernel.runtime import Runtime
from fieldvisit.kernel.scopes import Principal, principal_of
from fieldvisit.kernel.sessions import reader
from fieldvisit.kernel.sheets import Table, column_letters, read_table
from fieldvisit.kernel.values import Args, is_uuid


class Fault(NamedTuple):
    """What is wrong in one cell: the row's number in the sheet, the column's name (or letter), and a code."""

    row: int
    column: str
    reason: str


class Row(Args):
    """One row of a table; `row` is its number in the sheet, by which faults name it."""

    row: int


def _as_it_is(cell: str) -> Any:
    return cell


@dataclass(frozen=True)
class Column:
    """A column: the field it fills, its title in Chinese, whether it must be there, and how its text is read.

    `labels` says what words may stand for a code; the code itself may always.
    """

    name: str
    title: str
    is_needed: bool = False
    labels: dict[str, str] = field(default_factory=dict)
    read: Callable[[str], Any] = _as_it_is


Check = Callable[[Session, Principal, Sequence[Any]], Iterable[Fault]]


@dataclass(frozen=True)
class Importer:
    """A kind of table: its columns, what a row must be, what is checked against the database, and the command."""

    name: str
    command: str
    row: type[Row]
    columns: tuple[Column, ...]
    check: Check
    max_rows: int

    def read(self, table: Table) -> tuple[list[Row], list[Fault]]:
        """The rows that are well formed, and what is wrong with the others."""
        places, faults = self._places(table)
        rows: list[Row] = []
        for number, cells in table.rows:
            said, wrong = self._cells(number, cells, places)
            try:
                row = self.row.model_validate({**said, "row": number})
            except ValidationError as error:
                known = {fault.column for fault in wrong}
                wrong += [
                    Fault(number, name, "required" if name not in said else "invalid")
                    for name in dict.fromkeys(str(item["loc"][0]) for item in error.errors() if item["loc"])
                    if name not in known
                ]
            else:
                if not wrong:
                    rows.append(row)
            faults += wrong
        return rows, faults

    def _places(self, table: Table) -> tuple[dict[int, Column], list[Fault]]:
        by_title = {
            word.casefold(): column for column in self.columns for word in (column.name, column.title)
        }
        places: dict[int, Column] = {}
        faults = []
        for place, title in enumerate(table.head):
            column = by_title.get(title.removesuffix("*").casefold())
            if column is None and (title or any(len(row) > place and row[place] for _, row in table.rows)):
                faults.append(Fault(table.head_row, column_letters(place), "column_unknown"))
            elif column in places.values():
                faults.append(Fault(table.head_row, column_letters(place), "column_twice"))
            elif column is not None:
                places[place] = column
        absent = [column for column in self.columns if column.is_needed and column not in places.values()]
        return places, faults + [Fault(table.head_row, column.name, "column_missing") for column in absent]

    def _cells(
        self, number: int, cells: list[str], places: dict[int, Column]
    ) -> tuple[dict[str, Any], list[Fault]]:
        said: dict[str, Any] = {}
        wrong = []
        for place, column in places.items():
            cell = cells[place] if place < len(cells) else ""
            if cell == "":
                continue
            try:
                said[column.name] = column.read(column.labels.get(cell, cell))
            except ValueError:
                wrong.append(Fault(number, column.name, "invalid"))
        return said, wrong

    def template(self) -> bytes:
        """An empty workbook with the titles; `*` marks the columns that must be filled."""
        titles = [f"{column.title}*" if column.is_needed else column.title for column in self.columns]
        return as_xlsx(titles, [])


IMPORTERS: dict[str, Importer] = {}


def importer(
    name: str,
    *,
    command: str,
    row: type[Row],
    columns: Iterable[Column],
    check: Check,
    max_rows: int = sheet_reader.MAX_ROWS,
) -> Importer:
    """Declare a table that can be brought in; `command` takes `rows` and makes the same check under its locks."""
    if name in IMPORTERS:
        raise ValueError(f"importer {name} is declared twice")
    IMPORTERS[name] = Importer(name, command, row, tuple(columns), check, max_rows)
    return IMPORTERS[name]


def twice(rows: Sequence[Any], *columns: str) -> list[Fault]:
    """Values that stand in two rows of one table though they belong to one thing only: the later ones."""
    faults = []
    for column in columns:
        seen: set[Any] = set()
        for row in rows:
            value = getattr(row, column)
            if value is not None and value in seen:
                faults.append(Fault(row.row, column, "twice"))
            seen.add(value)
    return faults


def refuse(faults: Iterable[Fault]) -> None:
    """Raise Problem 422 `import_faulty` where anything is wrong."""
    if found := listed(faults):
        raise invalid("import_faulty", faults=found)


def listed(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    """Faults in the order of the sheet, ready for JSON."""
    return [fault._asdict() for fault in sorted(set(faults))]


def allowed(runtime: Runtime, token: str, name: str) -> tuple[Importer, str]:
    """The importer and the id of who asks; raises Problem 401, 404 `not_found` or 403 `role_not_allowed`."""
    with runtime.db.read() as session:
        bearer = reader(runtime, session, token)
    found = IMPORTERS.get(name)
    if found is None:
        raise missing("not_found")
    if bearer.user.role not in COMMANDS[found.command, 1].needs:
        raise out_of_scope("role_not_allowed")
    return found, bearer.user.id


def _was_written(session: Session, user_id: str, key: str | None) -> bool:
    if key is None or not is_uuid(key):
        return False
    written = select(Op.number).where(
        Op.id == key.lower(), Op.is_first, Op.user_id == user_id, Op.state == OpState.APPLIED
    )
    return session.scalar(written) is not None


def bring_in(
    runtime: Runtime,
    token: str,
    name: str,
    raw: bytes,
    headers: rest.OpHeaders | None,
    further: dict[str, str],
) -> dict[str, Any]:
    """Try a table, and with `headers` write it: `{"rows", "faults", "is_written"}`; nothing is written with a fault.

    `further` are the command's other arguments, as text.
    One that is sent again under its key is not checked again, for what it wrote would stand in its way.
    """
    made, _ = allowed(runtime, token, name)
    table = read_table(raw, made.max_rows)
    rows, faults = made.read(table)
    with runtime.db.read() as session:
        bearer = reader(runtime, session, token)
        if headers is None or not _was_written(session, bearer.user.id, headers.id):
            faults += made.check(session, principal_of(session, bearer.user, bearer.device), rows)
        found = listed(faults)
    if not found and headers is not None:
        args = further | {"rows": [row.model_dump(mode="json", exclude_none=True) for row in rows]}
        try:
            rest.execute(runtime, bearer, COMMANDS[made.command, 1], args, headers)
        except Problem as problem:
            if problem.code != "import_faulty":
                raise
            found = problem.params["faults"]
        else:
            return {"rows": len(table.rows), "faults": [], "is_written": True}
    return {"rows": len(table.rows), "faults": found, "is_written": False}
