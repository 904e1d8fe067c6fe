"""The blocks of a report on a terminal, and the bar that moves while the tenant is read. All of rich is here."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.box import ROUNDED
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.progress_bar import ProgressBar
from rich.rule import Rule
from rich.table import Column as RichColumn
from rich.table import Table as Grid
from rich.text import Text

from licenseiq_cli.screen import WIDEST, Block, Column, Gauge, Lines, Section, Table, Title, Verbatim

if TYPE_CHECKING:
    from licenseiq_tenant.scan.seen import ScanSeen

_LANES = ("probe", "fast", "reports", "slow", "rules")


def print_blocks(blocks: Sequence[Block], console: Console | None = None) -> None:
    """Prints to the terminal, at most `WIDEST` columns wide."""
    console = console or Console(highlight=False)
    width = min(console.width, WIDEST)
    for block in blocks:
        if isinstance(block, Verbatim):
            # Wrapped by the terminal alone, so that a copied line stays one line.
            console.print(Text(block.text, style="cyan"), soft_wrap=True)
        else:
            console.print(_renderable(block), width=width)


@contextmanager
def scan_bar(console: Console | None = None) -> Iterator[Callable[["ScanSeen"], None]]:
    """One bar on stderr over all lanes; it is gone afterwards."""
    progress = Progress(
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TextColumn("{task.description}", markup=False, table_column=RichColumn(no_wrap=True, overflow="ellipsis")),
        console=console or Console(stderr=True, highlight=False),
        transient=True,
    )
    shares = dict.fromkeys(_LANES, 0.0)
    task = progress.add_task("Starting.", total=len(_LANES))

    def observe(seen: "ScanSeen") -> None:
        # Half a lane where nobody knows how long it is; and a lane never moves the bar back.
        share = min(seen.done / seen.total, 1.0) if seen.total else 0.5
        shares[seen.lane] = max(share, shares[seen.lane])
        is_over = shares["rules"] >= 1
        progress.update(task, completed=len(_LANES) if is_over else sum(shares.values()), description=seen.words)

    with progress:
        yield observe


def _renderable(block: Block) -> RenderableType:
    match block:
        case Title(text, note):
            return Text.assemble((text, "bold cyan"), ("  " + note, "dim"), end="\n\n")
        case Section(text, note):
            title = Text.assemble((text, "bold"), (f"  {note}" if note else "", "dim"))
            return Group(Text(), Rule(title, align="left", style="dim"))
        case Gauge():
            return _gauge(block)
        case Table():
            return _table(block)
        case Lines():
            return _lines(block)
        case Verbatim(text):
            return Text(text)


def _gauge(gauge: Gauge) -> RenderableType:
    value = gauge.per_mille
    style = "dim" if value is None else "green" if value >= 800 else "yellow" if value >= 600 else "red"
    head = Text.assemble((gauge.label, "bold"), "  ", (gauge.words, f"bold {style}"))
    if gauge.note:
        head.append(f"  {gauge.note}", "italic dim")
    if value is None:
        return Panel(head, box=ROUNDED, border_style="dim", padding=(0, 2))
    bar = ProgressBar(total=1000, completed=value, complete_style=style, finished_style=style)
    return Panel(Group(head, bar), box=ROUNDED, border_style=style, padding=(0, 2))


def _table(table: Table) -> RenderableType:
    named = any(column.name for column in table.columns)
    grid = Grid(box=None, padding=(0, 2, 0, 0), show_header=named, header_style="dim", pad_edge=False)
    for number, column in enumerate(table.columns):
        grid.add_column(
            Text(column.name),
            justify="right" if column.right else "left",
            no_wrap=not column.flex,
            overflow="fold",
            style=_style(column, first=number == 0, named=named),
        )
    for row in table.rows:
        grid.add_row(*(Text(cell) for cell in row))
    if table.total:
        grid.add_row(*(Text(cell, "bold") for cell in table.total))
    return Padding(grid, (0, 0, 0, 2))


def _style(column: Column, *, first: bool, named: bool) -> str:
    """The first column of a table without a head holds labels."""
    if column.strong:
        return "bold green"
    return "dim" if first and not named else ""


def _lines(lines: Lines) -> RenderableType:
    grid = Grid.grid(padding=(0, 1, 0, 0))
    for sentence in lines.lines:
        cells = [Text(sentence, "dim" if lines.dim else "")]
        grid.add_row(*([Text("-", "dim"), *cells] if lines.bullets else cells))
    return Padding(grid, (0, 0, 0, 2))
