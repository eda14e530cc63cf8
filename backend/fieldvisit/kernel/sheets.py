"""Tables that come in from a desk: .xlsx, .xls or CSV, as numbered rows of text."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from fieldvisit.kernel import sheet_reader
from fieldvisit.kernel.errors import Problem, invalid

MAX_FILE = 12 * 1024 * 1024


@dataclass(frozen=True)
class Table:
    """The titles, and every row below them that holds anything, each with its number in the sheet."""

    head_row: int
    head: list[str]
    rows: list[tuple[int, list[str]]]


def read_table(raw: bytes, max_rows: int = sheet_reader.MAX_ROWS) -> Table:
    """The first sheet; raises Problem 422 `sheet_unreadable` or `sheet_empty`, 413 `sheet_too_long` (more than `max_rows`, or 60 columns)."""
    try:
        done = subprocess.run(  # noqa: S603 – our own reader; the file only goes to its standard input
            [sys.executable, "-X", "utf8", "-m", sheet_reader.__name__, str(max_rows)],
            input=raw,
            capture_output=True,
            timeout=2 * sheet_reader.SECONDS,
            check=False,
            cwd=Path(sheet_reader.__file__).parents[2],
        )
    except subprocess.TimeoutExpired:
        raise invalid("sheet_unreadable") from None
    if done.returncode == sheet_reader.TOO_LONG:
        raise Problem(413, "sheet_too_long")
    if done.returncode != 0:
        raise invalid("sheet_unreadable")
    read = json.loads(done.stdout)
    rows = [(number, row) for number, row in enumerate(read["rows"], read["first"]) if any(row)]
    if len(rows) < 2:
        raise invalid("sheet_empty")
    (head_row, head), *rest = rows
    return Table(head_row, head, rest)


def column_letters(number: int) -> str:
    """How a sheet names its column `number`, counted from 0: A … Z, AA …"""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
