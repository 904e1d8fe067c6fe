"""One plan that takes every kind of step on two people of a demo tenant, and what is true of them before and after.

Truth is read and judged here from what the tenant says in plain requests, and from what each kind is for: nothing of
the readings and predicates of the desk is used. To take one more kind: its step in `steps`, its truth in `TRUE`.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from tests.journeys.told_by_the_tenant import Tenant

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.commitments import Opening, commit
from licenseiq.proposals.plan import Plan, Step, Subject
from licenseiq.proposals.steps import EffectClass, StepKind
from licenseiq_demo.catalogue import by_part

TITLE = "Keeper of the bench"
_FIELDS = "id,accountEnabled,signInSessionsValidFromDateTime,jobTitle,licenseAssignmentStates"
_PERSON = f"{_FIELDS},userPrincipalName,onPremisesSyncEnabled,usageLocation,userType"
TAKEN, COMES, GOES = (by_part()[part] for part in ("POWER_BI_STANDARD", "Microsoft_Teams_Premium", "FLOW_FREE"))
OFF = COMES.plans[-1].plan_id


@dataclass(frozen=True)
class Facts:
    """What a tenant says of one person. `direct`: plans switched off, by SKU; `by_group`: pairs of group and SKU.
    `exists` False: all the rest says nothing."""

    exists: bool
    enabled: bool = False
    sessions: str = ""
    title: str | None = None
    direct: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    by_group: frozenset[tuple[str, str]] = frozenset()
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Graph:
    """Plain requests to a tenant by whoever may write; `base` ends in Graph's version."""

    client: httpx.AsyncClient
    base: str
    token: str

    async def get(self, path: str) -> Any:
        answer = await self.client.get(self.base + path, headers=self._headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def change(self, method: str, path: str, body: object = None) -> None:
        answer = await self.client.request(method, self.base + path, headers=self._headers, json=body)
        assert answer.status_code < 300, answer.text

    async def facts(self, user_id: str) -> Facts:
        answer = await self.client.get(f"{self.base}/users/{user_id}?$select={_FIELDS}", headers=self._headers)
        if answer.status_code == 404:
            return Facts(exists=False)
        groups = await self.get(f"/users/{user_id}/memberOf/microsoft.graph.group?$select=id&$top=999")
        return facts_of(answer.json(), [row["id"] for row in groups["value"]])

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def facts_of(row: Mapping[str, Any], groups: list[str]) -> Facts:
    active = [one for one in row["licenseAssignmentStates"] if one["state"] in ("Active", "ActiveWithError")]
    return Facts(
        exists=True,
        enabled=row["accountEnabled"],
        sessions=row["signInSessionsValidFromDateTime"] or "",
        title=row["jobTitle"],
        direct={one["skuId"]: tuple(sorted(one["disabledPlans"])) for one in active if not one["assignedByGroup"]},
        by_group=frozenset((one["assignedByGroup"], one["skuId"]) for one in active if one["assignedByGroup"]),
        groups=frozenset(groups),
    )


@dataclass(frozen=True)
class Cast:
    """Who and what the plan is about: `leaver` and `comes_back` are (id, principal name); group ids."""

    leaver: tuple[str, str]
    comes_back: tuple[str, str]
    joined: str
    joined_sku: str
    left: str

    @property
    def people(self) -> tuple[str, str]:
        return self.leaver[0], self.comes_back[0]


async def choose(graph: Graph) -> Cast:
    """Two ordinary cloud accounts that hold nothing of what the plan gives, and two groups that a person may fill."""
    groups = {row["displayName"]: row for row in (await graph.get("/groups?$top=999"))["value"]}
    joined, left = groups["Licences - Copilot pilot"]["id"], groups["All Engineering"]["id"]
    gives = (await graph.get(f"/groups/{joined}?$select=id,assignedLicenses"))["assignedLicenses"]
    roles = (await graph.get("/roleManagement/directory/roleAssignments"))["value"]
    holders = {row["principalId"] for row in roles}
    for group_id in holders & {row["id"] for row in groups.values()}:
        holders |= {row["id"] for row in (await graph.get(f"/groups/{group_id}/members?$top=999"))["value"]}
    rows = (await graph.get(f"/users?$select={_PERSON}&$top=999"))["value"]
    avoided = {TAKEN.sku_id, COMES.sku_id, GOES.sku_id, gives[0]["skuId"]}
    found = [
        (row["id"], row["userPrincipalName"])
        for row in rows
        if row["accountEnabled"]
        and row["usageLocation"]
        and row["userType"] == "Member"
        and not row["onPremisesSyncEnabled"]
        and row["id"] not in holders
        and any(one["assignedByGroup"] is None for one in row["licenseAssignmentStates"])
        and not avoided & {one["skuId"] for one in row["licenseAssignmentStates"]}
    ]
    return Cast(found[0], found[1], joined, gives[0]["skuId"], left)


async def prepare(graph: Graph, cast: Cast) -> None:
    """Brings both people to where the plan begins, from wherever they are."""
    leaver, comes_back = cast.people
    await graph.change("PATCH", f"/users/{comes_back}", {"accountEnabled": False})
    await graph.change("PATCH", f"/users/{leaver}", {"accountEnabled": True, "jobTitle": "Before"})
    now = await graph.facts(leaver)
    gone = [one for one in (COMES.sku_id,) if one in now.direct]
    back = [{"skuId": one, "disabledPlans": []} for one in (TAKEN.sku_id, GOES.sku_id) if one not in now.direct]
    if gone or back:
        await graph.change("POST", f"/users/{leaver}/assignLicense", {"addLicenses": back, "removeLicenses": gone})
    if cast.joined in now.groups:
        await graph.change("DELETE", f"/groups/{cast.joined}/members/{leaver}/$ref")
    if cast.left not in now.groups:
        reference = {"@odata.id": f"{graph.base}/directoryObjects/{leaver}"}
        await graph.change("POST", f"/groups/{cast.left}/members/$ref", reference)


def plan(cast: Cast, tenant_id: str, now: datetime, name: str) -> tuple[Plan, list[Opening]]:
    """The plan of every kind. `name` makes it another plan than the one before."""
    openings = [
        Opening(reference, os.urandom(32), {"user_id": who, "user_principal_name": upn, "new_title": TITLE})
        for reference, (who, upn) in (("s1", cast.leaver), ("s2", cast.comes_back))
    ]
    return plan_of(steps(cast), openings, tenant_id, now, name), openings


def plan_of(steps: tuple[Step, ...], openings: list[Opening], tenant_id: str, now: datetime, name: str) -> Plan:
    """A plan of the demo tenant with nothing but steps and the people of these openings."""
    return Plan(
        tenant_id=tenant_id,
        kind="offboard",
        simulated=True,
        evaluation_id=name,
        versions={"rules": "1"},
        requested_by={"channel": "stdio", "client": "bench"},
        created=now,
        expires=now + timedelta(hours=24),
        subjects=tuple(Subject(one.reference, commit(one)) for one in openings),
        steps=steps,
        hand_offs=(),
        blockers=(),
        money={},
        unpriced_seats=0,
        not_yet_possible=(),
    )


def steps(cast: Cast) -> tuple[Step, ...]:
    title: Json = {"attribute": "jobTitle", "value_of": "new_title"}
    swap: Json = {"direct_licences_present": [GOES.sku_id], "direct_licences_absent": [COMES.sku_id]}
    swapped: Json = {
        "direct_licences_active": [COMES.sku_id],
        "direct_plans_disabled": {COMES.sku_id: [OFF]},
        "direct_licences_absent": [GOES.sku_id],
    }
    change: Json = {"add": [{"sku_id": COMES.sku_id, "disabled_plans": [OFF]}], "remove": [GOES.sku_id]}
    given: Json = {"group_id": cast.joined, "sku_ids": [cast.joined_sku]}
    rows: tuple[tuple[StepKind, str, Any, Any, Any], ...] = (
        (StepKind.SET_ATTRIBUTE, "s1", {"attribute": "jobTitle"}, {"attribute_is": title}, {"account_enabled": True}),
        (
            StepKind.JOIN_GROUP,
            "s1",
            {"group_id": cast.joined},
            {"in_group": cast.joined, "group_licences_active": given},
            {"not_in_group": cast.joined},
        ),
        (
            StepKind.LEAVE_GROUP,
            "s1",
            {"group_id": cast.left},
            {"not_in_group": cast.left},
            {"in_group": cast.left},
        ),
        (StepKind.CHANGE_LICENCES, "s1", change, swapped, swap),
        (StepKind.ENABLE_SIGN_IN, "s2", {}, {"account_enabled": True}, {"account_enabled": False}),
        (StepKind.DISABLE_SIGN_IN, "s1", {}, {"account_enabled": False}, {"account_enabled": True}),
        (
            StepKind.REVOKE_SESSIONS,
            "s1",
            {},
            {"sessions_revoked_since_intent": True},
            {"account_enabled": False},
        ),
        (
            StepKind.REMOVE_DIRECT_LICENCES,
            "s1",
            {},
            {"direct_licences_absent": [TAKEN.sku_id]},
            {"direct_licences_present": [TAKEN.sku_id]},
        ),
    )
    return tuple(
        Step(number, kind, subject, arguments, goal, precondition, EffectClass.SET_VALUED, None, "by hand")
        for number, (kind, subject, arguments, goal, precondition) in enumerate(rows, 1)
    )


# (the person before the run, the person now, who takes part) -> whether the step's effect is there.
TRUE: dict[StepKind, Callable[[Facts, Facts, Cast], bool]] = {
    StepKind.SET_ATTRIBUTE: lambda _, now, __: now.title == TITLE,
    StepKind.JOIN_GROUP: lambda _, now, cast: (
        cast.joined in now.groups and (cast.joined, cast.joined_sku) in now.by_group
    ),
    StepKind.LEAVE_GROUP: lambda _, now, cast: cast.left not in now.groups,
    StepKind.CHANGE_LICENCES: lambda _, now, __: (
        now.direct.get(COMES.sku_id) == (OFF,) and GOES.sku_id not in now.direct
    ),
    StepKind.ENABLE_SIGN_IN: lambda _, now, __: now.enabled,
    StepKind.DISABLE_SIGN_IN: lambda _, now, __: not now.enabled,
    StepKind.REVOKE_SESSIONS: lambda before, now, __: now.sessions > before.sessions,
    StepKind.REMOVE_DIRECT_LICENCES: lambda _, now, __: TAKEN.sku_id not in now.direct,
}


def is_true(step: Step, cast: Cast, before: Mapping[str, Facts], now: Mapping[str, Facts]) -> bool:
    """Whether what a step is for is so: of the tenant itself, whatever the desk thinks. Facts are by person's id."""
    who = cast.leaver[0] if step.subject == "s1" else cast.comes_back[0]
    return now[who].exists and TRUE[step.kind](before[who], now[who], cast)


def same_end(one: Mapping[str, Facts], other: Mapping[str, Facts]) -> bool:
    """Whether two runs left the people alike; the second at which sessions were revoked is each run's own."""
    return {who: _without_second(found) for who, found in one.items()} == {
        who: _without_second(found) for who, found in other.items()
    }


def _without_second(found: Facts) -> tuple[object, ...]:
    return (found.exists, found.enabled, found.title, dict(found.direct), found.by_group, found.groups)


def of_today() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass
class CodeKinds:
    """The plan of every kind with code of its own, on a new tenant (a `Script` of `tests/journeys/killing.py`)."""

    cast: Cast = field(init=False)

    async def prepare(self, tenant: Tenant) -> None:
        graph = _plain(tenant)
        self.cast = await choose(graph)
        await prepare(graph, self.cast)

    def plan(self, tenant_id: str, now: datetime, name: str) -> tuple[Plan, list[Opening]]:
        return plan(self.cast, tenant_id, now, name)

    async def facts(self, tenant: Tenant) -> dict[str, Facts]:
        return {who: await _plain(tenant).facts(who) for who in self.cast.people}

    def is_true(self, step: Step, before: Mapping[str, Facts], now: Mapping[str, Facts]) -> bool:
        return is_true(step, self.cast, before, now)

    @staticmethod
    def same_end(one: Mapping[str, Facts], other: Mapping[str, Facts], without: Sequence[int]) -> bool:
        return not without and same_end(one, other)

    async def by_hand(self, tenant: Tenant, step: Step) -> None:
        """Nobody is asked."""

    async def twice(self, tenant: Tenant, rows: Sequence[Mapping[str, Any]]) -> list[str]:
        """None of them must not be repeated."""
        return []


def _plain(tenant: Tenant) -> Graph:
    return Graph(tenant.client, tenant.base, tenant.token)
