"""Taking access away, on the demo tenant: methods, devices, applications, consent, groups."""

import pytest

from licenseiq.proposals.steps import StepKind
from tests.steps.conftest import OneDesk, step

pytestmark = pytest.mark.anyio
METHODS = step(StepKind.REMOVE_AUTHENTICATION_METHODS, {"authentication_methods_absent": True})
DEVICES = step(StepKind.DISABLE_DEVICES, {"devices_disabled": True})
APPS = step(StepKind.REMOVE_APP_ASSIGNMENTS, {"app_assignments_absent": True})
GRANTS = step(StepKind.REMOVE_APP_GRANTS, {"app_grants_absent": True})
GROUPS = step(StepKind.LEAVE_GROUPS, {"groups_left": True})
ALL = (METHODS, DEVICES, APPS, GRANTS, GROUPS)


def who(desk: OneDesk, situation: str) -> str:
    return desk.state.tenant.story.is_in(situation)[0]


async def test_whoever_has_apps_and_groups_is_cut_off_and_each_part_is_read_back(desk: OneDesk) -> None:
    user_id, estate = who(desk, "leaver_with_apps"), desk.state.estate
    person = desk.state.tenant.by_id[user_id]
    licensing = {key for key in person.groups if desk.state.tenant.groups[key].fields["assignedLicenses"]}
    assert [row for row in estate.apps.assignments if row["principalId"] == user_id]
    done = await desk.take(desk.values(user_id), *ALL)
    assert set(done.outcomes) <= {"done", "already_so"}
    assert done.outcomes[2] == "done"
    assert not [row for row in estate.apps.assignments if row["principalId"] == user_id]
    assert not [row for row in estate.apps.grants if row["principalId"] == user_id]
    assert all(not device["accountEnabled"] for device in estate.devices.of(person))
    assert licensing <= set(person.groups)
    changed = len(desk.writes())
    again = await desk.take(desk.values(user_id), *ALL)
    assert again.outcomes == ["already_so"] * len(ALL)
    assert len(desk.writes()) == changed


async def test_a_grant_for_everybody_and_an_assignment_of_a_group_stay(desk: OneDesk) -> None:
    """The tenant's own consent is not one leaver's to take away."""
    apps = desk.state.estate.apps
    assert [row for row in apps.grants if row["consentType"] == "AllPrincipals"]
    assert [row for row in apps.assignments if row["principalType"] == "Group"]


async def test_groups_that_graph_may_not_change_are_left_and_told(desk: OneDesk) -> None:
    """Field notes 7 to 9."""
    tenant = desk.state.tenant
    person = (
        next(
            one
            for one in tenant.people
            if any(
                "DynamicMembership" in tenant.groups[g].fields["groupTypes"]
                and not tenant.groups[g].fields["assignedLicenses"]
                for g in one.groups
            )
            or False
        )
        if any(
            "DynamicMembership" in group.fields["groupTypes"] and not group.fields["assignedLicenses"]
            for group in tenant.groups.values()
        )
        else None
    )
    if person is None:
        person = next(one for one in tenant.people if one.groups and not tenant.roles_of(one.id))
    before = {g for g in person.groups if tenant.groups[g].fields["assignedLicenses"]}
    done = await desk.take(desk.values(person.id), GROUPS)
    assert done.outcomes[0] in ("done", "already_so")
    assert before <= set(person.groups)
