"""Two plans that take every described kind of step, one on leavers and one on people who come and go.

What a step is for is told here by plain requests and judged by what the kind promises: nothing of the desk's readings
and predicates is used. Goals and arguments are those of `tests/steps/every_step.py`. To take one more kind: its line in
`LEAVING` or `COMING_AND_GOING`, and what it is for in `tests/journeys/told_by_the_tenant.py` (of a way back:
`tests/journeys/told_of_returns.py`).
"""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tests.journeys.every_kind import plan_of
from tests.journeys.told_by_the_tenant import READY, Tenant, Values, account
from tests.journeys.told_by_the_tenant import TRUTHS as OF_OTHERS
from tests.journeys.told_of_returns import RETURNS
from tests.steps.every_step import CASES

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.plan import Plan, Step
from licenseiq.proposals.steps import StepKind
from licenseiq.steps.automatic_reply import FIELD
from licenseiq.steps.copy_onedrive import FOLDER
from licenseiq_demo.people.names import DOMAIN

APPS, MAIL, FILES = "leaver_with_apps", "plain_leaver", "leaver_with_outside_links"
# Kinds in their order, and whom each is about: a situation of the demo, or any other name for somebody at work.
LEAVING: tuple[tuple[StepKind, str], ...] = (
    (StepKind.DISABLE_BY_HAND, "privileged"),
    (StepKind.REMOVE_AUTHENTICATION_METHODS, APPS),
    (StepKind.RESET_PASSWORD, "forgotten"),
    (StepKind.DISABLE_DEVICES, APPS),
    (StepKind.HAND_OVER_OWNERSHIP, "leaver_who_owns"),
    (StepKind.REMOVE_APP_ASSIGNMENTS, APPS),
    (StepKind.REMOVE_APP_GRANTS, APPS),
    (StepKind.LEAVE_GROUPS, APPS),
    (StepKind.PROVISION_APPS, APPS),
    (StepKind.SET_AUTOMATIC_REPLY, MAIL),
    (StepKind.CONVERT_MAILBOX, MAIL),
    (StepKind.GRANT_MAILBOX_ACCESS, MAIL),
    (StepKind.SET_FORWARDING, "forwards_outside"),
    (StepKind.REMOVE_DELEGATED_RIGHTS, "delegate_elsewhere"),
    (StepKind.CANCEL_MEETINGS, "future_meetings"),
    (StepKind.HIDE_FROM_ADDRESS_LISTS, MAIL),
    (StepKind.GRANT_ONEDRIVE_ACCESS, FILES),
    (StepKind.END_EXTERNAL_SHARING, FILES),
    (StepKind.COPY_ONEDRIVE, FILES),
    (StepKind.NOTIFY_FINANCE, MAIL),
    (StepKind.NOTIFY_SUCCESSOR, MAIL),
)
COMING_AND_GOING: tuple[tuple[StepKind, str], ...] = (
    (StepKind.DELETE_ACCOUNT, "deleted"),
    (StepKind.RESTORE_ACCOUNT, "restored"),
    (StepKind.PURGE_ACCOUNT, "purged"),
    (StepKind.CREATE_ACCOUNT, "newcomer"),
    (StepKind.AWAIT_ACCOUNT, "awaited"),
    (StepKind.SET_MANAGER, "newcomer"),
    (StepKind.CHECK_DAY_ONE, "starter"),
    (StepKind.ISSUE_TEMPORARY_ACCESS_PASS, "new_account"),
    (StepKind.GIVE_BACK_APP_ASSIGNMENTS, APPS),
    (StepKind.GIVE_BACK_APP_GRANTS, APPS),
    (StepKind.GIVE_BACK_OWNERSHIP, "leaver_who_owns"),
    (StepKind.GIVE_BACK_DELEGATED_RIGHTS, "delegate_elsewhere"),
    (StepKind.ENABLE_DEVICES, APPS),
    (StepKind.TAKE_BACK_MAILBOX_ACCESS, MAIL),
    (StepKind.TAKE_BACK_ONEDRIVE_ACCESS, FILES),
)
TRUTHS = {**OF_OTHERS, **RETURNS}
# What rests on an earlier step of the same person.
_AFTER = {StepKind.SET_MANAGER: StepKind.CREATE_ACCOUNT}
_NEWCOMERS = ("newcomer", "awaited")
_MADE = {"new_account": "new.account"}


