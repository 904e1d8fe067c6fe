"""What each described kind of step is for, as the demo tenant tells it in plain requests and by its controls."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.steps import StepKind
from licenseiq.steps.copy_onedrive import FOLDER
from licenseiq_demo.catalogue import by_part

Values = dict[str, Json]
READY = by_part()["FLOW_FREE"].sku_id
_PASSWORD = "#microsoft.graph.passwordAuthenticationMethod"
_LONG_AGO = "2020-01-01T00:00:00Z"


@dataclass(frozen=True)
class Tenant:
    """A demo tenant, asked past the desk; `base` ends in Graph's version. `control_token` opens its controls."""

    client: httpx.AsyncClient
    base: str
    token: str
    control_token: str

    async def get(self, path: str) -> Any:
        """The answer; None where there is nothing."""
        headers = {"Authorization": f"Bearer {self.token}", "ConsistencyLevel": "eventual"}
        answer = await self.client.get(self.base + path, headers=headers)
        if answer.status_code == 404:
            return None
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def rows(self, path: str) -> list[dict[str, Any]]:
        """A collection to its end."""
        found, answer = list[dict[str, Any]](), await self.get(path)
        while answer is not None:
            found += answer["value"]
            link = answer.get("@odata.nextLink")
            answer = await self.get(link.partition("/v1.0")[2]) if link else None
        return found

    async def control(self, method: str, path: str, body: object = None) -> Any:
        url = f"{self.base.removesuffix('/v1.0')}/_demo{path}"
        headers = {"X-Demo-Control": self.control_token}
        answer = await self.client.request(method, url, headers=headers, json=body)
        if answer.status_code == 404:
            return None
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def elsewhere(self, method: str, path: str, body: object = None) -> None:
        """As another administrator."""
        answer = await self.control("POST", "/elsewhere", {"method": method, "path": path, "body": body})
        assert answer["status"] < 300, answer

    async def box(self, user_id: Json) -> dict[str, Any]:
        """All that is known of a mailbox; empty where there is none."""
        return await self.control("GET", f"/mailboxes/{user_id}") or {}

    async def is_plain(self, user_id: str) -> bool:
        """Whether somebody has files and a mailbox that works, and nobody holds it back."""
        box = await self.box(user_id)
        held = [box.get(name) for name in ("litigation_since", "holds", "delay_hold", "archive", "on_premises")]
        return box.get("state") == "live" and not any(held) and await self.get(f"/users/{user_id}/drive") is not None


async def _nothing(_: Tenant, __: Values) -> None:
    """There is nothing to do."""


@dataclass(frozen=True)
class Truth:
    """`look` is what the tenant says, without times and drawn ids, so that two runs can be compared; `so` whether the
    step's effect is there. `prepare` arranges what it is for; `by_hand` is what a person does who was asked to."""

    look: Callable[[Tenant, Values], Awaitable[Json]]
    so: Callable[[Any, Values], bool]
    prepare: Callable[[Tenant, Values], Awaitable[None]] = _nothing
    by_hand: Callable[[Tenant, Values], Awaitable[None]] = _nothing


def _user(name: str) -> Callable[[Tenant, Values], Awaitable[Json]]:
    async def look(tenant: Tenant, values: Values) -> Json:
        found = await tenant.get(f"/users/{values['user_id']}?$select=id,{name}")
        return None if found is None else found[name]

    return look


def box_of(*names: str) -> Callable[[Tenant, Values], Awaitable[Json]]:
    async def look(tenant: Tenant, values: Values) -> Json:
        box = await tenant.box(values["user_id"])
        return {name: box.get(name) for name in ("state", *names)}

    return look


def sorted_of(path: str, key: str) -> Callable[[Tenant, Values], Awaitable[Json]]:
    """One member of every row of a collection of the person's."""

    async def look(tenant: Tenant, values: Values) -> Json:
        rows = await tenant.rows(f"/users/{values['user_id']}/{path}")
        return sorted(str(row[key]) for row in rows)

    return look


