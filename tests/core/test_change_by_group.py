"""Licence changes that groups give: when steps make them, what these demand, and when a person has to."""

from dataclasses import replace
from typing import Any

import pytest

from licenseiq.licensing_groups import GroupTrait, LicenceGroup
from licenseiq.people import Assignment, Person
from licenseiq.playbooks.prerequisites import AddOn
from licenseiq.proposals.plan import Plan
from licenseiq.proposals.step_words import step_summary
from licenseiq.proposals.steps import StepKind
from licenseiq_desk.execution import effects
from tests.core.builders import BASIC, CATALOGUE, E3, EXCHANGE, NO_MAIL, STANDARD, make_context, make_line
from tests.core.test_license_changes import LINES, change, kinds, plan, somebody

OLD, NEW, OTHER = (f"11111111-2222-4333-8444-{n:012d}" for n in (1, 2, 3))


def group(group_id: str, *sku_ids: str, **more: Any) -> LicenceGroup:
    facts: dict[str, Any] = {"rule": None, "synced": False, "traits": frozenset(), "disabled_plans": frozenset()}
    return LicenceGroup(group_id, "-", sku_ids=sku_ids, **(facts | more))


def by_group(*groups: str, **more: Any) -> Person:
    return somebody(assignments=tuple(Assignment(E3, one) for one in groups), **more)


def made_of(*groups: LicenceGroup, person: Person | None = None, **more: Any) -> Plan:
    """The plan of a swap from E3 to BASIC."""
    return plan(change(person or by_group(OLD), BASIC, (E3,)), groups={one.group_id: one for one in groups}, **more)


def test_a_swap_joins_the_new_group_waits_until_it_gives_and_then_leaves_the_old_one() -> None:
    """INV-16."""
    made = made_of(group(OLD, E3), group(NEW, BASIC))
    join, leave = made.steps
    new, old = {"group_id": NEW, "sku_ids": [BASIC]}, {"group_id": OLD, "sku_ids": [E3]}
    assert (join.kind, leave.kind) == (StepKind.JOIN_GROUP, StepKind.LEAVE_GROUP)
    assert join.goal == {"in_group": NEW, "group_licences_active": new}
    assert leave.goal == {
        "not_in_group": OLD,
        "group_licences_absent": old,
        "group_licences_active": new,
        "services_lost_only": [],
    }
    assert leave.precondition == {"in_group": OLD, "group_licences_active": new}
    assert (leave.after, made.hand_offs, made.blockers) == ((1,), (), ())
    assert made.money == {"USD": 32_000_000}
    assert "Put into group" in step_summary(join)


@pytest.mark.parametrize(
    "groups",
    [
        (group(OLD, E3),),
        (group(OLD, E3), group(NEW, BASIC, NO_MAIL)),
        (group(OLD, E3), group(NEW, BASIC, rule='(user.city -eq "Ulm")')),
        (group(OLD, E3), group(NEW, BASIC, synced=True)),
        (group(OLD, E3), group(NEW, BASIC, traits=frozenset({GroupTrait.MAIL}))),
        (group(OLD, E3), group(NEW, BASIC, traits=frozenset({GroupTrait.MAIL, GroupTrait.MICROSOFT_365}))),
        (group(OLD, E3), group(NEW, BASIC, traits=frozenset({GroupTrait.ROLES}))),
        (group(OLD, E3), group(NEW, BASIC, traits=None)),
        (group(OLD, E3), group(NEW, BASIC, disabled_plans=None)),
        (group(OLD, E3, rule='(user.city -eq "Ulm")'), group(NEW, BASIC)),
        (group(OLD, E3, NO_MAIL), group(NEW, BASIC)),
        (group(OLD, E3, traits=frozenset({GroupTrait.MAIL, GroupTrait.MICROSOFT_365})), group(NEW, BASIC)),
        (group(NEW, BASIC),),
    ],
)
def test_without_such_a_group_or_where_one_is_for_more_a_person_does_it(groups: tuple[LicenceGroup, ...]) -> None:
    """INV-16."""
    made = made_of(*groups)
    assert not made.steps
    assert [one.kind for one in made.hand_offs] == ["leave_licensing_group"]
    assert OLD in made.hand_offs[0].instructions


