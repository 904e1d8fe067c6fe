"""A run is complete by what still holds at its end. INV-15, INV-17."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from licenseiq.proposals.steps import EffectClass, StepKind
from licenseiq_desk.execution.seen import StepSeen
from tests.desk.fakes import E5, TENANT, World, person_id, plan_for

pytestmark = pytest.mark.anyio
ONE = person_id(1)


async def carried_out(world: World, between: Callable[[], None], after: int = 3) -> tuple[str, str]:
    """An offboarding during which somebody does something else after a step's outcome; state and note of the run."""

    def watch(seen: StepSeen) -> None:
        if (seen.number, seen.phase) == (after, "outcome"):
            between()

    world.put(plan_for())
    await world.approve()
    (progress,) = await world.desk.advance_all(TENANT, world.tenant, watch)
    return progress.state.value, progress.note


def change(world: World, **changes: object) -> None:
    world.tenant.accounts[ONE] = replace(world.tenant.accounts[ONE], **changes)  # type: ignore[arg-type]


async def test_what_somebody_else_undid_since_makes_the_run_partial_and_is_named(world: World) -> None:
    state, note = await carried_out(world, lambda: change(world, account_enabled=True))
    assert (state, note) == ("partial", "Not so any more at the end: 1 step.")
    assert world.outcomes() == ["done"] * 3
    notes = [step.note for step in world.report().runs[0].steps]
    assert ["somebody else" in one for one in notes] == [True, False, False]
    assert world.desk.verify_ledger(TENANT).is_whole


async def test_an_account_that_is_gone_at_the_end_is_no_complete_run(world: World) -> None:
    def delete() -> None:
        del world.tenant.accounts[ONE]

    state, note = await carried_out(world, delete)
    assert (state, note) == ("partial", "Not so any more at the end: 3 steps.")


async def test_what_cannot_be_read_at_the_end_is_not_called_complete(world: World) -> None:
    """INV-21."""

    def shut() -> None:
        world.tenant.unreadable = True

    assert (await carried_out(world, shut))[0] == "partial"
    assert "could not be read" in world.report().runs[0].steps[0].note


async def test_an_older_reading_at_the_end_undoes_nothing(world: World) -> None:
    before = world.tenant.accounts[ONE]

    def stale() -> None:
        world.tenant._old[ONE] = (2, before)

    assert (await carried_out(world, stale))[0] == "complete"


async def test_a_later_step_that_wants_the_contrary_is_no_undoing(world: World) -> None:
    plan = plan_for()
    last = replace(
        plan.steps[0],
        number=4,
        kind=StepKind.ENABLE_SIGN_IN,
        goal={"account_enabled": True},
        precondition={"account_enabled": False},
        effect_class=EffectClass.SET_VALUED,
    )
    world.put(replace(plan, steps=(*plan.steps, last)))
    await world.approve()
    assert await world.finish() == "complete"
    assert world.tenant.accounts[ONE].account_enabled is True
    assert world.tenant.accounts[ONE].direct == frozenset({E5})
