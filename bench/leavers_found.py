"""What a tenant says of one leaver in plain requests, and which of the desk's calls were made twice.

Nothing of the desk's readings is used here. Ids that the tenant draws, and times, are left out.
"""

import ssl
from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx
from tests.tenant.on_demo import OnDemo

LICENCES = "licences in person"
_FIELDS = "id,accountEnabled,onPremisesSyncEnabled,licenseAssignmentStates,userType,usageLocation"
_BOX = ("kind", "hidden", "replies", "full_access", "send_as", "on_behalf", "forwarding")
_NO_ROOTS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True)
class Facts:
    """Whether the account exists and is cloud-only, licences as (SKU, group), groups, applications in person, consents,
    devices that work, the mailbox, and what lies in the top folder of the OneDrive as (name, bytes)."""

    exists: bool
    enabled: bool
    synced: bool
    licences: tuple[tuple[str, str], ...]
    groups: tuple[str, ...]
    roles: int
    apps: tuple[str, ...]
    consents: int
    devices: int
    methods: int
    mailbox: tuple[str, ...]
    files: tuple[tuple[str, int], ...]

    @property
    def is_plain(self) -> bool:
        return self.enabled and not self.synced and not self.roles and bool(self.mailbox) and bool(self.licences)


def facts_of(demo: OnDemo, user_id: str) -> Facts:
    row = _get(demo, f"/users/{user_id}?$select={_FIELDS}") or {}
    box = _mailbox(demo, user_id)
    groups = _rows(demo, f"/users/{user_id}/memberOf/microsoft.graph.group?$select=id,isAssignableToRole&$top=999")
    held = _rows(demo, f"/roleManagement/directory/roleAssignments?$filter=principalId eq '{user_id}'")
    states = [one for one in row.get("licenseAssignmentStates", ()) if one["state"] in ("Active", "ActiveWithError")]
    return Facts(
        exists=bool(row),
        enabled=bool(row.get("accountEnabled")),
        synced=bool(row.get("onPremisesSyncEnabled")),
        licences=tuple(sorted((one["skuId"], one["assignedByGroup"] or "") for one in states)),
        groups=tuple(sorted(one["id"] for one in groups)),
        roles=len(held) + sum(one.get("isAssignableToRole") is True for one in groups),
        apps=tuple(sorted(one["resourceId"] for one in _rows(demo, f"/users/{user_id}/appRoleAssignments"))),
        consents=len(_rows(demo, f"/users/{user_id}/oauth2PermissionGrants")),
        devices=sum(one["accountEnabled"] is True for one in _rows(demo, f"/users/{user_id}/registeredDevices")),
        methods=len(_rows(demo, f"/users/{user_id}/authentication/methods")),
        mailbox=tuple(f"{name} {box[name]}" for name in _BOX if name in box),
        files=tuple(sorted((one["name"], one["size"]) for one in _rows(demo, f"/users/{user_id}/drive/root/children"))),
    )


def left_of(facts: Facts) -> list[str]:
    """What somebody who was offboarded should not have any more, by the issue's words and not by the desk's steps. A
    password stays one way to sign in, and no group of those that Graph may change (dynamic and mail ones stay)."""
    found = {
        "sign-in": facts.enabled,
        "ways to sign in": facts.methods > 1,
        "devices": facts.devices > 0,
        "applications": bool(facts.apps),
        "consents": facts.consents > 0,
        "a mailbox of their own": "kind shared" not in facts.mailbox,
        "a place in address lists": "hidden True" not in facts.mailbox,
        LICENCES: any(group == "" for _, group in facts.licences),
    }
    return [words for words, is_so in found.items() if is_so]


def once_only(demo: OnDemo, rows: list[dict[str, Any]]) -> int:
    """How many effects that must not be repeated came twice: mails by text and receiver, copies by drive, cancelled
    meetings, and passwords (the one PATCH of an account beside the blocking)."""
    mails = Counter((one["to"][0], one["content"]) for one in demo.control("GET", "/outbox"))
    copies = Counter(row["path"] for row in rows if row["took_effect"] and row["path"].endswith("/copy"))
    accounts = Counter(
        row["path"]
        for row in rows
        if row["took_effect"] and row["method"] == "PATCH" and row["path"].startswith("/users/") and _is_short(row)
    )
    twice = sum(count - 1 for found in (mails, copies) for count in found.values())
    return twice + sum(max(0, count - 2) for count in accounts.values())


def _is_short(row: dict[str, Any]) -> bool:
    return str(row["path"]).count("/") == 2


def _mailbox(demo: OnDemo, user_id: str) -> dict[str, Any]:
    try:
        return demo.control("GET", f"/mailboxes/{user_id}") or {}
    except AssertionError:
        return {}


def _get(demo: OnDemo, path: str) -> dict[str, Any] | None:
    writer = demo.found("desk")
    headers = {"Authorization": f"Bearer {writer.token}", "ConsistencyLevel": "eventual"}
    answer = httpx.get(writer.url + path, headers=headers, verify=_NO_ROOTS, trust_env=False)
    if answer.status_code == 404:
        return None
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _rows(demo: OnDemo, path: str) -> list[dict[str, Any]]:
    return (_get(demo, path) or {}).get("value", [])
