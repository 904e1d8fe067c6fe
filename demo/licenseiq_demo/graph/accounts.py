"""Changing an account: properties and sessions."""

from typing import Any

from licenseiq_demo import roles
from licenseiq_demo.graph.handler import Keys, person
from licenseiq_demo.people.person import Person
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, denied, entity

_CHANGEABLE: dict[str, type] = {
    "accountEnabled": bool,
    "usageLocation": str,
    "jobTitle": str,
    "department": str,
    "officeLocation": str,
    "city": str,
    "companyName": str,
    "employeeType": str,
    "employeeId": str,
    "mobilePhone": str,
    "businessPhones": list,
    "passwordProfile": dict,
}
_MASTERED = frozenset({"displayName", *_CHANGEABLE} - {"usageLocation"})
_PRIVILEGED = frozenset(role_id for role_id, _, privileged in roles.DEFINITIONS if privileged)

SYNCED = (
    "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects "
    "currently undergoing migration."
)


def is_privileged(state: DemoState, someone: Person) -> bool:
    """Whether a role protects the account from apps that hold none themselves (a "sensitive action")."""
    return any(row["roleDefinitionId"] in _PRIVILEGED for row in state.tenant.roles_of(someone.id))


def patch_user(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`PATCH /users/{id}`: accountEnabled, the password, and what `_CHANGEABLE` names; rules of groups follow later."""
    someone, changes = person(state, keys), request.json()
    for name, value in changes.items():
        if name not in _CHANGEABLE and name not in _MASTERED:
            raise GraphError(400, "Request_BadRequest", f"Property '{name}' cannot be updated.")
        kind = _CHANGEABLE.get(name, str)
        if not isinstance(value, kind) and (value is not None or kind is bool):
            message = f"Invalid value specified for property '{name}' of resource 'User'."
            raise GraphError(400, "Request_BadRequest", message)
    if {"accountEnabled", "passwordProfile"} & changes.keys() and is_privileged(state, someone):
        raise denied()
    if someone.fields["onPremisesSyncEnabled"] and _MASTERED & changes.keys():
        raise GraphError(400, "Request_BadRequest", SYNCED)
    if "displayName" in changes:
        raise denied()
    if "passwordProfile" in changes:
        check_password(changes["passwordProfile"])
        changes = {name: value for name, value in changes.items() if name != "passwordProfile"}
        changes["lastPasswordChangeDateTime"] = state.stamp()
    state.tenant.before_write(someone)
    someone.fields |= changes
    state.tenant.properties_changed(someone)
    return Answer(204)


def check_password(profile: Any) -> None:
    """Refuses a passwordProfile without a password, or with a weak one."""
    password = profile.get("password") if isinstance(profile, dict) else None
    if not isinstance(password, str):
        raise GraphError(400, "Request_BadRequest", "A password must be specified to create a new user.")
    kinds = sum(any(test(letter) for letter in password) for test in (str.islower, str.isupper, str.isdigit))
    if len(password) < 8 or kinds + any(not letter.isalnum() for letter in password) < 3:
        raise GraphError(
            400,
            "Request_BadRequest",
            "The specified password does not comply with password complexity requirements. "
            "Please provide a different password.",
        )


def revoke(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`POST /users/{id}/revokeSignInSessions`."""
    someone = person(state, keys)
    state.tenant.before_write(someone)
    someone.fields["signInSessionsValidFromDateTime"] = state.stamp()
    return entity(request, "Edm.Boolean", {"value": True})


def not_granted(_: DemoState, __: Asked, ___: Keys) -> Answer:
    """A write that the writer's app was never granted: roles, whole groups, settings of the tenant."""
    raise denied()
