"""What another price list would change, line by line and in all, before anything is stored."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from licenseiq.context import Context
from licenseiq.money import Money
from licenseiq.price_content import content_of, in_order, version_of
from licenseiq.price_file import PriceFile
from licenseiq.price_list import each_of
from licenseiq.prices import OwnPrice, PriceBasis, PriceBook
from licenseiq.skus import Sku


class Change(StrEnum):
    """What becomes of a row of the price list."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class PriceChange:
    """One row: what a seat costs a month now and then, and where each comes from; None without a price. `line` is that
    of the file, None for a row that the file no longer has."""

    line: int | None
    sku: Sku
    subscription_id: str | None
    change: Change
    now: Money | None
    now_basis: PriceBasis | None
    then: Money | None
    then_basis: PriceBasis | None


def with_prices(context: Context, rows: tuple[OwnPrice, ...], today: date) -> Context:
    """The same tenant as if `rows` were its whole price list."""
    return replace(context, prices=PriceBook(version_of(content_of(rows)), today, in_order(rows)))


def changes(file: PriceFile, context: Context, then: Context) -> tuple[PriceChange, ...]:
    """Every row of the file in its order, then those of today that it lacks."""
    today = {(row.sku_id, row.subscription_id): row for row in context.prices.rows}
    named = {(line.row.sku_id, line.row.subscription_id) for line in file.lines}
    rows: list[tuple[int | None, OwnPrice]] = [(line.line, line.row) for line in file.lines]
    rows += [(None, row) for key, row in today.items() if key not in named]
    found = []
    for line, row in rows:
        before = today.get((row.sku_id, row.subscription_id))
        change = Change.GONE if line is None else Change.NEW if before is None else Change.SAME
        if before is not None and before != row:
            change = Change.CHANGED
        now, now_basis = each_of(context, row.sku_id, row.subscription_id)
        to, to_basis = each_of(then, row.sku_id, row.subscription_id)
        sku = context.sku(row.sku_id)
        found.append(PriceChange(line, sku, row.subscription_id, change, now, now_basis, to, to_basis))
    return tuple(found)
