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
    `own` seats have the customer's own price, `uplifted` ones a list price with a billing uplift; `listed` are the
    SKUs of which a list price enters the money.
    """

    seats: Mapping[str, int]
    monthly: Total | None
    unpriced: int
    uncounted: int
    unpriced_skus: int
    last_known: int
    own: int
    uplifted: int
    listed: tuple[str, ...]

    @property
    def total_seats(self) -> int:
        return sum(self.seats.values())

    @property
    def currency(self) -> str | None:
        """The one currency of all prices; None where there is none, or several."""
        return self.monthly[0].currency if self.monthly and len(self.monthly) == 1 else None


def spend_of(context: Context, held: Mapping[str, int]) -> Spend:
    """Seats and money of every paid SKU."""
    seats: dict[str, int] = {}
    prices: list[Money] = []
    listed: list[str] = []
    unpriced = uncounted = unpriced_skus = last_known = own = uplifted = 0
    for sku_id in sorted({*context.lines, *held}):
        if not context.is_paid(sku_id):
            continue
        line = context.lines.get(sku_id)
        if line is not None:
            uncounted += line.enabled is None or line.consumed is None
        count = paid_count(context, sku_id, held.get(sku_id, 0))
        if not count:
            continue
        seats[sku_id] = count
        parts = context.paid_parts(sku_id, count)
        prices += [part.monthly for part in parts if part.monthly is not None]
        own += sum(part.seats for part in parts if part.basis is PriceBasis.OWN)
        uplifted += sum(part.seats for part in parts if part.basis is PriceBasis.UPLIFTED)
        if any(part.basis in (PriceBasis.LIST, PriceBasis.UPLIFTED) for part in parts):
            listed.append(sku_id)
        missing = sum(part.seats for part in parts if part.monthly is None)
        unpriced += missing
        unpriced_skus += bool(missing)
        last_known += bool(missing) and sku_id in context.catalogue.prices
    monthly = add_up(prices) if prices or not seats else None
    return Spend(seats, monthly, unpriced, uncounted, unpriced_skus, last_known, own, uplifted, tuple(listed))


def paid_count(context: Context, sku_id: str, held: int) -> int:
    """For how many seats of a SKU money is paid: max(bought, consumed), and never fewer than people hold."""
    line = context.lines.get(sku_id)
    if line is None:
        return held
    bought = 0 if context.is_unlimited(line) else line.enabled or 0
    return max(held, bought, line.consumed or 0)


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
