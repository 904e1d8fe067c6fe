"""What changed since a token was given: `/users/delta` and `/groups/delta`.

Source: "Use delta query to track changes in Microsoft Graph data" (graph, delta-query-overview): pages of the server's
size, items in any order and repeated, `@removed` for what is gone, `$deltatoken=latest` for "from now on", 410 for a
token that is no longer known.
"""

import base64
import binascii
from collections.abc import Callable
from urllib.parse import quote

from licenseiq_demo import odata
from licenseiq_demo.graph.handler import Keys
from licenseiq_demo.graph.users import names_of, view
from licenseiq_demo.people.person import Fields
from licenseiq_demo.state import DemoState
from licenseiq_demo.tenant import Changed
from licenseiq_demo.wire import Answer, Asked, GraphError, collection

PAGE = 100
_REFUSED = ("$top", "$orderby", "$expand", "$filter", "$skip", "$search")


def users(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /users/delta`."""
    names = names_of(request, one=False)
    if "signInActivity" in names:
        raise GraphError(400, "Request_UnsupportedQuery", "Tracking changes to 'signInActivity' is not supported.")
    people = {} if state.faults.on("nobody") else state.tenant.by_id

    def row(key: str) -> Fields | None:
        return {"id": key, **view(names, people[key].fields)} if key in people else None

    return _delta(state, request, "users", list(people), row)


def groups(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /groups/delta`; members come as `members@delta` when they were selected."""
    tenant = state.tenant
    names = odata.select(request) or ("displayName", "description", "groupTypes")

    def row(key: str) -> Fields | None:
        group = tenant.groups.get(key)
        if group is None:
            return None
        found = {"id": key, **odata.only(group.fields, names)}
        if "members" in names:
            found["members@delta"] = [{"@odata.type": "#microsoft.graph.user", "id": p.id} for p in tenant.members(key)]
        return found

    return _delta(state, request, "groups", list(tenant.groups), row)


def _delta(
    state: DemoState, request: Asked, kind: Changed, everything: list[str], row: Callable[[str], Fields | None]
) -> Answer:
    for name in _REFUSED:
        if name in request.query:
            raise GraphError(400, "Request_UnsupportedQuery", f"Request with {name} query parameter is not supported.")
    journal = state.tenant.journal
    token = request.query.get("$deltatoken") or request.query.get("$skiptoken")
    # Since where the changes are told (None: everything), up to where, and how many were told already.
    since, until, told = _read(token, len(journal)) if token else (None, len(journal), 0)
    keys = everything if since is None else [key for of, key in journal[since:until] if of == kind]
    purged = state.tenant.purged
    rows = [
        row(key) or {"id": key, "@removed": {"reason": "deleted" if key in purged else "changed"}}
        for key in keys[told : told + PAGE]
    ]
    if told + PAGE < len(keys):
        link = {"nextLink": _link(request, "$skiptoken", f"{'all' if since is None else since}/{until}/{told + PAGE}")}
    else:
        link = {"deltaLink": _link(request, "$deltatoken", f"{until}/-/0")}
    return collection(request, kind, rows, **link)


def _read(place: str, newest: int) -> tuple[int | None, int, int]:
    if place == "latest":
        return newest, newest, 0
    try:
        since, until, told = base64.urlsafe_b64decode(place.encode()).decode().split("/")
        found = (None if since == "all" else int(since), newest if until == "-" else int(until), int(told))
    except (ValueError, binascii.Error):
        found = (newest + 1, newest, 0)
    if (found[0] or 0) > newest or found[1] > newest:
        raise GraphError(410, "resyncRequired", "The sync state is no longer known; start over.")
    return found


def _link(request: Asked, name: str, token: str) -> str:
    select = request.query.get("$select")
    kept = f"$select={quote(select, safe=',')}&" if select else ""
    code = quote(base64.urlsafe_b64encode(token.encode()).decode())
    return f"{request.base}/v1.0{request.path}?{kept}{name}={code}"
