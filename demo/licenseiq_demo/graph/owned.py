"""What somebody owns, and who owns a group or an application.

"List ownedObjects", "Add owners", "Remove group owner" (graph, api): the last owner who is a user cannot be removed.
"""

from licenseiq_demo import odata
from licenseiq_demo.graph.groups import find_group
from licenseiq_demo.graph.handler import Keys, person
from licenseiq_demo.graph.users import DEFAULTS, view
from licenseiq_demo.people.person import Fields
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, collection, not_found

_TWICE = "One or more added object references already exist for the following modified properties: 'owners'."
_LAST = "The group must have at least one owner, hence this owner cannot be removed."


def owned_objects(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}/ownedObjects`: groups, applications and service principals."""
    someone, tenant, apps = person(state, keys), state.tenant, state.estate.apps
    rows: list[Fields] = []
    for group_id, owners in tenant.story.owners.items():
        if someone.id in owners:
            rows.append({"@odata.type": "#microsoft.graph.group", **tenant.groups[group_id].fields})
    for kind, things in (("application", apps.applications), ("servicePrincipal", apps.principals)):
        rows += [
            {"@odata.type": f"#microsoft.graph.{kind}", **thing}
            for key, thing in things.items()
            if someone.id in apps.owners.get(key, ())
        ]
    names = odata.select(request)
    if names:
        rows = [{"@odata.type": row["@odata.type"], **odata.only(row, ("id", *names))} for row in rows]
    found, extra = odata.page(request, rows, lambda row: row, odata.top(request, 100, 999))
    return collection(request, "directoryObjects", found, **extra)


def _owners(state: DemoState, keys: Keys) -> tuple[list[str], bool]:
    """The owners of the group or the application that the path names, and whether it is a group."""
    if "group" in keys:
        group = find_group(state, keys)
        return state.tenant.story.owners.setdefault(group.id, []), True
    key = keys["application"].lower()
    if key not in state.estate.apps.applications:
        raise not_found(keys["application"])
    return state.estate.apps.owners.setdefault(key, []), False


def owners(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /groups/{id}/owners` and `/applications/{id}/owners`."""
    names = odata.select(request) or DEFAULTS
    people = [state.tenant.by_id[key] for key in _owners(state, keys)[0] if key in state.tenant.by_id]
    kind = {"@odata.type": "#microsoft.graph.user"}
    return collection(request, "directoryObjects", [kind | view(names, someone.fields) for someone in people])


def add_owner(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`POST /groups/{id}/owners/$ref` and `/applications/{id}/owners/$ref`."""
    mine, _ = _owners(state, keys)
    reference = str(request.json().get("@odata.id", "")).rstrip("/").rpartition("/")[2]
    someone = person(state, {"id": reference})
    if someone.id in mine:
        raise GraphError(400, "Request_BadRequest", _TWICE)
    mine.append(someone.id)
    return Answer(204)


def remove_owner(state: DemoState, _: Asked, keys: Keys) -> Answer:
    """`DELETE /groups/{id}/owners/{user}/$ref` and of an application."""
    mine, is_group = _owners(state, keys)
    someone = person(state, keys)
    if someone.id not in mine:
        raise not_found(someone.id)
    if is_group and not any(key in state.tenant.by_id for key in mine if key != someone.id):
        raise GraphError(400, "Request_BadRequest", _LAST)
    mine.remove(someone.id)
    return Answer(204)
