"""Pieces of HTML. Whatever is shown goes through `text`; only what these functions return is markup."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from string import Template

from licenseiq.text import one_line


class Markup(str):
    """A piece of HTML that is safe as it is."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Column:
    """`kind` is a class of the style sheet: 'n' numbers, 'd' dates, 'meter' a bar."""

    name: str
    kind: str = ""


Shown = str | Markup | None


def text(shown: Shown) -> Markup:
    """Any text as HTML: on one line, without invisible characters, and escaped. Markup stays; None is a dash."""
    if isinstance(shown, Markup):
        return shown
    return Markup("–" if shown is None else escape(one_line(shown)))


def fill(template: str, **parts: Shown) -> Markup:
    """The template with its parts, each through `text`."""
    return Markup(Template(template).substitute({name: text(part) for name, part in parts.items()}))


def joined(parts: Iterable[Shown], between: str = "\n") -> Markup:
    return Markup(between.join(text(part) for part in parts))


def small(first: Shown, second: Shown) -> Markup:
    """A line, and a smaller one below it where there is something to say."""
    return fill("$first<small>$second</small>", first=first, second=second) if second else text(first)


def money(cell: str) -> Markup:
    """A cell of `money_cell`: each amount below the one before, smaller what has no price, a dash for nothing."""
    if cell == "-":
        return text(None)
    amounts = [line for line in cell.split("\n") if not line.startswith("+ ")]
    more = [line for line in cell.split("\n") if line.startswith("+ ")]
    return small(joined(amounts, "<br>"), joined(more, "<br>"))


def section(title: str, *parts: Shown, note: str = "", page: bool = False) -> Markup:
    """`page`: it begins a page when printed."""
    head = fill("<section>\n<h2$page>$title</h2>", title=title, page=Markup(' class="page"' if page else ""))
    said = [fill('<p class="note">$note</p>', note=note)] if note else []
    return joined([head, *said, *parts, Markup("</section>")])


def table(
    columns: Sequence[Column], rows: Sequence[Sequence[Shown]], total: Sequence[Shown] = (), name: str = ""
) -> Markup:
    """A table whose head is repeated on every page. Without names of columns it has no head."""
    head: list[Shown] = []
    if any(column.name for column in columns):
        cells = (fill("<th$kind>$name</th>", kind=_class(column.kind), name=column.name) for column in columns)
        head = [fill("<thead><tr>$cells</tr></thead>", cells=joined(cells, ""))]
    body = [_row(columns, row) for row in rows]
    foot = [fill("<tfoot>$row</tfoot>", row=_row(columns, total))] if total else []
    return joined(
        [
            fill("<table$name>", name=_class(name)),
            *head,
            Markup("<tbody>"),
            *body,
            Markup("</tbody>"),
            *foot,
            Markup("</table>"),
        ]
    )


def _row(columns: Sequence[Column], row: Sequence[Shown]) -> Markup:
    cells = (
        fill("<td$kind>$cell</td>", kind=_class(column.kind), cell=cell)
        for column, cell in zip(columns, row, strict=True)
    )
    return fill("<tr>$cells</tr>", cells=joined(cells, ""))


def bullets(sentences: Iterable[str]) -> Markup:
    return fill("<ul>$items</ul>", items=joined(fill("<li>$one</li>", one=one) for one in sentences))


def bar(per_mille: int, tone: str = "") -> Markup:
    """A share as a bar; whoever hears the page read hears the figure beside it."""
    width = max(0, min(per_mille, 1000)) / 10
    return fill(
        '<svg class="bar$tone" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="back" width="100" height="8"/><rect class="full" width="$width" height="8"/></svg>',
        tone=Markup(f" {tone}" if tone else ""),
        width=f"{width:g}",
    )


def _class(name: str) -> Markup:
    return fill(' class="$name"', name=name) if name else Markup("")
