"""What becomes of a saving: identified, approved, reclaimed, and then realised or reversed.

Seats of a SKU are alike, so a seat that was taken back is followed by number. From one reading to the next, with the
seats that approved runs took back in between already free:

- whoever is new among the holders takes a reclaimed seat first: it is realised, for no seat had to be bought;
- seats that are no longer bought are reclaimed ones first: realised;
- seats that are bought although reclaimed ones would have served the new holders are reversals: first of those that
  read free, then of those by which the quantity fell.

Joiners and leavers beside our runs are seen as one number, the change of the seats taken.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licenseiq.money import Money, Total, add_up


class SavingState(StrEnum):
    IDENTIFIED = "identified"
    APPROVED = "approved"
    RECLAIMED = "reclaimed"
    REALISED = "realised"
    REVERSED = "reversed"


class ReclaimState(StrEnum):
    """How far a step that frees or takes a seat has come: proposed, approved, or done and read back."""

    OPEN = "open"
    APPROVED = "approved"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Reclaim:
    """A seat of a SKU in a proposal's step: `seats` is 1 for one that it frees, -1 for one that it takes. `done_at` is
    when it was read back."""

    sku_id: str
    seats: int
    state: ReclaimState
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SeenSeats:
    """How many seats of a SKU were bought and taken at one reading."""

    as_of: datetime
    bought: int
    taken: int


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of the seats of one SKU that runs took back; the four add up to them."""

    reclaimed: int = 0
    realised_by_joiners: int = 0
    realised_by_fewer: int = 0
    reversed: int = 0

    @property
    def realised(self) -> int:
        return self.realised_by_joiners + self.realised_by_fewer


@dataclass(frozen=True, slots=True)
class Saving:
    """Seats in one state, and their money a month at the prices of today without the `unpriced` ones."""

    state: SavingState
    seats: int
    monthly: Total
    unpriced: int


def fate_of(taken_back: Iterable[datetime], seen: Iterable[SeenSeats]) -> Fate:
    """Follows the seats of one SKU that were taken back at these times through the readings."""
    times = sorted(taken_back)
    free = joined = fewer = turned = done = 0
    last: SeenSeats | None = None
    for one in sorted(seen, key=lambda reading: reading.as_of):
        new = sum(moment <= one.as_of for moment in times) - done
        done += new
        free += new
        if last is not None:
            more = one.bought - last.bought
            joiners = max(0, one.taken - (last.taken - new))
            needed = max(0, joiners - free)
            over = max(0, more - needed)
            back = min(free, over)
            free, turned = free - back, turned + back
            again = min(fewer, over - back)
            fewer, turned = fewer - again, turned + again
            gone = min(free, max(0, -more))
            free, fewer = free - gone, fewer + gone
            took = min(free, joiners)
            free, joined = free - took, joined + took
        last = one
    return Fate(free + len(times) - done, joined, fewer, turned)


def savings(
    reclaims: Sequence[Reclaim], seen: Mapping[str, Sequence[SeenSeats]], prices: Mapping[str, Money | None]
) -> tuple[Saving, ...]:
    """What was approved and what became of it, over all SKUs that cost money; `prices` are those SKUs' seats today."""
    seats: dict[SavingState, dict[str, int]] = {
        state: {} for state in SavingState if state is not SavingState.IDENTIFIED
    }
    for sku_id in sorted({one.sku_id for one in reclaims if one.seats > 0 and one.sku_id in prices}):
        mine = [one for one in reclaims if one.sku_id == sku_id and one.seats > 0]
        done = [one.done_at for one in mine if one.state is ReclaimState.DONE and one.done_at is not None]
        fate = fate_of(done, seen.get(sku_id, ()))
        seats[SavingState.APPROVED][sku_id] = sum(one.state is ReclaimState.APPROVED for one in mine)
        seats[SavingState.RECLAIMED][sku_id] = fate.reclaimed
        seats[SavingState.REALISED][sku_id] = fate.realised
        seats[SavingState.REVERSED][sku_id] = fate.reversed
    return tuple(_saving(state, of_state, prices) for state, of_state in seats.items())


def _saving(state: SavingState, seats: Mapping[str, int], prices: Mapping[str, Money | None]) -> Saving:
    priced = [(prices[sku_id], number) for sku_id, number in seats.items() if number]
    return Saving(
        state,
        sum(seats.values()),
        add_up(price.times(number) for price, number in priced if price is not None),
        sum(number for price, number in priced if price is None),
    )


def done_since(reclaims: Iterable[Reclaim], since: datetime) -> dict[str, int]:
    """How many seats of each SKU approved runs took back after a moment."""
    found: dict[str, int] = {}
    for one in reclaims:
        if one.seats > 0 and one.done_at is not None and one.done_at > since:
            found[one.sku_id] = found.get(one.sku_id, 0) + 1
    return found
