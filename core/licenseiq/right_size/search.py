"""The cheapest set of products that covers a list of needs: exact, by branch and bound.

It branches over what covers the need that the fewest products cover, and gives a branch up once the cheapest product
that covers any need still open would make it dearer than the best set so far. At most one suite stands in a set, no two
mailboxes of different sizes, and each add-on beside one of its bases.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """A product to choose: its cost in micro-units, what it covers as bits, its row in the catalogue, and what its set
    must hold beside it. `mailbox` is the size of its mailbox, None without one."""

    sku_id: str
    row: str
    cost: int
    covers: int
    is_suite: bool
    mailbox: int | None
    requires: tuple[tuple[str, ...], ...]
    is_current: bool
    is_held: bool


Chosen = tuple[Option, ...]
# Of two sets of one cost: fewer products, then more current prices, then fewer changes, then the ids decide.
Rank = tuple[int, int, int, int, tuple[str, ...]]
_NEVER: Rank = (1 << 62, 0, 0, 0, ())


def rank(chosen: Chosen, cost: int) -> Rank:
    stale = sum(not option.is_current for option in chosen)
    new = sum(not option.is_held for option in chosen)
    return (cost, len(chosen), stale, new, tuple(sorted(option.sku_id for option in chosen)))


def cost_of(chosen: Chosen) -> int:
    return sum(option.cost for option in chosen)


def cheapest(
    options: tuple[Option, ...], needed: int, today: Chosen, cost: Callable[[Chosen], int] = cost_of
) -> Chosen:
    """The best set that covers `needed` (bits); `today`, which does, where none is better.

    `cost` may be more than the sum of what the products cost, never less.
    """
    found = _Search(options, needed, cost, rank(today, cost(today))).run()
    return today if found is None else found


def from_nothing(options: tuple[Option, ...], needed: int, cost: Callable[[Chosen], int] = cost_of) -> Chosen | None:
    """The best set that covers `needed`, None where no set does."""
    return _Search(options, needed, cost, _NEVER).run()


class _Search:
    def __init__(
        self, options: tuple[Option, ...], needed: int, cost: Callable[[Chosen], int], better_than: Rank
    ) -> None:
        self._needed = needed
        self._cost = cost
        self._rank = better_than
        self._best: Chosen | None = None
        self._by_row: dict[str, list[Option]] = {}
        every = sorted(options, key=lambda option: (option.cost, option.sku_id))
        for option in every:
            self._by_row.setdefault(option.row, []).append(option)
        bits = [1 << place for place in range(needed.bit_length()) if needed >> place & 1]
        # Needs that few products cover come first: they decide most.
        covering = [(bit, [option for option in every if option.covers & bit]) for bit in bits]
        self._covering = sorted(covering, key=lambda pair: len(pair[1]))
        self._least = [(bit, mine[0].cost if mine else 0) for bit, mine in self._covering]

    def run(self) -> Chosen | None:
        """The best set, None where none is better than what there is."""
        self.extend((), 0, 0)
        return self._best

    def extend(self, chosen: Chosen, covered: int, spent: int) -> None:
        """Looks at every set that holds `chosen` and could be better than the best so far."""
        left = self._needed & ~covered
        bound = spent + max((cost for bit, cost in self._least if left & bit), default=0)
        if bound > self._rank[0] or (bound == self._rank[0] and len(chosen) + bool(left) > self._rank[1]):
            return
        if not left:
            self._complete(chosen, covered, spent)
            return
        mine = next(options for bit, options in self._covering if left & bit)
        for option in mine:
            if _goes_with(option, chosen):
                self.extend((*chosen, option), covered | option.covers, spent + option.cost)

    def _complete(self, chosen: Chosen, covered: int, spent: int) -> None:
        rows = {option.row for option in chosen}
        lacking = next((o for o in chosen if o.requires and not _stands(o.requires, rows)), None)
        if lacking is None:
            found = rank(chosen, self._cost(chosen))
            if found < self._rank:
                self._best, self._rank = chosen, found
            return
        for alternative in lacking.requires:
            missing = next((row for row in alternative if row not in rows), None)
            for option in self._by_row.get(missing or "", ()):
                if _goes_with(option, chosen):
                    self.extend((*chosen, option), covered | option.covers, spent + option.cost)


def _stands(requires: tuple[tuple[str, ...], ...], rows: set[str]) -> bool:
    return any(rows.issuperset(alternative) for alternative in requires)


def _goes_with(option: Option, chosen: Chosen) -> bool:
    for other in chosen:
        if other.row == option.row or (option.is_suite and other.is_suite):
            return False
        if option.mailbox is not None and other.mailbox is not None and option.mailbox != other.mailbox:
            return False
    return True
