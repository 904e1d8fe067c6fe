"""Sheets as bytes: CSV by RFC 4180, and XLSX. Numbers stay numbers, dates stay dates, and text never is a formula."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from licenseiq.errors import BadRequest
from licenseiq_cli.export_cells import Cell, Sheet, neutral

_MOST_ROWS = 1_048_575  # of a tab in Excel, below its head
_WIDEST, _SAMPLE = 60, 200


def as_csv(sheet: Sheet) -> bytes:
    """UTF-8 with a byte order mark, without which Excel takes names for another encoding; all but numbers in quotes."""
    out = io.StringIO(newline="")
    table = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    table.writerow(sheet.columns)
    table.writerows([_csv_cell(cell) for cell in row] for row in sheet.rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _csv_cell(cell: Cell) -> str | int | Decimal | None:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, date):
        return cell.isoformat()
    return neutral(cell) if isinstance(cell, str) else cell


def as_xlsx(sheets: Sequence[Sheet], made: datetime) -> bytes:
    """A tab for each sheet, its head in sight while it is scrolled. `made` is when the data was read."""
    import xlsxwriter

    if any(len(sheet.rows) > _MOST_ROWS for sheet in sheets):
        raise BadRequest("There are more rows than a spreadsheet can hold.", "Use --format csv.")
    out = io.BytesIO()
    # In memory, so that nobody's name is left in a temporary file.
    book = xlsxwriter.Workbook(
        out,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    book.set_properties({"title": "LicenseIQ", "created": made.replace(tzinfo=None)})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": False})
    money = book.add_format({"num_format": "#,##0.00"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for sheet in sheets:
        tab = book.add_worksheet(sheet.name)
        tab.freeze_panes(1, 0)
        tab.repeat_rows(0)
        tab.set_landscape()
        tab.fit_to_pages(1, 0)
        tab.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.columns) - 1)
        for column, name in enumerate(sheet.columns):
            tab.write_string(0, column, name, head)
            tab.set_column(column, column, _width(sheet, column))
        for number, row in enumerate(sheet.rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, bool):
                    tab.write_string(number, column, "yes" if cell else "no")
                elif isinstance(cell, Decimal):
                    tab.write_number(number, column, float(cell), money)
                elif isinstance(cell, int):
                    tab.write_number(number, column, cell)
                elif isinstance(cell, date):
                    tab.write_datetime(number, column, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
                elif cell:
                    tab.write_string(number, column, neutral(cell))
    book.close()
    return out.getvalue()


def _width(sheet: Sheet, column: int) -> int:
    seen = (len(str(row[column])) for row in sheet.rows[:_SAMPLE] if row[column] is not None)
    return min(_WIDEST, max([len(sheet.columns[column]) + 3, *seen]) + 1)
