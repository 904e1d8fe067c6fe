"""Several runs of one desk: they go on beside one another, and never at the same account together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
import pytest
from anyio.streams.memory import MemoryObjectReceiveStream as Ends

from licenseiq.ports import TenantWriter
from licenseiq_desk.execution.seen import RunProgress
from licenseiq_desk.loop import run_desk
from tests.desk.fakes import TENANT, World, person_id, plan_for

pytestmark = pytest.mark.anyio


class Slow:
    """A tenant that takes its time over the first change, until it is let go on."""

    def __init__(self, world: World) -> None:
        self.world, self.begun, self.let = world, anyio.Event(), anyio.Event()

    def __getattr__(self, name: str) -> object:
        return getattr(self.world.tenant, name)

    async def set_sign_in(self, user_id: str, *, enabled: bool) -> None:
        if not self.begun.is_set():
            self.begun.set()
            await self.let.wait()
        await self.world.tenant.set_sign_in(user_id, enabled=enabled)


@asynccontextmanager
async def at_work(world: World, tenant: Slow) -> AsyncIterator[Ends[RunProgress]]:
    """A desk that runs, and what comes of its runs."""
    stop, (ends, ended) = anyio.Event(), anyio.create_memory_object_stream[RunProgress](10)

    @asynccontextmanager
    async def writer() -> AsyncIterator[TenantWriter]:
        yield tenant  # type: ignore[misc]

    async def run() -> None:
        await run_desk(world.desk, TENANT, writer, 0.01, stop, on_progress=ends.send_nowait)

    with anyio.fail_after(20), ends, ended:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run)
            yield ended
            tenant.let.set()
            stop.set()


def only(number: int, proposal_id: str, world: World) -> str:
    """A plan about this one person at the desk."""
    plan = plan_for(number, evaluation_id=proposal_id)
    mine = tuple(step for step in plan.steps if step.subject == f"s{number}")
    world.put(replace(plan, subjects=plan.subjects[-1:], steps=mine, hand_offs=()), proposal_id)
    return proposal_id


async def test_whoever_is_approved_now_does_not_wait_for_a_batch_that_is_under_way(world: World) -> None:
    tenant = Slow(world)
    only(1, "p-large", world)
    await world.approve("p-large")
    async with at_work(world, tenant) as ended:
        await tenant.begun.wait()
        only(2, "p-urgent", world)
        await world.approve("p-urgent")
        found = await ended.receive()
        assert (found.proposal_id, found.state) == ("p-urgent", "complete")
        tenant.let.set()
        found = await ended.receive()
        assert (found.proposal_id, found.state) == ("p-large", "complete")
    assert world.desk.verify_ledger(TENANT).is_whole


async def test_two_runs_about_one_person_take_their_turns(world: World) -> None:
    tenant = Slow(world)
    for proposal_id in ("p-1", "p-2"):
        only(1, proposal_id, world)
        await world.approve(proposal_id)
    async with at_work(world, tenant) as ended:
        await tenant.begun.wait()
        await anyio.sleep(0.2)
        assert (ended.statistics().current_buffer_used, world.tenant.sent) == (0, [])
        tenant.let.set()
        assert {(await ended.receive()).state for _ in range(2)} == {"complete"}
    assert world.tenant.sent.count(("disable", person_id(1))) == 1
    assert world.outcomes()[0] in ("done", "already_so")
