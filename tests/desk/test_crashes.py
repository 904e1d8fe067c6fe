"""A process that dies anywhere, and another that finishes. INV-17."""

from dataclasses import replace
from pathlib import Path

import pytest

from licenseiq_desk.execution import step_taker
from licenseiq_desk.execution.executor import Executor
from licenseiq_desk.execution.journal import Journal
from licenseiq_desk.execution.lease import LeaseLost
from licenseiq_desk.execution.one_at_a_time import OneAtATime
from licenseiq_desk.execution.seen import StepSeen
from tests.desk.fakes import E5, TENANT, Killed, World, person_id, plan_for, world_in

pytestmark = pytest.mark.anyio
EFFECTS = ("disable", "revoke", "remove")


async def dies_then_finishes(world: World, observe=None, kill_read: int = 0) -> None:  # type: ignore[no-untyped-def]
    """Runs until it is killed; then another process waits for the lease's end and finishes."""
    world.put(plan_for())
    await world.approve()
    if kill_read:
        world.tenant.kill_read = world.tenant.reads + kill_read
    with pytest.raises(Killed):
        await world.desk.advance_all(TENANT, world.tenant, observe or (lambda _: None))
    world.reopen()
    before = len(world.tenant.sent)
    await world.advance()
    assert len(world.tenant.sent) == before, "the dead owner's lease still holds"
    world.clock.move(31)
    assert await world.finish() == "complete"


def as_after_a_clean_run(world: World) -> None:
    account = world.tenant.accounts[person_id(1)]
    assert account.account_enabled is False
    assert account.direct == frozenset({E5})
    assert account.sessions_valid_from != "2025-01-01T00:00:00Z"
    assert world.desk.verify_ledger(TENANT).is_whole


def sent(world: World) -> dict[str, int]:
    names = [name for name, _ in world.tenant.sent]
    return {name: names.count(name) for name in EFFECTS}


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("stale", [0, 2])
async def test_killed_after_the_effect_it_is_confirmed_and_not_sent_again(
    world: World, effect: str, stale: int
) -> None:
    world.tenant.faults = {effect: ["killed_after"]}
    world.tenant.stale = stale
    await dies_then_finishes(world)
    as_after_a_clean_run(world)
    assert sent(world) == dict.fromkeys(EFFECTS, 1)
    assert "confirmed_after_restart" in world.outcomes()


@pytest.mark.parametrize("effect", EFFECTS)
async def test_killed_between_intent_and_effect_it_is_sent_once_more_and_recorded(world: World, effect: str) -> None:
    world.tenant.faults = {effect: ["killed_before"]}
    await dies_then_finishes(world)
    as_after_a_clean_run(world)
    assert sent(world) == {name: 2 if name == effect else 1 for name in EFFECTS}
    with world.desk._store.database.read() as db:
        sends = db.exec_driver_sql("SELECT sends FROM v1_run_step ORDER BY number").scalars().all()
    assert sends == [2 if name == effect else 1 for name in EFFECTS]


@pytest.mark.parametrize("effect", EFFECTS)
async def test_killed_after_the_effect_under_a_long_stale_read_it_is_sent_twice_at_most(
    world: World, effect: str
) -> None:
    world.tenant.faults = {effect: ["killed_after"]}
    world.tenant.stale, world.tenant.stale_effects = 14, (effect,)
    await dies_then_finishes(world)
    as_after_a_clean_run(world)
    assert max(sent(world).values()) <= 2


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("phase", ["reading", "sending", "outcome"])
async def test_killed_before_the_intent_after_it_and_after_the_outcome(world: World, number: int, phase: str) -> None:
    def die(seen: StepSeen) -> None:
        if (seen.number, seen.phase) == (number, phase):
            raise Killed

    await dies_then_finishes(world, die)
    as_after_a_clean_run(world)
    assert sent(world) == dict.fromkeys(EFFECTS, 1)


@pytest.mark.parametrize("read", range(1, 16))
async def test_killed_at_any_reading(world: World, read: int) -> None:
    await dies_then_finishes(world, kill_read=read)
    as_after_a_clean_run(world)
    assert sent(world) == dict.fromkeys(EFFECTS, 1)


async def test_positive_control_without_intents_an_effect_is_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check above goes red when a restart does not look at the intents: the licence step would drift."""
    world = world_in(tmp_path)
    world.tenant.faults = {"revoke": ["killed_after"]}
    world.put(plan_for())
    await world.approve()
    with pytest.raises(Killed):
        await world.advance()
    world.clock.move(31)
    monkeypatch.setattr(Journal, "intents", lambda *_: ())
    await world.finish()
    assert sent(world)["revoke"] == 2
    world.desk.close()
    world.inbox.close()


async def test_a_late_owner_is_refused_by_the_fence(world: World) -> None:
    """An owner that was asleep wakes up after its run was finished elsewhere: it can record nothing."""
    world.put(plan_for())
    await world.approve()
    other = replace(world.desk.executor(world.tenant), owner="other", things=OneAtATime())
    late: list[object] = []

    async def sleeps_too_long() -> None:
        world.clock.move(31)
        (run,) = await other.advance_all(TENANT)
        late.append(run.state)

    class Slow(type(world.tenant)):  # type: ignore[misc]
        async def set_sign_in(self, user_id: str, *, enabled: bool) -> None:
            await world.tenant.set_sign_in(user_id, enabled=enabled)
            await sleeps_too_long()

    slow = Slow(world.clock, world.tenant.accounts)
    assert await world.desk.advance_all(TENANT, slow) == ()
    assert late == ["complete"]
    assert world.outcomes()[0] == "confirmed_after_restart"
    with world.desk._store.database.read() as db:
        assert set(db.exec_driver_sql("SELECT fence FROM outcome").scalars()) == {2}


async def test_what_never_reads_back_is_never_done(world: World) -> None:
    world.tenant.stale = 10**6
    world.put(plan_for())
    await world.approve()
    (progress,) = await world.advance()
    assert (progress.state, world.outcomes()[0]) == ("waiting", "waiting")
    assert await world.finish(rounds=100) == "failed"
    assert sent(world) == {"disable": 2, "revoke": 0, "remove": 0}
    assert world.outcomes() == ["failed", "blocked", "blocked"]


async def test_positive_control_with_the_read_back_skipped_it_would_be_called_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.tenant.stale = 10**6
    world.put(plan_for())
    await world.approve()
    monkeypatch.setattr(
        step_taker, "holds", lambda goal, *rest, **_: len(rest) == 3 or "direct_licences_absent" not in goal
    )
    await world.advance()
    assert "done" in world.outcomes() or "already_so" in world.outcomes()


async def test_a_run_is_held_by_one_executor(world: World) -> None:
    world.put(plan_for())
    await world.approve()
    executor: Executor = world.desk.executor(world.tenant)
    (run_id,) = await executor.start_approved(TENANT)
    from licenseiq_desk.execution.lease import claim

    around = world.clock.around()
    first = claim(world.desk._store, around, TENANT, run_id, "a")
    assert first is not None
    assert claim(world.desk._store, around, TENANT, run_id, "b") is None
    world.clock.move(31)
    assert claim(world.desk._store, around, TENANT, run_id, "b") is not None
    with pytest.raises(LeaseLost):
        first.renew()
