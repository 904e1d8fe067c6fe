"""OneDrive and the site for leavers: libraries, what is in them, and what changed.

"Get drive", "List children", "driveItem: delta", "Create folder", "Get site" (graph, api).
"""

import base64
import binascii
from urllib.parse import quote

from licenseiq_demo import odata
from licenseiq_demo.estate.drives import LEAVERS, SITE_ID, SITES_HOST, Drive, Item
from licenseiq_demo.graph.handler import Keys, person
from licenseiq_demo.graph.reports import redirected
from licenseiq_demo.people.person import Fields
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, collection, entity

TIB = 1024**4
PAGE = 200


def no_item() -> GraphError:
    """Nothing is there."""
    return GraphError(404, "itemNotFound", "The resource could not be found.")


def refused(message: str) -> GraphError:
    """A request that a library cannot follow."""
    return GraphError(400, "invalidRequest", message)


def taken() -> GraphError:
    """Something is called so already."""
    return GraphError(409, "nameAlreadyExists", "An item with the same name already exists under the parent.")


def find_drive(state: DemoState, keys: Keys) -> Drive:
    """The library that the path names; copies move on with every look."""
    state.estate.copies.move_on()
    found = state.estate.drives.by_id(keys["drive"])
    if found is None:
        raise no_item()
    return found


def find_item(drive: Drive, keys: Keys) -> Item:
    """The item that the path names; `root` is one, too."""
    found = drive.root if keys["item"] == "root" else drive.items.get(keys["item"])
    if found is None:
        raise no_item()
    return found


def drive_fields(drive: Drive) -> Fields:
    """A drive as Graph writes it."""
    used = drive.used
    someone = drive.owner
    owner = (
        {"group": {"displayName": "Leavers"}}
        if someone is None
        else {"user": {"id": someone.id, "displayName": someone.fields["displayName"], "email": someone.fields["mail"]}}
    )
    return {
        "id": drive.id,
        "name": drive.name,
        "driveType": _kind(drive),
        "webUrl": drive.web_url,
        "owner": owner,
        "quota": {"total": TIB, "used": used, "remaining": TIB - used, "deleted": 0, "state": "normal"},
    }


def _path(drive: Drive, item: Item) -> str:
    names = [each.name for each in drive.ancestors(item)[:-1]][::-1]
    return "/".join([f"/drives/{drive.id}/root:", *names])


def item_fields(drive: Drive, item: Item) -> Fields:
    """A driveItem as Graph writes it."""
    fields: Fields = {
        "id": item.id,
        "name": item.name,
        "size": drive.size_of(item),
        "createdDateTime": item.at,
        "lastModifiedDateTime": item.at,
        "webUrl": f"{drive.web_url}/{quote(item.name)}",
        "parentReference": {"driveId": drive.id, "driveType": _kind(drive)},
    }
    if item.parent is None:
        fields["root"] = {}
        fields["webUrl"] = drive.web_url
    else:
        fields["parentReference"] |= {"id": item.parent, "path": _path(drive, item)}
    if item.is_folder:
        fields["folder"] = {"childCount": len(drive.children(item))}
    else:
        fields["file"] = {"mimeType": "application/octet-stream"}
    if item.permissions and item.parent is not None:
        scopes = [row["link"]["scope"] for row in item.permissions if "link" in row]
        fields["shared"] = {"scope": scopes[0] if scopes else "users"}
    return fields


def _kind(drive: Drive) -> str:
    return "documentLibrary" if drive.owner is None else "business"


def of_person(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}/drive`; 404 when it was never provisioned."""
    state.estate.copies.move_on()
    found = state.estate.drives.of(person(state, keys))
    if found is None:
        raise GraphError(404, "ResourceNotFound", "User's mysite not found.")
    return _drive(request, found)


def _drive(request: Asked, drive: Drive) -> Answer:
    names, fields = odata.select(request), drive_fields(drive)
    return entity(request, "drives/$entity", odata.only(fields, names) if names else fields)


def one(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /drives/{id}`."""
    return _drive(request, find_drive(state, keys))


def _item(request: Asked, drive: Drive, item: Item) -> Answer:
    names, fields = odata.select(request), item_fields(drive, item)
    return entity(request, f"drives('{drive.id}')/items/$entity", odata.only(fields, names) if names else fields)


def root(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /drives/{id}/root`."""
    drive = find_drive(state, keys)
    return _item(request, drive, drive.root)


