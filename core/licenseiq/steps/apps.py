"""Cutting somebody off from applications: what was assigned in person, and what they consented to for themselves.

An assignment that a group gives goes with the group, not here; a grant for everybody is the tenant's and stays
(graph-facts 1.4). Tokens that were issued live on until they end: sessions are ended by a step of their own.
"""

from collections.abc import Mapping
from typing import cast

from licenseiq.errors import NotFound
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Ask, Asking, Call, Reading, Shape, Target
from licenseiq.steps.kind import APPLICATION, Facts, Kind, Told, fact

_ASSIGNED: dict[str, Json] = {"app_assignments_absent": True}
_GRANTED: dict[str, Json] = {"app_grants_absent": True}


async def read_assignments(ask: Asking, user_id: str) -> tuple[list[Json], list[Json]]:
    """In person: id, application's id and name, and the role that is assigned (to give it back). By a group:
    application's id and name, the group's id and name."""
    answer = await ask(Ask(f"/users/{user_id}/appRoleAssignments?$top=999", pages=True))
    direct, by_group = list[Json](), list[Json]()
    for row in cast("list[Mapping[str, Json]]", answer["value"]):
        app = [str(row["resourceId"]), str(row["resourceDisplayName"] or "")]
        if str(row["principalId"]).lower() == user_id.lower():
            direct.append([str(row["id"]), *app, str(row["appRoleId"])])
        else:
            by_group.append([*app, str(row["principalId"]).lower(), str(row["principalDisplayName"] or "")])
    return direct, by_group


async def _assignments(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    direct, by_group = await read_assignments(ask, target.text("user_id"))
    return {"direct": direct, "by_group": by_group}


ASSIGNMENTS = Reading(
    "app_assignments",
    "the applications that are assigned",
    "Directory.Read.All",
    _assignments,
    paths=("/users/{id}/appRoleAssignments",),
)


async def _grants(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """What the person consented to for themselves: the grant's id, the application's id and name, then resource and
    scopes (to give it back)."""
    user_id = target.text("user_id")
    answer = await ask(Ask(f"/users/{user_id}/oauth2PermissionGrants?$top=999", pages=True))
    mine = [
        (str(row["id"]), str(row["clientId"]), str(row["resourceId"]), str(row["scope"] or ""))
        for row in cast("list[Mapping[str, Json]]", answer["value"])
        if row["consentType"] == "Principal" and str(row["principalId"]).lower() == user_id.lower()
    ]
    names = {client: await _name_of(ask, client) for client in {client for _, client, *_ in mine}}
    return [[key, client, names[client], resource, scope] for key, client, resource, scope in mine]


async def _name_of(ask: Asking, client: str) -> str:
    try:
        found = await ask(Ask(f"/servicePrincipals/{client}?$select=id,displayName"))
    except NotFound:
        return ""
    return str(found["displayName"] or "")


GRANTS = Reading(
    "app_grants",
    "what the person consented to",
    "Directory.Read.All",
    _grants,
    paths=("/users/{id}/oauth2PermissionGrants", "/servicePrincipals/{id}"),
)


def _unassigned(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    found = facts.get(ASSIGNMENTS.name)
    return value is True and isinstance(found, Mapping) and found["direct"] == []


def _ungranted(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    return value is True and facts.get(GRANTS.name) == []


def _unassign(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    found = cast("Mapping[str, list[list[str]]]", fact(account, ASSIGNMENTS.name) or {"direct": []})
    base = f"/users/{target.text('user_id')}/appRoleAssignments"
    return tuple(Call("DELETE", f"{base}/{key}") for key, *_ in found["direct"])


def _revoke(_: Step, __: Target, account: Account) -> tuple[Call, ...]:
    found = cast("list[list[str]]", fact(account, GRANTS.name) or [])
    return tuple(Call("DELETE", f"/oauth2PermissionGrants/{key}") for key, *_ in found)


def _told_assignments(_: Step, before: Account | None, account: Account) -> tuple[Told, ...]:
    now = cast("Mapping[str, list[list[str]]]", fact(account, ASSIGNMENTS.name) or {"direct": [], "by_group": []})
    then = cast("Mapping[str, list[list[str]]]", (before and fact(before, ASSIGNMENTS.name)) or now)
    left = {key for key, *_ in now["direct"]}
    told = [
        Told(APPLICATION, app, name, "still assigned in person" if key in left else "assignment removed", key in left)
        for key, app, name, _role in then["direct"]
    ]
    for app, name, _key, group in now["by_group"]:
        told.append(Told(APPLICATION, app, name, f"given by the group '{group}': it ends with the membership", True))
    return tuple(told)


def _told_grants(_: Step, before: Account | None, account: Account) -> tuple[Told, ...]:
    now = cast("list[list[str]]", fact(account, GRANTS.name) or [])
    then = cast("list[list[str]]", (before and fact(before, GRANTS.name)) or now)
    left = {key for key, *_ in now}
    return tuple(
        Told(APPLICATION, app, name, "consent is still there" if key in left else "consent withdrawn", key in left)
        for key, app, name, *_rest in then
    )


REMOVE_APP_ASSIGNMENTS = Kind(
    name=StepKind.REMOVE_APP_ASSIGNMENTS,
    words="take away applications assigned in person",
    effect_class=EffectClass.SET_VALUED,
    permissions=("AppRoleAssignment.ReadWrite.All",),
    fits=lambda step: step.goal == _ASSIGNED,
    calls=_unassign,
    shapes=(Shape("DELETE", "/users/{id}/appRoleAssignments/{key}"),),
    readings=(ASSIGNMENTS,),
    clauses={"app_assignments_absent": _unassigned},
    hand_over=lambda _, target: (
        f"In the Entra admin center, under Users > {target.principal} > Applications, remove what is assigned directly."
    ),
    told=_told_assignments,
    summary=lambda _: "Take away the applications that are assigned in person.",
)
REMOVE_APP_GRANTS = Kind(
    name=StepKind.REMOVE_APP_GRANTS,
    words="withdraw consent to applications",
    effect_class=EffectClass.SET_VALUED,
    permissions=("DelegatedPermissionGrant.ReadWrite.All",),
    fits=lambda step: step.goal == _GRANTED,
    calls=_revoke,
    shapes=(Shape("DELETE", "/oauth2PermissionGrants/{key}"),),
    readings=(GRANTS,),
    clauses={"app_grants_absent": _ungranted},
    hand_over=lambda _, target: (
        f"In the Entra admin center, under Users > {target.principal} > Applications, revoke the person's own consents."
    ),
    told=_told_grants,
    summary=lambda _: "Withdraw what the person consented to for applications.",
)
