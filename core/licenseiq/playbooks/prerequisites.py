"""Add-ons and the licences that they need: an add-on cannot stay, nor come, without its base.

Graph refuses such an assignment, or leaves the add-on without effect (graph-facts, "depends on the service plan").
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass

from licenseiq.context import Context
from licenseiq.right_size.offers import is_owned


@dataclass(frozen=True, slots=True)
class AddOn:
    """A product that needs one of several bases. `bases` are alternatives, each a list of products that must all be
    held, each product the SKU ids that stand for it. `verified` is False where no page of Microsoft states it."""

    sku_ids: frozenset[str]
    bases: tuple[tuple[frozenset[str], ...], ...]
    verified: bool

    def has_base(self, held: Set[str]) -> bool:
        return any(all(product & held for product in alternative) for alternative in self.bases)


def left_without_base(before: Set[str], after: Set[str], add_ons: Iterable[AddOn]) -> dict[str, bool]:
    """SKU id of each add-on of `after` that would lack its base, and whether the rule is verified.

    An add-on that lacks a base today, by what the catalogue knows, is not this change's doing.
    """
    found: dict[str, bool] = {}
    for add_on in add_ons:
        for sku_id in add_on.sku_ids & after:
            lacked_before = sku_id in before and not add_on.has_base(before)
            if not lacked_before and not add_on.has_base(after):
                found[sku_id] = add_on.verified
    return found


def owned_bases(sku_id: str, held: Set[str], context: Context, add_ons: Iterable[AddOn]) -> list[frozenset[str]]:
    """What would have to come beside `held` so that an add-on has its base: each way for which the tenant owns all."""
    found: set[frozenset[str]] = set()
    for add_on in add_ons:
        if sku_id not in add_on.sku_ids:
            continue
        for alternative in add_on.bases:
            ways: list[frozenset[str]] = [frozenset()]
            for product in alternative:
                if not product & held:
                    owned = [one for one in sorted(product) if is_owned(one, context)]
                    ways = [way | {one} for way in ways for one in owned]
            found.update(ways)
    return sorted(found, key=sorted)