def test_a_hand_off_says_when_only_a_group_is_missing() -> None:
    assert "gives exactly Basic" in made_of(group(OLD, E3)).hand_offs[0].instructions
    assert "exactly" not in made_of(group(OLD, E3, synced=True)).hand_offs[0].instructions


def test_a_hand_off_says_what_a_rule_tests_and_that_a_team_goes_along() -> None:
    ruled = made_of(group(OLD, E3, rule='(user.city -eq "Ulm") and (user.accountEnabled -eq true)'))
    assert "that the rule tests (accountEnabled, city)" in ruled.hand_offs[0].instructions
    team = made_of(group(OLD, E3, traits=frozenset({GroupTrait.MAIL, GroupTrait.MICROSOFT_365})))
    assert "It also gives a team or a site" in team.hand_offs[0].instructions


def test_what_is_assigned_directly_too_goes_between_the_two_groups_and_one_seat_comes_free() -> None:
    both = somebody(assignments=(Assignment(E3), Assignment(E3, OLD)))
    made = made_of(group(OLD, E3), group(NEW, BASIC), person=both)
    kinds_of = [(step.kind, step.after) for step in made.steps]
    assert kinds_of == [
        (StepKind.JOIN_GROUP, ()),
        (StepKind.CHANGE_LICENCES, (1,)),
        (StepKind.LEAVE_GROUP, (1, 2)),
    ]
    assert made.steps[1].goal == {"direct_licences_absent": [E3], "services_lost_only": []}
    assert made.money == {"USD": 32_000_000}


def test_a_product_held_directly_beside_it_is_swapped_along() -> None:
    both = somebody(assignments=(Assignment(STANDARD), Assignment(E3, OLD)))
    made = plan(change(both, BASIC, (E3, STANDARD)), groups={OLD: group(OLD, E3), NEW: group(NEW, BASIC)})
    assert [step.kind for step in made.steps][1] is StepKind.CHANGE_LICENCES
    assert made.steps[1].arguments["remove"] == [STANDARD]
    assert made.money["USD"] > 32_000_000


def test_what_is_held_both_ways_and_nothing_replaces_is_taken_back_both_ways() -> None:
    both = somebody(assignments=(Assignment(E3), Assignment(E3, OLD)))
    made = plan(change(both, gone=(E3,)), groups={OLD: group(OLD, E3)})
    assert [step.kind for step in made.steps] == [StepKind.CHANGE_LICENCES, StepKind.LEAVE_GROUP]
    assert made.money == {"USD": 39_000_000}


def test_two_groups_that_give_it_are_both_left_one_after_the_other() -> None:
    made = made_of(group(OLD, E3), group(OTHER, E3), group(NEW, BASIC), person=by_group(OLD, OTHER))
    assert [(step.arguments["group_id"], step.after) for step in made.steps] == [
        (NEW, ()),
        (OLD, (1,)),
        (OTHER, (1, 2)),
    ]
    assert made.money == {"USD": 32_000_000}


def test_of_several_groups_the_one_that_leaves_least_off_is_joined_and_what_is_off_is_said() -> None:
    plans = {E3: frozenset({EXCHANGE, "a"}), BASIC: frozenset({EXCHANGE, "a", "b"})}
    catalogue = replace(CATALOGUE, plans=plans, plan_names={"a": "Another plan"})
    few = group(OTHER, BASIC, disabled_plans=frozenset({"a"}))
    many = group(NEW, BASIC, disabled_plans=frozenset({"a", "b"}))
    made = made_of(group(OLD, E3), few, many, context=make_context(LINES, catalogue=catalogue))
    join, leave = made.steps
    assert (join.arguments["group_id"], join.arguments["disabled_plans"]) == (OTHER, ["a"])
    assert leave.goal["services_lost_only"] == ["a"]
    assert leave.arguments["instead"] == [{"sku_id": BASIC, "disabled_plans": ["a"]}]
    assert "no longer on: Another plan" in step_summary(leave)


