"""What is paid for: seats and money of each paid SKU, and what of it has no price."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from licenseiq.context import Context
from licenseiq.findings import Claim
from licenseiq.money import Money, Total, add_up


@dataclass(frozen=True, slots=True)
class Spend:
    """`seats` per paid SKU; `monthly` is None where no seat has a price; `uncounted` SKUs have unknown quantities."""

    seats: Mapping[str, int]
    monthly: Total | None
    unpriced: int
    uncounted: int
    unconfirmed: int

    @property
    def total_seats(self) -> int:
        return sum(self.seats.values())

    @property
    def currency(self) -> str | None:
        """The one currency of all prices; None where there is none, or several."""
        return self.monthly[0].currency if self.monthly and len(self.monthly) == 1 else None


def spend_of(context: Context, held: Mapping[str, int]) -> Spend:
    """Money is paid for max(bought, consumed) seats of a SKU, and never for fewer than people hold."""
    seats: dict[str, int] = {}
    prices: list[Money] = []
    unpriced = uncounted = unconfirmed = 0
    for sku_id in sorted({*context.lines, *held}):
        if not context.is_paid(sku_id):
            continue
        line = context.lines.get(sku_id)
        count = held.get(sku_id, 0)
        if line is not None:
            bought = None if context.is_unlimited(line) else line.enabled
            uncounted += line.enabled is None or line.consumed is None
            count = max(count, bought or 0, line.consumed or 0)
        if not count:
            continue
        seats[sku_id] = count
        price = context.catalogue.prices.get(sku_id)
        if price is None:
            unpriced += count
        else:
            prices.append(price.monthly.times(count))
            unconfirmed += not price.confirmed
    monthly = add_up(prices) if prices or not seats else None
    return Spend(seats, monthly, unpriced, uncounted, unconfirmed)


def money_of(claims: Iterable[Claim]) -> tuple[int, Total, int]:
    """Seats, money and seats without a price of `claims`."""
    seats = unpriced = 0
    parts: list[Money] = []
    for claim in claims:
        seats += claim.seats
        if claim.monthly is None:
            unpriced += claim.seats
        else:
            parts.append(claim.monthly)
    return seats, add_up(parts), unpriced
