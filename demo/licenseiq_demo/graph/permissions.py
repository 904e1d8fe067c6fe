"""Who may open what: "driveItem: invite", "List permissions", "Delete permission" (graph, api)."""

from typing import Any

from licenseiq_demo.estate.drives import Drive, Item, granted
from licenseiq_demo.graph.files import find_drive, find_item, no_item, refused
from licenseiq_demo.graph.handler import Keys
from licenseiq_demo.people.names import DOMAIN
from licenseiq_demo.people.person import Fields
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, collection


def _effective(drive: Drive, item: Item) -> list[Fields]:
    """Its own permissions, and those that come from a folder above."""
    found = list(item.permissions)
    for above in drive.ancestors(item):
        found += [row | {"inheritedFrom": {"driveId": drive.id, "id": above.id}} for row in above.permissions]
    return found


def permissions(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /drives/{id}/items/{item}/permissions`."""
    drive = find_drive(state, keys)
    item = find_item(drive, {"item": "root", **keys})
    return collection(request, f"drives('{drive.id}')/items('{item.id}')/permissions", _effective(drive, item))


def remove(state: DemoState, _: Asked, keys: Keys) -> Answer:
    """`DELETE /drives/{id}/items/{item}/permissions/{permission}`: only its own, and not the owner's."""
    drive = find_drive(state, keys)
    item = find_item(drive, {"item": "root", **keys})
    found = next((row for row in _effective(drive, item) if row["id"] == keys["permission"]), None)
    if found is None:
        raise no_item()
    if "inheritedFrom" in found:
        raise refused("An inherited permission cannot be removed here; remove it where it was granted.")
    if found["roles"] == ["owner"]:
        raise GraphError(403, "accessDenied", "The permission of the owner cannot be removed.")
    item.permissions.remove(found)
    return Answer(204)


def _user(state: DemoState, recipient: Any) -> tuple[Fields, str]:
    """The identity and the sign-in name of a recipient, inside or outside; 400 for nobody."""
    asked = recipient if isinstance(recipient, dict) else {}
    key = str(asked.get("objectId") or asked.get("email") or asked.get("alias") or "")
    someone = state.tenant.find(key) if key else None
    if someone is None:
        mail = key.lower()
        someone = next((p for p in state.tenant.people if mail and str(p.fields["mail"] or "").lower() == mail), None)
    if someone is not None:
        fields = someone.fields
        return {"id": someone.id, "displayName": fields["displayName"], "email": fields["mail"]}, someone.upn
    if "@" in key and not key.lower().endswith(f"@{DOMAIN}"):
        return {"id": None, "displayName": key, "email": key}, f"{key.replace('@', '_')}#ext#"
    raise refused("One of the recipients could not be resolved.")


def invite(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`POST /drives/{id}/items/{item}/invite` and of the root: whoever may already gets the role that is asked for."""
    drive, body = find_drive(state, keys), request.json()
    item = find_item(drive, {"item": "root", **keys})
    roles, recipients = body.get("roles"), body.get("recipients")
    if not isinstance(roles, list) or len(roles) != 1 or roles[0] not in ("read", "write"):
        raise refused("One role is needed: read or write.")
    if not isinstance(recipients, list) or not recipients:
        raise refused("At least one recipient is needed.")
    users = [_user(state, recipient) for recipient in recipients]
    made = []
    for user, login in users:
        permission = next((row for row in item.permissions if _is_for(row, user)), None)
        if permission is None:
            key = "".join(drive.rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", k=22))
            permission = granted(key, list(roles), user, login)
            item.permissions.append(permission)
        elif permission["roles"] != ["owner"]:
            permission["roles"] = list(roles)
        made.append(permission)
    return collection(request, "Collection(permission)", made)


def _is_for(row: Fields, user: Fields) -> bool:
    mine = row.get("grantedToV2", {}).get("user")
    return mine is not None and (mine["id"], mine["email"]) == (user["id"], user["email"])
