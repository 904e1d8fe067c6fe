"""Accounts of newcomers: made once and read back, theirs or somebody else's, managers, the first day."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import StepKind
from licenseiq.steps.asking import Call
from licenseiq.steps.first_day import WAY_IN
from licenseiq.steps.newcomer import ABSENT, ACTIVE_DIRECTORY, GOAL
from licenseiq.steps.set_manager import GOAL as MANAGER
from licenseiq_demo.app import build_app
from licenseiq_demo.people.names import DOMAIN
from licenseiq_demo.state import DemoState
from tests.journeys.told_by_the_tenant import TRUTHS, Tenant
from tests.steps.conftest import HOST, OneDesk, step
from tests.steps.test_onedrive import faults

pytestmark = pytest.mark.anyio
CREATE = step(StepKind.CREATE_ACCOUNT, GOAL, precondition=ABSENT)
AWAIT = step(StepKind.AWAIT_ACCOUNT, GOAL, {"because": ACTIVE_DIRECTORY}, ABSENT)
TO_MANAGER = step(StepKind.SET_MANAGER, MANAGER)


def newcomer(state: DemoState, name: str) -> dict[str, Json]:
    """The committed values of somebody who has no account; each test has somebody of its own."""
    boss = state.tenant.people[0].id
    values: dict[str, Json] = {"user_principal_name": f"{name}@{DOMAIN}", "display_name": f"Newcomer {name}"}
    return values | {"employeeId": f"N-{name}", "usageLocation": "DE", "department": "Sales", "manager_id": boss}


def made(state: DemoState, values: Mapping[str, Json]) -> Any:
    return state.tenant.find(str(values["user_principal_name"]))


async def test_an_account_is_made_once_and_read_back_and_has_its_manager(desk: OneDesk) -> None:
    values = newcomer(desk.state, "ada")
    done = await desk.take(values, CREATE, step(StepKind.SET_MANAGER, MANAGER, after=(1,)))
    assert (done.state, done.outcomes) == ("complete", ["done", "done"])
    account = made(desk.state, values)
    assert (account.fields["employeeId"], account.fields["department"]) == ("N-ada", "Sales")
    assert account.manager == values["manager_id"]
    again = await desk.take(values, CREATE, TO_MANAGER)
    assert again.outcomes == ["already_so", "already_so"]


class _Listening:
    """A sender that keeps the passwords that went by; one that `loses` loses the answer to each creation."""

    def __init__(self, inner: Any, loses: bool = False) -> None:
        self.inner, self.loses, self.passwords = inner, loses, list[str]()

    def url(self, path: str) -> str:
        return str(self.inner.url(path))

    async def send(self, info: Any) -> Any:
        if info.content and b"passwordProfile" in info.content:
            self.passwords.append(json.loads(info.content)["passwordProfile"]["password"])
            if self.loses:
                await self.inner.send(info)
                raise httpx.ReadError("lost")
        return await self.inner.send(info)


async def test_the_password_is_in_no_plan_journal_or_ledger(desk: OneDesk) -> None:
    values, ear = newcomer(desk.state, "noor"), _Listening(desk.writer.graph)
    desk.writer = replace(desk.writer, graph=ear)
    done = await desk.take(values, CREATE)
    assert done.outcomes == ["done"]
    (password,) = ear.passwords
    kept = b"".join(path.read_bytes() for path in desk.home.rglob("*") if path.is_file())
    assert len(password) >= 40
    assert password.encode() not in kept
    assert b"create_account" in kept


async def test_an_account_of_that_name_that_is_somebody_elses_is_touched_by_nothing(desk: OneDesk) -> None:
    values = newcomer(desk.state, "ben")
    await desk.take(values, CREATE)
    written = len(desk.writes())
    other = values | {"employeeId": "N-another"}
    done = await desk.take(other, CREATE, step(StepKind.SET_MANAGER, MANAGER, after=(1,)))
    assert done.outcomes == ["drifted", "blocked"]
    assert len(desk.writes()) == written


async def test_a_creation_whose_answer_is_lost_is_not_sent_twice(desk: OneDesk) -> None:
    """For an effect that is not repeatable: whether it happened is read, and it is never sent again."""
    values, ear = newcomer(desk.state, "cleo"), _Listening(desk.writer.graph, loses=True)
    desk.writer = replace(desk.writer, graph=ear)
    done = await desk.take(values, CREATE)
    assert done.outcomes == ["done"]
    assert len(ear.passwords) == 1
    assert len([one for one in desk.state.tenant.people if one.upn == values["user_principal_name"]]) == 1


async def test_where_a_job_creates_accounts_it_keeps_its_work(desk: OneDesk) -> None:
    values = newcomer(desk.state, "dora")
    await faults(desk, "inbound_provisioning")
    done = await desk.take(values, CREATE, step(StepKind.SET_MANAGER, MANAGER, after=(1,)))
    await faults(desk)
    assert done.outcomes == ["blocked", "blocked"]
    assert "inbound_provisioning" in done.notes[0]
    assert made(desk.state, values) is None


async def test_a_missing_permission_hands_the_creation_over_and_goes_on_once_it_is_there(desk: OneDesk) -> None:
    values = newcomer(desk.state, "emil")
    await faults(desk, "forbid:create_users")
    proposal_id = await desk.approved(values, CREATE, step(StepKind.SET_MANAGER, MANAGER, after=(1,)))
    waiting = await desk.go_on(proposal_id, rounds=2)
    assert waiting.outcomes == ["waiting", None]
    await faults(desk)
    await desk.take(values, CREATE)
    done = await desk.go_on(proposal_id, seconds=301)
    assert done.outcomes == ["done", "done"] or done.outcomes == ["already_so", "done"]


async def test_an_account_of_active_directory_is_waited_for(desk: OneDesk) -> None:
    values = newcomer(desk.state, "finn")
    proposal_id = await desk.approved(values, AWAIT, step(StepKind.SET_MANAGER, MANAGER, after=(1,)))
    waiting = await desk.go_on(proposal_id, rounds=2)
    assert waiting.outcomes == ["waiting", None]
    assert made(desk.state, values) is None
    await desk.take(values, CREATE)
    done = await desk.go_on(proposal_id, seconds=301)
    assert done.outcomes == ["already_so", "done"]


async def test_the_first_day_waits_for_licence_mailbox_and_a_way_in(desk: OneDesk) -> None:
    person = next(
        one
        for one in desk.state.tenant.people
        if any(row["assignedByGroup"] is None for row in one.fields["licenseAssignmentStates"])
        and one.fields["accountEnabled"]
        and len(desk.state.estate.methods.of(one)) > 1
    )
    sku = str(person.fields["assignedLicenses"][0]["skuId"])

    def day_one(sku_id: str) -> Step:
        return step(StepKind.CHECK_DAY_ONE, {"ready_for_day_one": {"sku_ids": [sku_id], "mailbox": True}})

    way_in = step(StepKind.ISSUE_TEMPORARY_ACCESS_PASS, WAY_IN)
    done = await desk.take(desk.values(person.id), day_one(sku), way_in)
    assert done.outcomes == ["already_so", "already_so"]
    other = "00000000-0000-4000-8000-00000000abcd"
    waits = await desk.take(desk.values(person.id), day_one(other), rounds=2)
    assert waits.outcomes == ["waiting"]


async def test_a_call_that_no_shape_names_is_refused_unsent(desk: OneDesk) -> None:
    """Positive control: neither a weak password nor an attribute that is not on the list leaves the desk."""
    values = newcomer(desk.state, "gus")
    body: dict[str, Json] = {
        "accountEnabled": True,
        "displayName": "Gus",
        "mailNickname": "gus",
        "userPrincipalName": values["user_principal_name"],
    }
    for wrong in (
        Call("POST", "/users", body),
        Call("POST", "/users", body | {"mail": "x"}, fresh_profile="passwordProfile"),
    ):
        with pytest.raises(Exception, match="not on its list"):
            await desk.writer.send(wrong)
    assert made(desk.state, values) is None


async def test_what_a_plan_held_of_a_newcomer_is_erased_by_the_principal_name(desk: OneDesk) -> None:
    values = newcomer(desk.state, "hana")
    await desk.take(values, CREATE)
    erased = desk.desk.erase_subject(desk.state.tenant.tenant_id, str(values["user_principal_name"]), "run-9")
    assert len(erased.proposals) == 1


async def test_an_account_that_is_there_before_it_reads_whose_it_is_has_not_drifted(desk: OneDesk) -> None:
    """Replicas of Graph answer from different moments: nothing is said after one look."""
    values = newcomer(desk.state, "gwen")
    whose = {"what": "old_answers", "method": "GET", "query": "employeeId,displayName"}
    await faults(desk, whose | {"reads": 0})
    proposal_id = await desk.approved(values, AWAIT)
    await desk.go_on(proposal_id, rounds=1)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(build_app(desk.state))) as client:
        tenant = Tenant(client, f"{HOST}/v1.0", desk.state.tokens["desk"], desk.state.tokens["control"])
        await TRUTHS[StepKind.AWAIT_ACCOUNT].by_hand(tenant, values)
    await faults(desk, whose | {"reads": 2})
    done = await desk.go_on(proposal_id, seconds=301)
    await faults(desk)
    assert done.outcomes == ["already_so"]
