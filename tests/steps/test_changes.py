"""Licence changes as the playbook plans them, on the demo tenant's app: directly, by groups, and back again."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import pytest

from licenseiq.context import Context
from licenseiq.licensing_groups import LicenceGroup
from licenseiq.playbooks.change_request import Change, When
from licenseiq.playbooks.license_changes import Grounds, plan_license_changes
from licenseiq.proposals.plan import Plan
from licenseiq.proposals.steps import StepKind
from licenseiq.seats import SeatLine
from licenseiq.steps.services_kept import LOST_ONLY, THERE
from licenseiq_demo.catalogue import by_part
from licenseiq_demo.groups import Group
from licenseiq_demo.people.person import Person
from licenseiq_demo.state import DemoState
from licenseiq_desk.approval.on_demo import Pending
from licenseiq_desk.run_lines import run_lines
from licenseiq_tenant.inbox.undo import UndoRequest
from licenseiq_tenant.prices import load_catalogue
from tests.steps.conftest import Done, OneDesk
from tests.steps.test_offboarding import groups_of, person_of

pytestmark = pytest.mark.anyio
OLD, NEW = "Licences - Sales E3", "Licences - Sales Office 365 E3"
E3, OFFICE = by_part()["SPE_E3"].sku_id, by_part()["ENTERPRISEPACK"].sku_id


@pytest.fixture(scope="module")
def used() -> set[str]:
    return set()


def named(state: DemoState, name: str) -> Group:
    return next(group for group in state.tenant.groups.values() if group.fields["displayName"] == name)


def seller(state: DemoState, used: set[str], *, directly_too: bool = False) -> Person:
    """Somebody whom the group gives a licence, alone or beside a direct one, and whom no test took before."""
    group = named(state, OLD).id
    found = next(
        one
        for one in state.tenant.people
        if group in one.groups
        and one.id not in used
        and one.fields["accountEnabled"]
        and not state.tenant.roles_of(one.id)
        and {row["assignedByGroup"] for row in one.states if row["skuId"] == E3} == {group, *([None] * directly_too)}
    )
    used.add(found.id)
    return found


def known_groups(state: DemoState) -> dict[str, LicenceGroup]:
    given = {one.id: tuple(one.sku_ids) for one in state.tenant.groups.values()}
    found = groups_of(state)
    return {key: replace(one, sku_ids=given[key], disabled_plans=frozenset()) for key, one in found.items()}


async def swap(desk: OneDesk, *people: Person, proposal_id: str = "p-swap") -> Plan:
    """A plan of swaps from E3 to Office 365 E3, approved."""
    changes = [Change(person_of(desk.state, one), instead=(OFFICE,), swapped=(E3,)) for one in people]
    plan = put(desk, changes, proposal_id)
    await approve(desk, proposal_id)
    return plan


def put(desk: OneDesk, changes: Sequence[Change], proposal_id: str) -> Plan:
    """A plan of these changes at the desk."""
    state, now = desk.state, desk.clock.now()
    taken = state.tenant.consumed
    lines = {
        sku: SeatLine(sku, "-", line.enabled, 0, 0, 0, taken[sku], assignable=True, capability_status="Enabled")
        for sku, line in state.tenant.lines.items()
    }
    context = Context(state.tenant.tenant_id, now, load_catalogue(), lines=lines)
    grounds = Grounds(context, "e1", True, {"client": "test"}, now, lambda: b"s" * 32, groups=known_groups(state))
    plan, openings = plan_license_changes(changes, When.NOW, grounds)
    desk.inbox.put(proposal_id, plan, openings, f"key {proposal_id}")
    desk.desk.take_over(plan.tenant_id)
    return plan


async def approve(desk: OneDesk, proposal_id: str) -> Pending:
    pending, _ = await desk.desk.begin_approval(desk.state.tenant.tenant_id, proposal_id, desk.writer, "tester")
    desk.desk.approve(pending, pending.phrase)
    return pending


def lines_of(desk: OneDesk, proposal_id: str) -> tuple[str, ...]:
    tenant_id = desk.state.tenant.tenant_id
    report = desk.desk.report(tenant_id, proposal_id)
    assert report is not None
    return run_lines(desk.desk._store, tenant_id, proposal_id, report.runs[0]).told


async def test_a_swap_by_groups_never_leaves_the_person_without_and_can_be_taken_back(
    desk: OneDesk, state: DemoState, used: set[str]
) -> None:
    person, old, new = seller(state, used), named(state, OLD).id, named(state, NEW).id
    begun = len(desk.writes())
    plan = await swap(desk, person)
    assert [step.kind for step in plan.steps] == [StepKind.JOIN_GROUP, StepKind.LEAVE_GROUP]
    assert await desk.go_on("p-swap") == Done("complete", ["done", "done"], ["", ""])
    assert [entry["method"] for entry in desk.writes()[begun:]] == ["POST", "DELETE"]
    assert (old in person.groups, new in person.groups) == (False, True)
    assert any("Service: gone, as planned: " in line for line in lines_of(desk, "p-swap"))
    tenant_id = state.tenant.tenant_id
    desk.inbox.ask_undo(tenant_id, UndoRequest("p-back", "p-swap", {"client": "test"}), desk.clock.now())
    desk.desk.take_over(tenant_id)
    back = desk.desk.proposal(tenant_id, "p-back").plan
    assert [step.kind for step in back.steps] == [StepKind.JOIN_GROUP, StepKind.LEAVE_GROUP]
    assert set(cast("list[str]", back.steps[0].goal[THERE])) <= set(cast("list[str]", plan.steps[1].goal[LOST_ONLY]))
    await approve(desk, "p-back")
    assert (await desk.go_on("p-back")).state == "complete"
    assert (old in person.groups, new in person.groups) == (True, False)


async def test_what_is_held_directly_too_goes_in_between(desk: OneDesk, state: DemoState, used: set[str]) -> None:
    person = seller(state, used, directly_too=True)
    person.fields["usageLocation"] = "GB"
    plan = await swap(desk, person)
    kinds = [StepKind.JOIN_GROUP, StepKind.CHANGE_LICENCES, StepKind.LEAVE_GROUP]
    assert [step.kind for step in plan.steps] == kinds
    assert (await desk.go_on("p-swap")).outcomes == ["done", "done", "done"]
    assert E3 not in [row["skuId"] for row in person.states]
    desk.inbox.ask_undo(plan.tenant_id, UndoRequest("p-back", "p-swap", {"client": "test"}), desk.clock.now())
    desk.desk.take_over(plan.tenant_id)
    await approve(desk, "p-back")
    assert (await desk.go_on("p-back")).state == "complete"
    assert {row["assignedByGroup"] for row in person.states if row["skuId"] == E3} == {None, named(state, OLD).id}


async def test_what_leaving_takes_from_a_mailbox_is_seen_before_the_direct_licence_has_gone(
    desk: OneDesk, state: DemoState, used: set[str]
) -> None:
    """INV-14."""
    person = seller(state, used, directly_too=True)
    plan = put(desk, [Change(person_of(state, person), remove=(E3,))], "p-removal")
    assert [step.kind for step in plan.steps] == [StepKind.CHANGE_LICENCES, StepKind.LEAVE_GROUP]
    pending = await approve(desk, "p-removal")
    said = {one.step: " ".join(one.says) for one in pending.preflight.answered if one.check == "mailbox_kept"}
    assert "No licence is left" not in said[1]
    assert "No licence is left for: mailbox" in said[2]


async def test_who_finds_no_seat_for_the_time_of_both_stays_as_they_are(
    desk: OneDesk, state: DemoState, used: set[str]
) -> None:
    people = [seller(state, used), seller(state, used)]
    line = state.tenant.lines[OFFICE]
    assert line.enabled - state.tenant.consumed[OFFICE] == 1
    plan = await swap(desk, *people)
    assert [(one.kind, one.applies_to) for one in plan.blockers] == [("no_free_seat", (3, 4))]
    assert (await desk.go_on("p-swap")).outcomes == ["done", "done", "blocked", "blocked"]
    assert [row["skuId"] for row in people[1].states if row["assignedByGroup"]] == [E3]
