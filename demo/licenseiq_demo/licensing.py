"""How licences come to people: by hand, by group, and what Graph refuses.

Messages and rules as in Microsoft's pages "user: assignLicense" and "Resolve group licence assignment
problems" (entra, users/licensing-groups-resolve-problems).
"""

from collections import Counter
from collections.abc import Mapping

from licenseiq_demo.catalogue import by_id
from licenseiq_demo.groups import Group
from licenseiq_demo.people.person import Fields, Person
from licenseiq_demo.seats import Line

HOLDS = frozenset({"Active", "ActiveWithError"})


def row(sku_id: str, group_id: str | None, at: str, *, error: str | None = "None", off: tuple[str, ...] = ()) -> Fields:
    """One licenseAssignmentState; `error` other than None or "None" means that no seat was given."""
    return {
        "skuId": sku_id,
        "assignedByGroup": group_id,
        "state": "Active" if error in (None, "None") else "Error",
        "error": error,
        "disabledPlans": list(off),
        "lastUpdatedDateTime": at,
    }


def held(person: Person) -> set[str]:
    """The products that take a seat for this account."""
    return {item["skuId"] for item in person.states if item["state"] in HOLDS}


def refresh(person: Person, consumed: Counter[str]) -> None:
    """Computes assignedLicenses from the rows and keeps the seat count right.

    A plan is off only where every way of getting the product leaves it off.
    """
    before = {item["skuId"] for item in person.fields["assignedLicenses"]}
    merged: dict[str, list[str]] = {}
    for item in person.states:
        if item["state"] in HOLDS:
            sku_id, off = item["skuId"], item["disabledPlans"]
            merged[sku_id] = [p for p in merged[sku_id] if p in off] if sku_id in merged else off
    person.fields["assignedLicenses"] = [
        {"skuId": sku_id, "disabledPlans": list(off)} for sku_id, off in merged.items()
    ]
    consumed.update(merged.keys() - before)
    consumed.subtract(before - merged.keys())


def has_seat(sku_id: str, lines: Mapping[str, Line], consumed: Counter[str]) -> bool:
    """Whether one more account can get this product."""
    return lines[sku_id].enabled - consumed[sku_id] > 0


def follow(person: Person, group: Group, at: str, lines: Mapping[str, Line] | None, consumed: Counter[str]) -> None:
    """Gives a new member what the group hands out; without a seat the row says CountViolation.

    `lines` is None while the tenant is being built and everything is still to be bought.
    """
    mine = held(person)
    for sku_id in group.sku_ids:
        full = lines is not None and sku_id not in mine and not has_seat(sku_id, lines, consumed)
        person.states.append(row(sku_id, group.id, at, error="CountViolation" if full else "None"))
    refresh(person, consumed)


def unfollow(person: Person, group_id: str, consumed: Counter[str]) -> None:
    """Takes away what a group handed out."""
    person.fields["licenseAssignmentStates"] = [item for item in person.states if item["assignedByGroup"] != group_id]
    refresh(person, consumed)


def product_name(sku_id: str) -> str:
    """The name of a product as reports print it."""
    return by_id()[sku_id].name.upper()
