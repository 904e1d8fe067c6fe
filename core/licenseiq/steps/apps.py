"""Cutting somebody off from applications: what was assigned in person, and what they consented to for themselves.

An assignment that a group gives goes with the group, not here; a grant for everybody is the tenant's and stays
(graph-facts 1.4). Tokens that were issued live on until they end: sessions are ended by a step of their own.
"""

from collections.abc import Mapping
from typing import cast

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.asking import Ask, Asking, Call, Reading, Shape, Target
from licenseiq.steps.kind import Facts, Kind, fact

_ASSIGNED: dict[str, Json] = {"app_assignments_absent": True}
_GRANTED: dict[str, Json] = {"app_grants_absent": True}


async def _assignments(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """`direct`: ids of assignments with the application's id; `by_group`: application and group of the others."""
    user_id = target.text("user_id")
    answer = await ask(Ask(f"/users/{user_id}/appRoleAssignments?$top=999", pages=True))
    direct, by_group = list[Json](), list[Json]()
    for row in cast("list[Mapping[str, Json]]", answer["value"]):
        if str(row["principalId"]).lower() == user_id.lower():
            direct.append([str(row["id"]), str(row["resourceId"])])
        else:
            by_group.append([str(row["resourceId"]), str(row["principalId"])])
    return {"direct": direct, "by_group": by_group}


ASSIGNMENTS = Reading(
    "app_assignments",
    "the applications that are assigned",
    "Directory.Read.All",
    _assignments,
    paths=("/users/{id}/appRoleAssignments",),
)


async def _grants(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """The ids of what the person consented to for themselves."""
    user_id = target.text("user_id")
    answer = await ask(Ask(f"/users/{user_id}/oauth2PermissionGrants?$top=999", pages=True))
    rows = cast("list[Mapping[str, Json]]", answer["value"])
    return [
        str(row["id"])
        for row in rows
        if row["consentType"] == "Principal" and str(row["principalId"]).lower() == user_id.lower()
    ]


GRANTS = Reading(
    "app_grants",
    "what the person consented to",
    "Directory.Read.All",
    _grants,
    paths=("/users/{id}/oauth2PermissionGrants",),
)


def _unassigned(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    found = facts.get(ASSIGNMENTS.name)
    return value is True and isinstance(found, Mapping) and found["direct"] == []


def _ungranted(value: Json, facts: Facts, _: Mapping[str, Json]) -> bool:
    return value is True and facts.get(GRANTS.name) == []


def _unassign(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    found = cast("Mapping[str, list[list[str]]]", fact(account, ASSIGNMENTS.name) or {"direct": []})
    base = f"/users/{target.text('user_id')}/appRoleAssignments"
    return tuple(Call("DELETE", f"{base}/{key}") for key, _ in found["direct"])


def _revoke(_: Step, __: Target, account: Account) -> tuple[Call, ...]:
    return tuple(
        Call("DELETE", f"/oauth2PermissionGrants/{key}") for key in cast("list[str]", fact(account, GRANTS.name) or [])
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
    summary=lambda _: "Withdraw what the person consented to for applications.",
)
