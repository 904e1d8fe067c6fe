"""The CSV of a usage report, row by row, as domain values."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import BinaryIO

from licenseiq.readings import Reason, Source
from licenseiq.usage import Activation, EmailUse, LastUse
from licenseiq_tenant.graph.fetch import not_readable
from licenseiq_tenant.lanes.report_columns import REPORTS, Row, Use, to_day


@dataclass(frozen=True, slots=True)
class ReportRows:
    """A report as of the day `refreshed`. A row is the principal name, without case, and what was seen; a name can
    have several. Deleted accounts are left out. `unreadable` counts rows that made no sense."""

    refreshed: date | None
    rows: tuple[tuple[str, Use], ...]
    unreadable: int


class CutShort(Exception):
    """A download ended in the middle of a row, or broke off."""


def read_rows(body: BinaryIO, source: Source) -> ReportRows:
    """The rows of a CSV in UTF-8. Raises CutShort, or NotReadable: MALFORMED, EMPTY or CONCEALED."""
    # What cannot be decoded spoils its own row; what is cut within a letter is seen as a short row.
    text = io.TextIOWrapper(body, encoding="utf-8-sig", errors="replace", newline="")
    try:
        return _read(csv.reader(text), source)
    except csv.Error as error:
        raise not_readable(source, Reason.MALFORMED) from error


def _read(lines: Iterator[list[str]], source: Source) -> ReportRows:
    columns = REPORTS[source]
    header = [name.strip() for name in next(lines, [])]
    if not {columns.key, *columns.needed} <= set(header):
        raise not_readable(source, Reason.MALFORMED)
    rows: list[tuple[str, Use]] = []
    days: set[date] = set()
    names = hashes = unreadable = 0
    is_cut = False
    for cells in lines:
        if not cells:
            continue
        is_cut = len(cells) < len(header)
        if len(cells) != len(header):
            unreadable += 1
            continue
        row = dict(zip(header, cells, strict=True))
        name = row[columns.key].strip()
        if "@" not in name:
            hashes += bool(name)
            unreadable += 1
            continue
        names += 1
        if row.get("Is Deleted", "").lower() == "true":
            continue
        try:
            rows.append((name.casefold(), columns.use(row)))
            days |= _refreshed(row)
        except ValueError:
            unreadable += 1
    if is_cut:
        raise CutShort
    if hashes and not names:
        raise not_readable(source, Reason.CONCEALED)
    if not rows and unreadable:
        raise not_readable(source, Reason.MALFORMED)
    if not names:
        raise not_readable(source, Reason.EMPTY)
    return ReportRows(max(days, default=None), latest_of_each(rows), unreadable)


def latest_of_each(rows: list[tuple[str, Use]]) -> tuple[tuple[str, Use], ...]:
    """The rows, with one for a name where only the latest date counts. Activations have a row for each product: their
    products are put together, each with its latest day."""
    latest: dict[str, LastUse] = {}
    activated: dict[str, dict[str, date | None]] = {}
    others: list[tuple[str, Use]] = []
    for name, use in rows:
        if isinstance(use, Activation):
            mine = activated.setdefault(name, {})
            for product, day in use.products:
                mine[product] = max(filter(None, (day, mine.get(product))), default=None)
        if isinstance(use, EmailUse) and isinstance(before := latest.get(name), EmailUse):
            use = replace(use, meetings=use.meetings or before.meetings)
            latest[name] = replace(before, meetings=use.meetings)
        if not isinstance(use, LastUse):
            others.append((name, use))
        elif name not in latest or (use.last_activity or date.min) > (latest[name].last_activity or date.min):
            latest[name] = use
    for name, products in activated.items():
        latest[name] = Activation(latest[name].last_activity, tuple(sorted(products.items())))
    return (*others, *latest.items())


def _refreshed(row: Row) -> set[date]:
    day = to_day(row.get("Report Refresh Date", ""))
    return set() if day is None else {day}
