"""Whole offboardings, as the playbook plans them, on the demo tenant's app."""

from dataclasses import replace
from typing import Any

import pytest

from licenseiq.context import Context
from licenseiq.leaving import EndState, LeavingDefaults, Skip
from licenseiq.licensing_groups import GroupTrait, LicenceGroup
from licenseiq.people import Assignment, Person
from licenseiq.playbooks.license_changes import Grounds
from licenseiq.playbooks.offboarding.choices import SetBy, Successor, choices_of
from licenseiq.playbooks.offboarding.plan import plan_offboarding
from licenseiq.playbooks.offboarding.request import OffboardingRequest
from licenseiq.policy import Policy
from licenseiq.proposals.plan import Plan
from licenseiq.steps.mailbox_kept import GIB
from licenseiq_demo.people.person import Person as DemoPerson
from licenseiq_demo.state import DemoState
from licenseiq_desk.audit import runs
from licenseiq_tenant.prices import load_catalogue
from tests.steps.conftest import Done, OneDesk

pytestmark = pytest.mark.anyio


def person_of(state: DemoState, found: DemoPerson) -> Person:
    fields = found.fields
    rows = (
        Assignment(row["skuId"], row["assignedByGroup"], row["state"], None, tuple(row["disabledPlans"]))
        for row in found.states
    )
    return Person(
        found.id,
        str(fields["userPrincipalName"]),
        str(fields["displayName"]),
        department=fields["department"],
        usage_location=fields["usageLocation"],
        account_enabled=fields["accountEnabled"],
        synced=fields["onPremisesSyncEnabled"],
        roles=tuple(state.tenant.roles_of(found.id)),
        assignments=tuple(rows),
    )


def groups_of(state: DemoState) -> dict[str, LicenceGroup]:
    found = {}
    for group in state.tenant.groups.values():
        fields = group.fields
        wanted = {
            GroupTrait.MAIL: fields["mailEnabled"],
            GroupTrait.MICROSOFT_365: "Unified" in fields["groupTypes"],
            GroupTrait.ROLES: bool(fields["isAssignableToRole"]),
        }
        traits = frozenset(trait for trait, is_so in wanted.items() if is_so)
        synced = bool(fields["onPremisesSyncEnabled"])
        found[group.id] = LicenceGroup(group.id, fields["displayName"], fields["membershipRule"], synced, traits)
    return found


def leaver_of(state: DemoState, used: set[str]) -> DemoPerson:
    """An enabled cloud account with direct licences, a mailbox that may do without them, a OneDrive and no role, whom
    no test took before."""
    special = {one for people in state.tenant.story.people.values() for one in people}
    found = next(
        one
        for one in state.tenant.people
        if one.id not in used | special
        and one.cause == "active"
        and one.drive_bytes
        and one.mailbox is not None
        and one.mailbox.used_bytes < 49 * GIB
        and one.fields["accountEnabled"]
        and not one.fields["onPremisesSyncEnabled"]
        and not state.tenant.roles_of(one.id)
        and any(
            row["assignedByGroup"] is None and row["state"] == "Active" and row["skuId"] not in load_catalogue().free
            for row in one.states
        )
    )
    used.add(found.id)
    return found


@pytest.fixture(scope="module")
def used() -> set[str]:
    return set()


async def offboard(
    desk: OneDesk,
    leaver: DemoPerson,
    successor: DemoPerson | None,
    leaving: LeavingDefaults | None = None,
    rounds: int = 40,
    **asked: Any,
) -> tuple[Plan, Done]:
    now, state = desk.clock.now(), desk.state
    context = Context(
        state.tenant.tenant_id, now, load_catalogue(), policy=Policy(leaving=leaving or LeavingDefaults())
    )
    grounds = Grounds(context, "e1", True, {"client": "test"}, now, lambda: b"s" * 32, groups=groups_of(state))
    request = OffboardingRequest((leaver.id,), **asked)
    given = Successor(person_of(state, successor), SetBy.REQUEST) if successor is not None else None
    choices = choices_of(request, context.policy.leaving, now)
    plan, openings = plan_offboarding([(person_of(state, leaver), given)], choices, grounds)
    desk.inbox.put("p-whole", plan, openings, "key")
    desk.desk.take_over(plan.tenant_id)
    pending, _ = await desk.desk.begin_approval(plan.tenant_id, "p-whole", desk.writer, "tester")
    desk.desk.approve(pending, pending.phrase)
    return plan, await desk.go_on("p-whole", rounds=rounds)


