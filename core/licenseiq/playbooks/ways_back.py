"""The way back of each kind of step, from what the journal of a run read before it.

What was there comes back; what the run gave to a successor is taken again. Never given back: directory roles, as nobody
may regain privilege by a way back, and ways to sign in, as they are secrets of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, StepKind
from licenseiq.steps.apps import ASSIGNMENTS, GRANTS
from licenseiq.steps.automatic_reply import BEFORE, REPLY
from licenseiq.steps.delegated_rights import DELEGATED_RIGHTS
from licenseiq.steps.devices import DEVICES
from licenseiq.steps.enable_devices import ENABLED
from licenseiq.steps.forwarding import FORWARDING, NOBODY
from licenseiq.steps.give_back_apps import ASSIGNED, CONSENTED
from licenseiq.steps.give_back_delegated_rights import NAMES, RIGHTS_BEFORE
from licenseiq.steps.give_back_ownership import ENDS, OWNED_BEFORE
from licenseiq.steps.grant_mailbox_access import RIGHTS, SUCCESSORS_RIGHTS
from licenseiq.steps.hand_over_ownership import OWNED
from licenseiq.steps.leave_groups import GROUPS
from licenseiq.steps.mailbox import MAILBOX, SHARED, USER
from licenseiq.steps.onedrive_access import ACCESS
from licenseiq.steps.rules_of_groups import BRIDGE
from licenseiq.steps.services_kept import THERE, taken_by

GIVES = "group_licences_active"
_EXISTS: dict[str, Json] = {"exists": True}


@dataclass(frozen=True, slots=True)
class Way:
    """One step back. `values` are what it commits to beside the person's own."""

    kind: StepKind
    arguments: Mapping[str, Json]
    goal: Mapping[str, Json]
    precondition: Mapping[str, Json]
    values: Mapping[str, Json]


def ways_back(step: Step, before: Account, values: Mapping[str, Json]) -> list[Way]:
    """The steps back of one step; none where there is no way. `values` are the committed ones of its person."""
    match step.kind:
        case StepKind.DISABLE_SIGN_IN if before.account_enabled:
            return [Way(StepKind.ENABLE_SIGN_IN, {}, {"account_enabled": True}, {"account_enabled": False}, {})]
        case StepKind.ENABLE_SIGN_IN if before.account_enabled is False:
            return [Way(StepKind.DISABLE_SIGN_IN, {}, {"account_enabled": False}, {"account_enabled": True}, {})]
        case StepKind.CHANGE_LICENCES if step.arguments.get("because") == BRIDGE:
            return []  # its note says why: whoever comes back keeps the licence until the rule gives it again
        case StepKind.REMOVE_DIRECT_LICENCES | StepKind.CHANGE_LICENCES:
            return _licences(step, before)
        case StepKind.LEAVE_GROUP:
            found = _join(str(step.goal["not_in_group"]), before, step.arguments.get("names"))
            return [replace(found, goal={**found.goal, **_services(step, before)}) if GIVES in found.goal else found]
        case StepKind.JOIN_GROUP:
            group_id = str(step.goal["in_group"])
            there = before.groups is None or group_id.lower() in before.groups
            arguments: dict[str, Json] = {"group_id": group_id}
            goal: dict[str, Json] = {"not_in_group": group_id}
            arguments |= {name: step.arguments[name] for name in ("sku_ids", "names") if name in step.arguments}
            return [] if there else [Way(StepKind.LEAVE_GROUP, arguments, goal, {"in_group": group_id}, {})]
        case StepKind.LEAVE_GROUPS:
            rows = _rows(_facts(before, GROUPS.name).get("to_leave"))
            return [_join(_id_of(row), before) for row in rows]
        case StepKind.SET_ATTRIBUTE:
            return _attribute(step, before)
        case StepKind.REMOVE_APP_ASSIGNMENTS:
            rows = _rows(_facts(before, ASSIGNMENTS.name).get("direct"))
            return _given_back(StepKind.GIVE_BACK_APP_ASSIGNMENTS, "app_assignments_are_back", ASSIGNED, rows)
        case StepKind.REMOVE_APP_GRANTS:
            rows = _rows((before.more or {}).get(GRANTS.name))
            return _given_back(StepKind.GIVE_BACK_APP_GRANTS, "app_grants_are_back", CONSENTED, rows)
        case StepKind.DISABLE_DEVICES:
            rows = _rows(_facts(before, DEVICES.name).get("enabled"))
            return _given_back(StepKind.ENABLE_DEVICES, "devices_are_enabled", ENABLED, rows)
        case StepKind.REMOVE_DELEGATED_RIGHTS:
            facts, back = _facts(before, DELEGATED_RIGHTS.name), StepKind.GIVE_BACK_DELEGATED_RIGHTS
            rows = [[right, key] for right in NAMES for key in _rows(facts.get(right))]
            return _given_back(back, "delegated_rights_are_back", RIGHTS_BEFORE, rows, _successor(values))
        case StepKind.HAND_OVER_OWNERSHIP:
            rows, back = (
                _owned(before, to_successor=bool(step.goal["ownership_handed_to"])),
                StepKind.GIVE_BACK_OWNERSHIP,
            )
            return _given_back(back, "owns_again", OWNED_BEFORE, rows, _successor(values))
        case StepKind.SET_AUTOMATIC_REPLY:
            setting = _facts(before, REPLY.name).get("setting")
            goal = {"automatic_reply_is_back": BEFORE}
            return [Way(step.kind, {}, goal, _EXISTS, {BEFORE: setting})] if isinstance(setting, Mapping) else []
        case StepKind.SET_FORWARDING if (before.more or {}).get(FORWARDING.name) == NOBODY:
            return [Way(step.kind, {}, {"forwarding_is": NOBODY}, _EXISTS, _successor(values))]
        case StepKind.GRANT_MAILBOX_ACCESS:
            held = (before.more or {}).get(SUCCESSORS_RIGHTS.name)
            if not isinstance(held, list | tuple):
                return []
            ended: list[Json] = [right for right in RIGHTS if right not in held]
            goal = {"mailbox_rights_ended": ended}
            return [Way(StepKind.TAKE_BACK_MAILBOX_ACCESS, {}, goal, _EXISTS, _successor(values))] if ended else []
        case StepKind.GRANT_ONEDRIVE_ACCESS if _facts(before, ACCESS.name).get("successors") == []:
            goal = {"onedrive_access_ended_of": "successor_id"}
            return [Way(StepKind.TAKE_BACK_ONEDRIVE_ACCESS, {}, goal, _EXISTS, _successor(values))]
        case StepKind.CONVERT_MAILBOX:
            kind = _facts(before, MAILBOX.name).get("kind")
            if kind not in (USER, SHARED) or kind == step.goal.get("mailbox_kind"):
                return []
            return [Way(StepKind.CONVERT_MAILBOX, {}, {"mailbox_kind": kind}, _EXISTS, {})]
        case StepKind.HIDE_FROM_ADDRESS_LISTS:
            hidden = _facts(before, MAILBOX.name).get("hidden")
            if not isinstance(hidden, bool) or hidden == step.goal.get("hidden_from_address_lists"):
                return []
            goal = {"hidden_from_address_lists": hidden}
            return [Way(StepKind.HIDE_FROM_ADDRESS_LISTS, {}, goal, _EXISTS, {})]
        case _:
            return []


