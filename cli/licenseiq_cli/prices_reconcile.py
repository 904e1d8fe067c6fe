"""`licenseiq prices reconcile`: an invoice beside what the tenant has, line by line."""

import argparse
import json
import sys

from licenseiq.invoice_file import read_invoice
from licenseiq.money import Money
from licenseiq.reconcile import Compared, Reason, Reconciled, reconcile
from licenseiq.text import clean
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_cli.csv_input import WRONG, WRONG_USE
from licenseiq_cli.prices import Known
from licenseiq_cli.prices_words import problem_rows, problem_words, what
from licenseiq_cli.report_json import JsonValue, money_json
from licenseiq_cli.report_words import amount, money_words
from licenseiq_cli.screen import FACTS, Block, Column, Lines, Section, Table, Title, show

_COLUMNS = (
    Column("Line", right=True),
    Column("What", flex=True),
    Column("Invoiced", right=True),
    Column("Computed", right=True),
    Column("Variance", right=True),
)


async def reconcile_invoice(options: argparse.Namespace, data: bytes, known: Known) -> int:
    """0 where the invoice is what was computed, 1 where it differs, 2 for a file with lines that cannot be used."""
    file = read_invoice(data, known.context)
    if file.errors:
        if options.json:
            print(json.dumps({"errors": problem_rows(file.errors)}, indent=2))  # noqa: T201 - facts for machines
        else:
            print("\n".join(problem_words(file.errors)), file=sys.stderr)  # noqa: T201
        return WRONG_USE
    found = reconcile(file.lines, known.context)
    if options.json:
        print(json.dumps(_facts(known, found), indent=2))  # noqa: T201 - facts for machines
    else:
        show([*_blocks(known, found), *([Lines(problem_words(file.warnings), bullets=True)] if file.warnings else [])])
    return 0 if found.agrees else WRONG


def _blocks(known: Known, found: Reconciled) -> list[Block]:
    differ = sum(bool(one.reasons) for one in found.lines)
    blocks: list[Block] = [
        Title("LicenseIQ", f"invoice against the tenant as of {known.context.now:%Y-%m-%d %H:%M} UTC")
    ]
    for period in dict.fromkeys(one.period for one in found.lines):
        rows = [_row(one) for one in found.lines if one.period == period]
        blocks += [Section(period), Table(_COLUMNS, rows)]
    figures = [
        ("Differ", f"{count(differ, 'line')} of {len(found.lines):,}"),
        ("Invoiced", money_words(found.invoiced)),
        ("Computed", money_words(found.computed)),
        ("Variance", money_words(found.variance)),
    ]
    if found.not_compared:
        figures.append(("Not compared", f"{count(found.not_compared, 'line')}, in no variance"))
    note = "Computed: the seats that Microsoft Graph says today times the prices of today. No proration, credit or tax."
    return [*blocks, Section("In short"), Table(FACTS, figures), Lines((note,), dim=True)]


def _row(one: Compared) -> tuple[str, str, str, str, str]:
    more = ", ".join(one.reasons) or "agrees"
    line = ", ".join(map(str, one.lines)) or "-"
    absent = Reason.NOT_ON_INVOICE in one.reasons, Reason.NOT_IN_TENANT in one.reasons
    seats = one.variance_seats
    return (
        line,
        what(one.name, one.subscription_id, more),
        "-" if absent[0] else _cell(one.invoiced_seats, one.invoiced),
        "-" if absent[1] else _cell(one.computed_seats, one.computed),
        _cell(seats, one.variance, sign="+"),
    )


def _cell(seats: int | None, money: Money | None, sign: str = "") -> str:
    """Seats over money, with a plus before what is more than nothing."""
    number = "? seats" if seats is None else f"{seats:{sign},} {'seat' if abs(seats) == 1 else 'seats'}"
    if money is None:
        return f"{number}\nunknown"
    return f"{number}\n{sign if money.micros > 0 else ''}{amount(money)}"


def _facts(known: Known, found: Reconciled) -> dict[str, JsonValue]:
    return {
        "as_of": iso(known.context.now),
        "agrees": found.agrees,
        "lines": [
            {
                "lines": list(one.lines),
                "period": one.period,
                "subscription_id": one.subscription_id,
                "sku_id": one.sku_id,
                "name": clean(one.name).text,
                "invoiced_quantity": one.invoiced_seats,
                "computed_quantity": one.computed_seats,
                "variance_quantity": one.variance_seats,
                "invoiced": _money(one.invoiced),
                "computed": _money(one.computed),
                "variance": _money(one.variance),
                "reasons": [reason.value for reason in one.reasons],
            }
            for one in found.lines
        ],
        "invoiced": money_json(found.invoiced),
        "computed": money_json(found.computed),
        "variance": money_json(found.variance),
        "not_compared": found.not_compared,
    }


def _money(money: Money | None) -> JsonValue:
    return None if money is None else {"amount": money.amount(), "currency": money.currency}
