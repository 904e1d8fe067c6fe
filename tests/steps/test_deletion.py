"""Accounts that are deleted, restored, and deleted for good, on the demo tenant."""

import pytest

from licenseiq.proposals.steps import StepKind
from licenseiq_desk.execution.seen import StepSeen
from tests.steps.conftest import OneDesk, step

pytestmark = pytest.mark.anyio
DELETE = step(StepKind.DELETE_ACCOUNT, {"account_is": "deleted"})
RESTORE = step(StepKind.RESTORE_ACCOUNT, {"account_is": "here"}, precondition={"account_is": "deleted"})
PURGE = step(StepKind.PURGE_ACCOUNT, {"account_is": "gone"}, precondition={"account_is": "deleted"})


def somebody(desk: OneDesk, situation: str) -> str:
    return desk.state.tenant.story.is_in(situation)[0]


async def test_an_account_is_deleted_restored_with_what_it_had_and_deleted_for_good(desk: OneDesk) -> None:
    tenant = desk.state.tenant
    user_id = somebody(desk, "leaver_with_files")
    values, held = desk.values(user_id), list(tenant.by_id[user_id].states)
    assert (await desk.take(values, DELETE)).outcomes == ["done"]
    assert tenant.find(user_id) is None
    assert (await desk.take(values, DELETE)).outcomes == ["already_so"]
    assert (await desk.take(values, RESTORE)).outcomes == ["done"]
    assert tenant.by_id[user_id].states == held
    assert (await desk.take(values, DELETE, PURGE)).outcomes == ["done", "done"]
    assert user_id not in tenant.removed
    assert (await desk.take(values, PURGE)).outcomes == ["already_so"]


async def test_an_account_that_is_here_is_never_deleted_for_good(desk: OneDesk) -> None:
    user_id = somebody(desk, "mover")
    done = await desk.take(desk.values(user_id), PURGE)
    assert done.outcomes == ["drifted"]
    assert desk.state.tenant.find(user_id) is not None


async def test_a_synced_account_is_deleted_where_it_is_mastered(desk: OneDesk) -> None:
    user_id = somebody(desk, "synced_leaver")
    done = await desk.take(desk.values(user_id), DELETE)
    assert done.outcomes == ["failed"]
    assert desk.state.tenant.find(user_id) is not None


async def test_an_account_that_somebody_deletes_again_before_the_end_is_no_complete_run(desk: OneDesk) -> None:
    """INV-15: also where every step of the plan is of a described kind."""
    tenant, user_id = desk.state.tenant, somebody(desk, "leaver_with_outside_links")
    tenant.remove(tenant.by_id[user_id], desk.state.stamp())
    proposal_id = await desk.approved(
        {"user_id": user_id, "user_principal_name": "somebody@larkfield.example"}, RESTORE
    )

    def deletes_again(seen: StepSeen) -> None:
        if seen.outcome is not None:
            tenant.remove(tenant.by_id[user_id], desk.state.stamp())

    await desk.desk.advance_all(tenant.tenant_id, desk.writer, deletes_again)
    done = desk.told(proposal_id)
    assert (done.state, done.outcomes) == ("partial", ["done"])
    assert "does not exist any more" in done.notes[0]
