"""Batches of licence changes: one person at a time, and a stop at the first unexpected answer."""

from dataclasses import replace
from typing import Any

import pytest

from licenseiq.ports import GroupFacts
from licenseiq.proposals.plan import Plan, Step
from licenseiq.proposals.states import NOT_BEGUN
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq_desk.audit import runs
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
    assert runs(world.home)[0]["held"] == "unexpected_answer"
    assert [(step.outcome, step.note) for step in run.steps[1:]] == [("waiting", NOT_BEGUN)] * 2
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


NEW, OLD = person_id(901), person_id(902)
GIVES = {"group_id": NEW, "sku_ids": [E5]}


def by_groups() -> Plan:
    """Into the group that gives E5, and then out of the one that gives E3."""
    there = {"group_licences_active": GIVES}
    into = {"group_id": NEW, "sku_ids": [E5], "disabled_plans": []}
    out = {"group_id": OLD, "sku_ids": [E3], "instead": [{"sku_id": E5, "disabled_plans": []}]}
    gone = {"not_in_group": OLD, "group_licences_absent": {"group_id": OLD, "sku_ids": [E3]}}
    effect, note = EffectClass.SET_VALUED, "no way back in this test"
    join = Step(
        1, StepKind.JOIN_GROUP, "s1", into, {"in_group": NEW} | there, {"not_in_group": NEW}, effect, None, note
    )
    leave = Step(
        2, StepKind.LEAVE_GROUP, "s1", out, gone | there, {"in_group": OLD} | there, effect, None, note, after=(1,)
    )
    return plan_for(kind="license_changes", steps=(join, leave), hand_offs=())


def with_groups(world: World) -> None:
    def gives(group_id: str, sku_id: str) -> GroupFacts:
        return GroupFacts(group_id, False, False, False, False, frozenset({sku_id}), frozenset())

    world.tenant.groups = {NEW: gives(NEW, E5), OLD: gives(OLD, E3)}
    world.tenant.seats = {E5: 1}
    world.tenant.accounts[person_id(1)] = Account(
        True,
        None,
        frozenset(),
        frozenset({E3}),
        in_error=frozenset(),
        by_group=frozenset({(OLD, E3)}),
        groups=frozenset({OLD}),
    )


async def test_the_old_group_is_left_only_once_the_new_one_gives(world: World) -> None:
    with_groups(world)
    world.tenant.groups_give = False
    world.put(by_groups())
    await world.approve()
    (progress,) = await world.advance()
    assert (progress.state, world.tenant.sent) == ("waiting", [("join", person_id(1))])
    world.clock.move(3_600)
    await world.advance()
    assert world.tenant.sent == [("join", person_id(1))]
    account = world.tenant.accounts[person_id(1)]
    world.tenant.accounts[person_id(1)] = replace(account, by_group=frozenset({(OLD, E3), (NEW, E5)}))
    assert await world.finish() == "complete"
    assert world.tenant.accounts[person_id(1)].by_group == {(NEW, E5)}


async def test_a_new_group_that_never_gives_leaves_everything_as_it_was_before(world: World) -> None:
    with_groups(world)
    world.tenant.groups_give = False
    world.put(by_groups())
    await world.approve()
    await world.advance()
    world.clock.move(90_000)
    assert await world.finish() == "failed"
    assert world.outcomes() == ["failed", "blocked"]
    assert OLD in (world.tenant.accounts[person_id(1)].groups or ())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sku_ids": frozenset({E3, E5})}, "does not give what it gave"),
        ({"disabled_plans": frozenset({person_id(7)})}, "does not give what it gave"),
        ({"has_rule": True}, "A rule fills the group"),
    ],
)
async def test_a_group_that_is_not_any_more_what_it_was_is_not_joined(
    world: World, change: dict[str, Any], words: str
) -> None:
    """INV-15."""
    with_groups(world)
    world.tenant.groups[NEW] = replace(world.tenant.groups[NEW], **change)
    world.put(by_groups())
    await world.approve()
    await world.finish()
    assert (world.tenant.sent, words in (world.report().runs[0].steps[0].note or "")) == ([], True)


async def test_without_a_free_seat_nobody_joins(world: World) -> None:
    with_groups(world)
    world.tenant.seats = {E5: 0}
    world.put(by_groups())
    await world.approve()
    await world.finish()
    assert world.tenant.sent == []
    assert "no free seat" in (world.report().runs[0].steps[0].note or "")
