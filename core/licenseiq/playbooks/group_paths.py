"""Licences that come from a group: they are never removed directly (Graph refuses), but handed over to a person.

A group's name and rule can hold personal text. So a plan names the group by its id, and what it is called stands
among the values that an opening holds and that can be erased.
"""

from collections.abc import Collection, Mapping, Sequence

from licenseiq.context import Context
from licenseiq.group_rules import named_in
from licenseiq.licensing_groups import LicenceGroup, Path
from licenseiq.people import Person
from licenseiq.playbooks.change_request import Change
from licenseiq.playbooks.draft import Draft
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import HandOff

LEAVE_GROUP = "leave_licensing_group"
HOW = {
    Path.DIRECT: "take the person out of it.",
    Path.RULE: "a rule fills it, so change the attribute of the person that the rule tests{tests}.",
    Path.ON_PREMISES: "it is mastered on premises: take the person out in Active Directory and let it synchronise.",
    Path.MAIL_ENABLED: "it is mail-enabled: take the person out in the Exchange admin center.",
    Path.ROLES: "it can carry directory roles: a Privileged Role Administrator takes the person out.",
    Path.UNKNOWN: (
        "what kind of group it is could not be read: look at it, and take the person out; if a rule fills it, change "
        "the attribute that it tests."
    ),
}
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
    draft: Draft,
    subject: str,
    change: Change,
    context: Context,
    groups: Mapping[str, LicenceGroup] | None,
    left_by_steps: Collection[str] = (),
    why: str = "",
) -> tuple[str, ...]:
    """Adds a hand-off for each group that gives what is to go, but for those that steps leave; `why` is added where a
    swap is for a person. Returns the SKUs whose seat comes free with them."""
    coming = " and ".join(context.sku(sku_id).name for sku_id in change.instead)
    handed_over = [one for one in group_ids(change.person, change.leaving) if one not in left_by_steps]
    for group_id in handed_over:
        given = {a.sku_id for a in change.person.assignments if a.group_id == group_id} & set(change.leaving)
        names = sorted(context.sku(sku_id).name for sku_id in given)
        what = " and ".join(names) if len(names) <= _MOST_NAMES else f"{len(names)} licences"
        first = f"Assign {coming} first, then: " if coming and given & set(change.swapped) else ""
        how = how_to_leave((groups or {}).get(group_id))
        words = f"{first}{what} from group {group_id}: {how}{why if first else ''}"
        draft.hand_offs.append(HandOff(LEAVE_GROUP, subject, words))
    by_hand = {a.sku_id for a in change.person.assignments if a.group_id in handed_over}
    return tuple(sorted(by_hand & {*change.leaving} & {*change.person.seats()}))


def how_to_leave(group: LicenceGroup | None) -> str:
    """What a person does to take somebody out of a group."""
    if group is None:
        return HOW[Path.UNKNOWN]
    tested = ", ".join(named_in(group.rule)) if group.rule else ""
    more = " It also gives a team or a site of Microsoft 365." if group.gives_more else ""
    return f"{HOW[group.path].format(tests=f' ({tested})' if tested else '')}{more}"
