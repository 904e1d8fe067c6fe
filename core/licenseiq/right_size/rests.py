"""What is left of the prices of seats that go, once those that come instead are paid for."""

from collections.abc import Sequence
from typing import NamedTuple

from licenseiq.money import Money


class Rest(NamedTuple):
    """A seat that goes: what is left of its price, and whether it pays for anything."""

    sku_id: str
    left: Money
    pays: bool


def rests_of(going: Sequence[tuple[str, Money]], coming: Sequence[Money]) -> tuple[Rest, ...] | None:
    """In the order of `going`, the first of which pay first. None where currencies differ, or those that come cost more
    than all that go."""
    currencies = {price.currency for price in (*coming, *(price for _, price in going))}
    if len(currencies) != 1:
        return None
    owed, found = sum(price.micros for price in coming), []
    for sku_id, price in going:
        paid = min(owed, price.micros)
        owed -= paid
        found.append(Rest(sku_id, Money(price.currency, price.micros - paid), paid > 0))
    return None if owed else tuple(found)
