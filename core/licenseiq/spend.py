"""What is paid for: seats and money of each paid SKU, and what of it has no price."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from licenseiq.context import Context
from licenseiq.findings import Claim
from licenseiq.money import Money, Total, add_up
from licenseiq.prices import PriceBasis


@dataclass(frozen=True, slots=True)
class Spend:
    """`seats` per paid SKU; `monthly` is None where no seat has a price; `uncounted` SKUs have unknown quantities.

    `unpriced` seats of `unpriced_skus` have no price; of `last_known` SKUs among them an old list price is known.
    `own` seats have the customer's own price.
    """

    seats: Mapping[str, int]
    monthly: Total | None
    unpriced: int
    uncounted: int
    unpriced_skus: int
    last_known: int
    own: int

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
    unpriced = uncounted = unpriced_skus = last_known = own = 0
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
        parts = context.paid_parts(sku_id, count)
        prices += [part.monthly for part in parts if part.monthly is not None]
        own += sum(part.seats for part in parts if part.basis is PriceBasis.OWN)
        missing = sum(part.seats for part in parts if part.monthly is None)
        unpriced += missing
        unpriced_skus += bool(missing)
        last_known += bool(missing) and sku_id in context.catalogue.prices
    monthly = add_up(prices) if prices or not seats else None
    return Spend(seats, monthly, unpriced, uncounted, unpriced_skus, last_known, own)


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
