"""What a run took away comes back as it was, on the demo tenant: nothing more than was there, and never twice."""

import json
from datetime import date
from typing import Any

import pytest

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.steps import StepKind
from licenseiq.steps.automatic_reply import BEFORE
from licenseiq_demo.state import DemoState
from licenseiq_demo.tenant import DemoTenant
from licenseiq_desk.execution.shapes import may_send
from tests.steps.conftest import OneDesk, faults, step
from tests.steps.every_step import CASES, Values

pytestmark = pytest.mark.anyio
FORBIDS = {
    StepKind.GIVE_BACK_APP_ASSIGNMENTS: "AppRoleAssignment.ReadWrite.All",
    StepKind.GIVE_BACK_APP_GRANTS: "DelegatedPermissionGrant.ReadWrite.All",
    StepKind.GIVE_BACK_OWNERSHIP: "Application.ReadWrite.All",
    StepKind.ENABLE_DEVICES: "Device.ReadWrite.All",
    StepKind.TAKE_BACK_ONEDRIVE_ACCESS: "Files.ReadWrite.All",
}
GIVEN_BACK = (*FORBIDS, StepKind.TAKE_BACK_MAILBOX_ACCESS, StepKind.GIVE_BACK_DELEGATED_RIGHTS)
SOMEBODY, CLIENT, API = (f"{n}0000000-0000-4000-8000-000000000001" for n in "123")


@pytest.fixture
def state() -> DemoState:
    """A tenant of its own for each test."""
    return DemoState(DemoTenant.build(250, 7, date(2026, 11, 23)))


@pytest.mark.parametrize("kind", GIVEN_BACK, ids=str)
async def test_what_was_there_is_there_again_once_and_a_second_way_back_sends_nothing(
    desk: OneDesk, kind: StepKind
) -> None:
    case = CASES[kind]
    values = case.values(desk)
    assert (await desk.take(values, case.step(kind))).outcomes == ["done"]
    assert case.so(desk.state, values)
    changed = len(desk.writes())
    assert (await desk.take(values, case.step(kind))).outcomes == ["already_so"]
    assert len(desk.writes()) == changed


@pytest.mark.parametrize("kind", FORBIDS, ids=str)
async def test_what_may_not_be_given_back_is_handed_over_by_name(desk: OneDesk, kind: StepKind) -> None:
    """INV-21."""
    case = CASES[kind]
    values = case.values(desk)
    await faults(desk, f"without:{FORBIDS[kind]}")
    done = await desk.take(values, case.step(kind), rounds=1)
    await faults(desk)
    assert done.outcomes == ["waiting"]
    assert FORBIDS[kind] in done.notes[0]
    assert not case.so(desk.state, values)


async def test_an_application_that_is_gone_meanwhile_does_not_keep_the_others_back(desk: OneDesk) -> None:
    case = CASES[StepKind.GIVE_BACK_APP_ASSIGNMENTS]
    values = case.values(desk)
    gone: Json = ["x", "00000000-0000-4000-8000-00000000dead", "Sold", "00000000-0000-0000-0000-000000000000"]
    (field,) = (name for name in values if name.endswith("_before"))
    had: Any = values[field]
    planned: Values = {**values, field: [gone, *had]}
    done = await desk.take(planned, case.step(StepKind.GIVE_BACK_APP_ASSIGNMENTS))
    assert done.outcomes == ["failed"]
    assert case.so(desk.state, values)


async def test_a_reply_of_before_is_back_with_its_words_and_its_times(desk: OneDesk) -> None:
    user_id = desk.state.tenant.situations["plain_leaver"]
    box = desk.state.tenant.mail.boxes[user_id]
    times = {"dateTime": "2026-12-01T00:00:00.0000000", "timeZone": "UTC"}
    away: dict[str, Json] = {
        "status": "scheduled",
        "externalAudience": "contactsOnly",
        "internalReplyMessage": "<p>Away &amp; back soon</p>",
        "externalReplyMessage": "",
        "scheduledStartDateTime": times,
        "scheduledEndDateTime": {**times, "dateTime": "2026-12-24T00:00:00.0000000"},
    }
    back = step(StepKind.SET_AUTOMATIC_REPLY, {"automatic_reply_is_back": BEFORE})
    assert (await desk.take(desk.values(user_id, **{BEFORE: away}), back)).outcomes == ["done"]
    assert {name: box.replies[name] for name in away} == away
    off: dict[str, Json] = {name: box.replies[name] for name in list(away)[:4]} | {"status": "disabled"}
    assert (await desk.take(desk.values(user_id, **{BEFORE: off}), back)).outcomes == ["done"]
    assert box.replies["status"] == "disabled"
    path, sent = f"/users/{user_id}/mailboxSettings", {"automaticRepliesSetting": away}
    assert may_send("PATCH", path, "", json.dumps(sent).encode())
    assert not may_send("PATCH", path, "", json.dumps({**sent, "userPurpose": "shared"}).encode())


def test_no_call_gives_consent_for_everybody_or_more_than_a_role() -> None:
    """The rule below the client lets one person's consent pass, and nothing wider."""
    mine = {
        "clientId": CLIENT,
        "consentType": "Principal",
        "principalId": SOMEBODY,
        "resourceId": API,
        "scope": "openid",
    }
    role = {"principalId": SOMEBODY, "resourceId": API, "appRoleId": CLIENT}
    roles = f"/users/{SOMEBODY}/appRoleAssignments"
    assert sends("/oauth2PermissionGrants", mine)
    assert sends(roles, role)
    for wider in ({"consentType": "AllPrincipals"}, {"principalId": None}, {"clientId": "an app"}, {"scope": ""}):
        assert not sends("/oauth2PermissionGrants", {**mine, **wider})
    assert not sends(roles, {**role, "principalType": "Group"})
    assert not sends(f"/servicePrincipals/{SOMEBODY}/appRoleAssignments", role)


def sends(path: str, body: Json) -> bool:
    return may_send("POST", path, "", json.dumps(body).encode())
