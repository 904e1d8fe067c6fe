"""What a licensing group gives beside the licence is said before somebody decides that a person leaves or joins it."""

import pytest

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import EffectClass, StepKind
from licenseiq_demo.groups import Group
from tests.steps.conftest import OneDesk, faults

pytestmark = pytest.mark.anyio


def leaving(group: Group) -> Step:
    arguments: dict[str, Json] = {"group_id": group.id}
    goal: dict[str, Json] = {"not_in_group": group.id}
    return Step(
        1, StepKind.LEAVE_GROUP, "s1", arguments, goal, {"in_group": group.id}, EffectClass.SET_VALUED, None, "-"
    )


async def said(desk: OneDesk, *names: str) -> list[str]:
    """What the preflight says of leaving these groups, one after the other."""
    groups = {str(one.fields["displayName"]): one for one in desk.state.tenant.groups.values()}
    member = next(one for one in desk.state.tenant.people if groups[names[0]].id in one.groups)
    proposal_id = await desk.put(desk.values(member.id), *(leaving(groups[name]) for name in names))
    tenant_id = desk.state.tenant.tenant_id
    pending, _ = await desk.desk.begin_approval(tenant_id, proposal_id, desk.writer, "tester")
    return [" ".join(one.says) for one in pending.preflight.answered if one.check == "group_gives"]


async def test_a_team_applications_and_conditional_access_are_said_of_each_group(desk: OneDesk) -> None:
    team, app, sales, visio = await said(
        desk, "Project Heron", "App - Wiki editors", "Licences - Sales E3", "Licences - Visio"
    )
    assert "is a team too" in team
    assert "gives 1 application too" in app
    assert "Of conditional access, 1 policy for its members" in sales
    assert "Nothing beside the licence shows" in visio
    assert all("SharePoint" in one for one in (team, app, sales, visio))


@pytest.mark.parametrize("permission", ["Directory.Read.All", "Policy.Read.All", "Group.Read.All"])
async def test_what_cannot_be_read_is_never_nothing(desk: OneDesk, permission: str) -> None:
    """INV-21."""
    await faults(desk, f"without:{permission}")
    try:
        (words,) = await said(desk, "Licences - Visio")
    finally:
        await faults(desk)
    assert "Could not be read" in words
    assert f"({permission})" in words
    assert "Nothing beside" not in words


async def test_a_throttled_reading_of_conditional_access_keeps_no_decision_waiting(desk: OneDesk) -> None:
    await faults(desk, {"what": "status", "regex": "conditionalAccess", "status": 429})
    try:
        (words,) = await said(desk, "Licences - Visio")
    finally:
        await faults(desk)
    assert "conditional access (Policy.Read.All)" in words
