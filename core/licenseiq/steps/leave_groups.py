"""Taking somebody out of every group that Graph may change and that gives no licence; licensing groups go last.

Left alone and named for a person: groups filled by a rule, mastered on premises, mail-enabled ones that are no M365
group, and those that can carry directory roles (graph-facts 1.3 and 5.1).
"""

from collections.abc import Mapping
from typing import cast

from licenseiq.errors import NotReadable
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.apps import read_assignments
from licenseiq.steps.asking import Ask, Asking, Call, Reading, Shape, Target
from licenseiq.steps.kind import APPLICATION, Facts, Kind, Told, fact

_GOAL: dict[str, Json] = {"groups_left": True}
_SELECT = (
    "id,displayName,groupTypes,membershipRule,onPremisesSyncEnabled,isAssignableToRole,mailEnabled,assignedLicenses"
)


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """Groups by id and name: `to_leave`, `licensing`, and `by_hand` with why each is left to a person. `apps`: group,
    application and its name for those that a group gives; null where that cannot be read."""
    path = f"/users/{target.text('user_id')}/memberOf/microsoft.graph.group?$select={_SELECT}&$top=999"
    answer = await ask(Ask(path, pages=True))
    to_leave, licensing, by_hand = list[Json](), list[Json](), list[Json]()
    for row in cast("list[Mapping[str, Json]]", answer["value"]):
        key: list[Json] = [str(row["id"]).lower(), str(row["displayName"] or "")]
        why = _why_by_hand(row)
        if row["assignedLicenses"]:
            licensing.append(key)
        elif why is not None:
            by_hand.append([*key, why])
        else:
            to_leave.append(key)
    return {"to_leave": to_leave, "licensing": licensing, "by_hand": by_hand, "apps": await _given(ask, target)}


async def _given(ask: Asking, target: Target) -> Json:
    try:
        _, by_group = await read_assignments(ask, target.text("user_id"))
    except NotReadable:
        return None
    return [[group, app, name] for app, name, group, _ in cast("list[list[Json]]", by_group)]


def _why_by_hand(row: Mapping[str, Json]) -> str | None:
    kinds = cast("list[str]", row["groupTypes"])
    if row["isAssignableToRole"] not in (None, False):
        return "role_assignable"
    if "DynamicMembership" in kinds or row["membershipRule"]:
        return "dynamic"
    if row["onPremisesSyncEnabled"] is True:
        return "on_premises"
    return "mail_enabled" if row["mailEnabled"] is not False and "Unified" not in kinds else None


GROUPS = Reading(
    "groups_of_person",
    "the groups",
    "GroupMember.Read.All",
    _read,
    paths=("/users/{id}/memberOf/microsoft.graph.group", "/users/{id}/appRoleAssignments"),
)


def _left(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    found = facts.get(GROUPS.name)
    return value is True and isinstance(found, Mapping) and found["to_leave"] == []


def _calls(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    found = cast("Mapping[str, list[list[str]]]", fact(account, GROUPS.name) or {"to_leave": []})
    member = f"members/{target.text('user_id')}/$ref"
    return tuple(Call("DELETE", f"/groups/{key}/{member}") for key, _ in found["to_leave"])


_WHY = {
    "role_assignable": "it can carry directory roles: a Privileged Role Administrator takes the person out",
    "dynamic": "a rule fills it: it ends when the attribute that the rule tests changes",
    "on_premises": "it is mastered on premises: take the person out in Active Directory and let it synchronise",
    "mail_enabled": "it is a group of Exchange: take the person out in the Exchange admin center",
}


def _told(_: Step, before: Account | None, account: Account) -> tuple[Told, ...]:
    """Which groups were left, with what they gave of applications, and which a person has to end."""
    now = cast("Mapping[str, list[list[str]]]", fact(account, GROUPS.name) or {"to_leave": [], "by_hand": []})
    then = cast("Mapping[str, list[list[str]] | None]", (before and fact(before, GROUPS.name)) or now)
    stays = {key for key, _ in now["to_leave"]}
    left = {key: name for key, name in then["to_leave"] or () if key not in stays}
    told = [Told("group", key, name, "left") for key, name in left.items()]
    told += [Told("group", key, name, "still a member", by_hand=True) for key, name in now["to_leave"]]
    told += [Told("group", key, name, _WHY[why], by_hand=True) for key, name, why in now["by_hand"]]
    for group, app, name in then.get("apps") or ():
        if group in left:
            told.append(Told(APPLICATION, app, name, f"the group '{left[group]}' that gave it was left"))
    return tuple(told)


LEAVE_GROUPS = Kind(
    name=StepKind.LEAVE_GROUPS,
    words="take out of groups that give no licence",
    effect_class=EffectClass.SET_VALUED,
    permissions=("GroupMember.ReadWrite.All",),
    fits=lambda step: step.goal == _GOAL,
    calls=_calls,
    shapes=(Shape("DELETE", "/groups/{id}/members/{id}/$ref"),),
    readings=(GROUPS,),
    clauses={"groups_left": _left},
    hand_over=lambda _, target: f"Take {target.principal} out of the groups in the Entra admin center.",
    told=_told,
    summary=lambda _: "Take out of all groups that give no licence and that Graph may change.",
)
