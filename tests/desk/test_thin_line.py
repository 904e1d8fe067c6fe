"""From the inbox to a complete run, read by another process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from licenseiq.errors import StateUnknown
from licenseiq.ports import TenantWriter
from licenseiq_desk.audit import tenants, verify_home
from licenseiq_desk.execution.seen import RunProgress
from licenseiq_desk.loop import run_desk
from licenseiq_tenant.desk_state import DeskState
from tests.desk.fakes import E3, E5, START, TENANT, World, person_id, plan_for

pytestmark = pytest.mark.anyio


async def test_an_approved_plan_is_carried_out_and_read_back(world: World) -> None:
    """INV-01, INV-43."""
    world.put(plan_for())
    await world.approve()
    assert await world.finish() == "complete"
    assert world.outcomes() == ["done", "done", "done"]
    account = world.tenant.accounts[person_id(1)]
    assert (account.account_enabled, account.direct) == (False, frozenset({E5}))
    assert [name for name, _ in world.tenant.sent] == ["disable", "revoke", "remove"]
    verdict = world.desk.verify_ledger(TENANT)
    assert verdict.is_whole
    assert verdict.size == 12


async def test_without_an_approval_nothing_is_sent(world: World) -> None:
    """INV-01."""
    world.put(plan_for())
    world.desk.take_over(TENANT)
    await world.desk.begin_approval(TENANT, "p-1", world.tenant, "tester")
    await world.advance()
    assert world.tenant.sent == []


async def test_another_process_reads_the_state_from_the_views(world: World) -> None:
    state = DeskState(world.home)
    assert state.report(TENANT, "p-1") is None
    world.put(plan_for())
    await world.approve()
    await world.finish()
    found = state.report(TENANT, "p-1")
    assert found is not None
    assert found.state == "approved"
    assert [run.state for run in found.runs] == ["complete"]
    assert found.approvals[0].approver_kind == "typed phrase on the demo tenant"
    assert found.approvals[0].at == START
    assert found.ledger == world.report().ledger


async def test_the_person_sees_every_id_and_count(world: World) -> None:
    """INV-10."""
    plan = plan_for(2)
    world.put(plan)
    world.desk.take_over(TENANT)
    pending, lines = await world.desk.begin_approval(TENANT, "p-1", world.tenant, "tester")
    text = "\n".join(lines)
    for needed in (plan.digest(), person_id(1), person_id(2), E3, "2 people, 6 steps", "OneDrive", "114.00 USD"):
        assert needed in text
    assert pending.phrase == f"approve {plan.digest()[:8]}"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE outcome SET outcome = 'failed' WHERE number = 2",
        "DELETE FROM outcome WHERE number = 2",
        "DELETE FROM intent WHERE number = 2",
        "UPDATE run SET state = 'partial'",
        "UPDATE approval SET decision = 'reject'",
        "UPDATE proposal SET digest = 'ab'",
    ],
)
async def test_rows_that_say_something_else_than_the_ledger_are_found(world: World, sql: str) -> None:
    """INV-42."""
    world.put(plan_for())
    await world.approve()
    await world.finish()
    assert world.desk.verify_ledger(TENANT).is_whole
    with world.desk._store.database.write() as db:
        db.exec_driver_sql(sql)
    assert not world.desk.verify_ledger(TENANT).is_whole


def test_a_home_is_verified_without_a_desk(world: World, tmp_path: Path) -> None:
    assert verify_home(tmp_path / "elsewhere", TENANT) is None
    assert tenants(tmp_path / "elsewhere") == ()
    world.put(plan_for())
    world.desk.take_over(TENANT)
    assert tenants(world.home) == (TENANT,)
    verdict = verify_home(world.home, TENANT)
    assert verdict is not None
    assert verdict.is_whole
    assert verdict.size == 2


def test_a_store_that_cannot_be_read_is_said_to_be_unknown(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_bytes(b"not a database, but long enough to be taken for one" * 20)
    with pytest.raises(StateUnknown):
        DeskState(tmp_path).report(TENANT, "p-1")


async def test_the_loop_takes_over_carries_out_and_stops(world: World) -> None:
    stop, seen = anyio.Event(), []

    @asynccontextmanager
    async def writer() -> AsyncIterator[TenantWriter]:
        yield world.tenant

    def progress(found: RunProgress) -> None:
        seen.append(found.state)
        stop.set()

    world.put(plan_for())
    await world.approve()
    with anyio.fail_after(5):
        await run_desk(world.desk, TENANT, writer, 0.01, stop, on_progress=progress)
    assert seen == ["complete"]
