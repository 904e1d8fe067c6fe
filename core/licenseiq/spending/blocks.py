"""The seats of a SKU as a forecast sees them: blocks bought together, with when they renew and at what price."""

from dataclasses import dataclass
from datetime import date

from licenseiq.context import Context
from licenseiq.money import Money
from licenseiq.price_list import months_before, row_of
from licenseiq.prices import OwnPrice, PaidPart, Term


@dataclass(frozen=True, slots=True)
class Block:
    """Seats of one purchase, or of several of which nothing tells them apart. `each` is the price of a seat a month.

    `renewal` is the next one by the customer's word, `lifecycle` Graph's next date, which promises none. `ratio` is
    (new, old) list price where the next renewal is the first at the new ones. None is unknown.
    """

    sku_id: str
    seats: int
    each: Money | None
    subscription_id: str | None = None
    renewal: date | None = None
    lifecycle: date | None = None
    term: Term | None = None
    reducible_until: date | None = None
    ratio: tuple[int, int] | None = None

    def renews(self, after: date, until: date) -> bool:
        """Whether a renewal of ours lies after the one day and not after the other."""
        if self.term is Term.MONTH:
            return True
        day, number = self.renewal, 0
        while day is not None and day <= after and self.term is not None and self.renewal is not None:
            number += 1
            day = months_before(self.renewal, -number * self.term.months)
        return day is not None and after < day <= until

    def may_fall(self, after: date, until: date, *, by_lifecycle: bool) -> bool:
        """Whether seats can be given back between the days: at a renewal, or while the customer's window is open."""
        if self.reducible_until is not None and self.reducible_until >= until:
            return True
        if by_lifecycle and self.renewal is None and self.lifecycle is not None and after < self.lifecycle <= until:
            return True
        return self.renews(after, until)

    def prices(self, day: date, percent: int) -> tuple[int, int, int] | None:
        """The lowest, expected and highest price of a seat on a day, in micro-units, if prices change by `percent` at
        the next renewal; where no renewal is known the change may come at once or not at all."""
        if self.each is None:
            return None
        low = expected = high = self.each.micros
        renewed = self.renewal is not None and self.renewal <= day
        if renewed and self.ratio is not None:
            expected = (expected * self.ratio[0] + self.ratio[1] // 2) // self.ratio[1]
            low, high = min(low, expected), max(high, expected)
        if not percent:
            return low, expected, high
        changed = changed_by(low, percent), changed_by(expected, percent), changed_by(high, percent)
        if renewed or self.term is Term.MONTH:
            return changed
        if self.renewal is not None:
            return low, expected, high
        return min(low, changed[0]), changed[1], max(high, changed[2])


def changed_by(micros: int, percent: int) -> int:
    """A price changed by whole percent, to the nearest micro-unit."""
    return (micros * (100 + percent) + 50) // 100


def blocks_of(context: Context, sku_id: str, paid: int) -> tuple[Block, ...]:
    """The paid seats of a SKU, those that renew soonest first."""
    found: list[Block] = []
    for part in context.paid_parts(sku_id, paid):
        found += _blocks(part, context, sku_id)
    far = date.max
    return tuple(sorted(found, key=lambda one: (one.renewal or one.lifecycle or far, one.subscription_id or "")))


def _blocks(part: PaidPart, context: Context, sku_id: str) -> list[Block]:
    """One block for a subscription that the customer named; else one for each purchase that Graph tells of."""
    row = row_of(context, sku_id, part.subscription_id)
    each = None if part.monthly is None else Money(part.monthly.currency, part.monthly.micros // part.seats)
    renewal, ratio = _next_renewal(row, context), _ratio(row, context)
    named = {one.subscription_id for one in context.own_rows(sku_id)} - {None}
    found, left = [], part.seats
    for one in context.purchases(sku_id):
        mine = part.subscription_id == one.subscription_id if part.subscription_id else one.subscription_id not in named
        if not mine or one.is_trial or not one.gives_seats or not left:
            continue
        seats = left if part.subscription_id else min(left, one.total or 0)
        if seats:
            ends = one.next_lifecycle.date() if one.next_lifecycle else None
            lifecycle = ends if ends is not None and ends > context.today else None
            found.append(
                Block(
                    sku_id, seats, each, one.subscription_id, renewal, lifecycle, row.term, row.reducible_until, ratio
                )
            )
            left -= seats
    if left:
        found.append(
            Block(sku_id, left, each, part.subscription_id, renewal, None, row.term, row.reducible_until, ratio)
        )
    return found


def _next_renewal(row: OwnPrice, context: Context) -> date | None:
    """The customer's renewal date; one that is over is moved on by its term, where that is known."""
    day, number = row.renewal, 0
    while day is not None and day <= context.today and row.renewal is not None:
        if row.term is None:
            return None
        number += 1
        day = months_before(row.renewal, -number * row.term.months)
    return day


def _ratio(row: OwnPrice, context: Context) -> tuple[int, int] | None:
    """New and old list price, where an own price was agreed on in a term that began before list prices changed."""
    catalogue = context.catalogue
    renewal, changed = _next_renewal(row, context), catalogue.changed
    if row.monthly is None or row.term is None or renewal is None or changed is None:
        return None
    now, before = catalogue.list_price(row.sku_id), catalogue.prices_before.get(row.sku_id)
    if now is None or before is None or before.monthly.currency != now.currency or not before.monthly.micros:
        return None
    began_before = months_before(renewal, row.term.months) < changed
    return (now.micros, before.monthly.micros) if began_before and now != before.monthly else None
