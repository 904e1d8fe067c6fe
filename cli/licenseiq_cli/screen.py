"""Blocks of a report, and the two ways to show them: with colour on a terminal, as plain aligned text in a pipe.

Nothing here reads markup: a text is shown as it is. rich is imported only for a terminal.
"""

import os
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

PLAIN_WIDTH, WIDEST = 80, 110
_GAP, _NARROWEST = 2, 16


@dataclass(frozen=True, slots=True)
class Column:
    """`flex` takes the room that is left and wraps; there is one of them at most."""

    name: str = ""
    right: bool = False
    flex: bool = False
    strong: bool = False


# A table of labels and what they stand for.
FACTS = (Column(), Column(flex=True))


@dataclass(frozen=True, slots=True)
class Title:
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Gauge:
    """A share in per mille of a full bar, or None for an unknown one; `words` say it too."""

    label: str
    per_mille: int | None
    words: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; a cell may have several lines. Without names of columns it has no head."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    total: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """Sentences, each wrapped by itself."""

    lines: Sequence[str]
    bullets: bool = False
    dim: bool = False


@dataclass(frozen=True, slots=True)
class Verbatim:
    """A text to copy: never wrapped by us."""

    text: str


Block = Title | Section | Gauge | Table | Lines | Verbatim


def is_terminal(stream: TextIO) -> bool:
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def show(blocks: Sequence[Block]) -> None:
    """Shows the blocks on stdout."""
    if is_terminal(sys.stdout):
        from licenseiq_cli.screen_rich import print_blocks

        print_blocks(blocks)
    else:
        sys.stdout.write(plain(blocks))


def plain(blocks: Sequence[Block], width: int = PLAIN_WIDTH) -> str:
    """The blocks as text without escape codes, at most `width` columns wide but for verbatim text and long words."""
    lines: list[str] = []
    for block in blocks:
        lines += _plain(block, width)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _plain(block: Block, width: int) -> list[str]:
    match block:
        case Title(text, note):
            return [f"{text}: {note}" if note else text, ""]
        case Section(text, note):
            return ["", f"{text} ({note})" if note else text]
        case Gauge(label, per_mille, words, note):
            said = f"{label}: {words}{f' ({note})' if note else ''}"
            if per_mille is None:
                return [said]
            full = max(0, min(per_mille, 1000)) * (width - 2) // 1000
            return [said, f"[{'#' * full}{'-' * (width - 2 - full)}]"]
        case Table():
            return _plain_table(block, width)
        case Lines(sentences, bullets):
            first = "- " if bullets else ""
            wrapped = (_wrap(f"{first}{sentence}", width - 2, " " * len(first)) for sentence in sentences)
            return [f"  {line}" for part in wrapped for line in part]
        case Verbatim(text):
            return text.splitlines()


def _plain_table(table: Table, width: int) -> list[str]:
    head = [[column.name for column in table.columns]] if any(column.name for column in table.columns) else []
    rows = [*head, *table.rows, *([table.total] if table.total else [])]
    widths = [max((len(line) for row in rows for line in row[n].split("\n")), default=0) for n in range(len(rows[0]))]
    flex = next((n for n, column in enumerate(table.columns) if column.flex), None)
    if flex is not None:
        room = width - sum(widths) + widths[flex] - _GAP * len(widths)
        widths[flex] = max(min(widths[flex], room), _NARROWEST)
    return [line for row in rows for line in _plain_row(row, table.columns, widths)]


def _plain_row(row: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> list[str]:
    cells = [
        _wrap(cell, size, "") if column.flex else cell.split("\n")
        for cell, column, size in zip(row, columns, widths, strict=True)
    ]
    height = max(len(cell) for cell in cells)
    padded = [[*cell, *[""] * (height - len(cell))] for cell in cells]
    gap = " " * _GAP
    return [
        gap
        + gap.join(
            line.rjust(size) if column.right else line.ljust(size)
            for line, column, size in zip(at, columns, widths, strict=True)
        )
        for at in zip(*padded, strict=True)
    ]


def _wrap(text: str, width: int, indent: str) -> list[str]:
    """A word that is too long (a digest, an id) stays whole, so that it can be copied."""
    return textwrap.wrap(
        text, max(width, _NARROWEST), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ) or [""]