def _change(**changes: Json) -> Callable[[Tenant, Values], Awaitable[None]]:
    """Changes the stored account, as another administrator."""

    async def change(tenant: Tenant, values: Values) -> None:
        await tenant.control("PATCH", f"/people/{values['user_id']}", changes)

    return change


async def _remove(tenant: Tenant, values: Values) -> None:
    await tenant.control("DELETE", f"/people/{values['user_id']}")


async def _password(tenant: Tenant, values: Values) -> Json:
    found = await tenant.get(f"/users/{values['user_id']}?$select=id,lastPasswordChangeDateTime")
    return bool(found["lastPasswordChangeDateTime"] > _LONG_AGO)


async def _methods(tenant: Tenant, values: Values) -> Json:
    rows = await tenant.rows(f"/users/{values['user_id']}/authentication/methods")
    return sorted(row["@odata.type"] for row in rows if row["@odata.type"] != _PASSWORD)


async def _groups(tenant: Tenant, values: Values) -> Json:
    """Groups that a program may take the person out of, and the others."""
    fields = "id,groupTypes,mailEnabled,onPremisesSyncEnabled,isAssignableToRole,assignedLicenses"
    path = f"/users/{values['user_id']}/memberOf/microsoft.graph.group?$select={fields}&$top=999"
    free, kept = list[Json](), list[Json]()
    for row in await tenant.rows(path):
        bound = row["onPremisesSyncEnabled"] or row["isAssignableToRole"] or row["assignedLicenses"]
        rule, list_only = "DynamicMembership" in row["groupTypes"], row["mailEnabled"] and not row["groupTypes"]
        (kept if bound or rule or list_only else free).append(row["id"])
    return {"free": sorted(free, key=str), "kept": sorted(kept, key=str)}


async def owned(tenant: Tenant, values: Values) -> Json:
    """The groups and applications that leaver and successor own, by name."""
    found = dict[str, Json]()
    for name in ("user_id", "successor_id"):
        rows = await tenant.rows(f"/users/{values[name]}/ownedObjects?$select=id,displayName&$top=999")
        mine = [row for row in rows if not str(row["@odata.type"]).endswith("servicePrincipal")]
        found[name] = sorted(str(row["displayName"]) for row in mine)
    return found


async def _accounts_there(tenant: Tenant, values: Values) -> Json:
    """In which applications an account of the person works."""
    apps = await tenant.control("GET", "/apps")
    return sorted(app for app, active in apps.items() if active.get(values["user_id"]))


async def rights(tenant: Tenant, values: Values) -> Json:
    """The shared mailboxes that the person may open or send as."""
    mine, found = values["user_id"], list[str]()
    for row in await tenant.control("GET", "/people"):
        if row["cause"] == "shared_mailbox":
            box = await tenant.box(row["id"])
            found += [row["id"]] if mine in (*box.get("full_access", ()), *box.get("send_as", ())) else []
    return sorted(found)


async def _meetings(tenant: Tenant, values: Values) -> Json:
    box = await tenant.box(values["user_id"])
    mine = [one for one in box["events"] if one["isOrganizer"] and one["attendees"] and not one.get("isCancelled")]
    return sorted(str(one["subject"]) for one in mine)


async def shared(tenant: Tenant, values: Values) -> Json:
    """Who may do what in the OneDrive: roles and receivers of every permission but the owner's, and links by scope."""
    drive, found = await tenant.get(f"/users/{values['user_id']}/drive"), list[str]()
    for item in await tenant.rows(f"/drives/{drive['id']}/root/delta?$top=999"):
        if "shared" not in item and "root" not in item:
            continue
        for row in await tenant.rows(f"/drives/{drive['id']}/items/{item['id']}/permissions"):
            whom = row.get("grantedToV2", {}).get("user", {}).get("id", "")
            found.append(f"{item.get('name')}: {row.get('link', {}).get('scope', '')} {row.get('roles')} {whom}")
    return sorted(found)


