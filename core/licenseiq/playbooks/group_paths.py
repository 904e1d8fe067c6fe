"""Licences that come from a group: they are never removed directly (Graph refuses), but handed over to a person.

A group's name and rule can hold personal text. So a plan names the group by its id, and what it is called stands
among the values that an opening holds and that can be erased.
"""

from collections.abc import Mapping, Sequence

from licenseiq.context import Context
from licenseiq.licensing_groups import LicenceGroup
from licenseiq.people import Person
from licenseiq.playbooks.change_request import Change
from licenseiq.playbooks.draft import Draft
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import HandOff

LEAVE_GROUP = "leave_licensing_group"
_MOST_NAMES = 2


def inherited(person: Person) -> frozenset[str]:
    """The SKUs that a group gives this person, whether or not the person holds them directly too."""
    return frozenset(a.sku_id for a in person.assignments if not a.is_direct)


def is_handed_over(change: Change) -> bool:
    """Whether a swap is for somebody else to make: the group goes on giving what it replaces, and two seats would be
    paid for."""
    return bool(change.instead) and bool(inherited(change.person) & set(change.swapped))


def group_ids(person: Person, sku_ids: Sequence[str]) -> tuple[str, ...]:
    """The groups that give any of these SKUs, sorted."""
    return tuple(sorted({a.group_id for a in person.assignments if a.group_id is not None and a.sku_id in sku_ids}))


def groups_beside(person: Person, sku_ids: Sequence[str], groups: Mapping[str, LicenceGroup] | None) -> list[Json]:
    """What the groups of a person's hand-offs are called, for the opening. Groups that were not read are left out."""
    known = groups or {}
    return [
        {"group_id": one.group_id, "name": one.display_name, "rule": one.rule}
        for group_id in group_ids(person, sku_ids)
        if (one := known.get(group_id)) is not None
    ]


def hand_over(
    draft: Draft, subject: str, change: Change, context: Context, groups: Mapping[str, LicenceGroup] | None
) -> None:
    """Adds a hand-off for each group that gives what is to go."""
    coming = " and ".join(context.sku(sku_id).name for sku_id in change.instead)
    for group_id in group_ids(change.person, change.leaving):
        given = {a.sku_id for a in change.person.assignments if a.group_id == group_id} & set(change.leaving)
        names = sorted(context.sku(sku_id).name for sku_id in given)
        what = " and ".join(names) if len(names) <= _MOST_NAMES else f"{len(names)} licences"
        first = f"Assign {coming} first, then: " if coming and given & set(change.swapped) else ""
        how = _how((groups or {}).get(group_id))
        draft.hand_offs.append(HandOff(LEAVE_GROUP, subject, f"{first}{what} from group {group_id}: {how}"))


def _how(group: LicenceGroup | None) -> str:
    if group is None:
        return "take the person out; if a rule fills the group, change the attribute that it tests."
    if group.rule:
        return "a rule fills it, so change the attribute of the person that the rule tests."
    return "take the person out of it."
