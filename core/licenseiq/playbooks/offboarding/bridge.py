"""A licence that a group's rule takes as soon as sign-in is blocked: given in person until the mailbox is kept.

Blocking sign-in waits for nothing, so this comes right after it and not before: Entra comes to a rule within minutes,
and a mailbox outlives its licence by thirty days. Group and person take one seat together, so none has to be free.
"""

from collections.abc import Mapping
from dataclasses import replace

from licenseiq.accounts import MAILBOX_PLANS
from licenseiq.group_rules import Value, would_drop
from licenseiq.leaving import EndState
from licenseiq.licensing_groups import LicenceGroup
from licenseiq.people import Person
from licenseiq.playbooks.draft import Draft
from licenseiq.playbooks.offboarding.leaver import Bridge, Leaver, named_skus
from licenseiq.playbooks.services import enabled, plans_of
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.steps import StepKind
from licenseiq.steps.rules_of_groups import BRIDGE, BRIDGED

_NOTE = "The licence stays assigned in person until the rule gives it again: then take the direct one away."
_LOCATION = "Without a usage location no licence is given in person: set one, then propose again."


def drops(group: LicenceGroup | None, person: Person) -> bool | None:
    """Whether blocking sign-in takes somebody out of a group by its rule; None where that cannot be told, also of a
    group that is not known."""
    if group is None:
        return None
    if not group.rule:
        return False
    values: dict[str, Value] = {
        "department": person.department,
        "jobTitle": person.job_title,
        "officeLocation": person.office,
        "usageLocation": person.usage_location,
        "employeeType": person.employee_type,
    }
    known = {name: value for name, value in values.items() if value is not None}
    return would_drop(group.rule, {"accountEnabled": False}, known)


def bridge_of(leaver: Leaver, groups: Mapping[str, LicenceGroup]) -> Bridge | None:
    """What has to be given in person; None where the mailbox need not stay, or stays licensed anyway."""
    person, context = leaver.person, leaver.context
    if leaver.choices.end_state is EndState.DELETE or not leaver.may_have_mailbox or person.account_enabled is False:
        return None
    by_group = [a for a in person.assignments if a.group_id is not None]
    lost = [a for a in by_group if drops(groups.get(a.group_id or ""), person) is not False]
    stays = enabled(replace(person, assignments=tuple(a for a in person.assignments if a not in lost)), context)
    if stays is not None and stays & MAILBOX_PLANS:
        return None
    giving = [a for a in lost if (plans_of(a.sku_id, context) or MAILBOX_PLANS) & MAILBOX_PLANS]
    skus = {a.sku_id for a in giving} - {a.sku_id for a in person.assignments if a not in lost}
    group_ids = {a.group_id for a in giving if a.group_id is not None and a.sku_id in skus}
    certain = all(drops(groups.get(group_id), person) for group_id in group_ids)
    return Bridge(tuple(sorted(skus)), tuple(sorted(group_ids)), certain) if skus else None


def add_bridge(draft: Draft, leaver: Leaver) -> None:
    """The step that gives it, with the plans off that are off today."""
    if leaver.bridge is None:
        return
    skus = leaver.bridge.sku_ids
    off = {sku_id: _off(leaver.person, sku_id) for sku_id in skus}
    add: list[Json] = [{"sku_id": sku_id, "disabled_plans": list(off[sku_id])} for sku_id in skus]
    number = draft.add(
        StepKind.CHANGE_LICENCES,
        leaver.reference,
        {"direct_licences_active": list(skus), "direct_plans_disabled": {s: list(off[s]) for s in skus}},
        {"direct_licences_absent": list(skus)},
        None,
        _NOTE,
        arguments={
            "remove": [],
            "add": add,
            "names": dict(named_skus(leaver, skus)),
            "because": BRIDGE,
            BRIDGED: list(leaver.bridge.group_ids),
            "set_by": leaver.choices.end_state_by.value,
            **leaver.dated,
        },
    )
    leaver.numbers[StepKind.CHANGE_LICENCES] = number
    if not (leaver.person.usage_location or "").strip():
        draft.block("usage_location_missing", _LOCATION, [number])


def _off(person: Person, sku_id: str) -> list[str]:
    """The plans that every path leaves off."""
    rows = [set(a.disabled_plans) for a in person.assignments if a.sku_id == sku_id]
    return sorted(set.intersection(*rows))
