"""Mail of a leaver: where it goes, what others gave them, meetings that nobody will hold."""

from dataclasses import replace

import pytest

from licenseiq.proposals.steps import StepKind
from licenseiq_desk.execution import shapes
from tests.steps.conftest import OneDesk, step
from tests.steps.test_mailbox import box_of, leaver

pytestmark = pytest.mark.anyio
TO_SUCCESSOR = step(StepKind.SET_FORWARDING, {"forwarding_is": "successor"})
TO_NOBODY = step(StepKind.SET_FORWARDING, {"forwarding_is": "nobody"})
RIGHTS = step(StepKind.REMOVE_DELEGATED_RIGHTS, {"delegated_rights_absent": True})
WINDOW = {"from": "2026-11-23T00:00:00Z", "until": "2027-11-23T00:00:00Z"}
MEETINGS = step(StepKind.CANCEL_MEETINGS, {"meetings_cancelled": True}, WINDOW)


async def test_mail_no_longer_leaves_the_tenant_and_goes_to_the_successor(desk: OneDesk) -> None:
    values = leaver(desk, "forwards_outside")
    assert box_of(desk, values).forwarding_smtp is not None
    assert (await desk.take(values, TO_SUCCESSOR)).outcomes == ["done"]
    found = box_of(desk, values)
    assert (found.forwarding_smtp, found.forwarding_to, found.deliver_and_forward) == (
        None,
        values["successor_id"],
        True,
    )
    assert (await desk.take(values, TO_SUCCESSOR)).outcomes == ["already_so"]
    assert (await desk.take(values, TO_NOBODY)).outcomes == ["done"]
    assert box_of(desk, values).forwarding_to is None


def test_positive_control_forwarding_outside_is_refused_unsent() -> None:
    inside = {
        "Identity": "a",
        "ForwardingAddress": "b",
        "ForwardingSmtpAddress": None,
        "DeliverToMailboxAndForward": True,
    }
    assert shapes.may_invoke("Set-Mailbox", inside)
    assert not shapes.may_invoke("Set-Mailbox", {**inside, "ForwardingSmtpAddress": "me@private.example"})
    assert not shapes.may_invoke(
        "Remove-MailboxPermission", {"Identity": "a", "User": "b", "AccessRights": "FullAccess"}
    )


async def test_rights_on_other_mailboxes_end_each_read_back(desk: OneDesk) -> None:
    """Field note 11: shared mailboxes, sending as them; on behalf where the mailbox was looked at."""
    mail, values = desk.state.tenant.mail, leaver(desk, "delegate_elsewhere")
    user_id = str(values["user_id"])
    held = [key for key, box in mail.boxes.items() if user_id in box.full_access or user_id in box.send_as]
    assert len(held) == 2
    mail.boxes[held[0]].on_behalf.append(user_id)
    done = await desk.take(values, RIGHTS)
    assert done.outcomes == ["done"]
    left = [box for box in mail.boxes.values() if user_id in (*box.full_access, *box.send_as)]
    assert (left, user_id in mail.boxes[held[0]].on_behalf) == ([], False)
    assert (await desk.take(values, RIGHTS)).outcomes == ["already_so"]


async def test_meetings_to_come_are_called_off_once_and_read_back(desk: OneDesk) -> None:
    """Field note 12: two meetings with others, one a series; what others called, and what is private, stays."""
    state, values = desk.state, leaver(desk, "future_meetings")
    box = box_of(desk, values)
    before = len(box.events)
    mine = [one for one in box.events if one["isOrganizer"] and one["attendees"]]
    done = await desk.take(values, MEETINGS)
    assert done.outcomes == ["done"]
    assert (len(mine), len(box.events)) == (2, before - 2)
    sent = [one for one in state.tenant.mail.sent if one["what"] == "cancellation"]
    assert len(sent) == 2
    assert (await desk.take(values, MEETINGS)).outcomes == ["already_so"]
    assert len([one for one in state.tenant.mail.sent if one["what"] == "cancellation"]) == 2


@pytest.mark.parametrize(
    ("taken", "forbidden", "outcome"),
    [
        (MEETINGS, "calendar", "handed_over"),
        (RIGHTS, "exchange", "handed_over"),
        (TO_NOBODY, "exchange", "handed_over"),
    ],
)
async def test_what_may_not_be_read_is_for_a_person(desk: OneDesk, taken, forbidden: str, outcome: str) -> None:  # type: ignore[no-untyped-def]
    desk.state.faults.replace([f"forbid:{forbidden}"])
    try:
        assert (await desk.take(leaver(desk, "forwards_outside"), taken)).outcomes == [outcome]
    finally:
        desk.state.faults.replace([])


async def test_what_exchange_refuses_to_change_is_handed_over_and_read_back(desk: OneDesk) -> None:
    values = leaver(desk, "rule_that_forwards_outside")
    desk.state.faults.replace(["exchange_read_only"])
    try:
        proposal_id = await desk.approved(values, TO_SUCCESSOR)
        first = await desk.go_on(proposal_id, rounds=1)
        assert (first.outcomes, "Handed over" in first.notes[0]) == (["waiting"], True)
        box = box_of(desk, values)
        box.forwarding_to, box.deliver_and_forward = str(values["successor_id"]), True
        assert (await desk.go_on(proposal_id, rounds=8)).outcomes[0] in ("done", "already_so")
    finally:
        desk.state.faults.replace([])


async def test_a_step_of_another_goal_is_none_of_these(desk: OneDesk) -> None:
    wrong = replace(TO_NOBODY, goal={"forwarding_is": "me@private.example"})
    assert (await desk.take(leaver(desk, "plain_leaver"), wrong)).outcomes == ["failed"]


async def test_who_has_no_mailbox_is_no_account_that_is_gone_and_the_rest_goes_on(desk: OneDesk) -> None:
    values = desk.values(sorted(desk.state.tenant.mail.without)[0])
    done = await desk.take(values, MEETINGS, step(StepKind.REMOVE_APP_ASSIGNMENTS, {"app_assignments_absent": True}))
    assert done.outcomes[0] == "blocked"
    assert done.outcomes[1] in ("done", "already_so")
    assert done.notes[0] == "Could not read the meetings to come: there is none."
