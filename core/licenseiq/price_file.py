"""The customer's price list as a CSV file: reading it, with errors by line, and writing one to fill in.

docs/prices.md says what each column holds. A file is the whole list: what it leaves out, or says nothing of, has no own
price any more.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from licenseiq.cells import amount_text
from licenseiq.context import Context
from licenseiq.price_lines import day_text, labels, read_line
from licenseiq.prices import OwnPrice
from licenseiq.table_file import Problem, read_table, write_table

COLUMNS = (
    "subscription_id",
    "sku",
    "channel",
    "term",
    "billing",
    "quantity",
    "price",
    "per",
    "currency",
    "renewal",
    "auto_renew",
    "reducible_until",
    "contact",
)
# The names that a column may have in a file, without case, spaces and signs.
NAMES = {name.replace("_", ""): name for name in COLUMNS} | {
    "billingfrequency": "billing",
    "seats": "quantity",
    "renewaldate": "renewal",
    "autorenewal": "auto_renew",
    "reductionwindow": "reducible_until",
    "resellercontact": "contact",
}


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A row of the price list, and the line of the file that it comes from."""

    line: int
    row: OwnPrice


@dataclass(frozen=True, slots=True)
class PriceFile:
    """What a file says. With `errors` nothing of it may be used; `warnings` are worth a look. Both by line."""

    lines: tuple[PriceLine, ...]
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]

    @property
    def rows(self) -> tuple[OwnPrice, ...]:
        return tuple(line.row for line in self.lines)


def read_price_file(data: bytes, context: Context) -> PriceFile:
    """The price list in `data`. Subscriptions and products are looked up in `context`, which may know no tenant yet."""
    table = read_table(data, NAMES)
    errors, warnings = list(table.errors), list[Problem]()
    lines: list[PriceLine] = []
    first: dict[tuple[str, str], int] = {}
    for row in table.rows:
        price, wrong, worth_knowing = read_line(row, context, semicolons=table.semicolons)
        errors += wrong
        if price is None or not price.says_nothing:
            warnings += worth_knowing
        if price is None:
            continue
        key = ("subscription", price.subscription_id) if price.subscription_id else ("sku", price.sku_id)
        if key in first:
            errors.append(Problem(row.line, "", f"The line is about the same as line {first[key]}. Leave one out."))
        first.setdefault(key, row.line)
        if not price.says_nothing:
            lines.append(PriceLine(row.line, price))
    return PriceFile(tuple(lines), tuple(sorted(errors)), tuple(sorted(warnings)))


def write_price_file(rows: Iterable[OwnPrice], context: Context) -> str:
    """`rows` as a file that `read_price_file` reads as the same rows."""
    named = labels(context)
    return write_table(COLUMNS, (_cells(row, named.get(row.sku_id, row.sku_id)) for row in rows))


def to_fill_in(context: Context) -> tuple[OwnPrice, ...]:
    """A row for each purchase of the tenant that costs money, with what the customer has said of it before, and one for
    each paid SKU of which no purchase could be read."""
    known = {row.subscription_id: row for row in context.prices.rows if row.subscription_id}
    found: list[OwnPrice] = []
    for sku_id in sorted(context.lines, key=lambda i: (context.sku(i).name, i)):
        if not context.is_paid(sku_id):
            continue
        bought = [one for one in context.purchases(sku_id) if not one.is_trial]
        found += [
            known.get(one.subscription_id) or OwnPrice(sku_id, None, one.subscription_id)
            for one in sorted(bought, key=lambda one: one.subscription_id)
        ]
        general = [row for row in context.own_rows(sku_id) if row.subscription_id is None]
        found += general or ([] if bought else [OwnPrice(sku_id, None)])
    there = set(found)
    return (*found, *(row for row in context.prices.rows if row not in there))


def _cells(row: OwnPrice, sku: str) -> tuple[str, ...]:
    return (
        row.subscription_id or "",
        sku,
        row.channel or "",
        row.term or "",
        row.billing or "",
        "" if row.quantity is None else str(row.quantity),
        "" if row.monthly is None else amount_text(row.monthly.micros),
        "" if row.monthly is None else "month",
        "" if row.monthly is None else row.monthly.currency,
        day_text(row.renewal),
        "" if row.auto_renew is None else "yes" if row.auto_renew else "no",
        day_text(row.reducible_until),
        row.contact or "",
    )
