"""Where the seat of an addition comes from: a free one, one that the same plan frees, by itself or by hand, or none.

Never more are given than there are. Seats that the plan frees count from the step on that frees them, and, where steps
wait for a day, from that day on.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from licenseiq.context import Context
from licenseiq.prices import PriceBasis
from licenseiq.proposals.plan import Plan
from licenseiq.readings import Source
from licenseiq.words import count

_WHOSE = {
    PriceBasis.OWN: "your price",
    PriceBasis.MIXED: "the average of your prices",
    PriceBasis.LIST: "list price",
    PriceBasis.UPLIFTED: "list price with uplift",
}


class SeatSource(StrEnum):
    FREE = "free"
    FREED_HERE = "freed_here"
    AFTER_HAND_OFF = "after_hand_off"
    MISSING = "missing"
    UNKNOWN = "unknown"


def free_seats(sku_id: str, context: Context) -> int | None:
    """Of a SKU that the tenant does not own there is none; None where nobody could say."""
    line = context.lines.get(sku_id)
    if line is None:
        return 0 if context.is_read(Source.SKUS) else None
    return line.free()


class Seats:
    """The seats of a tenant while a plan is made. `claimed` are those that findings claim of others, by SKU."""

    def __init__(self, context: Context, claimed: Mapping[str, int]) -> None:
        self._context = context
        self._claimed = claimed
        self._taken: dict[str, int] = {}
        self._freed: dict[str, list[datetime | None]] = {}
        self._by_hand: dict[str, int] = {}

    def free(self, sku_id: str, date: datetime | None) -> None:
        """A step of the plan gives a seat back on that day; None is at once."""
        self._freed.setdefault(sku_id, []).append(date)

    def hand_over(self, sku_id: str) -> None:
        """A hand-off of the plan gives a seat back, once somebody has done it."""
        self._by_hand[sku_id] = self._by_hand.get(sku_id, 0) + 1

    def source(self, sku_id: str, date: datetime | None) -> SeatSource:
        """Where the next seat comes from for a step of that day."""
        free = free_seats(sku_id, self._context)
        if free is None:
            return SeatSource.UNKNOWN
        left = free - self._taken.get(sku_id, 0)
        if left > 0:
            return SeatSource.FREE
        freed = [one for one in self._freed.get(sku_id, ()) if one is None or (date is not None and one <= date)]
        if left + len(freed) > 0:
            return SeatSource.FREED_HERE
        by_hand = left + len(freed) + self._by_hand.get(sku_id, 0)
        return SeatSource.AFTER_HAND_OFF if by_hand > 0 else SeatSource.MISSING

    def take(self, sku_id: str) -> None:
        """Whoever comes next finds one seat less."""
        self._taken[sku_id] = self._taken.get(sku_id, 0) + 1

    def cure(self, sku_id: str) -> str:
        """What to do where no seat is left: take one back that a finding claims, else buy one."""
        name, claimed = self._context.sku(sku_id).name, self._claimed.get(sku_id, 0)
        price = price_words(sku_id, self._context)
        if claimed:
            have = (
                f"{count(claimed, 'finding')} would free one (list_waste): propose again with action add and findings"
            )
            return f"No seat of {name} is free. {have}; else buy one, {price}."
        return f"No seat of {name} is free, and no finding claims one: buy one, {price}, then propose again."


def price_words(sku_id: str, context: Context) -> str:
    """'at 15.00 USD a month (list price)'; a list price that need not hold any more is told as such."""
    seat, listed = context.seat(sku_id), context.catalogue.prices.get(sku_id)
    if seat is not None:
        return f"at {seat.monthly} a month ({_WHOSE[seat.basis]})"
    if listed is not None and not context.own_rows(sku_id):
        return f"at a price that is not known (last list price {listed.monthly} a month)"
    return "at a price that is not known"


def sources_of(plan: Plan) -> dict[str, dict[SeatSource, int]]:
    """How many seats of each added SKU the steps of a plan take from where."""
    found: dict[str, dict[SeatSource, int]] = {}
    for step in plan.steps:
        seats = step.arguments.get("seats")
        for sku_id, source in (seats if isinstance(seats, Mapping) else {}).items():
            mine = found.setdefault(sku_id, {})
            mine[SeatSource(str(source))] = mine.get(SeatSource(str(source)), 0) + 1
    return found
