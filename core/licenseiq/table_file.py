"""CSV files that a person wrote, as rows of cells by column, each with its line, or what is wrong in which line.

UTF-8 with or without a byte order mark; cells separated by commas or, where the first line has any, by semicolons.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

MOST_BYTES, MOST_ROWS = 5_000_000, 20_000


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong, or worth knowing, in a line of a file (the first is 1). `words` are a sentence whose subject is
    `column`, or a whole one where that is empty."""

    line: int
    column: str
    words: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.column} {self.words}" if self.column else f"Line {self.line}: {self.words}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the cells by column without spaces around, empty ones too."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows, or what keeps the file from being read. `semicolons` as in `licenseiq.cells.amount`."""

    rows: tuple[Row, ...]
    errors: tuple[Problem, ...]
    semicolons: bool = False


def read_table(
    data: bytes, columns: Mapping[str, str], *, most_bytes: int = MOST_BYTES, most_rows: int = MOST_ROWS
) -> Table:
    """The rows of a file whose first line names its columns: `columns` maps their names, folded as `_folded` does, to
    the column. Empty lines are left out."""
    text, words = _text(data, most_bytes)
    if words:
        return Table((), (Problem(1, "", words),))
    first = text.split("\n", 1)[0]
    semicolons = ";" in first
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if semicolons else ",", strict=True)
    rows: list[Row] = []
    errors: list[Problem] = []
    names: list[str] | None = None
    began = 1
    try:
        for cells in reader:
            line, began = began, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if names is None:
                names, errors = _columns(cells, line, columns)
                if errors:
                    return Table((), tuple(errors), semicolons)
            elif len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
                errors.append(
                    Problem(line, "", "The line has more cells than the first line. Put cells with a comma in quotes.")
                )
            elif len(rows) == most_rows:
                return Table((), (Problem(line, "", f"A file may have {most_rows:,} lines. Split it."),), semicolons)
            else:
                given = [cell.strip() for cell in cells[: len(names)]]
                rows.append(Row(line, dict(zip(names, given + [""] * (len(names) - len(given)), strict=True))))
    except csv.Error:
        errors.append(Problem(began, "", "The line is no CSV. Look at its quotes, and save the file as CSV again."))
    if names is None:
        errors.append(Problem(1, "", f"The file is empty. Its first line names the columns: {_named(columns)}."))
    return Table(tuple(rows), tuple(errors), semicolons)


def write_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A CSV with commas. No cell of it is a formula to a spreadsheet (OWASP, "CSV Injection")."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue()


def guarded(cell: str) -> str:
    """A text that a spreadsheet would take for a formula, with an apostrophe in front; `bare` takes it off again."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell


def bare(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell


def _text(data: bytes, most: int) -> tuple[str, str]:
    """The text, or words on why there is none."""
    if len(data) > most:
        return "", f"The file is larger than {most // 1_000_000} MB. Split it."
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "", "The file is not in UTF-8. Save it as 'CSV UTF-8'."
    if "\0" in text:
        return "", "The file is not in UTF-8, or no text. Save it as 'CSV UTF-8'."
    return text.replace("\r\n", "\n").replace("\r", "\n"), ""


def _columns(cells: Sequence[str], line: int, columns: Mapping[str, str]) -> tuple[list[str], list[Problem]]:
    names = [columns.get(_folded(cell), "") for cell in cells]
    while cells and names and not names[-1] and not cells[len(names) - 1].strip():
        names.pop()
    errors = [
        Problem(line, "", f"Column {n} has no name that is known here. The columns are {_named(columns)}.")
        for n, name in enumerate(names, 1)
        if not name
    ]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    errors += [Problem(line, name, "stands in it twice. Leave one out.") for name in twice]
    return names, errors


def _folded(name: str) -> str:
    """'Renewal date', 'renewal_date' and 'RENEWAL-DATE' are one name."""
    return "".join(c for c in name.casefold() if c.isalnum())


def _named(columns: Mapping[str, str]) -> str:
    return ", ".join(dict.fromkeys(columns.values()))
