"""Steps that cannot be taken as planned: drift, protection, blockers, refusals, waits, the stop file."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import SQLAlchemyError

from licenseiq.policy import Policy
from licenseiq.ports import Protection
from licenseiq_desk.approval.demo_tenant import DemoTenant
from licenseiq_desk.execution.seen import StepSeen
from tests.desk.fakes import E3, E5, TENANT, World, blocker, demo_of, person_id, plan_for

pytestmark = pytest.mark.anyio
ONE = person_id(1)


async def approved(world: World, people: int = 1, **changes: object) -> None:
    world.put(plan_for(people, **changes))
    await world.approve()


def change(world: World, **fields: object) -> None:
    world.tenant.accounts[ONE] = replace(world.tenant.accounts[ONE], **fields)  # type: ignore[arg-type]


async def test_what_is_so_already_is_not_sent(world: World) -> None:
    await approved(world)
    change(world, account_enabled=False)
    assert await world.finish() == "complete"
    assert world.outcomes() == ["already_so", "done", "done"]


async def test_drift_before_the_run_stops_that_person_and_no_other(world: World) -> None:
    """INV-15."""
    await approved(world, 2)
    change(world, account_enabled=None)
    assert await world.finish() == "partial"
    assert world.outcomes() == ["drifted", "blocked", "blocked", "done", "done", "done"]
    assert {user for _, user in world.tenant.sent} == {person_id(2)}


async def test_drift_between_two_steps_is_noticed(world: World) -> None:
    """INV-15."""

    def drift(seen: StepSeen) -> None:
        if (seen.number, seen.phase) == (2, "outcome"):
            change(world, account_enabled=True)

    await approved(world)
    await world.desk.advance_all(TENANT, world.tenant, drift)
    assert world.outcomes() == ["done", "done", "drifted"]
    assert world.tenant.accounts[ONE].direct is not None
    assert E3 in world.tenant.accounts[ONE].direct


async def test_a_licence_that_a_group_gives_is_not_taken(world: World) -> None:
    """INV-16."""
    await approved(world)
    change(world, direct=frozenset(), inherited=frozenset({E3}))
    assert await world.finish() == "complete"
    assert [name for name, _ in world.tenant.sent] == ["disable", "revoke"]


@pytest.mark.parametrize(
    "found", [Protection(readable=True, roles=("r",)), Protection(True, listed=True), Protection(readable=False)]
)
async def test_an_account_protected_since_the_approval_is_not_touched(world: World, found: Protection) -> None:
    """INV-12: on a fresh reading, and fail closed."""
    await approved(world, 2)
    world.tenant.protections[ONE] = found
    assert await world.finish() == "partial"
    assert world.outcomes() == ["skipped_by_policy" if found.readable else "blocked"] * 3 + ["done"] * 3
    assert {user for _, user in world.tenant.sent} == {person_id(2)}


async def test_a_policy_changed_since_the_approval_starts_no_run(world: World) -> None:
    """INV-12."""
    await approved(world)
    world.reopen(policy=Policy(protected_user_ids=frozenset({ONE})))
    await world.advance()
    assert world.tenant.sent == []
    assert world.report().runs == ()


async def test_blocked_steps_are_not_taken_and_the_run_is_partial(world: World) -> None:
    """INV-14."""
    await approved(world, blockers=(blocker(3),))
    assert await world.finish() == "partial"
    assert world.outcomes() == ["done", "done", "blocked"]


async def test_an_unreadable_account_is_not_touched(world: World) -> None:
    """INV-21."""
    await approved(world)
    world.tenant.unreadable = True
    assert await world.finish() == "failed"
    assert world.outcomes() == ["blocked"] * 3
    assert "User.Read.All" in world.report().runs[0].steps[0].note


async def test_a_refused_effect_fails_and_later_steps_are_not_taken(world: World) -> None:
    await approved(world)
    world.tenant.faults = {"revoke": ["refused"]}
    assert await world.finish() == "partial"
    assert world.outcomes() == ["done", "failed", "blocked"]


async def test_a_throttled_effect_waits_and_is_not_counted_as_sent(world: World) -> None:
    """INV-36."""
    await approved(world)
    world.tenant.faults = {"disable": ["throttled", "throttled", "throttled"]}
    (progress,) = await world.advance()
    assert progress.state == "waiting"
    assert await world.advance() == ()
    assert await world.finish() == "complete"
    assert [name for name, _ in world.tenant.sent].count("disable") == 4
    assert world.outcomes() == ["done"] * 3


@pytest.mark.parametrize("effect", ["disable", "revoke", "remove"])
async def test_a_lost_answer_is_settled_by_reading(world: World, effect: str) -> None:
    await approved(world)
    world.tenant.faults = {effect: ["lost_after"]}
    assert await world.finish() == "complete"
    assert len(world.tenant.sent) == 3


@pytest.mark.parametrize("effect", ["disable", "revoke", "remove"])
async def test_a_lost_request_is_sent_once_more(world: World, effect: str) -> None:
    await approved(world)
    world.tenant.faults = {effect: ["lost_before"]}
    assert await world.finish() == "complete"
    assert [name for name, _ in world.tenant.sent].count(effect) == 2


async def test_a_revocation_within_the_second_of_the_last_one_is_sent_again_a_second_later(world: World) -> None:
    await approved(world)
    change(world, sessions_valid_from="2026-11-23T09:00:00Z")
    assert await world.finish() == "complete"
    assert [name for name, _ in world.tenant.sent].count("revoke") == 2
    assert "second time" in world.report().runs[0].steps[1].note


async def test_the_stop_file_is_looked_at_before_each_step(world: World) -> None:
    """INV-18."""
    stop = world.home / "STOP"

    def halt(seen: StepSeen) -> None:
        if (seen.number, seen.phase) == (1, "outcome"):
            stop.touch()

    await approved(world)
    (progress,) = await world.desk.advance_all(TENANT, world.tenant, halt)
    assert progress.state == "paused"
    assert await world.advance() == ()
    assert len(world.tenant.sent) == 1
    stop.unlink()
    assert await world.finish() == "complete"


async def test_a_run_goes_on_only_where_the_demo_proves_itself(world: World) -> None:
    await approved(world)
    world.tenant.faults = {"disable": ["throttled"]}
    await world.advance()
    world.clock.move(61)
    world.reopen(DemoTenant(TENANT, lambda _: None))
    (progress,) = await world.advance()
    assert progress.state == "paused"
    assert len(world.tenant.sent) == 1
    world.reopen(demo_of())
    assert await world.finish() == "complete"


async def test_a_ledger_that_cannot_be_written_lets_nothing_be_sent(world: World) -> None:
    """INV-43."""
    await approved(world)
    with world.desk._store.database.write() as db:
        db.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON ledger_entry WHEN CAST(NEW.entry AS TEXT) LIKE '%intent%' "
            "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    with pytest.raises(SQLAlchemyError):
        await world.advance()
    assert world.tenant.sent == []
    with world.desk._store.database.read() as db:
        assert db.exec_driver_sql("SELECT COUNT(*) FROM intent").scalar_one() == 0


async def test_an_erased_person_is_not_touched(world: World) -> None:
    """INV-45."""
    await approved(world, 2)
    world.desk._store.keys.destroy(TENANT, ("p-1", "s1"))
    assert await world.finish() == "partial"
    assert {user for _, user in world.tenant.sent} == {person_id(2)}
    assert world.desk.verify_ledger(TENANT).is_whole


async def test_the_ledger_and_the_desks_files_name_nobody(world: World) -> None:
    """INV-45: after a whole run too; nor does any file hold the reading before an effect."""
    await approved(world, 2)
    await world.finish()
    needles = [person_id(1), person_id(2), "person1@", "2025-01-01T00:00:00Z"]
    with world.desk._store.database.read() as db:
        ledger = b"".join(db.exec_driver_sql("SELECT entry FROM ledger_entry").scalars())
    for needle in needles:
        assert needle.encode() not in ledger
    for path in world.home.glob("desk.db*"):
        for needle in needles[:3]:
            assert needle.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    ("place", "fields"),
    [
        (0, {"goal": {"account_enabled": True}, "precondition": {"direct_licences_present": [E3]}}),
        (0, {"goal": {"account_enabled": 0}}),
        (1, {"goal": {"account_enabled": False}, "precondition": {"account_enabled": True}}),
        (2, {"goal": {"direct_licences_absent": []}, "precondition": {"account_enabled": True}}),
        (2, {"arguments": {"sku_ids": [E5]}, "precondition": {"account_enabled": True}}),
    ],
)
async def test_a_goal_that_does_not_fit_its_step_is_never_sent(
    world: World, place: int, fields: dict[str, object]
) -> None:
    odd = replace(plan_for().steps[place], **fields)  # type: ignore[arg-type]
    await approved(world, steps=(odd,))
    assert await world.finish() == "failed"
    assert world.tenant.sent == []
