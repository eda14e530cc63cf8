"""Rows as Excel and CSV, in which nothing that somebody typed can become a formula."""

import csv
import io
from collections.abc import Iterable
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # it ships no types

from fieldvisit.kernel.values import canonical

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return " ".join(str(item) for item in value)
    if isinstance(value, dict):
        return canonical(value).decode()
    return value


def as_csv(columns: list[str], rows: Iterable[dict[str, Any]]) -> bytes:
    """UTF-8 with a mark, as Excel in Chinese offices needs it; a leading formula sign is quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        cells = [_cell(row[name]) for name in columns]
        writer.writerow(
            ["'" + cell if isinstance(cell, str) and cell.startswith(FORMULA) else cell for cell in cells]
        )
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(columns: list[str], rows: Iterable[dict[str, Any]]) -> bytes:
    """One sheet; every text is written as text."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(columns):
            sheet.write_string(0, column, name)
        for number, row in enumerate(rows, 1):
            for column, name in enumerate(columns):
                value = _cell(row[name])
                if isinstance(value, str):
                    sheet.write_string(number, column, value)
                elif value is not None:
                    sheet.write(number, column, value)
    return out.getvalue()


FORMATS = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
