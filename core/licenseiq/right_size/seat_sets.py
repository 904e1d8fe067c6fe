"""The paid seats of a person with what is switched off in them: many people have the same, so that much of what is
asked of seats is worked out once for each different set."""

from typing import NamedTuple

from licenseiq.context import Context
from licenseiq.people import SEATED, Person


class SeatSet(NamedTuple):
    """`paid` are the SKUs, each once, sorted; `off` the ids of the service plans that no path which takes a seat
    switches on, by SKU, only of SKUs that have some."""

    paid: tuple[str, ...]
    off: tuple[tuple[str, frozenset[str]], ...] = ()

    def without(self, gone: frozenset[str]) -> "SeatSet":
        """The same without these SKUs."""
        if not gone:
            return self
        return SeatSet(tuple(s for s in self.paid if s not in gone), tuple(o for o in self.off if o[0] not in gone))

    def plans_off(self, sku_id: str) -> frozenset[str]:
        return next((plans for other, plans in self.off if other == sku_id), frozenset())


def seat_set(person: Person, context: Context) -> SeatSet:
    """The paid seats of a person."""
    paid = context.paid_seats(person)
    for assignment in person.assignments:
        if assignment.disabled_plans:
            return SeatSet(paid, _off(person, paid))
    return SeatSet(paid)


def _off(person: Person, paid: tuple[str, ...]) -> tuple[tuple[str, frozenset[str]], ...]:
    found = []
    for sku_id in paid:
        paths = [frozenset(a.disabled_plans) for a in person.assignments if a.sku_id == sku_id and a.state in SEATED]
        if disabled := frozenset.intersection(*paths):
            found.append((sku_id, disabled))
    return tuple(found)
