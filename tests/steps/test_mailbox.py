"""Steps on a mailbox, on the demo tenant: converted and read as such, given to the successor, hidden, replying."""

from collections.abc import Mapping

import pytest

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.steps import StepKind
from licenseiq.steps.automatic_reply import FIELD
from licenseiq.steps.mailbox import SHARED, USER, bytes_of
from tests.steps.conftest import OneDesk, step

pytestmark = pytest.mark.anyio
SHARE = step(StepKind.CONVERT_MAILBOX, {"mailbox_kind": SHARED})
BACK = step(StepKind.CONVERT_MAILBOX, {"mailbox_kind": USER})
GIVE = step(StepKind.GRANT_MAILBOX_ACCESS, {"mailbox_rights_of": "successor_principal"})
HIDE = step(StepKind.HIDE_FROM_ADDRESS_LISTS, {"hidden_from_address_lists": True})
REPLY = step(StepKind.SET_AUTOMATIC_REPLY, {"automatic_reply_is": FIELD}, {"audience": "all"})


def leaver(desk: OneDesk, situation: str = "plain_leaver") -> dict[str, Json]:
    """The values of whoever stands for a situation, with somebody at work as the successor."""
    tenant = desk.state.tenant
    user_id = tenant.situations[situation]
    successor = next(one for one in tenant.people if one.cause == "active" and one.id in tenant.mail.boxes)
    reply = f"I have left. Please write to {successor.upn}. <b>Thank you</b> & good bye."
    return desk.values(user_id, successor_id=successor.id, successor_principal=successor.upn, **{FIELD: reply})


def box_of(desk: OneDesk, values: Mapping[str, Json]):  # type: ignore[no-untyped-def]
    return desk.state.tenant.mail.boxes[str(values["user_id"])]


async def test_a_mailbox_is_handed_over_and_each_part_is_read_back(desk: OneDesk) -> None:
    values = leaver(desk)
    desk.state.tenant.mail.conversion_reads = 2
    done = await desk.take(values, REPLY, SHARE, GIVE, HIDE)
    assert (done.state, done.outcomes) == ("complete", ["done"] * 4)
    found = box_of(desk, values)
    assert (found.kind, found.hidden, found.replies["status"]) == ("shared", True, "alwaysEnabled")
    successor = values["successor_id"]
    assert [successor in one for one in (found.full_access, found.send_as, found.on_behalf)] == [True] * 3
    again = await desk.take(values, REPLY, SHARE, GIVE, HIDE)
    assert again.outcomes == ["already_so"] * 4
    assert (await desk.take(values, BACK)).outcomes == ["done"]


async def test_a_conversion_that_takes_long_is_waited_for_and_sent_once(desk: OneDesk) -> None:
    """Field note 6: the licence may only go when the mailbox reads as shared."""
    values = leaver(desk, "mailbox_with_archive")
    desk.state.tenant.mail.conversion_reads, before = 30, len(desk.writes())
    proposal_id = await desk.approved(values, SHARE)
    assert (await desk.go_on(proposal_id, rounds=1)).outcomes == ["waiting"]
    done = await desk.go_on(proposal_id, rounds=12)
    desk.state.tenant.mail.conversion_reads = 2
    assert done.outcomes == ["done"]
    changes = [one for one in desk.writes()[before:] if one["cmdlet"] == "Set-Mailbox"]
    assert len(changes) == 1


async def test_a_mailbox_that_is_mastered_on_premises_is_handed_over_and_read_back(desk: OneDesk) -> None:
    values = leaver(desk, "hybrid_mailbox")
    proposal_id = await desk.approved(values, SHARE)
    first = await desk.go_on(proposal_id, rounds=2)
    assert (first.state, first.outcomes) == ("waiting", ["waiting"])
    assert "Handed over" in first.notes[0]
    box_of(desk, values).on_premises = "shared"
    desk.state.tenant.mail.synchronise()
    assert (await desk.go_on(proposal_id, rounds=8)).outcomes == ["already_so"]


@pytest.mark.parametrize("wrong", ["successor_id", "user_id"])
async def test_a_name_that_means_somebody_else_now_changes_nothing(desk: OneDesk, wrong: str) -> None:
    values = leaver(desk, "forwards_outside")
    other = desk.state.tenant.situations["future_meetings"]
    named = {**values, wrong: other}
    before = [list(box_of(desk, values).full_access), list(box_of(desk, {"user_id": other}).full_access)]
    done = await desk.take(named, GIVE)
    assert done.outcomes == ["blocked"]
    assert before == [list(box_of(desk, values).full_access), list(box_of(desk, {"user_id": other}).full_access)]


def test_sizes_are_read_in_bytes_and_unlimited_is_none() -> None:
    assert bytes_of("58 GB (62,277,025,792 bytes)") == 62_277_025_792
    for wrong in ("Unlimited", "58 GB", "", None):
        with pytest.raises(ValueError, match="no size"):
            bytes_of(wrong)


async def test_what_exchange_refuses_at_a_synchronised_mailbox_is_handed_over_once_and_read_back(desk: OneDesk) -> None:
    values = leaver(desk, "hybrid_mailbox")
    asked = len(desk.state.recorder.entries)
    proposal_id = await desk.approved(values, GIVE)
    first = await desk.go_on(proposal_id, rounds=3)
    assert (first.state, first.outcomes) == ("waiting", ["waiting"])
    assert "Handed over" in first.notes[0]
    sent = [one for one in desk.state.recorder.entries[asked:] if one["cmdlet"] == "Set-Mailbox"]
    assert len(sent) == 1
    box_of(desk, values).on_behalf.append(str(values["successor_id"]))
    assert (await desk.go_on(proposal_id, rounds=8)).outcomes == ["done"]
