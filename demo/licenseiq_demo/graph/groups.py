"""Groups, their members, and the licences that follow a membership."""

from licenseiq_demo import odata
from licenseiq_demo.graph.accounts import SYNCED
from licenseiq_demo.graph.handler import Keys, person
from licenseiq_demo.graph.users import DEFAULTS, view
from licenseiq_demo.groups import Group
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, collection, denied, entity, not_found

_ON_REQUEST = frozenset({"assignedLicenses", "licenseProcessingState"})


def find_group(state: DemoState, keys: Keys) -> Group:
    found = state.tenant.groups.get(keys["group"].lower())
    if found is None:
        raise not_found(keys["group"])
    return found


def _view(request: Asked, group: Group) -> dict[str, object]:
    names = odata.select(request) or tuple(name for name in group.fields if name not in _ON_REQUEST)
    return odata.only(group.fields, names)


def list_groups(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /groups`."""
    odata.refuse_what_directories_cannot(request)
    everything = list(state.tenant.groups.values())
    found, extra = odata.page(request, everything, lambda group: group.fields, odata.top(request, 100, 999))
    return collection(request, "groups", [_view(request, group) for group in found], **extra)


def one_group(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /groups/{id}`."""
    return entity(request, "groups/$entity", _view(request, find_group(state, keys)))


def members(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /groups/{id}/members`: direct members."""
    group = find_group(state, keys)
    names = odata.select(request) or DEFAULTS
    people = [] if state.faults.on("nobody") else state.tenant.members(group.id)
    found, extra = odata.page(request, people, lambda p: p.fields, odata.top(request, 100, 999))
    kind = {"@odata.type": "#microsoft.graph.user"}
    rows = [kind | view(names, state.tenant.seen(p).fields) for p in found]
    return collection(request, "directoryObjects", rows, **extra)


def groups_of(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}/transitiveMemberOf` and `/memberOf`; no group here is inside another."""
    someone = state.tenant.seen(person(state, keys))
    mine = [state.tenant.groups[group_id] for group_id in someone.groups]
    found, extra = odata.page(request, mine, lambda group: group.fields, odata.top(request, 100, 999))
    kind: dict[str, object] = {"@odata.type": "#microsoft.graph.group"}
    return collection(request, "directoryObjects", [kind | _view(request, group) for group in found], **extra)


_DYNAMIC = "Cannot update the membership of a group that has dynamic membership enabled."
_MAIL = "Cannot Update a mail-enabled security groups and or distribution list."
_TWICE = "One or more added object references already exist for the following modified properties: 'members'."


def _editable(group: Group) -> None:
    fields = group.fields
    if fields["isAssignableToRole"]:
        raise denied()
    if "DynamicMembership" in fields["groupTypes"]:
        raise GraphError(400, "Request_BadRequest", _DYNAMIC)
    if fields["onPremisesSyncEnabled"]:
        raise GraphError(400, "Request_BadRequest", SYNCED)
    if fields["mailEnabled"] and "Unified" not in fields["groupTypes"]:
        raise GraphError(400, "Request_BadRequest", _MAIL)


def add_member(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`POST /groups/{id}/members/$ref`."""
    group = find_group(state, keys)
    reference = str(request.json().get("@odata.id", "")).rstrip("/").rpartition("/")[2]
    someone = person(state, {"id": reference})
    _editable(group)
    if group.id in someone.groups:
        raise GraphError(400, "Request_BadRequest", _TWICE)
    state.tenant.before_write(someone)
    state.tenant.join(someone, group, state.stamp())
    return Answer(204)


def remove_member(state: DemoState, _: Asked, keys: Keys) -> Answer:
    """`DELETE /groups/{id}/members/{user}/$ref`."""
    group, someone = find_group(state, keys), person(state, keys)
    _editable(group)
    if group.id not in someone.groups:
        raise not_found(someone.id)
    state.tenant.before_write(someone)
    state.tenant.leave(someone, group)
    return Answer(204)
