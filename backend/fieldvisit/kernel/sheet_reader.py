"""Reads one workbook or CSV from standard input and writes its cells as JSON: a process of its own, with bounds.

A file from outside may be made to eat memory or time; here it can only take this process down.
"""

import csv
import io
import json
import resource
import sys
from datetime import date, datetime, time

MAX_ROWS = 10_000
MAX_COLUMNS = 60
MEMORY = 768 * 1024 * 1024
SECONDS = 20
UNREADABLE, TOO_LONG = 2, 3


def as_text(cell: object) -> str:
    """A cell as somebody would read it: whole numbers without a point, days without a time."""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()


def read_book(raw: bytes, max_rows: int) -> tuple[int, list[list[str]]]:
    """The first sheet of an .xlsx or .xls: the number of its first row that holds anything, and the rows from there."""
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 – a CSV needs none of it

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(0)
    first = sheet.start[0] + 1 if sheet.start else 1
    rows = sheet.to_python(nrows=max_rows + 2)
    return first, [[as_text(cell) for cell in row] for row in rows]


def read_csv(raw: bytes, max_rows: int) -> tuple[int, list[list[str]]]:
    """Comma or tab separated text in UTF-8 or, as Chinese Excel writes it, GBK."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    if "\0" in text:
        raise ValueError("not a text")
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in head else ",", strict=True)
    rows = []
    for row in reader:
        rows.append([cell.strip() for cell in row])
        if len(rows) > max_rows + 1:
            break
    return 1, rows


def main() -> int:
    """Read, write, and say by the exit code why nothing was written."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    max_rows = int(sys.argv[1])
    raw = sys.stdin.buffer.read()
    is_book = raw[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
    try:
        first, rows = (read_book if is_book else read_csv)(raw, max_rows)
    except (
        BaseException
    ):  # whatever a reader in another language throws at a broken file, its panics included
        return UNREADABLE
    if len(rows) > max_rows + 1 or any(len(row) > MAX_COLUMNS for row in rows):
        return TOO_LONG
    json.dump({"first": first, "rows": rows}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
