"""Taking access away, on the demo tenant: methods, devices, applications, consent, groups."""

import pytest

from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import StepKind
from licenseiq_demo.estate.methods import IDS, of_type
from tests.steps.conftest import OneDesk, faults, plain, step, told, who

pytestmark = pytest.mark.anyio
METHODS = step(StepKind.REMOVE_AUTHENTICATION_METHODS, {"authentication_methods_absent": True})
DEVICES = step(StepKind.DISABLE_DEVICES, {"devices_disabled": True})
APPS = step(StepKind.REMOVE_APP_ASSIGNMENTS, {"app_assignments_absent": True})
GRANTS = step(StepKind.REMOVE_APP_GRANTS, {"app_grants_absent": True})
GROUPS = step(StepKind.LEAVE_GROUPS, {"groups_left": True})
ALL = (METHODS, DEVICES, APPS, GRANTS, GROUPS)


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
    """The tenant's own consent is not one leaver's to take away, nor is what a group gives to its other members."""
    apps, user_id = desk.state.estate.apps, who(desk, "leaver_with_apps")

    def of_others() -> list[object]:
        kept = [row for row in apps.grants if row["consentType"] == "AllPrincipals"]
        return [kept, [row for row in apps.assignments if row["principalId"] != user_id]]

    before = of_others()
    assert all(before)
    await desk.take(desk.values(user_id), APPS, GRANTS)
    assert of_others() == before


async def test_groups_that_graph_may_not_change_are_left_and_told_by_name(desk: OneDesk) -> None:
    """Field notes 7 to 9: each is named with who ends the membership and where."""
    tenant = desk.state.tenant
    by_name = {group.fields["displayName"]: (key, group) for key, group in tenant.groups.items()}
    person = tenant.by_id[plain(desk)]
    synced, mail, free = (by_name[name] for name in ("All Engineering", "Supplier newsletter", "App - Wiki editors"))
    person.groups = list(dict.fromkeys((*person.groups, synced[0], mail[0], free[0])))
    synced[1].fields["onPremisesSyncEnabled"] = True
    licensing = {key for key in person.groups if tenant.groups[key].fields["assignedLicenses"]}
    proposal_id = await desk.approved(desk.values(person.id), GROUPS)
    done = await desk.go_on(proposal_id)
    synced[1].fields["onPremisesSyncEnabled"] = None
    assert done.outcomes == ["done"]
    assert {synced[0], mail[0], *licensing} <= set(person.groups)
    assert free[0] not in person.groups
    lines = {one.name: one for one in told(desk, proposal_id) if one.what == "group"}
    assert "Active Directory" in lines["All Engineering"].how
    assert "Exchange admin center" in lines["Supplier newsletter"].how
    assert (lines["App - Wiki editors"].how, lines["App - Wiki editors"].by_hand) == ("left", False)


async def test_devices_are_disabled_and_what_intune_manages_is_named_for_a_person(desk: OneDesk) -> None:
    """Field note 57."""
    user_id = who(desk, "leaver_with_files")
    devices = desk.state.estate.devices.of(desk.state.tenant.by_id[user_id])
    proposal_id = await desk.approved(desk.values(user_id), DEVICES)
    assert (await desk.go_on(proposal_id)).outcomes == ["done"]
    assert devices
    assert not any(device["accountEnabled"] for device in devices)
    lines = told(desk, proposal_id)
    assert {one.name for one in lines if one.how == "disabled"} == {device["displayName"] for device in devices}
    assert [one.name for one in lines if one.what == "managed_device" and one.by_hand]


@pytest.mark.parametrize(
    ("one", "fault"),
    [
        (DEVICES, "forbid:devices"),
        (APPS, "forbid:app_roles"),
        (GRANTS, "forbid:grants"),
        (METHODS, "forbid:delete_methods"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.kind.value,
)
async def test_what_the_desk_may_not_do_is_handed_over_and_goes_on_once_a_person_did_it(
    desk: OneDesk, one: Step, fault: str
) -> None:
    """INV-21: a missing permission blocks its own step; it is waited for, and read back."""
    user_id = desk.state.tenant.story.is_in("leaver_with_apps")[-1]
    prepare(desk, user_id)
    await faults(desk, fault)
    proposal_id = await desk.approved(desk.values(user_id), one)
    done = await desk.go_on(proposal_id, rounds=2)
    await faults(desk)
    assert done.outcomes == ["waiting"]
    assert done.notes[0].startswith("Handed over")
    elsewhere(desk, user_id)
    assert (await desk.go_on(proposal_id, seconds=301)).outcomes == ["already_so"]


def prepare(desk: OneDesk, user_id: str) -> None:
    """Something to take away of each sort."""
    estate, person = desk.state.estate, desk.state.tenant.by_id[user_id]
    for device in estate.devices.of(person):
        device["accountEnabled"] = True
    phone = of_type("phoneMethods", id=IDS["phoneMethods"], phoneNumber="+44 1632 960000", phoneType="mobile")
    estate.methods.of(person).append(phone)
    row = estate.apps.assignments[0]
    mine = {"principalId": user_id, "principalType": "User"}
    estate.apps.assignments.append({**row, **mine, "id": "an-assignment"})
    estate.apps.grants.append({**estate.apps.grants[0], "id": "a-grant", "consentType": "Principal", **mine})
    assert estate.devices.of(person)


def elsewhere(desk: OneDesk, user_id: str) -> None:
    """A person takes all of it away."""
    estate, person = desk.state.estate, desk.state.tenant.by_id[user_id]
    for device in estate.devices.of(person):
        device["accountEnabled"] = False
    estate.apps.assignments[:] = [row for row in estate.apps.assignments if row["principalId"] != user_id]
    estate.apps.grants[:] = [row for row in estate.apps.grants if row["principalId"] != user_id]
    estate.methods.of(person).clear()
