"""Batches of licence changes: one person at a time, and a stop at the first unexpected answer."""

from dataclasses import replace

import pytest

from licenseiq.proposals.plan import Plan, Step
from licenseiq.proposals.steps import EffectClass, StepKind
from licenseiq_desk.execution import order
from licenseiq_desk.execution.seen import StepSeen
from tests.desk.fakes import E3, E5, TENANT, Killed, World, person_id, plan_for

pytestmark = pytest.mark.anyio


def taken_back(number: int) -> Step:
    arguments = {"remove": [E3], "add": []}
    goal, precondition = {"direct_licences_absent": [E3]}, {"direct_licences_present": [E3]}
    undo_note = "no way back in this test"
    kind = StepKind.CHANGE_LICENCES
    return Step(number, kind, f"s{number}", arguments, goal, precondition, EffectClass.SET_VALUED, None, undo_note)


def batch(people: int = 3, kind: str = "license_changes") -> Plan:
    return plan_for(people, kind=kind, steps=tuple(map(taken_back, range(1, people + 1))), hand_offs=())


def touched(world: World) -> list[str]:
    return [user for _, user in world.tenant.sent]


def drifted(world: World, number: int) -> None:
    """Somebody else has changed what this person holds, so that the plan's step does not fit any more."""
    account = world.tenant.accounts[person_id(number)]
    world.tenant.accounts[person_id(number)] = replace(account, direct=None)


async def test_the_first_unexpected_answer_stops_the_batch_and_a_person_lets_the_others_go_on(world: World) -> None:
    world.put(batch())
    await world.approve()
    drifted(world, 1)
    (progress,) = await world.advance()
    assert (progress.state, touched(world)) == ("paused", [])
    assert "step 1: 2 people not touched" in progress.note
    run = world.report().runs[0]
    assert [(step.outcome, step.note) for step in run.steps[1:]] == [("waiting", order.NOT_BEGUN)] * 2
    world.clock.move(86_400)
    assert await world.advance() == ()
    world.desk.resume(TENANT, run.run_id)
    assert await world.finish() == "partial"
    assert world.outcomes() == ["drifted", "done", "done"]
    assert touched(world) == [person_id(2), person_id(3)]
    assert world.desk.verify_ledger(TENANT).is_whole


async def test_positive_control_what_is_no_batch_goes_on_with_the_others(world: World) -> None:
    world.put(batch(kind="offboard"))
    await world.approve()
    drifted(world, 1)
    assert await world.finish() == "partial"
    assert touched(world) == [person_id(2), person_id(3)]


async def test_a_refused_change_of_the_last_person_leaves_nobody_to_stop_for(world: World) -> None:
    world.tenant.faults = {"remove": ["", "", "refused"]}
    world.put(batch())
    await world.approve()
    assert await world.finish() == "partial"
    assert world.outcomes() == ["done", "done", "failed"]


async def test_a_batch_that_stopped_stays_stopped_when_the_process_dies_at_that_moment(world: World) -> None:
    """INV-17."""
    world.put(batch())
    await world.approve()
    drifted(world, 1)

    def die(seen: StepSeen) -> None:
        if seen.phase == "outcome":
            raise Killed

    with pytest.raises(Killed):
        await world.desk.advance_all(TENANT, world.tenant, die)
    world.reopen()
    world.clock.move(86_400)
    await world.advance()
    assert touched(world) == []


async def test_nobody_is_begun_while_somebody_before_does_not_read_back_yet(world: World) -> None:
    world.tenant.stale, world.tenant.stale_effects = 9, ("remove",)
    world.tenant.faults = {"remove": ["lost_after"]}
    world.put(batch(2))
    await world.approve()
    (progress,) = await world.advance()
    assert (progress.state, touched(world)) == ("waiting", [person_id(1)])
    assert E5 in (world.tenant.accounts[person_id(1)].direct or ())
    assert await world.finish() == "complete"
