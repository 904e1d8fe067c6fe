"""Reading, removing and adding ways to sign in.

"List methods", "Delete phoneAuthenticationMethod" and its like, "Create temporaryAccessPassMethod" (graph, api). That
the default second factor goes last, and its words: microsoft-graph-docs issue 14470.
"""

import secrets

from licenseiq_demo.estate.methods import IDS, SECOND_FACTORS, TYPES, of_type
from licenseiq_demo.graph.accounts import is_privileged
from licenseiq_demo.graph.handler import Keys, person
from licenseiq_demo.people.calendar import new_id
from licenseiq_demo.people.person import Fields
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, collection, denied, entity

_DEFAULT_LAST = (
    "Cannot delete default method with other methods configured. Please change default method before deletion."
)


def _refused(message: str) -> GraphError:
    return GraphError(400, "badRequest", message)


def _segment(keys: Keys) -> str:
    for known in TYPES:
        if known.lower() == keys["kind"].lower():
            return known
    raise GraphError(404, "BadRequest", f"Resource not found for the segment '{keys['kind']}'.")


def _is(method: Fields, segment: str) -> bool:
    return str(method["@odata.type"]).endswith(f".{TYPES[segment]}")


def methods(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}/authentication/methods`: of all types, the password among them."""
    someone = person(state, keys)
    return collection(request, f"users('{someone.id}')/authentication/methods", state.estate.methods.of(someone))


def of_kind(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}/authentication/phoneMethods` and its like: of one type, without naming it."""
    someone, segment = person(state, keys), _segment(keys)
    found = [method for method in state.estate.methods.of(someone) if _is(method, segment)]
    rows = [{name: value for name, value in method.items() if name != "@odata.type"} for method in found]
    return collection(request, f"users('{someone.id}')/authentication/{segment}", rows)


def delete(state: DemoState, _: Asked, keys: Keys) -> Answer:
    """`DELETE /users/{id}/authentication/{type}/{method}`: not the password, and the default only last."""
    someone, segment = person(state, keys), _segment(keys)
    mine = state.estate.methods.of(someone)
    if segment == "passwordMethods" or keys["method"] == IDS["passwordMethods"]:
        raise _refused("Deleting the password method is not supported.")
    if is_privileged(state, someone):
        raise denied()
    found = next((m for m in mine if m["id"] == keys["method"] and _is(m, segment)), None)
    if found is None:
        raise GraphError(404, "resourceNotFound", "The requested user authentication method was not found.")
    others = [m for m in mine if m is not found and any(_is(m, other) for other in SECOND_FACTORS)]
    if others and state.estate.methods.default(someone) == found["id"]:
        raise _refused(_DEFAULT_LAST)
    state.tenant.journal.append(("users", someone.id))
    mine.remove(found)
    return Answer(204)


def give_temporary_pass(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`POST /users/{id}/authentication/temporaryAccessPassMethods`: a second one replaces the first."""
    someone, body = person(state, keys), request.json()
    if state.faults.on("no_temporary_pass"):
        raise _refused("Temporary Access Pass is not enabled in the authentication methods policy for this user.")
    if is_privileged(state, someone):
        raise denied()
    minutes = body.get("lifetimeInMinutes", 60)
    if not isinstance(minutes, int) or not 10 <= minutes <= 43_200:
        raise _refused("The lifetimeInMinutes of a Temporary Access Pass must be between 10 and 43200.")
    if body.get("isUsableOnce") is False:
        raise _refused("The authentication methods policy allows one-time use only.")
    mine = state.estate.methods.of(someone)
    mine[:] = [method for method in mine if not _is(method, "temporaryAccessPassMethods")]
    made = of_type(
        "temporaryAccessPassMethods",
        id=new_id(state.estate.rng),
        temporaryAccessPass=None,
        createdDateTime=state.stamp(),
        startDateTime=body.get("startDateTime") or state.stamp(),
        lifetimeInMinutes=minutes,
        isUsableOnce=True,
        isUsable=True,
        methodUsabilityReason="EnabledByPolicy",
    )
    mine.append(made)
    shown_once = made | {"temporaryAccessPass": secrets.token_urlsafe(6)}
    context = f"users('{someone.id}')/authentication/temporaryAccessPassMethods/$entity"
    answer = entity(request, context, shown_once)
    return Answer(201, answer.data)


def pass_policy(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /policies/authenticationMethodsPolicy/authenticationMethodConfigurations/temporaryAccessPass`."""
    fields = {
        "@odata.type": "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration",
        "id": "TemporaryAccessPass",
        "state": "disabled" if state.faults.on("no_temporary_pass") else "enabled",
        "defaultLifetimeInMinutes": 60,
        "minimumLifetimeInMinutes": 10,
        "maximumLifetimeInMinutes": 43_200,
        "defaultLength": 8,
        "isUsableOnce": True,
    }
    return entity(request, "authenticationMethodConfigurations/$entity", fields)
