"""What each kind of step is for that puts something back, as the demo tenant tells it in plain requests."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tests.journeys.told_by_the_tenant import Tenant, Truth, Values, box_of, owned, rights, shared, sorted_of

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.steps import StepKind
from licenseiq.steps.enable_devices import ENABLED
from licenseiq.steps.give_back_apps import ASSIGNED, CONSENTED
from licenseiq.steps.give_back_delegated_rights import RIGHTS_BEFORE
from licenseiq.steps.give_back_ownership import ENDS, OWNED_BEFORE

_RIGHTS = ("full_access", "send_as", "on_behalf")


def _take(path: str, field: str, members: tuple[str, ...]) -> Callable[[Tenant, Values], Awaitable[None]]:
    """Commits to rows of the person's own, and takes them away as another administrator."""

    async def take(tenant: Tenant, values: Values) -> None:
        where = f"/users/{values['user_id']}/{path}"
        rows = [row for row in await tenant.rows(where) if row["principalId"] == values["user_id"]]
        values[field] = [[str(row.get(member, "")) for member in members] for row in rows]
        for row in rows:
            base = where if path == "appRoleAssignments" else f"/{path}"
            await tenant.elsewhere("DELETE", f"{base}/{row['id']}")

    return take


def _held(path: str, *members: str) -> Callable[[Tenant, Values], Awaitable[Json]]:
    """Members of the rows that are the person's own."""

    async def look(tenant: Tenant, values: Values) -> Json:
        rows = await tenant.rows(f"/users/{values['user_id']}/{path}")
        mine = [row for row in rows if row["principalId"] == values["user_id"]]
        return sorted([str(row[member]) for member in members] for row in mine)  # type: ignore[return-value]

    return look


def _as_before(field: str, *places: int) -> Callable[[Any, Values], bool]:
    def so(found: Any, values: Values) -> bool:
        wanted: Any = values[field]
        return bool(wanted) and found == sorted([row[place] for place in places] for row in wanted)

    return so


async def _give_mailbox(tenant: Tenant, values: Values) -> None:
    given = {name: [values["successor_id"]] for name in _RIGHTS}
    await tenant.control("PATCH", f"/mailboxes/{values['user_id']}", given)


async def _give_files(tenant: Tenant, values: Values) -> None:
    drive = await tenant.get(f"/users/{values['user_id']}/drive")
    body = {"roles": ["write"], "recipients": [{"objectId": values["successor_id"]}], "sendInvitation": False}
    await tenant.elsewhere("POST", f"/drives/{drive['id']}/items/root/invite", body)


async def _disable(tenant: Tenant, values: Values) -> None:
    rows = await tenant.rows(f"/users/{values['user_id']}/registeredDevices")
    values[ENABLED] = [[row["id"], row["displayName"]] for row in rows]
    for row in rows:
        await tenant.elsewhere("PATCH", f"/devices/{row['id']}", {"accountEnabled": False})


async def _hand_over(tenant: Tenant, values: Values) -> None:
    """All that a program may change is the successor's."""
    rows, mine = list[Json](), await tenant.rows(f"/users/{values['user_id']}/ownedObjects?$top=999")
    for row in mine:
        kind = str(row["@odata.type"]).rpartition(".")[2]
        if kind == "servicePrincipal" or row.get("displayName") == "Supplier newsletter":
            continue
        where = f"/{kind}s/{row['id']}/owners"
        rows.append([f"{kind}s", row["id"], row["displayName"], ENDS])
        await tenant.elsewhere("POST", f"{where}/$ref", {"@odata.id": f"x/directoryObjects/{values['successor_id']}"})
        await tenant.elsewhere("DELETE", f"{where}/{values['user_id']}/$ref")
    values[OWNED_BEFORE] = rows


async def _take_rights(tenant: Tenant, values: Values) -> None:
    mine, rows = values["user_id"], list[Json]()
    for row in await tenant.control("GET", "/people"):
        box = await tenant.box(row["id"]) if row["cause"] == "shared_mailbox" else {}
        held = [right for right in ("full_access", "send_as") if mine in box.get(right, ())]
        rows += [[right, row["id"]] for right in held]
        without = {right: [one for one in box[right] if one != mine] for right in held}
        if held:
            await tenant.control("PATCH", f"/mailboxes/{row['id']}", without)
    values[RIGHTS_BEFORE] = rows


def _rights_back(found: Any, values: Values) -> bool:
    rows: Any = values[RIGHTS_BEFORE]
    return bool(rows) and {key for _, key in rows} <= set(found)


def _own(found: Any, values: Values) -> bool:
    rows: Any = values[OWNED_BEFORE]
    names = {row[2] for row in rows}
    return bool(names) and names <= set(found["user_id"]) and not names & set(found["successor_id"])


RETURNS: Mapping[StepKind, Truth] = {
    StepKind.GIVE_BACK_APP_ASSIGNMENTS: Truth(
        _held("appRoleAssignments", "resourceId", "appRoleId"),
        _as_before(ASSIGNED, 1, 3),
        _take("appRoleAssignments", ASSIGNED, ("id", "resourceId", "resourceDisplayName", "appRoleId")),
    ),
    StepKind.GIVE_BACK_APP_GRANTS: Truth(
        _held("oauth2PermissionGrants", "clientId", "resourceId", "scope"),
        _as_before(CONSENTED, 1, 3, 4),
        _take("oauth2PermissionGrants", CONSENTED, ("id", "clientId", "name", "resourceId", "scope")),
    ),
    StepKind.GIVE_BACK_OWNERSHIP: Truth(owned, _own, _hand_over),
    StepKind.GIVE_BACK_DELEGATED_RIGHTS: Truth(rights, _rights_back, _take_rights),
    StepKind.ENABLE_DEVICES: Truth(
        sorted_of("registeredDevices", "accountEnabled"), lambda found, _: set(found) == {"True"}, _disable
    ),
    StepKind.TAKE_BACK_MAILBOX_ACCESS: Truth(
        box_of(*_RIGHTS),
        lambda found, values: not any(values["successor_id"] in found[name] for name in _RIGHTS),
        _give_mailbox,
    ),
    StepKind.TAKE_BACK_ONEDRIVE_ACCESS: Truth(
        shared, lambda found, values: not [one for one in found if str(values["successor_id"]) in one], _give_files
    ),
}
