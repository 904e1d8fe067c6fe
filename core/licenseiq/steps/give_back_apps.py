"""Giving back what a run took of applications: assignments in person, and what somebody had consented to.

What comes back is a committed value: exactly what was read before it was taken. Nothing is given that was not there,
and consent never for everybody ("Grant an appRoleAssignment to a user", "Create oAuth2PermissionGrant"; graph, api).
Where another consent to the same application stands meanwhile, a person decides.
"""

from collections.abc import Mapping
from typing import cast

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps.apps import ASSIGNMENTS, GRANTS
from licenseiq.steps.asking import Call, Shape, Target, is_id
from licenseiq.steps.kind import APPLICATION, Facts, Kind, Told, fact, rows_of

# Fields of committed values: rows as the readings ASSIGNMENTS and GRANTS have them.
ASSIGNED, CONSENTED = "app_assignments_before", "app_grants_before"
_ASSIGNED: dict[str, Json] = {"app_assignments_are_back": ASSIGNED}
_CONSENTED: dict[str, Json] = {"app_grants_are_back": CONSENTED}
_ROLE = frozenset({"principalId", "resourceId", "appRoleId"})
_GRANT = frozenset({"clientId", "consentType", "principalId", "resourceId", "scope"})


def _direct(facts: Facts) -> set[tuple[str, str]] | None:
    """Application and role of what is assigned in person; None where that was not read."""
    found = facts.get(ASSIGNMENTS.name)
    if not isinstance(found, Mapping):
        return None
    return {(app, role) for _, app, _, role in cast("list[list[str]]", found["direct"])}


def _assigned(value: Json, facts: Facts, values: Mapping[str, Json]) -> bool:
    wanted, held = rows_of(values, str(value)), _direct(facts)
    return bool(wanted) and held is not None and all((app, role) in held for _, app, _, role in wanted)


def _consents(facts: Facts) -> dict[tuple[str, str], set[str]] | None:
    """The scopes by application and resource; None where that was not read."""
    found = facts.get(GRANTS.name)
    if not isinstance(found, list | tuple):
        return None
    return {(app, api): set(scope.split()) for _, app, _, api, scope in cast("list[list[str]]", found)}


def _consented(value: Json, facts: Facts, values: Mapping[str, Json]) -> bool:
    wanted, held = rows_of(values, str(value)), _consents(facts)
    if not wanted or held is None:
        return False
    return all((app, api) in held and set(scope.split()) <= held[app, api] for _, app, _, api, scope in wanted)


def _assign(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    held, user_id = _direct(account.more or {}), target.text("user_id")
    if held is None:
        return ()
    wanted = dict.fromkeys((app, role) for _, app, _, role in rows_of(target.values, ASSIGNED))
    path = f"/users/{user_id}/appRoleAssignments"
    return tuple(
        Call("POST", path, {"principalId": user_id, "resourceId": app, "appRoleId": role})
        for app, role in wanted
        if (app, role) not in held
    )


def _consent(_: Step, target: Target, account: Account) -> tuple[Call, ...]:
    held = _consents(account.more or {})
    if held is None:
        return ()
    return tuple(
        Call(
            "POST",
            "/oauth2PermissionGrants",
            {
                "clientId": app,
                "consentType": "Principal",
                "principalId": target.text("user_id"),
                "resourceId": api,
                "scope": scope,
            },
        )
        for _, app, _, api, scope in rows_of(target.values, CONSENTED)
        if (app, api) not in held
    )


def _is_role(body: Json) -> bool:
    """A role of an application for somebody, by ids."""
    return isinstance(body, Mapping) and body.keys() == _ROLE and all(is_id(one) for one in body.values())


def _is_consent(body: Json) -> bool:
    """The consent of one person, never that of everybody."""
    if not isinstance(body, Mapping) or body.keys() != _GRANT or body["consentType"] != "Principal":
        return False
    return all(is_id(body[name]) for name in ("clientId", "principalId", "resourceId")) and bool(body["scope"])


def _told_assigned(_: Step, __: Account | None, account: Account) -> tuple[Told, ...]:
    held = _direct(account.more or {}) or set()
    rows = cast("Mapping[str, list[list[str]]]", fact(account, ASSIGNMENTS.name) or {"direct": []})["direct"]
    return tuple(
        Told(APPLICATION, app, name, "assigned in person") for _, app, name, role in rows if (app, role) in held
    )


GIVE_BACK_APP_ASSIGNMENTS = Kind(
    name=StepKind.GIVE_BACK_APP_ASSIGNMENTS,
    words="assign applications again",
    effect_class=EffectClass.SET_VALUED,
    permissions=("AppRoleAssignment.ReadWrite.All",),
    fits=lambda step: step.goal == _ASSIGNED,
    calls=_assign,
    shapes=(Shape("POST", "/users/{id}/appRoleAssignments", _is_role),),
    readings=(ASSIGNMENTS,),
    clauses={"app_assignments_are_back": _assigned},
    hand_over=lambda _, target: (
        f"In the Entra admin center, under Enterprise applications, assign {target.principal} again to "
        f"{_names(target, ASSIGNED)}."
    ),
    told=_told_assigned,
    summary=lambda _: "Assign the applications again that were taken away in person, with their roles.",
)
GIVE_BACK_APP_GRANTS = Kind(
    name=StepKind.GIVE_BACK_APP_GRANTS,
    words="give back consent to applications",
    effect_class=EffectClass.SET_VALUED,
    permissions=("DelegatedPermissionGrant.ReadWrite.All",),
    fits=lambda step: step.goal == _CONSENTED,
    calls=_consent,
    shapes=(Shape("POST", "/oauth2PermissionGrants", _is_consent),),
    readings=(GRANTS,),
    clauses={"app_grants_are_back": _consented},
    hand_over=lambda _, target: (
        f"{target.principal} signs in to {_names(target, CONSENTED)} and consents anew to what was withdrawn."
    ),
    summary=lambda _: "Give back the consents that were withdrawn, each with the scopes that it had.",
)


def _names(target: Target, field: str) -> str:
    return ", ".join(sorted({str(row[2]) or str(row[1]) for row in rows_of(target.values, field)}))
