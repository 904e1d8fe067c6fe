"""An invoice as a CSV file, one line a charge; docs/prices.md says what each column holds."""

from dataclasses import dataclass

from licenseiq import cells
from licenseiq.cells import CellError
from licenseiq.context import Context
from licenseiq.errors import Ambiguous, NotFound
from licenseiq.price_lines import LineReader, an_id
from licenseiq.readings import Source
from licenseiq.reconcile import Invoiced
from licenseiq.sku_names import sku_id_of
from licenseiq.table_file import Problem, bare, read_table
from licenseiq.text import clean

COLUMNS = ("subscription_id", "sku", "quantity", "amount", "per", "currency", "period")
NAMES = {name.replace("_", ""): name for name in COLUMNS} | {"seats": "quantity", "month": "period"}


@dataclass(frozen=True, slots=True)
class InvoiceFile:
    """What a file says. With `errors` nothing of it may be used."""

    lines: tuple[Invoiced, ...]
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def read_invoice(data: bytes, context: Context) -> InvoiceFile:
    """The invoice in `data`. A product or a subscription that is not known here is kept: the comparison tells it."""
    table = read_table(data, NAMES)
    errors, warnings = list(table.errors), list[Problem]()
    lines: list[Invoiced] = []
    for row in table.rows:
        line = LineReader(row, context, table.semicolons)
        name = clean(bare(line.text("sku"))).text
        subscription_id, sku_id = _subject(line)
        amount = None
        if line.text("per").lower() == "term":
            line.wrong("per", "is none of the values there are. Write month or year.")
        else:
            amount = line.monthly("amount", None, signed=True)
        seats = line.cell("quantity", lambda text: cells.whole(text, signed=True))
        period = line.cell("period", cells.month)
        for column in ("amount", "period"):
            if not line.text(column):
                line.wrong(column, "is missing. Fill it in.")
        errors += line.errors
        warnings += line.warnings
        if not line.errors and amount is not None and period is not None:
            lines.append(Invoiced(row.line, subscription_id, sku_id, name, seats, amount, period))
    return InvoiceFile(tuple(lines), tuple(sorted(errors)), tuple(sorted(warnings)))


def _subject(line: LineReader) -> tuple[str | None, str | None]:
    """The subscription and the SKU that a charge is for. An invoice names products in its own words, so that a known
    subscription goes before the name, and an unknown name is no error."""
    context = line.context
    named = line.cell("subscription_id", an_id)
    if named is None and not line.text("sku"):
        line.wrong("", "The line names neither subscription_id nor sku. Fill in one of them.")
        return None, None
    sku_id = line.cell("sku", lambda text: _sku(text, context)) if named is None or line.text("sku") else None
    found = [
        one for one in context.subscriptions if named is not None and named in (one.subscription_id, one.commerce_id)
    ]
    if len(found) > 1:
        found = [one for one in found if one.sku_id == sku_id]
    if len(found) == 1:
        return found[0].subscription_id, found[0].sku_id
    if named is None or context.is_read(Source.SUBSCRIPTIONS):
        return named, sku_id
    own = context.prices.of_subscription(named)
    sku_id = own.sku_id if own is not None else sku_id
    if sku_id is None:
        line.wrong("subscription_id", "cannot be looked up: the subscriptions could not be read. Fill in sku.")
    return None, sku_id


def _sku(text: str, context: Context) -> str | None:
    try:
        return sku_id_of(context, text)
    except NotFound:
        return None
    except Ambiguous as error:
        few = "; ".join(error.candidates[:4])
        raise CellError(f"is the name of several products. Write the id of one: {few}.") from None
