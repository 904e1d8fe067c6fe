"""Deleting somebody, and the container where they stay for thirty days.

"Delete a user", "List deletedItems", "Restore deleted item", "Permanently delete item" (graph, api).
"""

from licenseiq_demo import odata
from licenseiq_demo.graph.accounts import SYNCED, is_privileged
from licenseiq_demo.graph.handler import Keys, person
from licenseiq_demo.graph.newcomers import TAKEN
from licenseiq_demo.graph.users import DEFAULTS, view
from licenseiq_demo.people.person import Fields, Person
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, collection, denied, entity, not_found


def delete_user(state: DemoState, _: Asked, keys: Keys) -> Answer:
    """`DELETE /users/{id}`: seats are free at once."""
    someone = person(state, keys)
    if is_privileged(state, someone):
        raise denied()
    if someone.fields["onPremisesSyncEnabled"]:
        raise GraphError(400, "Request_BadRequest", SYNCED)
    state.tenant.remove(someone, state.stamp())
    return Answer(204)


def _view(someone: Person, request: Asked) -> Fields:
    return view(odata.select(request) or DEFAULTS, someone.fields) | {
        "deletedDateTime": someone.fields.get("deletedDateTime")
    }


def _find(state: DemoState, keys: Keys) -> Person:
    found = state.tenant.removed.get(keys["deleted"].lower())
    if found is None:
        raise not_found(keys["deleted"])
    return found


def list_deleted(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /directory/deletedItems/microsoft.graph.user`."""
    everybody = list(state.tenant.removed.values())
    found, extra = odata.page(request, everybody, lambda each: each.fields, odata.top(request, 100, 999))
    return collection(request, "directoryObjects", [_view(each, request) for each in found], **extra)


def one_deleted(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /directory/deletedItems/{id}`."""
    kind = {"@odata.type": "#microsoft.graph.user"}
    return entity(request, "directoryObjects/$entity", kind | _view(_find(state, keys), request))


def restore(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`POST /directory/deletedItems/{id}/restore`: with licences and groups."""
    someone = _find(state, keys)
    if state.tenant.find(someone.upn) is not None:
        raise GraphError(400, "Request_BadRequest", TAKEN)
    state.tenant.restore(someone.id)
    kind = {"@odata.type": "#microsoft.graph.user"}
    return entity(request, "directoryObjects/$entity", kind | view(DEFAULTS, someone.fields))


def purge(state: DemoState, _: Asked, keys: Keys) -> Answer:
    """`DELETE /directory/deletedItems/{id}`: for good."""
    state.tenant.purge(_find(state, keys))
    return Answer(204)
