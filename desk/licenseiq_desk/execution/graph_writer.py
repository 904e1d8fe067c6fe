"""The port that changes a tenant, over Graph: three effects on one account, and fresh readings of it.

Least permissions: User.EnableDisableAccount.All, User.RevokeSessions.All, LicenseAssignment.ReadWrite.All,
User.Read.All, RoleManagement.Read.Directory, GroupMember.Read.All (graph-facts 1.3 to 1.5).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import httpx
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation

from licenseiq.errors import BadRequest, NotReadable
from licenseiq.policy import Policy
from licenseiq.ports import Protection
from licenseiq.proposals.effects import EffectUncertain, EffectWaits
from licenseiq.proposals.steps import Account
from licenseiq.readings import Reason
from licenseiq_desk.execution import graph_answers as answers
from licenseiq_desk.people import is_guid

_ACCOUNT = (
    "id,accountEnabled,onPremisesSyncEnabled,signInSessionsValidFromDateTime,assignedLicenses,licenseAssignmentStates"
)
UNREACHABLE_WAIT = 15.0
# Before the request has left: nothing was done.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class Sender(Protocol):
    """What is needed of `licenseiq_tenant.graph.client.Graph`."""

    async def send(self, info: Any) -> httpx.Response: ...

    def url(self, path: str) -> str: ...


@dataclass(frozen=True, slots=True)
class GraphWriter:
    """Implements `licenseiq.ports.TenantWriter`. `policy` gives the policy of now, whose protected accounts are
    compared by id and by the principal name that Graph has now."""

    graph: Sender
    policy: Callable[[], Policy] = Policy

    async def account(self, user_id: str) -> Account:
        path = f"/users/{_checked(user_id)}?$select={_ACCOUNT}"
        response = await self._read(path, "an account", "User.Read.All")
        return answers.account(response, user_id)

    async def protection(self, user_id: str) -> Protection:
        """The list of protected accounts, roles held directly, and groups that can carry roles. What cannot be read
        whole is unreadable."""
        policy = self.policy()
        listed = policy.names(policy.protected_user_ids, _checked(user_id), None)
        which = quote(f"principalId eq '{user_id}'")
        try:
            if not listed and any("@" in one for one in policy.protected_user_ids):
                path = f"/users/{user_id}?$select=id,userPrincipalName"
                response = await self._read(path, "an account", "User.Read.All")
                listed = policy.names(policy.protected_user_ids, user_id, answers.principal_name(response, user_id))
            response = await self._read(
                f"/roleManagement/directory/roleAssignments?$filter={which}&$expand=roleDefinition",
                "the directory roles",
                "RoleManagement.Read.Directory",
            )
            assignments, _ = answers.rows(response, "the directory roles")
            response = await self._read(
                f"/users/{user_id}/transitiveMemberOf/microsoft.graph.group?$select=id,isAssignableToRole&$top=999",
                "the account's groups",
                "GroupMember.Read.All",
            )
            groups, is_whole = answers.rows(response, "the account's groups")
        except NotReadable:
            return Protection(readable=False, listed=listed)
        roles = [str(row.get("roleDefinitionId", "unknown")) for row in assignments]
        roles += ["a group that can carry roles" for row in groups if row.get("isAssignableToRole") is True]
        return Protection(readable=is_whole, roles=tuple(roles), listed=listed)

    async def disable_sign_in(self, user_id: str) -> None:
        await self._effect(Method.PATCH, f"/users/{_checked(user_id)}", {"accountEnabled": False})

    async def revoke_sessions(self, user_id: str) -> None:
        await self._effect(Method.POST, f"/users/{_checked(user_id)}/revokeSignInSessions", None)

    async def remove_direct_licences(self, user_id: str, sku_ids: tuple[str, ...]) -> None:
        if not sku_ids or not all(is_guid(sku) for sku in sku_ids):
            raise BadRequest("Licences to remove are named by the ids of their SKUs.", "Name at least one.")
        content: dict[str, object] = {"addLicenses": [], "removeLicenses": list(sku_ids)}
        await self._effect(Method.POST, f"/users/{_checked(user_id)}/assignLicense", content)

    async def _read(self, path: str, what: str, permission: str) -> httpx.Response:
        info = RequestInformation()
        info.http_method = Method.GET
        info.url = self.graph.url(path)
        info.headers.add("Accept", "application/json")
        try:
            response = await self.graph.send(info)
        except httpx.HTTPError as error:
            raise _unreachable() from error
        problem = answers.read_trouble(response, what, permission)
        if problem is not None:
            raise problem
        return response

    async def _effect(self, method: Any, path: str, content: dict[str, object] | None) -> None:
        info = RequestInformation()
        info.http_method = method
        info.url = self.graph.url(path)
        info.headers.add("Accept", "application/json")
        if content is not None:
            info.headers.add("Content-Type", "application/json")
            info.content = json.dumps(content, separators=(",", ":")).encode()
        try:
            response = await self.graph.send(info)
        except _NOT_SENT as error:
            raise _unreachable() from error
        except httpx.HTTPError as error:
            raise EffectUncertain("The connection broke after the effect was sent.", "It is read back.") from error
        except NotReadable as error:
            if error.reason != Reason.SIGNED_OUT:
                raise EffectUncertain("Nothing is known of the effect's answer.", "It is read back.") from error
            raise EffectWaits(error.what_happened, error.next_step, seconds=answers.SIGNED_OUT_WAIT) from error
        problem = answers.effect_trouble(response)
        if problem is not None:
            raise problem


def _checked(user_id: str) -> str:
    if not is_guid(user_id):
        raise BadRequest("An account is named by its id.", "Ids are GUIDs.")
    return user_id


def _unreachable() -> EffectWaits:
    return EffectWaits("The tenant cannot be reached.", "It goes on by itself.", seconds=UNREACHABLE_WAIT)
