"""What changed since another day, SKU by SKU, and why: the causes of a change add up to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from licenseiq.money import Total, add_up
from licenseiq.spending.table import SkuSpend

MOST = 5


class Cause(StrEnum):
    """Why spend moved. BEYOND is what is taken beyond what was bought, by joiners and leavers."""

    BOUGHT = "seats_bought"
    GIVEN_UP = "seats_given_up"
    BEYOND = "taken_beyond_bought"
    PRICE = "price_change"
    NOT_SPLIT = "seats_and_prices"


@dataclass(frozen=True, slots=True)
class Part:
    """One cause: by how many seats (None for a price) and by how much money a month."""

    cause: Cause
    seats: int | None
    change: Total


@dataclass(frozen=True, slots=True)
class Movement:
    """The change of one SKU. `held` is how many more people hold it; `reclaimed` how many seats approved runs took back
    meanwhile (None: not known)."""

    sku_id: str
    change: Total
    parts: tuple[Part, ...]
    seats: int
    held: int
    reclaimed: int | None


def difference(now: Total, then: Total) -> Total:
    """`now` less `then`, without currencies in which nothing changed."""
    changed = add_up([*now, *(money.times(-1) for money in then)])
    return tuple(money for money in changed if money.micros)


def movements(
    then: Iterable[SkuSpend], now: Iterable[SkuSpend], reclaimed: Mapping[str, int] | None, most: int = MOST
) -> tuple[Movement, ...]:
    """The largest changes, by money, then by seats. Currencies are compared, never added."""
    before, after = {one.sku_id: one for one in then}, {one.sku_id: one for one in now}
    found = []
    for sku_id in sorted({*before, *after}):
        none = SkuSpend(sku_id, 0, 0, 0, 0, None, (), 0)
        old, new = before.get(sku_id, none), after.get(sku_id, none)
        change = difference(new.spend, old.spend)
        if change or new.paid != old.paid:
            taken = None if reclaimed is None else reclaimed.get(sku_id, 0)
            seats, held = new.paid - old.paid, new.held - old.held
            found.append(Movement(sku_id, change, _parts(old, new, change), seats, held, taken))
    return tuple(sorted(found, key=_order)[:most])


def _parts(old: SkuSpend, new: SkuSpend, change: Total) -> tuple[Part, ...]:
    """Seats at the price of before, and what is left by the price; a SKU that is new or gone is seats alone."""
    bought, beyond = _seats(old, new)
    each = old.price if old.paid else new.price
    if each is None or not _one_currency(old, new):
        seats = new.paid - old.paid
        if not seats:
            return (Part(Cause.PRICE, None, change),)
        if not change:
            return (Part(Cause.BOUGHT if seats > 0 else Cause.GIVEN_UP, seats, ()),)
        return (Part(Cause.NOT_SPLIT, seats, change),)
    parts = []
    if bought:
        cause = Cause.BOUGHT if bought > 0 else Cause.GIVEN_UP
        parts.append(Part(cause, bought, (each.times(bought),)))
    if beyond:
        parts.append(Part(Cause.BEYOND, beyond, (each.times(beyond),)))
    rest = difference(change, add_up(money for part in parts for money in part.change))
    if rest:
        parts.append(Part(Cause.PRICE, None, rest))
    return tuple(parts)


def _seats(old: SkuSpend, new: SkuSpend) -> tuple[int, int]:
    """More seats bought, and more taken beyond what was bought; all are bought ones where that is not known."""
    seats = new.paid - old.paid
    if old.enabled is None or new.enabled is None:
        return seats, 0
    bought = new.enabled - old.enabled
    return bought, seats - bought


def _one_currency(old: SkuSpend, new: SkuSpend) -> bool:
    """Whether all seats of both days have a price, in the same currency."""
    known = all(one.price is not None or not one.paid for one in (old, new))
    return known and len({money.currency for one in (old, new) for money in one.spend}) == 1


def _order(one: Movement) -> tuple[int, int, str]:
    most = max((abs(money.micros) for money in one.change), default=0)
    return (-most, -abs(one.seats), one.sku_id)