async def _copy(tenant: Tenant, values: Values) -> Json:
    """Bytes here, and folders of that name with their bytes there."""
    here = await tenant.get(f"/users/{values['user_id']}/drive")
    there = await tenant.get(f"/users/{values['successor_id']}/drive")
    found: list[Json] = []
    for row in await tenant.rows(f"/drives/{there['id']}/root/children?$top=999"):
        if row["name"].startswith(str(values[FOLDER])):
            found.append({"name": row["name"], "bytes": await _bytes(tenant, there["id"], row["id"])})
    return {"here": here["quota"]["used"], "there": found}


async def _bytes(tenant: Tenant, drive: str, folder: str) -> int:
    total = 0
    for row in await tenant.rows(f"/drives/{drive}/items/{folder}/children?$top=999"):
        total += await _bytes(tenant, drive, row["id"]) if "folder" in row else row["size"]
    return total


async def _place(tenant: Tenant, values: Values) -> Json:
    if await tenant.get(f"/users/{values['user_id']}?$select=id") is not None:
        return "here"
    contained = await tenant.get(f"/directory/deletedItems/{values['user_id']}?$select=id")
    return "gone" if contained is None else "deleted"


def _mails(to: str) -> Callable[[Tenant, Values], Awaitable[Json]]:
    async def look(tenant: Tenant, values: Values) -> Json:
        return sum(
            values[to] in one["to"] and one["what"] != "cancellation" for one in await tenant.control("GET", "/outbox")
        )

    return look


async def _account(tenant: Tenant, values: Values) -> Json:
    found = await tenant.get(f"/users/{values['user_principal_name']}?$select=id,employeeId,accountEnabled")
    return None if found is None else {name: found[name] for name in ("employeeId", "accountEnabled")}


def account(principal: str, name: str, employee_id: str) -> dict[str, Json]:
    """The body that makes an account."""
    return {
        "accountEnabled": True,
        "displayName": name,
        "mailNickname": principal.partition("@")[0],
        "userPrincipalName": principal,
        "employeeId": employee_id,
        "passwordProfile": {"password": "Long-enough-and-0dd-for-a-demo", "forceChangePasswordNextSignIn": True},
    }


async def _make(tenant: Tenant, values: Values) -> None:
    """Makes the account that is waited for."""
    named = (str(values[name]) for name in ("user_principal_name", "display_name", "employeeId"))
    await tenant.elsewhere("POST", "/users", account(*named))


async def _manager(tenant: Tenant, values: Values) -> Json:
    found = await tenant.get(f"/users/{values['user_principal_name']}/manager?$select=id")
    return None if found is None else found["id"]


async def _ready(tenant: Tenant, values: Values) -> Json:
    found = await tenant.get(f"/users/{values['user_id']}?$select=id,licenseAssignmentStates")
    active = [row["skuId"] for row in found["licenseAssignmentStates"] if row["state"] == "Active"]
    return {"licence": READY in active, "mailbox": (await tenant.box(values["user_id"])).get("state") == "live"}


async def _license(tenant: Tenant, values: Values) -> None:
    given = {"addLicenses": [{"skuId": READY, "disabledPlans": []}], "removeLicenses": []}
    await tenant.elsewhere("POST", f"/users/{values['user_id']}/assignLicense", given)


async def _pass(tenant: Tenant, values: Values) -> None:
    await tenant.elsewhere("POST", f"/users/{values['user_id']}/authentication/temporaryAccessPassMethods", {})


def _empty(found: Any, _: Values) -> bool:
    return found == []


def _yes(found: Any, _: Values) -> bool:
    return found is True


