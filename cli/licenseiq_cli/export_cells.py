"""Tables as they leave LicenseIQ: typed cells, and text that no spreadsheet takes for a formula."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from licenseiq.cells import amount_text
from licenseiq.money import Money, Total

# None is unknown, or nothing to say; never zero. Decimal is money, or a figure with a fraction.
Cell = str | int | bool | Decimal | date | None
Row = tuple[Cell, ...]

# What begins a formula (OWASP, "CSV Injection"), in the wide forms of East Asian keyboards too.
_STARTS = "=+\\-@＝＋－＠"
_FORMULA = re.compile(rf"(^|[,;|])(?=[\s\"]*[{_STARTS}])")
_BREAKS = re.compile(r"[\t\r\n]+")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. `name` is that of its file or its tab; each row has a cell for each of `columns`."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def neutral(text: str) -> str:
    """The text on one line, with an apostrophe before whatever would begin a formula: at its start, and behind
    separators, where a spreadsheet of another language may split a cell."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return _FORMULA.sub(r"\1'", _BREAKS.sub(" ", whole))


def amount_cell(money: Money | None) -> Decimal | None:
    """Exact to the millionth."""
    return None if money is None else Decimal(amount_text(money.micros))


def priced_rows(
    before: Sequence[Cell], numbers: Sequence[Cell], total: Total | None, after: Sequence[Cell] = ()
) -> Iterator[Row]:
    """A row with amount and currency between `numbers` and `after`; further currencies in rows of their own, which
    repeat no number, so that columns can be added up."""
    if not total:
        yield (*before, *numbers, None if total is None else Decimal(0), None, *after)
        return
    for place, money in enumerate(total):
        shown = numbers if place == 0 else (None,) * len(numbers)
        yield (*before, *shown, amount_cell(money), money.currency, *after)