def became(plan: Plan, done: Done) -> dict[str, tuple[str | None, str]]:
    """What did not end well, for whoever reads the failure."""
    rows = zip(plan.steps, done.outcomes, done.notes, strict=True)
    return {
        f"{step.number} {step.kind.value}": (outcome, note)
        for step, outcome, note in rows
        if outcome not in ("done", "already_so")
    }


@pytest.mark.parametrize("state_of_end", list(EndState))
async def test_a_leaver_is_taken_out_to_a_proven_end(
    desk: OneDesk, state: DemoState, used: set[str], state_of_end: EndState
) -> None:
    leaver, successor = leaver_of(state, used), leaver_of(state, used)
    plan, done = await offboard(desk, leaver, successor, end_state=state_of_end)
    assert done.state == "complete", became(plan, done)
    assert leaver.fields["accountEnabled"] is False
    direct = [row for row in leaver.states if row["assignedByGroup"] is None]
    keeps = state_of_end in (EndState.KEEP_LICENSED, EndState.INACTIVE_MAILBOX_THEN_DELETE)
    assert bool(direct) is keeps
    assert desk.desk.verify_ledger(plan.tenant_id).is_whole


async def test_what_is_left_out_is_left_alone(desk: OneDesk, state: DemoState, used: set[str]) -> None:
    leaver = leaver_of(state, used)
    before = len(desk.writes())
    plan, done = await offboard(desk, leaver, None, end_state=EndState.KEEP_LICENSED, skip=frozenset(Skip))
    assert done.state == "complete", became(plan, done)
    assert {entry["method"] for entry in desk.writes()[before:]} == {"PATCH", "POST"}
    assert replace(person_of(state, leaver), account_enabled=True).assignments


async def test_finance_and_the_successor_are_told_once(desk: OneDesk, state: DemoState, used: set[str]) -> None:
    leaver, successor, sender = (leaver_of(state, used) for _ in range(3))
    leaving = LeavingDefaults(finance_address="licences@larkfield.example", notice_sender=sender.upn)
    plan, done = await offboard(desk, leaver, successor, leaving=leaving)
    assert done.state == "complete", became(plan, done)
    mine = [one for one in state.tenant.mail.sent if one["from"] == sender.upn]
    assert [one["to"] for one in mine] == [["licences@larkfield.example"], [successor.upn]]
    assert "taken back" in mine[0]["content"]
    assert leaver.upn in mine[0]["content"]
    assert "mailbox" in mine[1]["content"]
    assert all(one["cc"] == one["bcc"] == one["attachments"] == [] for one in mine)


async def test_a_role_holder_alarms_until_sign_in_reads_as_blocked(desk: OneDesk, state: DemoState) -> None:
    """INV-12: nothing is sent for the account; people see it first, and it is waited for."""
    leaver = next(
        one
        for one in state.tenant.people
        if state.tenant.roles_of(one.id)
        and one.fields["accountEnabled"]
        and one.drive_bytes
        and not one.fields["onPremisesSyncEnabled"]
    )
    before = len(desk.writes())
    _, done = await offboard(desk, leaver, None, rounds=1)
    assert (done.state, done.outcomes[0]) == ("waiting", "waiting")
    assert {*done.outcomes[1:]} == {"blocked"}
    assert len(desk.writes()) == before
    (told,) = runs(desk.home)
    assert told["urgent"] == 1
    leaver.fields["accountEnabled"] = False
    desk.clock.move(301)
    assert (await desk.go_on("p-whole", rounds=3)).outcomes[0] == "already_so"
    assert runs(desk.home)[0]["urgent"] == 0
