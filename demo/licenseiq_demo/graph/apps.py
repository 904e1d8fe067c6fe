"""Applications and who may use them.

"List appRoleAssignments granted to a user" (graph, api) names those of the user's own groups as well. What Graph says
to the removal of such a row at the user is not documented; here it is 404, since the row is the group's.
"""

from collections.abc import Callable

from licenseiq_demo import odata
from licenseiq_demo.estate.apps import DEFAULT_ROLE, opaque
from licenseiq_demo.graph.groups import find_group
from licenseiq_demo.graph.handler import Keys, person
from licenseiq_demo.people.person import Fields
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, collection, entity, not_found


def _listed(state: DemoState, request: Asked, context: str, rows: list[Fields]) -> Answer:
    names = odata.select(request)
    view: Callable[[Fields], Fields] = (lambda row: odata.only(row, names)) if names else (lambda row: row)
    found, extra = odata.page(request, rows, lambda row: row, odata.top(request, 100, 999))
    return collection(request, context, [view(row) for row in found], **extra)


def find_principal(state: DemoState, keys: Keys) -> Fields:
    """The service principal that the path names; 404 when there is none."""
    found = state.estate.apps.principals.get(keys["principal"].lower())
    if found is None:
        raise not_found(keys["principal"])
    return found


def principals(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /servicePrincipals`."""
    return _listed(state, request, "servicePrincipals", list(state.estate.apps.principals.values()))


def principal(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /servicePrincipals/{id}`."""
    found, names = find_principal(state, keys), odata.select(request)
    return entity(request, "servicePrincipals/$entity", odata.only(found, names) if names else found)


def assigned_to(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /servicePrincipals/{id}/appRoleAssignedTo`: people and groups, without the members of these."""
    key = find_principal(state, keys)["id"]
    rows = [row for row in state.estate.apps.assignments if row["resourceId"] == key]
    return _listed(state, request, "appRoleAssignments", rows)


def of_person(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}/appRoleAssignments`: in person, and of the groups that somebody is a direct member of."""
    return _listed(state, request, "appRoleAssignments", state.estate.apps.assigned(person(state, keys)))


def of_group(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /groups/{id}/appRoleAssignments`."""
    key = find_group(state, keys).id
    rows = [row for row in state.estate.apps.assignments if row["principalId"] == key]
    return _listed(state, request, "appRoleAssignments", rows)


def _resource(state: DemoState, key: object) -> Fields:
    found = state.estate.apps.principals.get(str(key).lower())
    if found is None:
        raise not_found(str(key))
    return found


def assign(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`POST /users/{id}/appRoleAssignments`: a role that the application has, once."""
    someone, rows, asked = person(state, keys), state.estate.apps.assignments, request.json()
    resource, role = _resource(state, asked.get("resourceId")), str(asked.get("appRoleId"))
    if asked.get("principalId") != someone.id or role not in (
        DEFAULT_ROLE,
        *(one["id"] for one in resource["appRoles"]),
    ):
        raise GraphError(400, "Request_BadRequest", "Permission being assigned was not found on application.")
    made = {"appRoleId": role, "principalId": someone.id, "resourceId": resource["id"]}
    if any(made.items() <= row.items() for row in rows):
        raise GraphError(400, "Request_BadRequest", "Permission being assigned already exists on the object.")
    made |= {
        "id": opaque(state.estate.rng),
        "deletedDateTime": None,
        "createdDateTime": state.stamp(),
        "principalDisplayName": someone.fields["displayName"],
        "principalType": "User",
        "resourceDisplayName": resource["displayName"],
    }
    rows.append(made)
    return Answer(201, entity(request, "appRoleAssignments/$entity", made).data)


def remove_assignment(state: DemoState, _: Asked, keys: Keys) -> Answer:
    """`DELETE /users/{id}/appRoleAssignments/{assignment}`."""
    someone, rows = person(state, keys), state.estate.apps.assignments
    found = next((r for r in rows if r["id"] == keys["assignment"] and r["principalId"] == someone.id), None)
    if found is None:
        raise not_found(keys["assignment"])
    rows.remove(found)
    return Answer(204)


def grants_of_person(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}/oauth2PermissionGrants`: consent of this person, not the one for everybody."""
    someone = person(state, keys)
    rows = [row for row in state.estate.apps.grants if row["principalId"] == someone.id]
    return _listed(state, request, "oauth2PermissionGrants", rows)


def grants(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /oauth2PermissionGrants`."""
    return _listed(state, request, "oauth2PermissionGrants", state.estate.apps.grants)


def consent(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`POST /oauth2PermissionGrants`: for one person here; a client has one grant for each resource and person."""
    rows, asked = state.estate.apps.grants, request.json()
    if asked.get("consentType") != "Principal" or not asked.get("scope"):
        raise GraphError(400, "Request_BadRequest", "Only the consent of one person can be given here.")
    made = {
        "clientId": _resource(state, asked.get("clientId"))["id"],
        "principalId": person(state, {"id": str(asked.get("principalId"))}).id,
        "resourceId": _resource(state, asked.get("resourceId"))["id"],
    }
    if any(made.items() <= row.items() for row in rows):
        raise GraphError(409, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists.")
    made |= {"id": opaque(state.estate.rng), "consentType": "Principal", "scope": asked["scope"]}
    rows.append(made)
    return Answer(201, entity(request, "oauth2PermissionGrants/$entity", made).data)


def remove_grant(state: DemoState, _: Asked, keys: Keys) -> Answer:
    """`DELETE /oauth2PermissionGrants/{id}`: whoever it is for."""
    rows = state.estate.apps.grants
    found = next((row for row in rows if row["id"] == keys["grant"]), None)
    if found is None:
        raise not_found(keys["grant"])
    rows.remove(found)
    return Answer(204)
