"""What each paid SKU costs a month, counted as `licenseiq.spend` counts the whole."""

from collections.abc import Mapping

from licenseiq.context import Context
from licenseiq.money import add_up
from licenseiq.prices import seat_price
from licenseiq.spend import paid_count
from licenseiq.spending.table import SkuSpend


def sku_spends(context: Context, held: Mapping[str, int]) -> tuple[SkuSpend, ...]:
    """Every paid SKU that has seats, by id. `held` counts the people who take a paid seat."""
    found = []
    for sku_id in sorted({*context.lines, *held}):
        if context.is_paid(sku_id) and (one := sku_spend(context, sku_id, held.get(sku_id, 0))).paid:
            found.append(one)
    return tuple(found)


def sku_spend(context: Context, sku_id: str, held: int) -> SkuSpend:
    """One paid SKU. The price of a seat is rounded down, so that seats never cost more than is paid."""
    line = context.lines.get(sku_id)
    paid = paid_count(context, sku_id, held)
    parts = context.paid_parts(sku_id, paid)
    seat = seat_price(parts)
    return SkuSpend(
        sku_id=sku_id,
        enabled=None if line is None or context.is_unlimited(line) else line.enabled,
        consumed=line.consumed if line is not None else None,
        held=held,
        paid=paid,
        price=seat.monthly if seat is not None else None,
        spend=add_up(part.monthly for part in parts if part.monthly is not None),
        unpriced=sum(part.seats for part in parts if part.monthly is None),
    )
