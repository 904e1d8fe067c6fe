"""Changing an account: properties and sessions."""

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
}
_MASTERED = frozenset({"accountEnabled", "jobTitle", "department", "displayName"})
_PRIVILEGED = frozenset(role_id for role_id, _, privileged in roles.DEFINITIONS if privileged)

SYNCED = (
    "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects "
    "currently undergoing migration."
)


def is_privileged(state: DemoState, someone: Person) -> bool:
    """Whether a role protects the account from apps that hold none themselves (a "sensitive action")."""
    return any(row["roleDefinitionId"] in _PRIVILEGED for row in state.tenant.roles_of(someone.id))


def patch_user(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`PATCH /users/{id}`: accountEnabled, usageLocation, jobTitle, department."""
    someone, changes = person(state, keys), request.json()
    for name, value in changes.items():
        if name not in _CHANGEABLE and name not in _MASTERED:
            raise GraphError(400, "Request_BadRequest", f"Property '{name}' cannot be updated.")
        kind = _CHANGEABLE.get(name, str)
        if not isinstance(value, kind) and (value is not None or kind is bool):
            message = f"Invalid value specified for property '{name}' of resource 'User'."
            raise GraphError(400, "Request_BadRequest", message)
    if "accountEnabled" in changes and is_privileged(state, someone):
        raise denied()
    if someone.fields["onPremisesSyncEnabled"] and _MASTERED & changes.keys():
        raise GraphError(400, "Request_BadRequest", SYNCED)
    if "displayName" in changes:
        raise denied()
    state.tenant.before_write(someone)
    someone.fields |= changes
    if "department" in changes:
        state.tenant.apply_rules(someone, state.stamp())
    return Answer(204)


def revoke(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`POST /users/{id}/revokeSignInSessions`."""
    someone = person(state, keys)
    state.tenant.before_write(someone)
    someone.fields["signInSessionsValidFromDateTime"] = state.stamp()
    return entity(request, "Edm.Boolean", {"value": True})


def not_granted(_: DemoState, __: Asked, ___: Keys) -> Answer:
    """A write that the writer's app was never granted: creating, deleting, resetting."""
    raise denied()
