"""What seats cost: the customer's own prices by subscription, and Microsoft's list prices where there is none.

A price belongs to a subscription, for two purchases of one SKU can cost different amounts. What the customer did not
say is unknown: Microsoft Graph knows no price, no term and no window in which seats can be given back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from licenseiq.money import Money, Total, add_up
from licenseiq.skus import Uplift

# What a list price, which is for a year paid at once, becomes otherwise: the ids of prices.toml's billing rules.
YEAR_PAID_MONTHLY = "annual-term-paid-monthly"
MONTH_TO_MONTH = "month-to-month"


class Channel(StrEnum):
    """How a subscription was bought: a partner, Microsoft Customer Agreement, Enterprise Agreement, or the web."""

    CSP = "CSP"
    MCA = "MCA"
    EA = "EA"
    WEB = "web"


class Term(StrEnum):
    """How long a purchase binds, as ISO 8601 durations."""

    MONTH = "P1M"
    YEAR = "P1Y"
    THREE_YEARS = "P3Y"

    @property
    def months(self) -> int:
        return {"P1M": 1, "P1Y": 12, "P3Y": 36}[self.value]


class Billing(StrEnum):
    """How often a purchase is paid."""

    MONTHLY = "monthly"
    YEARLY = "yearly"
    UPFRONT = "upfront"


@dataclass(frozen=True, slots=True)
class OwnPrice:
    """One row of the customer's price list: what a seat costs a month, of one subscription or of a SKU in general.

    `subscription_id` None: for every seat of the SKU that no row with a subscription speaks for. `monthly` None: the
    customer gave no price, so that the list price holds, with the uplift that term and billing ask for. `quantity` are
    the seats bought, `renewal` the day on which the term ends, `reducible_until` the last day on which seats can still
    be given back in this term. None is unknown. `contact` is text of the customer.
    """

    sku_id: str
    monthly: Money | None
    subscription_id: str | None = None
    channel: Channel | None = None
    term: Term | None = None
    billing: Billing | None = None
    quantity: int | None = None
    renewal: date | None = None
    auto_renew: bool | None = None
    reducible_until: date | None = None
    contact: str | None = None

    @property
    def says_nothing(self) -> bool:
        """Whether the row names a purchase or a SKU and no more."""
        return self == OwnPrice(self.sku_id, None, self.subscription_id)

    @property
    def uplift(self) -> str | None:
        """The billing rule that a list price needs here; None where term and billing ask for none, or are unknown."""
        if self.term is Term.MONTH:
            return MONTH_TO_MONTH
        return YEAR_PAID_MONTHLY if (self.term, self.billing) == (Term.YEAR, Billing.MONTHLY) else None


class PriceBasis(StrEnum):
    """Where the price of a seat comes from. UPLIFTED is a list price times a billing rule."""

    OWN = "own"
    MIXED = "averaged"
    LIST = "list"
    UPLIFTED = "list with uplift"


@dataclass(frozen=True, slots=True)
class SeatPrice:
    """What one seat of a SKU costs a month. MIXED is the average over its subscriptions, weighted by their seats and
    rounded down to a micro-unit."""

    monthly: Money
    basis: PriceBasis


@dataclass(frozen=True, slots=True)
class PaidPart:
    """Seats of a SKU that are paid at one price; `monthly` is None where it is unknown."""

    seats: int
    monthly: Money | None
    basis: PriceBasis | None
    subscription_id: str | None = None


@dataclass(frozen=True)
class PriceBook:
    """The customer's own prices. `version` names the edition; `imported` is the day on which it was read in."""

    version: str = "none"
    imported: date | None = None
    rows: tuple[OwnPrice, ...] = ()

    def of_sku(self, sku_id: str) -> tuple[OwnPrice, ...]:
        return tuple(row for row in self.rows if row.sku_id == sku_id)

    def of_subscription(self, subscription_id: str) -> OwnPrice | None:
        return next((row for row in self.rows if row.subscription_id == subscription_id), None)


@dataclass(frozen=True, slots=True)
class BoughtSeats:
    """What Graph says of one subscription of a SKU: its id and its seats, None where it does not say."""

    subscription_id: str
    seats: int | None


def priced(
    row: OwnPrice, list_price: Money | None, uplifts: Mapping[str, Uplift]
) -> tuple[Money | None, PriceBasis | None]:
    """What a seat of this row costs a month, and where that comes from: its own price, else the list price with the
    row's uplift, to the nearest micro-unit. None for both where there is neither, or the uplift is not known."""
    if row.monthly is not None:
        return row.monthly, PriceBasis.OWN
    if list_price is None:
        return None, None
    if row.uplift is None:
        return list_price, PriceBasis.LIST
    if (uplift := uplifts.get(row.uplift)) is None:
        return None, None
    return Money(list_price.currency, (list_price.micros * uplift.per_mille + 500) // 1000), PriceBasis.UPLIFTED


def paid_parts(
    rows: Iterable[OwnPrice],
    bought: Iterable[BoughtSeats],
    seats: int,
    list_price: Money | None,
    uplifts: Mapping[str, Uplift] | None = None,
) -> tuple[PaidPart, ...]:
    """How `seats` of one SKU are paid for: each subscription at its own price, the rest at the SKU's own price, else
    at the list price. The parts add up to `seats`, and no subscription counts more seats than are paid for."""
    mine = list(rows)
    general = next((row for row in mine if row.subscription_id is None), None)
    known = {one.subscription_id: one.seats for one in bought}
    parts: list[PaidPart] = []
    left = seats

    def take(taken: int, row: OwnPrice) -> None:
        each, basis = priced(row, list_price, uplifts or {})
        parts.append(PaidPart(taken, None if each is None else each.times(taken), basis, row.subscription_id))

    for row in sorted((r for r in mine if r.subscription_id is not None), key=lambda r: r.subscription_id or ""):
        quantity = row.quantity if row.quantity is not None else known.get(row.subscription_id or "")
        taken = min(left, quantity or 0)
        if taken:
            take(taken, row)
            left -= taken
    if left:
        take(left, general or OwnPrice("", None))
    return tuple(parts)


def seat_price(parts: Iterable[PaidPart]) -> SeatPrice | None:
    """The price of one seat out of `parts`; None where a part has no price, or there are several currencies."""
    found = list(parts)
    total: Total = add_up(part.monthly for part in found if part.monthly is not None)
    seats = sum(part.seats for part in found)
    if len(total) != 1 or not seats or any(part.monthly is None for part in found):
        return None
    bases = {part.basis for part in found if part.basis is not None}
    each = {part.monthly.micros // part.seats for part in found if part.monthly is not None}
    basis = PriceBasis.MIXED if len(each) > 1 else bases.pop() if len(bases) == 1 else PriceBasis.MIXED
    return SeatPrice(Money(total[0].currency, total[0].micros // seats), basis)


def by_sku(rows: Iterable[OwnPrice]) -> Mapping[str, tuple[OwnPrice, ...]]:
    """The rows of each SKU, in the order of the file."""
    found: dict[str, list[OwnPrice]] = {}
    for row in rows:
        found.setdefault(row.sku_id, []).append(row)
    return {sku_id: tuple(mine) for sku_id, mine in found.items()}
