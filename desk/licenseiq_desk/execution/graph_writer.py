"""The port that changes a tenant, over Graph: effects on one account each, and fresh readings of it.

Least permissions: User.EnableDisableAccount.All, User.RevokeSessions.All, LicenseAssignment.ReadWrite.All,
GroupMember.ReadWrite.All and User.ReadWrite.All (only for steps on groups and attributes), User.Read.All,
RoleManagement.Read.Directory, Group.Read.All, LicenseAssignment.Read.All (Microsoft's permission tables of each call).
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, cast
from urllib.parse import quote

import httpx

from licenseiq.errors import BadRequest, NotReadable
from licenseiq.policy import Policy
from licenseiq.ports import GroupFacts, Protection
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.steps import ATTRIBUTES, Account
from licenseiq.readings import Reason
from licenseiq.steps.asking import Api, Ask, Call
from licenseiq_desk.execution import graph_answers as answers
from licenseiq_desk.execution.exchange import Exchange
from licenseiq_desk.execution.sending import Sender, below, request, send_effect, unreachable
from licenseiq_desk.people import is_guid, is_principal

_ACCOUNT = ",".join(
    (
        "id,userPrincipalName,accountEnabled,onPremisesSyncEnabled,signInSessionsValidFromDateTime,assignedLicenses",
        "licenseAssignmentStates",
        *ATTRIBUTES,
    )
)
_GROUP = (
    "id,groupTypes,membershipRule,onPremisesSyncEnabled,isAssignableToRole,mailEnabled,securityEnabled,assignedLicenses"
)
MOST_ROWS = 500_000


Page = tuple[list[Mapping[str, Json]], str | None]


class CaseIndex(Protocol):
    """What is needed of `licenseiq_desk.holds.index.HoldIndex`; a page is read by its path."""

    async def ask(
        self, question: Mapping[str, Json], page: Callable[[str], Awaitable[Page]], policy: Policy
    ) -> Mapping[str, Json]: ...

    async def keep(self, page: Callable[[str], Awaitable[Page]], policy: Policy) -> None: ...


@dataclass(frozen=True, slots=True)
class GraphWriter:
    """Implements `licenseiq.ports.TenantWriter`. `policy` gives the policy of now, whose protected accounts are
    compared by id and by the principal name that Graph has now. `exchange` is where cmdlets go; `cases` the index of
    eDiscovery holds, None where the desk keeps none."""

    graph: Sender
    policy: Callable[[], Policy] = Policy
    exchange: Exchange = field(default_factory=Exchange)
    cases: CaseIndex | None = None

    async def account(self, user_id: str, *, with_groups: bool = False) -> Account:
        named = quote(user_id) if is_principal(user_id) else _checked(user_id)
        path = f"/users/{named}?$select={_ACCOUNT}"
        reading = answers.account(await self._read(path, "an account", "User.Read.All"), user_id)
        if not with_groups:
            return reading
        path = f"/users/{reading.user_id}/memberOf/microsoft.graph.group?$select=id&$top=999"
        response = await self._read(path, "the account's groups", "GroupMember.Read.All")
        return replace(reading, groups=answers.group_ids(response))

    async def ask(self, question: Ask, what: str, permission: str) -> Mapping[str, Json]:
        if question.api is Api.EXCHANGE:
            return {"value": await self.exchange.rows(question.path, question.parameters, what, permission)}
        if question.api is Api.INDEX:
            return await self._ask_index(question, what, permission)
        response = await self._read(question.path, what, permission, advanced=question.advanced)
        found = answers.body(response, what)
        if not question.pages:
            return cast("dict[str, Json]", found)
        whole, _ = answers.rows(response, what)
        while (following := found.get("@odata.nextLink")) is not None:
            response = await self._read(
                below(self.graph, following, what), what, permission, advanced=question.advanced
            )
            found = answers.body(response, what)
            whole += answers.rows(response, what)[0]
            if len(whole) > MOST_ROWS:
                raise answers.malformed(what)
        return {"value": cast("list[Json]", whole)}

    async def _ask_index(self, question: Ask, what: str, permission: str) -> Mapping[str, Json]:
        """With parameters the index is asked; without, it is kept fresh."""
        if self.cases is None:
            raise NotReadable(
                f"Could not read {what}: this desk keeps no index of them.",
                "Run 'licenseiq desk'.",
                reason=Reason.NOT_CONNECTED,
                permission=permission,
            )

        async def page(path: str) -> Page:
            response = await self._read(path, what, permission)
            link = answers.body(response, what).get("@odata.nextLink")
            rows = cast("list[Mapping[str, Json]]", answers.rows(response, what)[0])
            return rows, None if link is None else below(self.graph, link, what)

        if not question.parameters:
            await self.cases.keep(page, self.policy())
            return {}
        return await self.cases.ask(question.parameters, page, self.policy())

    async def send(self, call: Call) -> Json:
        if call.api is Api.EXCHANGE:
            await self.exchange.send(call.path, call.parameters)
            return None
        return await self._effect(call.method, call.path, self._body(call))

    def _body(self, call: Call) -> Json:
        """What Graph is sent: an object is named by its address below the same Graph, and a password is made here, of
        256 random bits, and kept nowhere."""
        if not isinstance(call.body, Mapping):
            return call.body
        named = call.body.get("@odata.id")
        body = dict(call.body)
        if isinstance(named, str) and named.startswith("/"):
            body["@odata.id"] = self.graph.url(named)
        if call.fresh_profile:
            fresh = f"{secrets.token_urlsafe(32)}-aA1"
            body[call.fresh_profile] = {"password": fresh, "forceChangePasswordNextSignIn": True}
        return body

    async def people(self) -> int:
        response = await self._read("/users/$count", "the number of users", "User.Read.All", advanced=True)
        return answers.number(response, "the number of users")

    async def group(self, group_id: str) -> GroupFacts:
        path = f"/groups/{_checked(group_id)}?$select={_GROUP}"
        return answers.group(await self._read(path, "a group", "Group.Read.All"), group_id)

    async def free_seats(self) -> dict[str, int]:
        path = "/subscribedSkus?$select=skuId,prepaidUnits,consumedUnits"
        return answers.free_seats(await self._read(path, "the subscriptions", "LicenseAssignment.Read.All"))

    async def protection(self, user_id: str) -> Protection:
        """The list of protected accounts, roles held directly or to be activated, and groups that can carry roles. What
        cannot be read whole is unreadable."""
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
            assignments += await self._eligible(which)
            response = await self._read(
                f"/users/{user_id}/transitiveMemberOf/microsoft.graph.group?$select=id,isAssignableToRole&$top=999",
                "the account's groups",
                "GroupMember.Read.All",
            )
            groups, is_whole = answers.rows(response, "the account's groups")
        except NotReadable as error:
            return Protection(readable=False, listed=listed, lacks=error.permission or "")
        roles = [str(row.get("roleDefinitionId", "unknown")) for row in assignments]
        roles += ["a group that can carry roles" for row in groups if row.get("isAssignableToRole") is True]
        return Protection(readable=is_whole, roles=tuple(roles), listed=listed)

    async def _eligible(self, which: str) -> list[dict[str, object]]:
        """The roles that somebody may activate; without Entra ID P2 there are none."""
        path = f"/roleManagement/directory/roleEligibilityScheduleInstances?$filter={which}"
        try:
            response = await self._read(path, "the eligible roles", "RoleEligibilitySchedule.Read.Directory")
        except NotReadable as error:
            if error.reason == Reason.NO_PREMIUM:
                return []
            raise
        return answers.rows(response, "the eligible roles")[0]

    async def set_sign_in(self, user_id: str, *, enabled: bool) -> None:
        await self._effect("PATCH", f"/users/{_checked(user_id)}", {"accountEnabled": enabled})

    async def revoke_sessions(self, user_id: str) -> None:
        await self._effect("POST", f"/users/{_checked(user_id)}/revokeSignInSessions", None)

    async def change_licences(self, user_id: str, add: Mapping[str, Sequence[str]], remove: Sequence[str]) -> None:
        for named in (*add, *remove, *(plan for plans in add.values() for plan in plans)):
            _checked(named)
        if not add and not remove:
            raise BadRequest("A change of licences names none.", "Name at least one.")
        come = [{"skuId": sku_id, "disabledPlans": list(plans)} for sku_id, plans in add.items()]
        content: Json = {"addLicenses": come, "removeLicenses": list(remove)}
        await self._effect("POST", f"/users/{_checked(user_id)}/assignLicense", content)

    async def join_group(self, user_id: str, group_id: str) -> None:
        # The reference names the directory object by the URL of the same Graph.
        reference: Json = {"@odata.id": self.graph.url(f"/directoryObjects/{_checked(user_id)}")}
        await self._effect("POST", f"/groups/{_checked(group_id)}/members/$ref", reference)

    async def leave_group(self, user_id: str, group_id: str) -> None:
        await self._effect("DELETE", f"/groups/{_checked(group_id)}/members/{_checked(user_id)}/$ref", None)

    async def set_attribute(self, user_id: str, name: str, value: str | None) -> None:
        if name not in ATTRIBUTES:
            raise BadRequest("This attribute is not one that LicenseIQ sets.", "Set it by hand.")
        await self._effect("PATCH", f"/users/{_checked(user_id)}", {name: value})

    async def _read(self, path: str, what: str, permission: str, *, advanced: bool = False) -> httpx.Response:
        info = request(self.graph, "GET", path)
        if advanced:
            info.headers.add("ConsistencyLevel", "eventual")
        try:
            response = await self.graph.send(info)
        except httpx.HTTPError as error:
            raise unreachable() from error
        problem = answers.read_trouble(response, what, permission)
        if problem is not None:
            raise problem
        return response

    async def _effect(self, method: str, path: str, content: Json) -> Json:
        return await send_effect(self.graph, request(self.graph, method, path, content))


def _checked(object_id: str) -> str:
    if not is_guid(object_id):
        raise BadRequest("Accounts, groups and products are named by their ids.", "Ids are GUIDs.")
    return object_id
