"""Tables as an office would send them: .xlsx, .xls and CSV in GBK, from the same rows."""

import csv
import io
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
import xlwt  # type: ignore[import-untyped]

Table = list[list[Any]]
SHOP_HEAD = ["辖区编码*", "线路编码*", "客户编码*", "许可证号*", "店名*", "业态*", "市场类型*", "经营规模*", "联系电话", "经营地址"]  # fmt: skip


def xlsx(table: Table) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(table):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def xls(table: Table) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("表1")
    for number, row in enumerate(table):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def gbk(table: Table) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(table)
    return out.getvalue().encode("gb18030")


def shops(count: int, routes: list[tuple[str, str]], first: int = 0) -> Table:
    """A table of `count` new shops, spread over routes (zone and route codes)."""
    rows = []
    for number in range(first, first + count):
        zone, route = routes[number % len(routes)]
        code = f"9{number:011d}"
        rows.append([zone, route, code, code, f"新丰{number}号便利店", "便利店", "城镇", "小", f"139{number:08d}", f"东街{number}号"])  # fmt: skip
    return [SHOP_HEAD, *rows]