def test_both_licences_are_held_for_a_while_so_the_new_one_needs_a_free_seat() -> None:
    context = make_context([make_line(BASIC, 5, 5)])
    made = made_of(group(OLD, E3), group(NEW, BASIC), context=context)
    assert [(one.kind, one.applies_to) for one in made.blockers] == [("no_free_seat", (1, 2))]


def test_a_seat_that_a_group_frees_can_be_given_in_the_same_plan() -> None:
    context = make_context([make_line(E3, 5, 5), make_line(BASIC, 9, 5)])
    swap, addition = change(by_group(OLD), BASIC, (E3,)), change(somebody(2, STANDARD), E3)
    known = {one.group_id: one for one in (group(OLD, E3), group(NEW, BASIC))}
    made = plan(swap, addition, context=context, groups=known)
    assert [step.subject for step in made.steps] == ["s1", "s1", "s2"]
    assert made.steps[2].arguments["seats"] == {E3: "freed_here"}


def test_what_a_group_gives_and_nothing_replaces_is_taken_back_by_leaving_it() -> None:
    """INV-16."""
    made = plan(change(by_group(OLD), gone=(E3,)), groups={OLD: group(OLD, E3)})
    (leave,) = made.steps
    assert (leave.kind, leave.after, made.hand_offs) == (StepKind.LEAVE_GROUP, (), ())
    assert leave.goal["services_lost_only"] == [EXCHANGE]
    assert made.money == {"USD": 39_000_000}


def test_an_add_on_that_would_lose_its_base_leaves_the_way_by_groups_to_a_person() -> None:
    add_on = AddOn(frozenset({NO_MAIL}), ((frozenset({E3}),),), verified=True)
    person = somebody(assignments=(Assignment(E3, OLD), Assignment(NO_MAIL)))
    assert not made_of(group(OLD, E3), group(NEW, BASIC), person=person, add_ons=(add_on,)).steps


def test_whoever_may_not_be_touched_has_every_step_blocked() -> None:
    """INV-12."""
    made = made_of(group(OLD, E3), group(NEW, BASIC), person=by_group(OLD, roles=("Admin",)))
    assert kinds(made) == ["protected_account"]
    assert made.blocked_steps() == {1, 2}


def test_the_desk_takes_such_steps_only_where_goal_precondition_and_arguments_agree() -> None:
    """INV-05."""
    ids = {sku: f"00000000-0000-4000-8000-00000000000{place}" for place, sku in enumerate((E3, BASIC))}

    def with_ids(value: Any) -> Any:
        if isinstance(value, dict):
            return {ids.get(key, key): with_ids(one) for key, one in value.items()}
        return [with_ids(one) for one in value] if isinstance(value, list | tuple) else ids.get(value, value)

    join, leave = (
        replace(
            one, goal=with_ids(one.goal), arguments=with_ids(one.arguments), precondition=with_ids(one.precondition)
        )
        for one in made_of(group(OLD, E3), group(NEW, BASIC)).steps
    )
    fits = effects.EFFECTS[StepKind.LEAVE_GROUP].fits
    assert effects.EFFECTS[StepKind.JOIN_GROUP].fits(join)
    assert fits(leave)
    without = {name: value for name, value in leave.goal.items() if name != "group_licences_active"}
    assert not fits(replace(leave, goal=without))
    assert not fits(replace(leave, precondition={"in_group": OLD}))
    assert not fits(replace(leave, arguments={**leave.arguments, "instead": []}))
    assert not fits(replace(leave, goal={**leave.goal, "group_licences_absent": {"group_id": NEW, "sku_ids": []}}))
