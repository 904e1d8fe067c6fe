"""Runs under limits, and runs that somebody stops."""

from dataclasses import replace

import pytest

from licenseiq.errors import NotFound, Refused
from licenseiq.policy import Policy
from licenseiq.proposals.states import Outcome
from licenseiq_desk.execution.crew import PEOPLE_AT_ONCE
from licenseiq_desk.execution.seen import StepSeen
from tests.desk.fakes import E3, TENANT, World, person_id, plan_for, world_in

pytestmark = pytest.mark.anyio


def run_id(world: World, proposal_id: str = "p-1") -> str:
    return str(world.report(proposal_id).runs[0].run_id)


async def test_many_small_plans_hit_the_limit_of_an_hour_and_nothing_of_the_last_is_begun(world: World) -> None:
    """INV-11."""
    world.reopen(policy=Policy(people_per_hour=2))
    for n in (1, 2, 3):
        taken = tuple(replace(step, subject="s1") for step in plan_for(1).steps)
        plan = plan_for(n, evaluation_id=f"ev-{n}")
        plan = replace(plan, subjects=plan.subjects[n - 1 :], steps=tuple(replace(s, subject=f"s{n}") for s in taken))
        world.put(plan, f"p-{n}")
        await world.approve(f"p-{n}")
        await world.advance()
    assert [len(world.report(f"p-{n}").runs) for n in (1, 2, 3)] == [1, 1, 0]
    assert {user for _, user in world.tenant.sent} == {person_id(1), person_id(2)}
    with world.desk._store.database.read() as db:
        (why,) = db.exec_driver_sql("SELECT refused FROM approval_cover WHERE refused IS NOT NULL").scalars()
    assert "people_per_hour" in why


async def test_the_same_person_again_is_one_person_and_an_hour_later_the_limit_is_free(world: World) -> None:
    """INV-11."""
    world.reopen(policy=Policy(people_per_hour=1))
    for n, seconds in ((1, 0), (2, 10)):
        world.clock.move(seconds)
        world.put(plan_for(evaluation_id=f"ev-{n}"), f"p-{n}")
        await world.approve(f"p-{n}")
        await world.advance()
    assert len(world.report("p-2").runs) == 1
    world.clock.move(3600)
    other = plan_for(2, evaluation_id="ev-3")
    world.put(replace(other, subjects=other.subjects[1:], steps=other.steps[3:]), "p-3")
    await world.approve("p-3")
    await world.advance()
    assert len(world.report("p-3").runs) == 1


async def test_who_was_counted_stands_nowhere_in_the_clear(world: World) -> None:
    """INV-45."""
    world.put(plan_for())
    await world.approve()
    await world.finish()
    world.desk.close()
    for path in world.home.rglob("*"):
        if path.is_file() and "inbox" not in path.name:
            assert person_id(1).encode() not in path.read_bytes(), path.name
    world.reopen()


async def test_a_run_that_fails_too_often_rests_until_somebody_looks(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """INV-11: several are under way at once, and of the others nobody is begun."""
    everybody = 9 + PEOPLE_AT_ONCE
    world = world_in(tmp_path, people=everybody)
    try:
        for n in range(2, 6):
            world.tenant.accounts[person_id(n)] = replace(world.tenant.accounts[person_id(n)], account_enabled=None)
        world.put(plan_for(everybody))
        await world.approve()
        (progress,) = await world.advance()
        assert (progress.state, world.report().runs[0].state) == ("paused", "paused")
        assert "Too many people failed" in progress.note
        touched = {user for _, user in world.tenant.sent}
        world.clock.move(3600)
        assert await world.advance() == ()
        assert {user for _, user in world.tenant.sent} == touched
        assert person_id(everybody) not in touched
        world.desk.cancel(TENANT, run_id(world))
        await world.advance()
        assert world.report().runs[0].state == "cancelled"
    finally:
        world.desk.close()
        world.inbox.close()


async def test_a_run_is_paused_before_its_next_step_and_goes_on_when_let(world: World) -> None:
    """INV-18."""
    world.put(plan_for())
    await world.approve()

    def pause(seen: StepSeen) -> None:
        if seen.number == 1 and seen.outcome is Outcome.DONE:
            world.desk.pause(TENANT, run_id(world))

    await world.desk.advance_all(TENANT, world.tenant, pause)
    assert (world.outcomes(), world.report().runs[0].state) == (["done", None, None], "paused")
    world.clock.move(3600)
    assert await world.advance() == ()
    world.desk.resume(TENANT, run_id(world))
    assert await world.finish() == "complete"
    assert world.desk.verify_ledger(TENANT).is_whole


async def test_to_cancel_is_final_and_what_is_to_come_does_not_come(world: World) -> None:
    """INV-18."""
    world.put(plan_for())
    await world.approve()

    def cancel(seen: StepSeen) -> None:
        if seen.number == 2 and seen.outcome is Outcome.DONE:
            world.desk.cancel(TENANT, run_id(world))

    await world.desk.advance_all(TENANT, world.tenant, cancel)
    assert (world.outcomes(), world.report().runs[0].state) == (["done", "done", None], "cancelled")
    for again in (world.desk.cancel, world.desk.resume, world.desk.pause):
        with pytest.raises(Refused):
            again(TENANT, run_id(world))
    await world.advance()
    assert "remove" not in [name for name, _ in world.tenant.sent]
    assert world.tenant.accounts[person_id(1)].direct is not None
    assert E3 in (world.tenant.accounts[person_id(1)].direct or ())
    assert world.desk.verify_ledger(TENANT).is_whole


@pytest.mark.parametrize(("shows", "expected"), [(True, "done"), (False, "failed")])
async def test_what_was_sent_before_a_cancel_is_found_out(world: World, shows: bool, expected: str) -> None:
    """INV-18: never said to be done unseen, and never sent again."""
    world.put(plan_for())
    await world.approve()
    world.tenant.stale = 10**6
    await world.advance()
    assert world.report().runs[0].state == "waiting"
    if shows:
        world.tenant.stale = 0
        world.tenant._old.clear()
    world.desk.cancel(TENANT, run_id(world))
    await world.advance()
    assert (world.outcomes(), world.report().runs[0].state) == ([expected, None, None], "cancelled")
    assert len(world.tenant.sent) == 1


async def test_there_is_nothing_to_stop_of_a_run_that_is_none(world: World) -> None:
    for act in (world.desk.pause, world.desk.resume, world.desk.cancel):
        with pytest.raises(NotFound):
            act(TENANT, "run-none")


async def test_a_run_that_does_not_rest_cannot_be_let_go_on(world: World) -> None:
    world.put(plan_for())
    await world.approve()
    world.tenant.faults = {"disable": ["throttled"]}
    await world.advance()
    with pytest.raises(Refused):
        world.desk.resume(TENANT, run_id(world))
