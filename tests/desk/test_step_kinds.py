"""Every kind of step: taken once, already so, drifted, impossible, and never with a goal that is not its own."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from licenseiq.errors import Refused
from licenseiq.ports import GroupFacts
from licenseiq.proposals.plan import Step
from licenseiq.proposals.predicates import holds
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps import KINDS as DESCRIBED
from licenseiq.times import iso
from licenseiq_desk.execution.effects import EFFECTS, refuse_unfit
from tests.desk.fakes import E3, E5, START, World, person_id, plan_for

pytestmark = pytest.mark.anyio
GROUP = "0a0a0a0a-0000-4000-8000-000000000001"
PLAN = "663a804f-1c30-4ff0-9915-9db84f0d1cea"
OPEN = GroupFacts(
    GROUP, has_rule=False, synced=False, mail_enabled=False, role_assignable=False, sku_ids=frozenset({E5})
)
HOLDER = Account(
    True,
    "2025-01-01T00:00:00Z",
    frozenset({E3}),
    frozenset(),
    in_error=frozenset(),
    disabled={E3: frozenset({PLAN})},
    by_group=frozenset(),
    groups=frozenset(),
    attributes={"department": None},
)
# An attribute is set to what the opening holds: the fakes' openings hold a principal name.
NAME = "person1@contoso.example"


def step(kind: StepKind, goal: Any, precondition: Any, arguments: Any = None) -> Step:
    return Step(1, kind, "s1", arguments or {}, goal, precondition, EffectClass.SET_VALUED, None, "")


SWAP = {"add": [{"sku_id": E5, "disabled_plans": [PLAN]}], "remove": [E3]}
SWAPPED = {"direct_licences_active": [E5], "direct_plans_disabled": {E5: [PLAN]}, "direct_licences_absent": [E3]}
LICENCES = {"group_id": GROUP, "sku_ids": [E5]}
ATTRIBUTE = {"attribute": "department", "value_of": "user_principal_name"}
IN_GROUP = replace(
    HOLDER, groups=frozenset({GROUP}), by_group=frozenset({(GROUP, E5)}), inherited=frozenset({E5}), direct=frozenset()
)
KINDS = {
    "disable": (step(StepKind.DISABLE_SIGN_IN, {"account_enabled": False}, {"account_enabled": True}), HOLDER),
    "enable": (
        step(StepKind.ENABLE_SIGN_IN, {"account_enabled": True}, {"account_enabled": False}),
        replace(HOLDER, account_enabled=False),
    ),
    "remove": (
        step(StepKind.REMOVE_DIRECT_LICENCES, {"direct_licences_absent": [E3]}, {"direct_licences_present": [E3]}),
        HOLDER,
    ),
    "change": (
        step(
            StepKind.CHANGE_LICENCES,
            SWAPPED | {"services_lost_only": []},
            {"direct_licences_present": [E3], "direct_licences_absent": [E5]},
            SWAP,
        ),
        HOLDER,
    ),
    "join": (
        step(
            StepKind.JOIN_GROUP,
            {"in_group": GROUP, "group_licences_active": LICENCES},
            {"not_in_group": GROUP},
            {"group_id": GROUP},
        ),
        HOLDER,
    ),
    "leave": (
        step(
            StepKind.LEAVE_GROUP,
            {"not_in_group": GROUP, "group_licences_absent": LICENCES, "services_lost_only": []},
            {"in_group": GROUP},
            {"group_id": GROUP},
        ),
        IN_GROUP,
    ),
    "set": (
        step(
            StepKind.SET_ATTRIBUTE,
            {"attribute_is": ATTRIBUTE},
            {"account_enabled": True},
            {"attribute": "department"},
        ),
        HOLDER,
    ),
}
each = pytest.mark.parametrize("name", KINDS)


def ready(world: World, name: str) -> Step:
    """A tenant in which this step can be taken, and its proposal in the inbox."""
    taken, account = KINDS[name]
    world.tenant.accounts[person_id(1)] = account
    world.tenant.groups = {GROUP: OPEN}
    world.tenant.seats = {E5: 1}
    world.tenant.stale_effects = tuple(KINDS)
    world.put(plan_for(steps=(taken,)))
    return taken


def test_every_kind_can_be_carried_out() -> None:
    assert {taken.kind for taken, _ in KINDS.values()} | {StepKind.REVOKE_SESSIONS} == set(EFFECTS)
    assert set(EFFECTS) | set(DESCRIBED) == set(StepKind)
    assert not set(EFFECTS) & set(DESCRIBED)


@each
async def test_it_is_sent_once_read_back_and_then_already_so(world: World, name: str) -> None:
    ready(world, name)
    await world.approve()
    assert await world.finish() == "complete"
    assert (world.outcomes(), world.tenant.sent) == (["done"], [(name, person_id(1))])
    world.put(plan_for(steps=(KINDS[name][0],), evaluation_id="ev-2"), "p-2")
    await world.approve("p-2")
    await world.advance()
    assert [one.outcome for one in world.report("p-2").runs[0].steps] == ["already_so"]
    assert len(world.tenant.sent) == 1


@each
@pytest.mark.parametrize("fault", ["lost_after", "lost_before"])
async def test_a_lost_answer_is_settled_by_reading_and_each_sending_is_recorded(
    world: World, name: str, fault: str
) -> None:
    """INV-17, INV-36."""
    ready(world, name)
    await world.approve()
    world.tenant.faults = {name: [fault]}
    assert await world.finish() == "complete"
    assert len(world.tenant.sent) == (1 if fault == "lost_after" else 2)
    with world.desk._store.database.read() as db:
        assert db.exec_driver_sql("SELECT COUNT(*) FROM intent").scalar() == len(world.tenant.sent)


@each
async def test_a_stale_reading_after_the_effect_is_neither_done_nor_drift(world: World, name: str) -> None:
    ready(world, name)
    await world.approve()
    world.tenant.stale = 7
    assert await world.finish() == "complete"
    assert len(world.tenant.sent) == 1


@each
async def test_an_account_that_is_not_as_expected_has_drifted(world: World, name: str) -> None:
    """INV-15."""
    ready(world, name)
    await world.approve()
    nothing = Account(None, None, None, None)
    world.tenant.accounts[person_id(1)] = nothing
    await world.advance()
    assert (world.outcomes(), world.tenant.sent) == (["drifted"], [])


@each
async def test_a_refusal_fails_the_step(world: World, name: str) -> None:
    ready(world, name)
    await world.approve()
    world.tenant.faults = {name: ["refused"]}
    assert await world.finish() == "failed"
    assert world.outcomes() == ["failed"]


@pytest.mark.parametrize("seats", [{E5: 0}, {E5: -3}, {}])
async def test_without_a_free_seat_nothing_is_sent(world: World, seats: dict[str, int]) -> None:
    ready(world, "change")
    await world.approve()
    world.tenant.seats = seats
    await world.advance()
    assert (world.outcomes(), world.tenant.sent) == (["blocked"], [])


async def test_a_seat_that_a_group_gives_already_needs_no_other(world: World) -> None:
    ready(world, "change")
    world.tenant.accounts[person_id(1)] = replace(HOLDER, inherited=frozenset({E5}))
    world.tenant.seats = {E5: 0}
    await world.approve()
    assert await world.finish() == "complete"


@pytest.mark.parametrize("wrong", [{"in_error": frozenset({E5})}, {"disabled": {E5: frozenset()}}, {"disabled": None}])
def test_a_licence_that_arrives_in_error_or_with_other_services_is_not_done(wrong: Any) -> None:
    after = replace(HOLDER, direct=frozenset({E5}), disabled={E5: frozenset({PLAN})})
    goal = SWAPPED
    assert holds(goal, after)
    assert not holds(goal, replace(after, **wrong))


@pytest.mark.parametrize("name", ["join", "leave"])
@pytest.mark.parametrize("what", ["has_rule", "synced", "mail_enabled", "role_assignable"])
async def test_a_group_that_must_not_be_changed_is_not(world: World, name: str, what: str) -> None:
    """INV-12, INV-16."""
    ready(world, name)
    await world.approve()
    world.tenant.groups = {GROUP: replace(OPEN, **{what: True})}  # type: ignore[arg-type]
    await world.advance()
    assert (world.outcomes(), world.tenant.sent) == (["blocked"], [])


async def test_a_group_whose_licence_does_not_come_is_not_done(world: World) -> None:
    ready(world, "join")
    world.tenant.groups = {GROUP: replace(OPEN, sku_ids=frozenset())}
    await world.approve()
    await world.advance()
    assert world.report().runs[0].state == "waiting"
    assert world.outcomes() == ["waiting"]


UNFIT = [
    ("change", {"direct_licences_active": [E5]}, None),
    ("change", {**SWAPPED, "direct_plans_disabled": {E3: []}}, None),
    ("change", {**SWAPPED, "direct_licences_absent": [E5]}, None),
    ("change", {**SWAPPED, "account_enabled": False}, None),
    ("change", SWAPPED, {**SWAP, "remove": []}),
    ("change", SWAPPED, {**SWAP, "add": []}),
    ("change", {"direct_licences_absent": []}, {"add": [], "remove": []}),
    ("change", {"direct_licences_absent": ["SPE_E3"]}, {"add": [], "remove": ["SPE_E3"]}),
    ("disable", {"account_enabled": True}, None),
    ("enable", {"account_enabled": False}, None),
    ("disable", {"account_enabled": 0}, None),
    ("remove", {"direct_licences_absent": [E3], "account_enabled": False}, None),
    ("remove", {"direct_licences_absent": [E3]}, {"sku_ids": [E5]}),
    ("join", {"in_group": GROUP}, {"group_id": E3}),
    ("join", {"in_group": GROUP, "group_licences_active": {"group_id": E3, "sku_ids": [E5]}}, None),
    ("join", {"not_in_group": GROUP}, None),
    ("leave", {"in_group": GROUP}, None),
    ("leave", {"not_in_group": "all"}, {"group_id": "all"}),
    ("set", {"attribute_is": {"attribute": "displayName", "value_of": "x"}}, {"attribute": "displayName"}),
    ("set", {"attribute_is": {"attribute": "department"}}, None),
    ("set", {"attribute_is": {"attribute": "department", "value": "x", "value_of": "y"}}, None),
]


@pytest.mark.parametrize(("name", "goal", "arguments"), UNFIT)
def test_a_goal_that_is_not_of_its_kind_is_refused(name: str, goal: Any, arguments: Any) -> None:
    taken, _ = KINDS[name]
    refuse_unfit(taken, {"user_principal_name": NAME})
    with pytest.raises(Refused):
        refuse_unfit(
            replace(taken, goal=goal, arguments=taken.arguments if arguments is None else arguments),
            {"user_principal_name": NAME, "x": "y"},
        )


async def test_a_value_that_the_plan_does_not_commit_to_is_not_set(world: World) -> None:
    taken = replace(KINDS["set"][0], goal={"attribute_is": {"attribute": "department", "value_of": "elsewhere"}})
    world.tenant.accounts[person_id(1)] = HOLDER
    world.put(plan_for(steps=(taken,)))
    await world.approve()
    assert await world.finish() == "failed"
    assert world.tenant.sent == []


async def test_what_is_set_comes_from_the_committed_values(world: World) -> None:
    ready(world, "set")
    await world.approve()
    await world.finish()
    assert (world.tenant.accounts[person_id(1)].attributes or {})["department"] == NAME


async def test_a_dated_step_waits_for_its_day_and_holds_no_other_back(world: World) -> None:
    first, _ = KINDS["change"]
    day = START + timedelta(days=3)
    dated = replace(first, arguments={**first.arguments, "not_before": iso(day)})
    second = replace(KINDS["disable"][0], number=2, subject="s2")
    world.tenant.accounts[person_id(1)] = HOLDER
    world.tenant.seats = {E5: 1}
    world.put(plan_for(2, steps=(dated, second), expires=day))
    await world.approve()
    (progress,) = await world.advance()
    assert (progress.state, progress.note) == ("waiting", f"The next step is due at {iso(day)}.")
    assert world.outcomes() == [None, "done"]
    world.clock.move(3 * 24 * 3600 - 1 - (world.clock.now() - START).total_seconds())
    assert await world.advance() == ()
    world.clock.move(1)
    assert await world.finish() == "complete"
    assert [name for name, _ in world.tenant.sent] == ["disable", "change"]