def _facts(before: Account, name: str) -> Mapping[str, Json]:
    """What was read under a name; empty where it was not."""
    found = (before.more or {}).get(name)
    return found if isinstance(found, Mapping) else {}


def _successor(values: Mapping[str, Json]) -> dict[str, Json]:
    return {name: values[name] for name in ("successor_id", "successor_principal") if name in values}


def _rows(found: Json) -> list[Json]:
    return list(found) if isinstance(found, list | tuple) else []


def _given_back(
    kind: StepKind, goal: str, field: str, rows: list[Json], more: Mapping[str, Json] | None = None
) -> list[Way]:
    """Exactly these rows come back, as a committed value."""
    return [Way(kind, {}, {goal: field}, _EXISTS, {field: rows, **(more or {})})] if rows else []


def _owned(before: Account, *, to_successor: bool) -> list[Json]:
    """What was owned; the successor's ownership ends where they did not own it before."""
    found = list[Json]()
    for row in _rows(_facts(before, OWNED.name).get("owned")):
        if isinstance(row, list | tuple):
            collection, key, name, _, is_successors = row
            found.append([collection, key, name, ENDS if to_successor and is_successors is False else ""])
    return found


def _id_of(row: Json) -> str:
    """A group's id: alone, or first among what was read of it."""
    return str(row[0]) if isinstance(row, list | tuple) else str(row)


def _join(group_id: str, before: Account, names: Json = None) -> Way:
    """Back into a group, until it gives again what it gave."""
    goal: dict[str, Json] = {"in_group": group_id}
    arguments: dict[str, Json] = {"group_id": group_id}
    skus: list[Json] = [sku_id for group, sku_id in sorted(before.by_group or ()) if group == group_id.lower()]
    if skus:
        goal[GIVES] = {"group_id": group_id, "sku_ids": skus}
        arguments |= {"sku_ids": skus} | ({"names": names} if names is not None else {})
    return Way(StepKind.JOIN_GROUP, arguments, goal, {"not_in_group": group_id}, {})


def _licences(step: Step, before: Account) -> list[Way]:
    """What went comes back with the plans that were off; what came goes, unless it was there before."""
    if before.direct is None or before.disabled is None:
        return []
    went = sorted(set(texts(step.goal.get("direct_licences_absent"))) & before.direct)
    came = sorted(set(texts(step.goal.get("direct_licences_active"))) - before.direct)
    if not went and not came:
        return []
    off = {sku_id: sorted(before.disabled.get(sku_id, ())) for sku_id in went}
    add: list[Json] = [{"sku_id": sku_id, "disabled_plans": list(off[sku_id])} for sku_id in went]
    goal: dict[str, Json] = {}
    precondition: dict[str, Json] = {}
    if went:
        goal = {"direct_licences_active": list(went), "direct_plans_disabled": {s: list(off[s]) for s in went}}
        goal |= _services(step, before)
        precondition["direct_licences_absent"] = list(went)
    if came:
        goal["direct_licences_absent"] = list(came)
        precondition["direct_licences_present"] = list(came)
    return [Way(StepKind.CHANGE_LICENCES, {"remove": list(came), "add": add}, goal, precondition, {})]


def _services(step: Step, before: Account) -> dict[str, Json]:
    """The clause by which the services that the step took are there again; none where it took none, as far as known."""
    found = taken_by(step, before)
    return {THERE: list(found)} if found else {}


def _attribute(step: Step, before: Account) -> list[Way]:
    wanted = step.goal.get("attribute_is")
    name = str(wanted["attribute"]) if isinstance(wanted, Mapping) else ""
    if before.attributes is None or name not in before.attributes or not isinstance(wanted, Mapping):
        return []
    field = f"{name}_before"
    goal: dict[str, Json] = {"attribute_is": {"attribute": name, "value_of": field}}
    values = {field: before.attributes[name]}
    return [Way(StepKind.SET_ATTRIBUTE, {"attribute": name}, goal, _EXISTS, values)]


def texts(value: Json) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()