@dataclass
class Described:
    """One of the two plans on one tenant, which is changed by it: a new tenant for each run. `values` by subject."""

    lines: Sequence[tuple[StepKind, str]]
    values: dict[str, Values] = field(default_factory=dict)

    async def prepare(self, tenant: Tenant) -> None:
        """Takes people who fit, and arranges what the steps are for."""
        story = (await tenant.control("GET", "/story"))["people"]
        plain = await self._at_work(tenant, {one for ids in story.values() for one in ids})
        successor, boss, sender = [await tenant.get(f"/users/{plain.pop()}") for _ in range(3)]
        shared: Values = {
            "successor_id": successor["id"],
            "successor_principal": successor["userPrincipalName"],
            "manager_id": boss["id"],
            "manager_principal": boss["userPrincipalName"],
            "finance_address": "licences@larkfield.example",
            "notice_sender": sender["userPrincipalName"],
            FIELD: "I have left.",
            FOLDER: "Files of a leaver",
        }
        for who in dict.fromkeys(who for _, who in self.lines):
            if who in _NEWCOMERS:
                name = f"{who}@{DOMAIN}"
                self.values[who] = {"user_principal_name": name, "display_name": who, "employeeId": who, **shared}
                continue
            if who in _MADE:
                await tenant.elsewhere("POST", "/users", account(f"{_MADE[who]}@{DOMAIN}", _MADE[who], "N-9"))
                user_id = (await tenant.get(f"/users/{_MADE[who]}@{DOMAIN}"))["id"]
            else:
                user_id = story[who][0] if who in story else plain.pop()
            found = await tenant.get(f"/users/{user_id}")
            named = {"user_id": user_id, "user_principal_name": found["userPrincipalName"]}
            self.values[who] = {**named, "display_name": found["displayName"], **shared}
        for kind, who in self.lines:
            await TRUTHS[kind].prepare(tenant, self.values[who])

    @staticmethod
    async def _at_work(tenant: Tenant, special: set[str]) -> list[str]:
        """Ordinary cloud accounts that hold no role, with files and a mailbox; nothing is special about them."""
        causes = {row["id"]: row["cause"] for row in await tenant.control("GET", "/people")}
        held = {row["principalId"] for row in await tenant.rows("/roleManagement/directory/roleAssignments")}
        fields = "id,accountEnabled,userType,onPremisesSyncEnabled,assignedLicenses"
        rows = await tenant.rows(f"/users?$select={fields}&$top=999")
        found = [
            row["id"]
            for row in rows
            if causes[row["id"]] == "active"
            and row["accountEnabled"]
            and row["userType"] == "Member"
            and not row["onPremisesSyncEnabled"]
            and row["id"] not in special | held
            and READY not in {one["skuId"] for one in row["assignedLicenses"]}
        ]
        chosen = [one for one in found if await tenant.is_plain(one)]
        return sorted(chosen[:20], reverse=True)

    def steps(self) -> tuple[Step, ...]:
        subjects, numbers = list(self.values), {kind: number for number, (kind, _) in enumerate(self.lines, 1)}
        return tuple(
            replace(
                _step(kind),
                number=number,
                subject=f"s{1 + subjects.index(who)}",
                after=(numbers[_AFTER[kind]],) if kind in _AFTER else (),
            )
            for number, (kind, who) in enumerate(self.lines, 1)
        )

    def plan(self, tenant_id: str, now: datetime, name: str) -> tuple[Plan, list[Opening]]:
        openings = [
            Opening(f"s{number}", os.urandom(32), dict(values)) for number, values in enumerate(self.values.values(), 1)
        ]
        return plan_of(self.steps(), openings, tenant_id, now, name), openings

    async def facts(self, tenant: Tenant) -> dict[int, Json]:
        """By step what the tenant says of what it is for."""
        return {number: await self.fact(tenant, number) for number in range(1, len(self.lines) + 1)}

    async def fact(self, tenant: Tenant, number: int) -> Json:
        """What the tenant says of what one step is for."""
        kind, who = self.lines[number - 1]
        return await TRUTHS[kind].look(tenant, self.values[who])

    def is_true(self, step: Step, before: Mapping[int, Json], now: Mapping[int, Json]) -> bool:
        return TRUTHS[step.kind].so(now[step.number], self.values[self.lines[step.number - 1][1]])

    @staticmethod
    def same_end(one: Mapping[int, Json], other: Mapping[int, Json], without: Sequence[int]) -> bool:
        """Whether two runs left everything alike, but for what these steps are for."""
        return all(found == other[number] for number, found in one.items() if number not in without)

    async def by_hand(self, tenant: Tenant, step: Step) -> None:
        """What a person does who was asked to; nothing for somebody who is gone meanwhile."""
        values = self.values[self.lines[step.number - 1][1]]
        if "user_id" not in values or await tenant.get(f"/users/{values['user_id']}?$select=id") is not None:
            await TRUTHS[step.kind].by_hand(tenant, values)

    async def twice(self, tenant: Tenant, rows: Sequence[Mapping[str, Any]]) -> list[str]:
        """Effects that must not be repeated and took place again, by the tenant's own record and its outbox."""
        password = f"/users/{self.values.get('forgotten', {}).get('user_id')}"
        counted = Counter(
            f"{row['method']} {row['path']}" for row in rows if row["took_effect"] and _once(row, password)
        )
        mails = await tenant.control("GET", "/outbox")
        counted += Counter(f"mail {', '.join(one['to'])}: {one['subject']}" for one in mails)
        return [f"{what}, {count} times" for what, count in counted.items() if count > 1]


def _once(row: Mapping[str, Any], password: str) -> bool:
    """Whether a request is one that must not be repeated. (Each mail is another request on the same path.)"""
    method, path = row["method"], str(row["path"])
    if method == "PATCH":
        return path == password
    return method == "POST" and (path == "/users" or path.endswith(("/copy", "/cancel", "/items/root/children")))


def _step(kind: StepKind) -> Step:
    found = CASES[kind].step(kind)
    if kind is StepKind.CHECK_DAY_ONE:
        return replace(found, goal={"ready_for_day_one": {"sku_ids": [READY], "mailbox": True}})
    return found
