"""What each kind of step is for that puts something back, as the demo tenant tells it in plain requests."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tests.journeys.told_by_the_tenant import Tenant, Truth, Values, box_of, shared

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.steps import StepKind
from licenseiq.steps.give_back_apps import ASSIGNED, CONSENTED

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
    StepKind.TAKE_BACK_MAILBOX_ACCESS: Truth(
        box_of(*_RIGHTS),
        lambda found, values: not any(values["successor_id"] in found[name] for name in _RIGHTS),
        _give_mailbox,
    ),
    StepKind.TAKE_BACK_ONEDRIVE_ACCESS: Truth(
        shared, lambda found, values: not [one for one in found if str(values["successor_id"]) in one], _give_files
    ),
}
