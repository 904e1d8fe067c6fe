"""`licenseiq prices import`: what a price list would change, and with --apply the change."""

import argparse
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from licenseiq.price_changes import Change, PriceChange, changes, with_prices
from licenseiq.price_file import PriceFile, read_price_file
from licenseiq.spend import Spend, spend_of
from licenseiq.text import clean
from licenseiq.words import count
from licenseiq_cli.csv_input import nothing_stored
from licenseiq_cli.prices import Known
from licenseiq_cli.prices_words import price_json, price_words, problem_rows, problem_words, what
from licenseiq_cli.program import program
from licenseiq_cli.report_json import JsonValue, money_json
from licenseiq_cli.report_words import money_words
from licenseiq_cli.screen import FACTS, Block, Column, Lines, Section, Table, Title, show

COLUMNS = (Column("Line", right=True), Column("What", flex=True), Column("Now", right=True), Column("Then", right=True))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did, or would do. `before` and `after` are None where nothing was read of the tenant yet."""

    changes: tuple[PriceChange, ...]
    before: Spend | None
    after: Spend | None
    version: str
    applied: bool


async def import_prices(options: argparse.Namespace, data: bytes, known: Known) -> int:
    """0, or 1 where lines of the file are wrong; then nothing is stored."""
    file = read_price_file(data, known.context)
    if file.errors:
        return nothing_stored(file.errors, as_json=options.json)
    today = datetime.now(UTC).date()
    then = with_prices(known.context, file.rows, today)
    read = known.head is not None
    found = Outcome(
        changes=changes(file, known.context, then),
        before=spend_of(known.context, known.held) if read else None,
        after=spend_of(then, known.held) if read else None,
        version=then.prices.version,
        applied=options.apply,
    )
    if found.applied:
        from anyio.to_thread import run_sync

        await run_sync(partial(known.tenant.prices.keep, file.rows, today))
        await known.tenant.last()  # so that the next question finds its evaluation made
    if options.json:
        print(json.dumps(_facts(file, found), indent=2))  # noqa: T201 - facts for machines
    else:
        show(_blocks(file, found))
    return 0


def _blocks(file: PriceFile, found: Outcome) -> list[Block]:
    done = "stored" if found.applied else "a dry run, nothing was stored"
    blocks: list[Block] = [Title("LicenseIQ", f"price list of {count(len(file.lines), 'line')}, {done}")]
    if found.changes:
        blocks.append(Table(COLUMNS, [_row(one) for one in found.changes]))
    if file.warnings:
        blocks += [Section("Worth a look"), Lines(problem_words(file.warnings), bullets=True)]
    blocks += [Section("In short"), Table(FACTS, _figures(found))]
    if not found.applied:
        blocks.append(Lines((f"To store it, repeat '{program()} prices import' with --apply.",)))
    return blocks


def _row(one: PriceChange) -> tuple[str, str, str, str]:
    change = "" if one.change is Change.SAME else one.change.value
    line = "-" if one.line is None else str(one.line)
    now, then = price_words(one.now, one.now_basis), price_words(one.then, one.then_basis)
    return line, what(one.sku.name, one.subscription_id, change), now, then


def _figures(found: Outcome) -> list[tuple[str, str]]:
    counts = {change: sum(one.change is change for one in found.changes) for change in Change}
    figures = [("Lines", ", ".join(f"{number} {change}" for change, number in counts.items() if number) or "none")]
    if found.before is None or found.after is None:
        return [*figures, ("Spend per month", "unknown: the tenant was not read yet")]
    spend = f"{money_words(found.before.monthly)} now, {money_words(found.after.monthly)} then"
    unpriced = f"{found.before.unpriced:,} now, {found.after.unpriced:,} then"
    return [*figures, ("Spend per month", spend), ("Seats without a price", unpriced)]


def _facts(file: PriceFile, found: Outcome) -> dict[str, JsonValue]:
    return {
        "stored": found.applied,
        "version": found.version,
        "warnings": problem_rows(file.warnings),
        "lines": [
            {
                "line": one.line,
                "sku_id": one.sku.sku_id,
                "name": clean(one.sku.name).text,
                "subscription_id": one.subscription_id,
                "change": one.change.value,
                "now": price_json(one.now, one.now_basis),
                "then": price_json(one.then, one.then_basis),
            }
            for one in found.changes
        ],
        "monthly_spend_now": money_json(found.before.monthly if found.before else None),
        "monthly_spend_then": money_json(found.after.monthly if found.after else None),
    }
