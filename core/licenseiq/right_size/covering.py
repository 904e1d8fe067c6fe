"""Which of the products that a person holds are covered by the others, service by service.

Only pairs that the catalogue's overlaps know, or that the tenant's own service plans prove between products of that
list; never a pair that is known to be wrong. A service that is switched off covers nothing, and needs no cover.
Source: data README, "overlaps.toml"; that one plan supersedes another is from plan names, and so only likely.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from licenseiq.context import Context
from licenseiq.people import Person
from licenseiq.right_size.needs import SIZED
from licenseiq.right_size.seat_sets import SeatSet, seat_set
from licenseiq.skus import Product, Tier


@dataclass(frozen=True, slots=True)
class Covered:
    """A SKU that others cover. `by` are those that do; `is_exact`: each service by its id, as the tenant itself says.
    `for_review`: only a person can say whether it is covered."""

    sku_id: str
    by: tuple[str, ...]
    is_exact: bool
    for_review: bool = False


def covered(person: Person, context: Context) -> tuple[Covered, ...]:
    """What could go while all the rest stays. No two of them lean on each other, and no add-on loses its base."""
    known: dict[SeatSet, tuple[Covered, ...]] = context.memo.setdefault("covered", {})
    seats = seat_set(person, context)
    found = known.get(seats)
    if found is None:
        found = known[seats] = _covered(seats, context)
    return found


def _covered(seats: SeatSet, context: Context) -> tuple[Covered, ...]:
    overlaps = context.catalogue.overlaps()
    if not any(s in overlaps.larger or s in overlaps.review for s in seats.paid):
        return ()
    looking = _Looking(seats, context)
    found: dict[str, Covered] = {}
    for together in (False, True):  # one product that covers all is the better reason
        for sku_id in looking.by_worth():
            if sku_id not in found and (one := looking.cover(sku_id, found, together=together)) is not None:
                found[sku_id] = one
    said = {sku_id: looking.cover(sku_id, found, together=True) or one for sku_id, one in found.items()}
    for sku_id in looking.held:
        others = tuple(o for o in looking.held if o in overlaps.review.get(sku_id, ()) and o not in found)
        if others and sku_id not in found:
            said[sku_id] = Covered(sku_id, others, is_exact=False, for_review=True)
    return tuple(said[sku_id] for sku_id in sorted(said))


class _Looking:
    def __init__(self, seats: SeatSet, context: Context) -> None:
        self._context = context
        self._overlaps = context.catalogue.overlaps()
        self.held = seats.paid
        self._own = {s for s in self.held if (line := context.lines.get(s)) is not None and line.service_plans}
        self._on = {sku_id: self._switched_on(sku_id, seats) for sku_id in self.held}
        self._needs_base = {s for s in self.held if self._has_base(s, frozenset(self.held))}

    def by_worth(self) -> list[str]:
        """The dearest first, so that of two that cover each other the dearer one goes."""
        prices = {sku_id: self._context.price(sku_id) for sku_id in self.held}
        return sorted(self.held, key=lambda s: (-(p.micros if (p := prices[s]) else 0), s))

    def cover(self, sku_id: str, gone: Iterable[str], *, together: bool) -> Covered | None:
        """How the SKU is covered by what stays once `gone` went; None where it is not, or where it keeps another."""
        left = [s for s in self.held if s != sku_id and s not in gone]
        by = self._coverer(sku_id, left, together=False) or (
            self._coverer(sku_id, left, together=True) if together else ()
        )
        if not by:
            return None
        if any(self._coverer(other, left, together=True) is None for other in gone):
            return None
        if any(not self._has_base(other, frozenset(left)) for other in self._needs_base.intersection(left)):
            return None
        exact = {sku_id, *by} <= self._own and self._on[sku_id] <= frozenset().union(*(self._on[s] for s in by))
        return Covered(sku_id, by, exact)

    def _coverer(self, sku_id: str, left: list[str], together: bool) -> tuple[str, ...] | None:
        allowed = [other for other in left if self._may_cover(other, sku_id)]
        if not together:
            return next(((other,) for other in allowed if self._covers((other,), sku_id)), None)
        if len(allowed) < 2 or not self._covers(tuple(allowed), sku_id):
            return next(((other,) for other in allowed if self._covers((other,), sku_id)), None)
        by = list(allowed)
        for other in allowed:  # leave out those that are not needed for it
            rest = [one for one in by if one != other]
            if rest and self._covers(tuple(rest), sku_id):
                by = rest
        return tuple(by)

    def _may_cover(self, other: str, sku_id: str) -> bool:
        known = self._overlaps
        if other in known.rejected.get(sku_id, ()) or other in known.review.get(sku_id, ()):
            return False
        return other in known.larger.get(sku_id, ()) or (other in known.includers and sku_id in known.larger)

    def _covers(self, others: tuple[str, ...], sku_id: str) -> bool:
        """Whether every service that is on in the SKU is on in one of the others, and no store gets smaller."""
        wanted = self._on[sku_id]
        if not wanted or not others:
            return False
        listed = len(others) == 1 and others[0] in self._overlaps.larger.get(sku_id, ())
        # Beside the list only the tenant's own word on its plans counts.
        if not listed and len(others) == 1 and not {sku_id, *others} <= self._own:
            return False
        there = frozenset().union(*(self._on[other] for other in others))
        better = self._overlaps.supersedes
        if not all(plan in there or not there.isdisjoint(better.get(plan, ())) for plan in wanted):
            return False
        return listed or all(self._is_as_large(key, others, sku_id) for key in SIZED.values())

    def _is_as_large(self, key: str, others: tuple[str, ...], sku_id: str) -> bool:
        mine = _size(self._context.catalogue.contents(sku_id), key)
        return not mine or max(_size(self._context.catalogue.contents(o), key) or 0 for o in others) >= mine

    def _switched_on(self, sku_id: str, seats: SeatSet) -> frozenset[str]:
        line = self._context.lines.get(sku_id)
        plans = (line.service_plans if line else None) or self._context.catalogue.plans.get(sku_id) or frozenset()
        return plans - seats.plans_off(sku_id) - self._overlaps.noise

    def _has_base(self, sku_id: str, left: frozenset[str]) -> bool:
        """Whether one of the bases of an add-on stays; True for what needs none."""
        contents = self._context.catalogue.contents(sku_id)
        if not isinstance(contents, Product) or not contents.requires:
            return True
        rows = {_row(found) for s in left if (found := self._context.catalogue.contents(s)) is not None}
        return any(rows.issuperset(alternative) for alternative in contents.requires)


def _size(contents: Tier | Product | None, key: str) -> int | None:
    size: int | None = getattr(contents, key, None)
    return size


def _row(contents: Tier | Product) -> str:
    return contents.tier_id if isinstance(contents, Tier) else contents.product_id
