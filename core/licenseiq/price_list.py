"""What the prices of a tenant look like to the person who keeps them: what was said, what stands in for it, and which
purchases may still pay the list price from before the last change."""

from dataclasses import dataclass
from datetime import date

from licenseiq.context import Context
from licenseiq.money import Money
from licenseiq.prices import OwnPrice, PriceBasis, Term, priced
from licenseiq.readings import Source
from licenseiq.seats import Subscription
from licenseiq.skus import Sku


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A row of the customer's list. `monthly` is what a seat costs by it, None without a price; `seats` what it speaks
    for as far as it is one subscription's. `there` is False for a subscription that gives the tenant no seats today."""

    row: OwnPrice
    sku: Sku
    monthly: Money | None
    basis: PriceBasis | None
    seats: int | None
    there: bool


@dataclass(frozen=True, slots=True)
class NotRenewed:
    """A purchase at list price that may still pay the price from before the change. `until` is its next date, None
    unknown; `sure` where renewal and term were imported, for Graph knows neither."""

    subscription_id: str
    sku: Sku
    seats: int | None
    before: Money
    now: Money
    until: date | None
    sure: bool


def row_of(context: Context, sku_id: str, subscription_id: str | None) -> OwnPrice:
    """What the customer said of a subscription, else of its SKU in general; an empty row where nothing was said."""
    rows = {row.subscription_id: row for row in context.own_rows(sku_id)}
    return rows.get(subscription_id) or rows.get(None) or OwnPrice(sku_id, None)


def each_of(context: Context, sku_id: str, subscription_id: str | None) -> tuple[Money | None, PriceBasis | None]:
    """What a seat of a subscription costs a month, and where that comes from; None for both without a price."""
    row = row_of(context, sku_id, subscription_id)
    return priced(row, context.catalogue.list_price(sku_id), context.catalogue.uplifts)


def own_lines(context: Context) -> tuple[OwnLine, ...]:
    """Every row of the customer's list, by the name of its product."""
    found = [_own_line(row, context) for row in context.prices.rows]
    return tuple(sorted(found, key=lambda one: (one.sku.name, one.sku.sku_id, one.row.subscription_id or "")))


def _own_line(row: OwnPrice, context: Context) -> OwnLine:
    monthly, basis = priced(row, context.catalogue.list_price(row.sku_id), context.catalogue.uplifts)
    mine = [one for one in context.purchases(row.sku_id) if one.subscription_id == row.subscription_id]
    seats = row.quantity if row.quantity is not None else mine[0].total if mine else None
    there = any(one.gives_seats for one in mine) or not context.is_read(Source.SUBSCRIPTIONS)
    return OwnLine(row, context.sku(row.sku_id), monthly, basis, seats, there or row.subscription_id is None)


def not_renewed(context: Context) -> tuple[NotRenewed, ...]:
    """The purchases at list price that were made before the last change of list prices and, as far as is known, have
    not renewed since: new prices reach a purchase at its next renewal."""
    found = []
    for sku_id in sorted(context.lines):
        now, before = context.catalogue.list_price(sku_id), context.catalogue.prices_before.get(sku_id)
        if now is None or before is None or before.monthly == now or not context.is_paid(sku_id):
            continue
        for one in context.purchases(sku_id):
            row = row_of(context, sku_id, one.subscription_id)
            if row.monthly is not None or one.is_trial or not one.gives_seats or _renewed(one, row, context):
                continue
            sure = row.subscription_id is not None and row.renewal is not None and row.term is not None
            until = row.renewal or (one.next_lifecycle.date() if one.next_lifecycle else None)
            sku = context.sku(sku_id)
            found.append(NotRenewed(one.subscription_id, sku, one.total, before.monthly, now, until, sure))
    return tuple(found)


def _renewed(one: Subscription, row: OwnPrice, context: Context) -> bool:
    """Whether the purchase is from after the change, or has renewed since; False where that is not known."""
    changed = context.catalogue.changed
    if changed is None or (one.created is not None and one.created.date() >= changed):
        return True
    if row.term is Term.MONTH:
        return months_before(context.today, 1) >= changed
    if row.renewal is None or row.term is None:
        return False
    return months_before(row.renewal, row.term.months) >= changed


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise ValueError("a month has 28 days at least")
