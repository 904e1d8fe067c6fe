"""The default offboarding of somebody who has something for every step, without each permission of the desk's app.

What a permission is needed for is blocked or handed to a person and names it, the others go on where that is safe, and
the run never says that it is complete. INV-21.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from licenseiq.errors import Refused
from licenseiq.leaving import LeavingDefaults
from licenseiq.proposals.states import Outcome
from licenseiq.proposals.steps import StepKind
from licenseiq_demo.people.person import Person
from licenseiq_demo.state import DemoState
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.permissions import NEEDED, of_kinds
from tests.desk.passkey_world import bodies_of
from tests.steps.conftest import Done, OneDesk, faults
from tests.steps.every_step import CASES
from tests.steps.rich_leaver import enrich
from tests.steps.test_offboarding import leaver_of, offboard

pytestmark = pytest.mark.anyio

# Without one of these nobody can be told to be unprotected, or counted: nothing begins.
NOTHING_BEGINS = (
    "User.Read.All",
    "RoleManagement.Read.Directory",
    "RoleEligibilitySchedule.Read.Directory",
    "GroupMember.Read.All",
)
# What other playbooks need: joining and moving, erasure; and what only tells whoever decides more of a group.
OTHERS = frozenset({"User.ReadWrite.All", "LifecycleWorkflows.Read.All", "User.DeleteRestore.All", "Policy.Read.All"})
MAIL = {"remove_delegated_rights", "convert_mailbox", "grant_mailbox_access", "hide_from_address_lists"}
LAST = {"remove_direct_licences", "leave_group", "notify_finance"}
# Permission -> the steps that need it. What rests on these is lost with them. Those of one line have no step in common,
# so they are taken away together.
LOST: tuple[dict[str, set[str]], ...] = (
    {
        "UserAuthenticationMethod.Read.All": {"remove_authentication_methods"},
        "Device.Read.All": {"disable_devices"},
        "Calendars.Read": {"cancel_meetings"},
        "MailboxSettings.Read": {"set_automatic_reply"},
        "Synchronization.Read.All": {"provision_apps"},
        "Group.Read.All": {"leave_group"},
    },
    {
        "User.RevokeSessions.All": {"revoke_sessions"},
        "UserAuthenticationMethod.ReadWrite.All": {"remove_authentication_methods"},
        "User-PasswordProfile.ReadWrite.All": {"reset_password"},
        "Device.ReadWrite.All": {"disable_devices"},
        "Application.ReadWrite.All": {"hand_over_ownership"},
        "AppRoleAssignment.ReadWrite.All": {"remove_app_assignments"},
        "DelegatedPermissionGrant.ReadWrite.All": {"remove_app_grants"},
        "Synchronization.ReadWrite.All": {"provision_apps"},
        "Calendars.ReadWrite": {"cancel_meetings"},
        "MailboxSettings.ReadWrite": {"set_automatic_reply"},
        "Mail.Send": {"notify_finance", "notify_successor"},
    },
    {
        "Directory.Read.All": {"hand_over_ownership", "remove_app_assignments", "remove_app_grants", "provision_apps"},
        "Files.Read.All": {"grant_onedrive_access", "end_external_sharing", "copy_onedrive"},
    },
    {
        "Group.ReadWrite.All": {"hand_over_ownership"},
        "Files.ReadWrite.All": {"grant_onedrive_access", "end_external_sharing", "copy_onedrive"},
    },
    {"Exchange.ManageAsApp": MAIL},
    {"GroupMember.ReadWrite.All": {"leave_groups", "leave_group"}},
    {"LicenseAssignment.Read.All": LAST - {"notify_finance"}},
    {"LicenseAssignment.ReadWrite.All": {"remove_direct_licences"}},
    {"eDiscovery.Read.All": {"leave_group"}},
    {"User.EnableDisableAccount.All": {"disable_sign_in"}},
)


@dataclass(frozen=True)
class Taken:
    """What became of each kind of step, with its notes."""

    state: str
    good: set[str]
    notes: dict[str, str]

    @classmethod
    def of(cls, kinds: list[str], done: Done) -> "Taken":
        rows = list(zip(kinds, done.outcomes, done.notes, strict=True))
        bad = {kind for kind, outcome, _ in rows if outcome is None or not Outcome(outcome).is_read_back}
        notes: dict[str, str] = {}
        for kind, _, note in rows:
            notes[kind] = f"{notes.get(kind, '')} {note}"
        return cls(done.state, {*kinds} - bad, notes)


@pytest.fixture(scope="module")
def used(state: DemoState) -> set[str]:
    """Those whom a hold or a full mailbox keeps are taken already."""
    return set(state.tenant.situations.values())


@pytest.fixture(scope="module")
def successor(state: DemoState, used: set[str]) -> Person:
    return leaver_of(state, used)


async def without(desk: OneDesk, used: set[str], successor: Person, *permissions: str) -> Taken:
    """The whole offboarding of somebody new, from the decision on without these."""
    leaver = leaver_of(desk.state, used)
    enrich(desk.state, leaver)
    leaving = LeavingDefaults(finance_address="licences@larkfield.example", notice_sender=successor.upn)
    await faults(desk, *(f"without:{one}" for one in permissions))
    try:
        plan, done = await offboard(desk, leaver, successor, leaving=leaving, rounds=5)
    finally:
        await faults(desk)
    return Taken.of([step.kind.value for step in plan.steps], done)


def test_every_permission_of_the_desk_is_in_one_of_the_tables() -> None:
    named = [*NOTHING_BEGINS, *OTHERS, *(one for line in LOST for one in line)]
    assert sorted(named) == sorted({one.permission for one in (*NEEDED, *of_kinds())})


def test_the_page_on_the_desk_names_every_permission_of_a_step() -> None:
    page = (Path(__file__).parents[2] / "docs" / "desk.md").read_text(encoding="utf-8")
    assert [one.permission for one in (*NEEDED, *of_kinds()) if f"`{one.permission}`" not in page] == []


async def test_positive_control_with_all_that_it_needs_it_is_complete(
    desk: OneDesk, used: set[str], successor: Person
) -> None:
    """Every step that a table names is in it, and has something to do."""
    taken = await without(desk, used, successor, *OTHERS)
    assert taken.state == "complete", taken.notes
    assert {kind for line in LOST for kinds in line.values() for kind in kinds} <= taken.good


@pytest.mark.parametrize("permissions", LOST, ids=lambda line: next(iter(line)))
async def test_what_needs_a_missing_permission_names_it_and_the_others_go_on(
    desk: OneDesk, used: set[str], successor: Person, permissions: dict[str, set[str]]
) -> None:
    taken = await without(desk, used, successor, *permissions)
    assert taken.state in ("waiting", "partial", "failed"), "never complete"
    wrong = taken.notes.keys() - taken.good
    lost = {kind for kinds in permissions.values() for kind in kinds}
    assert lost <= wrong
    for permission, kinds in permissions.items():
        assert any(permission in taken.notes[kind] for kind in kinds), (permission, taken.notes)
    for kind in wrong - lost:
        # What is not lost by itself rests on what is: it was not begun, or says why.
        note = taken.notes[kind]
        assert not note.strip() or "Not taken" in note or any(one in note for one in permissions), (kind, note)
    rests = LAST | {"notify_successor", "leave_groups"}
    if "disable_sign_in" not in lost:  # then nothing else is done: the account is in use
        assert wrong - lost <= rests, (wrong - lost, taken.notes)


@pytest.mark.parametrize(
    ("permission", "kind"),
    [
        ("User.DeleteRestore.All", StepKind.DELETE_ACCOUNT),
        ("User.ReadWrite.All", StepKind.CREATE_ACCOUNT),
        ("User.ReadWrite.All", StepKind.SET_MANAGER),
        ("Synchronization.Read.All", StepKind.CREATE_ACCOUNT),
    ],
)
async def test_what_only_other_playbooks_need_is_named_there(desk: OneDesk, permission: str, kind: StepKind) -> None:
    case = CASES[kind]
    values = case.values(desk)
    await faults(desk, f"without:{permission}")
    done = await desk.take(values, case.step(kind), rounds=2)
    await faults(desk)
    assert (done.state != "complete", permission in done.notes[0]) == (True, True), done
    assert not case.so(desk.state, values)


@pytest.mark.parametrize("permission", NOTHING_BEGINS)
async def test_without_knowing_who_is_protected_nothing_begins(
    desk: OneDesk, used: set[str], successor: Person, permission: str
) -> None:
    """INV-12."""
    before = len(desk.writes())
    if permission == "User.Read.All":
        with pytest.raises(ValueError, match="not enough values"):  # there is no run to look at
            await without(desk, used, successor, permission)
        (body,) = bodies_of(desk.desk, Kind.APPROVAL_REFUSED)
        assert permission in str(body["why"])
    else:
        with pytest.raises(Refused, match=permission.replace(".", r"\.")):
            await without(desk, used, successor, permission)
    assert len(desk.writes()) == before
