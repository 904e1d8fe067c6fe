"""What the paid seats of the months to come cost, as a range with its assumptions.

A month is counted as it stands on its first day, nothing prorated. Expected is what the question says and nothing else;
low gives every seat back that nobody needs as soon as that may be possible, high gives none back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from licenseiq.context import Context
from licenseiq.money import Money
from licenseiq.price_list import months_before
from licenseiq.spending.blocks import Block, blocks_of, changed_by
from licenseiq.spending.table import SkuSpend


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What shall be assumed. `sku_id` None: every SKU, of which a joiner takes the tenant's mix. `reclaimed` are seats
    by SKU that nobody would hold any more (less than nothing: more would be held)."""

    joiners_per_month: int = 0
    leavers_per_month: int = 0
    price_change_percent: int = 0
    sku_id: str | None = None
    extra_seats: int = 0
    reclaimed: Mapping[str, int] = field(default_factory=dict)

    @property
    def net(self) -> int:
        return self.joiners_per_month - self.leavers_per_month

    @property
    def asks_for_something(self) -> bool:
        return self != WhatIf(sku_id=self.sku_id)


@dataclass(frozen=True, slots=True)
class Range:
    """Money in one currency, in micro-units: what a month, or several, may cost."""

    low: int = 0
    expected: int = 0
    high: int = 0

    def plus(self, other: "Range") -> "Range":
        return Range(self.low + other.low, self.expected + other.expected, self.high + other.high)


Ranges = Mapping[str, Range]


@dataclass(frozen=True, slots=True)
class Month:
    """`day` is the month's first; `ranges` by currency."""

    day: date
    ranges: Ranges


@dataclass
class _Seats:
    """The seats of one SKU in one scenario."""

    blocks: list[int]
    bought: int = 0

    @property
    def total(self) -> int:
        return sum(self.blocks) + self.bought


def forecast(
    context: Context, skus: Sequence[SkuSpend], holders: int | None, months: int, what: WhatIf
) -> tuple[Month, ...]:
    """The months after that of the data. `holders` are the people with a paid seat, among whom joiners are average."""
    days = [_first_of_month(context.today, number) for number in range(1, months + 1)]
    sums: list[dict[str, Range]] = [{} for _ in days]
    for one in skus:
        if what.sku_id in (None, one.sku_id):
            for month, ranges in zip(sums, _months_of(context, one, holders or 0, days, what), strict=True):
                for currency, found in ranges.items():
                    month[currency] = month.get(currency, Range()).plus(found)
    return tuple(Month(day, month) for day, month in zip(days, sums, strict=True))


def total(months: Sequence[Month]) -> dict[str, Range]:
    """All months together, by currency."""
    found: dict[str, Range] = {}
    for month in months:
        for currency, one in month.ranges.items():
            found[currency] = found.get(currency, Range()).plus(one)
    return found


def _months_of(
    context: Context, one: SkuSpend, holders: int, days: Sequence[date], what: WhatIf
) -> list[dict[str, Range]]:
    """The months of one SKU."""
    blocks = blocks_of(context, one.sku_id, one.paid)
    low, expected, high = (_Seats([block.seats for block in blocks], what.extra_seats) for _ in range(3))
    # Graph's own count of what is taken says how many seats are short, also where somebody could not be read.
    taken = max(one.held, one.consumed or 0)
    start, before, found = one.paid + what.extra_seats, context.today, []
    for number, day in enumerate(days, 1):
        needed = max(0, taken + _joined(what, one, holders, number) - what.reclaimed.get(one.sku_id, 0))
        spare = context.policy.buffer(needed, one.sku_id) if needed else 0
        # What is free today stays as it is: nobody has decided anything about it.
        kept = start - max(0, taken - needed)
        _give_back(expected, blocks, kept, before, day, by_lifecycle=False)
        _give_back(low, blocks, min(kept, needed + spare), before, day, by_lifecycle=True)
        for seats, least in ((low, needed), (expected, needed), (high, needed + spare if needed > taken else needed)):
            seats.bought += max(0, least - seats.total)
        found.append(_costs(blocks, (low, expected, high), one.price, day, what.price_change_percent))
        before = day
    return found


def _joined(what: WhatIf, one: SkuSpend, holders: int, month: int) -> int:
    """How many more people hold the SKU after so many months, to the nearest whole one."""
    net = what.net * month
    if what.sku_id is not None or not net:
        return net
    if not holders:
        return 0
    whole = (2 * abs(net) * one.held + holders) // (2 * holders)
    return whole if net > 0 else -whole


def _give_back(
    seats: _Seats, blocks: Sequence[Block], least: int, after: date, until: date, *, by_lifecycle: bool
) -> None:
    """Takes what is more than `least` out of the blocks that may fall."""
    for place, block in enumerate(blocks):
        if (too_many := seats.total - least) > 0 and block.may_fall(after, until, by_lifecycle=by_lifecycle):
            seats.blocks[place] -= min(seats.blocks[place], too_many)


def _costs(
    blocks: Sequence[Block], scenarios: tuple[_Seats, _Seats, _Seats], each: Money | None, day: date, percent: int
) -> dict[str, Range]:
    """Seats times prices, each scenario with its own; the ends are never on the wrong side of what is expected."""
    sums: dict[str, list[int]] = {}
    for place, block in enumerate(blocks):
        prices = block.prices(day, percent)
        if prices is None or block.each is None:
            continue
        total_of = sums.setdefault(block.each.currency, [0, 0, 0])
        for number, (seats, price) in enumerate(zip(scenarios, prices, strict=True)):
            total_of[number] += seats.blocks[place] * price
    if each is not None:
        total_of = sums.setdefault(each.currency, [0, 0, 0])
        for number, seats in enumerate(scenarios):
            total_of[number] += seats.bought * changed_by(each.micros, percent)
    return {
        currency: Range(min(low, expected), expected, max(expected, high))
        for currency, (low, expected, high) in sums.items()
        if low or expected or high
    }


def _first_of_month(today: date, months: int) -> date:
    return months_before(today.replace(day=1), -months)


def without_change(what: WhatIf) -> WhatIf:
    """The same question with nothing assumed, to compare with."""
    return replace(WhatIf(), sku_id=what.sku_id)
