"""Whose manager is who: "Assign manager", "Remove manager", "List directReports" (graph, api)."""

from licenseiq_demo import odata
from licenseiq_demo.graph.accounts import SYNCED
from licenseiq_demo.graph.handler import Keys, person
from licenseiq_demo.graph.users import DEFAULTS, view
from licenseiq_demo.people.person import Person
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, collection, not_found


def _changeable(state: DemoState, keys: Keys) -> Person:
    someone = person(state, keys)
    if someone.fields["onPremisesSyncEnabled"]:
        raise GraphError(400, "Request_BadRequest", SYNCED)
    return someone


def set_manager(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`PUT /users/{id}/manager/$ref`."""
    someone = _changeable(state, keys)
    reference = str(request.json().get("@odata.id", "")).rstrip("/").rpartition("/")[2]
    boss = person(state, {"id": reference})
    state.tenant.before_write(someone)
    someone.manager = boss.id
    return Answer(204)


def unset_manager(state: DemoState, _: Asked, keys: Keys) -> Answer:
    """`DELETE /users/{id}/manager/$ref`."""
    someone = _changeable(state, keys)
    if someone.manager is None:
        raise not_found("manager")
    state.tenant.before_write(someone)
    someone.manager = None
    return Answer(204)


def direct_reports(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}/directReports`."""
    someone, names = person(state, keys), odata.select(request) or DEFAULTS
    mine = [each for each in state.tenant.people if each.manager == someone.id]
    kind = {"@odata.type": "#microsoft.graph.user"}
    found, extra = odata.page(request, mine, lambda each: each.fields, odata.top(request, 100, 999))
    return collection(request, "directoryObjects", [kind | view(names, each.fields) for each in found], **extra)