TRUTHS: Mapping[StepKind, Truth] = {
    StepKind.DISABLE_BY_HAND: Truth(
        _user("accountEnabled"), lambda found, _: found is False, by_hand=_change(accountEnabled=False)
    ),
    StepKind.REMOVE_AUTHENTICATION_METHODS: Truth(_methods, _empty),
    StepKind.RESET_PASSWORD: Truth(_password, _yes, _change(lastPasswordChangeDateTime=_LONG_AGO)),
    StepKind.DISABLE_DEVICES: Truth(
        sorted_of("registeredDevices", "accountEnabled"), lambda found, _: "True" not in found
    ),
    StepKind.LEAVE_GROUPS: Truth(_groups, lambda found, _: found["free"] == []),
    StepKind.HAND_OVER_OWNERSHIP: Truth(owned, lambda found, _: set(found["user_id"]) <= {"Supplier newsletter"}),
    StepKind.REMOVE_APP_ASSIGNMENTS: Truth(
        sorted_of("appRoleAssignments", "principalType"), lambda found, _: "User" not in found
    ),
    StepKind.REMOVE_APP_GRANTS: Truth(sorted_of("oauth2PermissionGrants", "clientId"), _empty),
    StepKind.PROVISION_APPS: Truth(_accounts_there, _empty, _change(accountEnabled=False)),
    StepKind.SET_AUTOMATIC_REPLY: Truth(
        box_of("replies"), lambda found, _: found["replies"]["status"] == "alwaysEnabled"
    ),
    StepKind.CONVERT_MAILBOX: Truth(box_of("kind"), lambda found, _: found["kind"] == "shared"),
    StepKind.GRANT_MAILBOX_ACCESS: Truth(
        box_of("full_access", "send_as", "on_behalf"),
        lambda found, values: all(
            found[name].count(values["successor_id"]) == 1 for name in ("full_access", "send_as", "on_behalf")
        ),
    ),
    StepKind.SET_FORWARDING: Truth(
        box_of("forwarding_to", "forwarding_smtp"),
        lambda found, values: (found["forwarding_to"], found["forwarding_smtp"]) == (values["successor_id"], None),
    ),
    StepKind.REMOVE_DELEGATED_RIGHTS: Truth(rights, _empty),
    StepKind.CANCEL_MEETINGS: Truth(_meetings, _empty),
    StepKind.HIDE_FROM_ADDRESS_LISTS: Truth(box_of("hidden"), lambda found, _: found["hidden"] is True),
    StepKind.GRANT_ONEDRIVE_ACCESS: Truth(
        shared,
        lambda found, values: sum(one.startswith("root:") and str(values["successor_id"]) in one for one in found) == 1,
    ),
    StepKind.END_EXTERNAL_SHARING: Truth(shared, lambda found, _: not [one for one in found if "anonymous" in one]),
    StepKind.COPY_ONEDRIVE: Truth(
        _copy, lambda found, values: found["there"] == [{"name": values[FOLDER], "bytes": found["here"]}]
    ),
    StepKind.DELETE_ACCOUNT: Truth(_place, lambda found, _: found == "deleted"),
    StepKind.RESTORE_ACCOUNT: Truth(_place, lambda found, _: found == "here", _remove),
    StepKind.PURGE_ACCOUNT: Truth(_place, lambda found, _: found == "gone", _remove),
    StepKind.NOTIFY_FINANCE: Truth(_mails("finance_address"), lambda found, _: found == 1),
    StepKind.NOTIFY_SUCCESSOR: Truth(_mails("successor_principal"), lambda found, _: found == 1),
    StepKind.CREATE_ACCOUNT: Truth(
        _account, lambda found, values: found is not None and found["employeeId"] == values["employeeId"]
    ),
    StepKind.AWAIT_ACCOUNT: Truth(
        _account, lambda found, values: found is not None and found["employeeId"] == values["employeeId"], by_hand=_make
    ),
    StepKind.SET_MANAGER: Truth(_manager, lambda found, values: found == values["manager_id"]),
    StepKind.CHECK_DAY_ONE: Truth(
        _ready, lambda found, _: found == {"licence": True, "mailbox": True}, by_hand=_license
    ),
    StepKind.ISSUE_TEMPORARY_ACCESS_PASS: Truth(_methods, lambda found, _: bool(found), by_hand=_pass),
}