def by_name(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /drives/{id}/root:/{name}`: directly below the root."""
    drive = find_drive(state, keys)
    found = drive.child(drive.root, keys["name"])
    if found is None:
        raise no_item()
    return _item(request, drive, found)


def item(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /drives/{id}/items/{item}`."""
    drive = find_drive(state, keys)
    return _item(request, drive, find_item(drive, keys))


def content(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /drives/{id}/items/{item}/content`: 302 to an address that takes no token ("Download file")."""
    if find_item(find_drive(state, keys), keys).is_folder:
        raise refused("The item is not a file.")
    return redirected(state, request)


def children(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /drives/{id}/items/{item}/children` and of the root; an empty list for a file."""
    drive = find_drive(state, keys)
    above = find_item(drive, {"item": "root", **keys})
    names = odata.select(request)
    rows = [item_fields(drive, each) for each in drive.children(above)]
    found, extra = odata.page(request, rows, lambda row: row, odata.top(request, PAGE, 5000))
    shown = [odata.only(row, names) for row in found] if names else found
    return collection(request, f"drives('{drive.id}')/items('{above.id}')/children", shown, **extra)


def delta(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /drives/{id}/root/delta`: everything, or what came since the token; `token=latest` is "from now on"."""
    drive = find_drive(state, keys)
    asked, now = request.query.get("token"), len(drive.journal)
    since, told = (now, 0) if asked == "latest" else _place(asked)
    wanted = [key for key in dict.fromkeys(drive.journal[since:]) if since or key in drive.items]
    size = odata.top(request, PAGE, 5000)
    rows = [
        item_fields(drive, drive.items[key]) if key in drive.items else {"id": key, "deleted": {"state": "deleted"}}
        for key in wanted[told : told + size]
    ]
    if told + size < len(wanted):
        links = {"nextLink": _address(request, drive, f"{since}/{told + size}")}
    else:
        links = {"deltaLink": _address(request, drive, f"{now}/0")}
    return collection(request, "Collection(driveItem)", rows, **links)


def _place(token: str | None) -> tuple[int, int]:
    if token is None:
        return 0, 0
    try:
        since, told = base64.urlsafe_b64decode(token.encode()).decode().split("/")
        return int(since), int(told)
    except (ValueError, binascii.Error):
        raise GraphError(410, "resyncRequired", "The sync token is no longer valid; start over.") from None


def _address(request: Asked, drive: Drive, place: str) -> str:
    token = quote(base64.urlsafe_b64encode(place.encode()).decode())
    size = request.query.get("$top")
    return f"{request.base}/v1.0/drives/{drive.id}/root/delta?{f'$top={size}&' if size else ''}token={token}"


def add_folder(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`POST /drives/{id}/items/{item}/children` and of the root: a folder; `conflictBehavior` fail unless said."""
    drive, body = find_drive(state, keys), request.json()
    above, name = find_item(drive, {"item": "root", **keys}), body.get("name")
    if not isinstance(name, str) or not name.strip() or "folder" not in body or not above.is_folder:
        raise refused("A name and an empty folder facet are needed.")
    name = settle_name(drive, above, name, str(body.get("@microsoft.graph.conflictBehavior", "fail")))
    made = drive.add(name, above, state.stamp(), is_folder=True)
    answer = _item(request, drive, made)
    return Answer(201, answer.data)


def remove(state: DemoState, _: Asked, keys: Keys) -> Answer:
    """`DELETE /drives/{id}/items/{item}`: with all below it, and never the root."""
    drive = find_drive(state, keys)
    found = find_item(drive, keys)
    if found.parent is None:
        raise GraphError(403, "accessDenied", "The root of a library cannot be deleted.")
    drive.remove(found)
    return Answer(204)


def settle_name(drive: Drive, above: Item, name: str, behaviour: str) -> str:
    """The name under which something comes into a folder: 409 on `fail`, another one on `rename`; `replace` removes
    what was there."""
    if behaviour not in ("fail", "rename", "replace"):
        raise refused("The conflictBehavior is fail, rename or replace.")
    there = drive.child(above, name)
    if there is None:
        return name
    if behaviour == "fail":
        raise taken()
    if behaviour == "replace":
        drive.remove(there)
        return name
    stem, dot, kind = name.rpartition(".")
    n = 1
    while drive.child(above, f"{stem} {n}{dot}{kind}" if dot else f"{name} {n}"):
        n += 1
    return f"{stem} {n}{dot}{kind}" if dot else f"{name} {n}"


_SITE: Fields = {
    "id": SITE_ID,
    "name": LEAVERS,
    "displayName": "Leavers",
    "webUrl": f"https://{SITES_HOST}/sites/{LEAVERS}",
}


def _is_site(keys: Keys) -> bool:
    if "host" in keys:
        return keys["host"].rstrip(":").lower() == SITES_HOST and keys["name"].rstrip(":").lower() == LEAVERS
    return keys["site"] in (SITE_ID, SITE_ID.split(",")[1])


def site(_: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /sites/{id}` and `/sites/{host}:/sites/{name}`."""
    if not _is_site(keys):
        raise GraphError(404, "itemNotFound", "Requested site could not be found")
    return entity(request, "sites/$entity", _SITE)


def drive_of_site(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /sites/{id}/drive` and `/sites/{host}:/sites/{name}:/drive`."""
    if not _is_site(keys):
        raise GraphError(404, "itemNotFound", "Requested site could not be found")
    return _drive(request, state.estate.drives.site())


def settings(_: DemoState, request: Asked, __: Keys) -> Answer:
    """`GET /admin/sharepoint/settings`."""
    fields = {
        "deletedUserPersonalSiteRetentionPeriodInDays": 30,
        "sharingCapability": "externalUserAndGuestSharing",
        "isResharingByExternalUsersEnabled": False,
        "personalSiteDefaultStorageLimitInMB": 1_048_576,
    }
    return entity(request, "admin/sharepoint/settings", fields)
