"""The cells of a table that a person wrote: exact values, or words on what to write instead.

No text of a cell is repeated in the words: whoever reads them has the file, and a cell may hold anything.
"""

import re
from datetime import date
from enum import StrEnum
from typing import TypeVar

from licenseiq.currencies import CURRENCIES
from licenseiq.money import MICROS

C = TypeVar("C", bound=StrEnum)
MOST_SEATS = 10_000_000
_AMOUNT = re.compile(r"(-?)([0-9]{1,9})(?:([.,])([0-9]+))?", re.ASCII)
_WHOLE = re.compile(r"-?[0-9]{1,8}", re.ASCII)
_YES_OR_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class CellError(ValueError):
    """What is wrong with a cell, and what to write."""


def amount(text: str, *, semicolons: bool, signed: bool = False) -> int:
    """An amount of money in micro-units, exactly as written. `semicolons`: of a file that separates cells by them, as
    spreadsheets do where the comma is the decimal separator. Raises CellError."""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise CellError("is no amount. Write digits with a point, such as 1234.50, and no currency or thousands mark.")
    sign, units, mark, decimals = found[1], found[2], found[3], found[4] or ""
    if sign and not signed:
        raise CellError("is less than nothing. Write what a seat costs, such as 34.20.")
    if len(decimals) > 6:
        raise CellError("has more than six decimals. Round it to six.")
    # Three digits behind a mark are decimals to some and thousands to others; a leading zero has no thousands.
    unsure = mark == "," or (mark == "." and semicolons)
    if unsure and len(decimals) == 3 and not units.startswith("0"):
        raise CellError(
            "can be read in two ways. Write 1234.00 for a thousand and more, or 1.2340 for little more than 1."
        )
    micros = int(units) * MICROS + int(decimals.ljust(6, "0") or "0")
    return -micros if sign else micros


def amount_text(micros: int) -> str:
    """The same amount as `amount` reads it in any file: '34.20', '9.916667'."""
    units, decimals = divmod(abs(micros), MICROS)
    shown = f"{decimals:06d}".rstrip("0").ljust(2, "0")
    if len(shown) == 3:
        shown += "0"
    return f"{'-' if micros < 0 else ''}{units}.{shown}"


def a_month(micros: int, months: int) -> tuple[int, bool]:
    """An amount for so many months as one for a month, to the nearest micro-unit, and whether it was rounded."""
    return (2 * micros + months) // (2 * months), micros % months != 0


def currency(text: str) -> str:
    """An ISO 4217 code. Raises CellError."""
    if text.upper() not in CURRENCIES:
        raise CellError("is no currency. Write its three letters, such as EUR.")
    return text.upper()


def day(text: str) -> date:
    """A date. Raises CellError."""
    try:
        if len(text) == len("2026-12-31"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise CellError("is no date. Write year, month and day, such as 2026-12-31.")


def month(text: str) -> str:
    """A month, '2026-11'. Raises CellError."""
    try:
        return day(f"{text}-01").isoformat()[:7]
    except CellError:
        raise CellError("is no month. Write year and month, such as 2026-11.") from None


def whole(text: str, *, signed: bool = False) -> int:
    """A number of seats. Raises CellError."""
    if _WHOLE.fullmatch(text) is None or abs(int(text)) > MOST_SEATS:
        raise CellError("is no number of seats. Write digits only, such as 1200.")
    if text.startswith("-") and not signed:
        raise CellError("is less than nothing. Write a number of seats, such as 1200.")
    return int(text)


def yes_or_no(text: str) -> bool:
    if text.lower() not in _YES_OR_NO:
        raise CellError("is neither yes nor no. Write yes or no.")
    return _YES_OR_NO[text.lower()]


def choice(text: str, choices: type[C], also: dict[str, C]) -> C:
    """One of `choices`, without case; `also` are further words for them, in lower case. Raises CellError."""
    words = {one.value.lower(): one for one in choices} | also
    if text.lower() not in words:
        raise CellError(f"is none of the values there are. Write {', '.join(one.value for one in choices)}.")
    return words[text.lower()]
