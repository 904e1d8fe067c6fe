"""A tenant that bought no product with which a mailbox could be held: everybody has the small mailbox instead."""

from collections import Counter
from collections.abc import Iterable

from licenseiq_demo import licensing
from licenseiq_demo.catalogue import by_part, skus_with
from licenseiq_demo.groups import Group
from licenseiq_demo.people.person import Person

WITH_HOLDS = ("EXCHANGE_S_ENTERPRISE", "EXCHANGE_S_ARCHIVE")
INSTEAD = "EXCHANGESTANDARD"


def dress(people: Iterable[Person], groups: Iterable[Group]) -> Counter[str]:
    """Swaps every such product, by hand and by group, and counts the seats anew by `skuId`."""
    gone, small = skus_with(*WITH_HOLDS), by_part()[INSTEAD].sku_id
    for group in groups:
        rows = {small if row["skuId"] in gone else row["skuId"] for row in group.fields["assignedLicenses"]}
        group.fields["assignedLicenses"] = [{"skuId": sku_id, "disabledPlans": []} for sku_id in sorted(rows)]
    consumed: Counter[str] = Counter()
    for person in people:
        kept = {}
        for row in person.states:
            swapped = row | {"skuId": small, "disabledPlans": []} if row["skuId"] in gone else row
            kept[swapped["skuId"], swapped["assignedByGroup"]] = swapped
        person.fields |= {"licenseAssignmentStates": list(kept.values()), "assignedLicenses": []}
        licensing.refresh(person, consumed)
    return consumed
