"""A mailbox outlives the licence, or the licence stays: shared, small enough, without an archive, or kept otherwise."""

from dataclasses import replace

import pytest

from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import EffectClass, StepKind
from licenseiq.steps.licence_loss import can_hold, has_files, mailbox_gib
from tests.steps.conftest import OneDesk, licences_of, step
from tests.steps.test_holds import asked, kind

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("situation", "end_state", "wanted"),
    [
        ("plain_leaver", "unsaid", "mailbox_not_shared"),
        ("plain_leaver", "shared_keep_account", None),
        ("plain_leaver", "delete", None),
        ("mailbox_over_50_gb", "shared_keep_account", "mailbox_too_large"),
        ("mailbox_with_archive", "shared_keep_account", "mailbox_has_archive"),
        ("retention_policy", "inactive_mailbox_then_delete", None),
        ("plain_leaver", "inactive_mailbox_then_delete", "nothing_retains_mailbox"),
    ],
)
async def test_what_becomes_of_the_mailbox(desk: OneDesk, situation: str, end_state: str, wanted: str | None) -> None:
    """Field notes 6 to 9."""
    found = (await asked(desk, desk.state.tenant.situations[situation], end_state))["mailbox_kept"]
    assert kind(found) == wanted
    assert any(line.startswith("Mailbox: UserMailbox") for line in found.says)


async def test_the_licence_waits_until_the_mailbox_reads_shared(desk: OneDesk) -> None:
    """Field note 6: what is promised before is read again; a plan that does not convert is held at the last moment."""
    user_id = desk.state.tenant.situations["plain_leaver"]
    held = await desk.take(desk.values(user_id), licences_of(desk, user_id, "shared_keep_account"))
    assert held.outcomes == ["blocked"]
    assert "mailbox_not_shared" in held.notes[0]


async def test_an_unreadable_size_holds_and_an_approver_may_sign_for_it(desk: OneDesk) -> None:
    desk.state.faults.replace(["forbid:exchange"])
    try:
        found = (await asked(desk, desk.state.tenant.situations["plain_leaver"], "unsaid"))["mailbox_kept"]
    finally:
        desk.state.faults.replace([])
    assert found.held is not None
    assert (found.held.kind, found.held.waivable) == ("mailbox_unknown", True)


async def test_an_account_on_hold_is_not_deleted(desk: OneDesk) -> None:
    """INV-14."""
    user_id = desk.state.tenant.situations["ediscovery_site"]
    gone = replace(step(StepKind.DELETE_ACCOUNT, {"account_is": "deleted"}), arguments={"end_state": "delete"})
    done = await desk.take(desk.values(user_id), gone)
    assert (done.outcomes, "legal_hold" in done.notes[0]) == (["blocked"], True)
    assert any(one.id == user_id for one in desk.state.tenant.people)


@pytest.mark.parametrize(
    ("plan", "gib", "files", "holds"),
    [
        ("EXCHANGE_S_ENTERPRISE", 100, False, True),
        ("EXCHANGE_S_STANDARD", 50, False, False),
        ("EXCHANGE_S_DESKLESS", 2, False, False),
        ("EXCHANGE_S_FOUNDATION", None, False, False),
        ("EXCHANGE_S_ARCHIVE_ADDON", None, False, True),
        ("EXCHANGE_S_SOMETHING_NEW", 2, False, True),
        ("SHAREPOINTENTERPRISE", None, True, True),
        ("SHAREPOINTSTANDARD", None, True, False),
        ("SHAREPOINTWAC", None, False, False),
        ("EQUIVIO_ANALYTICS", None, False, True),
        ("VISIO_CLIENT_SUBSCRIPTION", None, False, False),
    ],
)
def test_plans_by_their_names(plan: str, gib: int | None, files: bool, holds: bool) -> None:
    assert (mailbox_gib(plan), has_files(plan), can_hold(plan)) == (gib, files, holds)


async def test_a_rule_that_takes_the_licence_when_sign_in_is_blocked_is_said_and_stops_nothing(desk: OneDesk) -> None:
    """Field note 9: blocking sign-in waits for nothing, so whoever decides hears of it before."""
    user_id = desk.state.tenant.story.is_in("leaver_licensed_by_account_rule")[0]
    block = Step(
        1, StepKind.DISABLE_SIGN_IN, "s1", {}, {"account_enabled": False}, {"account_enabled": True},
        EffectClass.SET_VALUED, None, "-",
    )  # fmt: skip
    tenant_id, values = desk.state.tenant.tenant_id, desk.values(user_id)
    _, lines = await desk.desk.begin_approval(tenant_id, await desk.put(values, block), desk.writer, "tester")
    assert any("it takes the person out within minutes" in line for line in lines)
    other = desk.state.tenant.situations["plain_leaver"]
    _, lines = await desk.desk.begin_approval(
        tenant_id, await desk.put(desk.values(other), block), desk.writer, "tester"
    )
    assert not any("takes the person out" in line for line in lines)
    assert (await desk.take(values, block)).outcomes[0] in ("done", "already_so")
