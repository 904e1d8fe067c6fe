"""The playbook of joiners and movers: its order, its groups and seats, what it leaves to others, what it refuses."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from licenseiq.accounts import MAILBOX_PLANS
from licenseiq.errors import BadRequest
from licenseiq.joining import GroupRule, JoiningDefaults
from licenseiq.licensing_groups import GroupTrait, LicenceGroup
from licenseiq.people import Assignment, Person
from licenseiq.playbooks.license_changes import Grounds
from licenseiq.playbooks.onboarding.joiner import Joiner, Tier, TierBy
from licenseiq.playbooks.onboarding.plan import plan_onboarding
from licenseiq.playbooks.onboarding.request import JoinRequest, MadeBy, check
from licenseiq.policy import Policy
from licenseiq.proposals.commitments import check_opening
from licenseiq.proposals.plan import Plan, read_plan
from licenseiq.proposals.steps import StepKind
from licenseiq.steps import KINDS
from licenseiq.steps.newcomer import ACTIVE_DIRECTORY
from licenseiq.times import iso
from tests.core.builders import E3, NOW, STANDARD, make_context, make_line, make_person

SALES, BERLIN, OLD = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
RULES = (
    GroupRule(SALES, departments=frozenset({"sales"})),
    GroupRule(BERLIN, locations=frozenset({"berlin"})),
    GroupRule(OLD, departments=frozenset({"finance"})),
)
NONE = frozenset[GroupTrait]()
MAILBOX = frozenset(MAILBOX_PLANS)
NEW = Person("", "ada@contoso.com", "Ada", department="Sales", office="Berlin", usage_location="DE", roles=())
WANTED = {"department": "Sales", "jobTitle": "Agent", "officeLocation": "Berlin", "usageLocation": "DE"}
TIER = Tier((E3,), TierBy.PERSONA, ("A persona of the policy gives these seats.",))


def joiner(person: Person = NEW, free: int = 5, **more: Any) -> Joiner:
    lines = tuple(make_line(sku, 10, 10 - free, service_plans=MAILBOX) for sku in (E3, STANDARD))
    context = make_context(lines, policy=Policy(joining=JoiningDefaults(RULES)))
    return Joiner(person, **({"wanted": WANTED, "tier": TIER, "context": context, "employee_id": "7"} | more))


def plan(one: Joiner, groups: dict[str, LicenceGroup] | None = None) -> Plan:
    grounds = Grounds(one.context, "e1", True, {"client": "test"}, NOW, lambda: b"s" * 32, groups=groups)
    made, (opening,) = plan_onboarding(one, grounds)
    check_opening(opening, made.subjects[0].commitments)
    assert read_plan(made.to_bytes()) == made
    return made


def kinds(made: Plan) -> list[str]:
    return [step.kind.value for step in made.steps]


def test_a_newcomer_is_made_then_licensed_and_everything_rests_on_the_account() -> None:
    boss = make_person("boss", ())
    made = plan(joiner(manager=boss, start=NOW + timedelta(days=3)))
    assert kinds(made) == [
        "create_account", "join_group", "join_group", "change_licences", "set_manager", "issue_temporary_access_pass",
        "check_day_one",
    ]  # fmt: skip
    assert all(1 in step.after for step in made.steps[1:-1])
    assert 4 in made.steps[-1].after
    dated = {step.kind for step in made.steps if "not_before" in step.arguments}
    assert dated == {StepKind.CHECK_DAY_ONE, StepKind.ISSUE_TEMPORARY_ACCESS_PASS}
    assert not made.blockers
    assert all(KINDS[step.kind].fits(step) for step in made.steps if step.kind in KINDS)
    assert b"Ada" not in made.to_bytes()
    assert b"ada@contoso" not in made.to_bytes()


def test_a_licence_is_never_over_assigned_and_what_is_missing_is_named() -> None:
    made = plan(joiner(free=0))
    (blocker,) = made.blockers
    assert blocker.kind == "no_free_seat"
    assert "buy one" in blocker.cure
    assert made.saving is not None
    assert made.saving.needs_purchase
    licence = next(step.number for step in made.steps if step.kind is StepKind.CHANGE_LICENCES)
    assert blocker.applies_to == (licence,)
    assert licence in made.steps[-1].after


def test_what_a_group_gives_is_not_given_directly_too() -> None:
    group = LicenceGroup(SALES, "Sales", None, False, frozenset(), (E3,))
    made = plan(joiner(), {SALES: group})
    assert "change_licences" not in kinds(made)
    join = made.steps[1]
    assert join.goal == {"in_group": SALES, "group_licences_active": {"group_id": SALES, "sku_ids": [E3]}}
    assert made.steps[-1].goal == {"ready_for_day_one": {"sku_ids": [E3], "mailbox": True}}


@pytest.mark.parametrize(
    ("rule", "synced", "traits"),
    [
        ("(user.department -eq 'x')", False, frozenset[GroupTrait]()),
        (None, True, frozenset[GroupTrait]()),
        (None, False, None),
    ],
)
def test_groups_that_no_program_may_change_are_for_people(rule: Any, synced: bool, traits: Any) -> None:
    made = plan(joiner(), {SALES: LicenceGroup(SALES, None, rule, synced, traits, ())})
    assert [step.goal["in_group"] for step in made.steps if step.kind is StepKind.JOIN_GROUP] == [BERLIN]
    assert [one.kind for one in made.hand_offs] == ["join_group"]


def test_an_account_of_active_directory_is_waited_for_and_keeps_its_attributes() -> None:
    made = plan(joiner(made_by=ACTIVE_DIRECTORY, manager=make_person("boss", ())))
    assert kinds(made)[:2] == ["await_account", "set_attribute"]
    assert made.steps[1].arguments["attribute"] == "usageLocation"
    assert "set_manager" not in kinds(made)
    assert any("department" in one.instructions and "manager" in one.instructions for one in made.hand_offs)


def test_without_a_usage_location_no_licence_is_promised() -> None:
    wanted = {name: value for name, value in WANTED.items() if name != "usageLocation"}
    made = plan(joiner(replace(NEW, usage_location=None), wanted=wanted))
    assert [one.kind for one in made.blockers] == ["usage_location_missing"]


def test_a_mover_gets_the_new_first_and_gives_the_old_up_after_the_grace_time() -> None:
    person = make_person("u1", (STANDARD,), department="Finance", usage_location="DE", roles=())
    tier = Tier((E3,), TierBy.PERSONA, (), (STANDARD,))
    made = plan(joiner(person, tier=tier, employee_id=None))
    assert made.kind == "move"
    assert kinds(made) == [
        "join_group", "join_group", "change_licences", "set_attribute", "set_attribute", "set_attribute", "leave_group",
    ]  # fmt: skip
    swap, leave = made.steps[2], made.steps[-1]
    assert (swap.goal["direct_licences_active"], swap.goal["direct_licences_absent"]) == ([E3], [STANDARD])
    assert leave.goal == {"not_in_group": OLD}
    assert leave.arguments["not_before"] == iso(NOW + timedelta(days=14))
    assert set(leave.after) == {1, 2, 3}
    assert {step.arguments.get("attribute") for step in made.steps} == {
        None,
        "department",
        "jobTitle",
        "officeLocation",
    }
    assert any(one.kind == "old_access" for one in made.hand_offs)
    assert made.expires > NOW + timedelta(days=14)


def test_a_mover_whose_tier_nobody_names_keeps_it() -> None:
    person = make_person("u1", (STANDARD,), department="Finance", usage_location="DE", roles=())
    made = plan(joiner(person, tier=Tier((), TierBy.NOBODY)))
    assert "change_licences" not in kinds(made)
    assert any(one.kind == "no_tier" for one in made.hand_offs)


def test_a_licence_that_a_group_gives_is_handed_over_before_it_is_replaced() -> None:
    held = (Assignment(STANDARD, OLD),)
    person = make_person("u1", (), department="Sales", usage_location="DE", roles=(), assignments=held)
    made = plan(joiner(person, tier=Tier((E3,), TierBy.REQUEST, (), (STANDARD,))))
    assert "change_licences" not in kinds(made)
    assert any(one.kind == "leave_licensing_group" for one in made.hand_offs)


def test_a_protected_person_is_moved_by_nobody() -> None:
    """INV-12."""
    person = make_person("u1", (), department="Finance", usage_location="DE", roles=("Global Administrator",))
    made = plan(joiner(person))
    assert made.blocked_steps() == {step.number for step in made.steps}


@pytest.mark.parametrize(
    "asked",
    [
        JoinRequest(),
        JoinRequest(display_name="Ada"),
        JoinRequest(user="x"),
        JoinRequest(user="x", department="Sales", account=MadeBy.HERE),
        JoinRequest(user="x", display_name="Ada", department="Sales"),
        JoinRequest(display_name="Ada", user_principal_name="ada contoso.com"),
        JoinRequest(display_name="Ada", user_principal_name="a%2F@contoso.com"),
        JoinRequest(display_name="Ada", user_principal_name="ada@contoso.com", usage_location="Germany"),
        JoinRequest(user="x", skus=("E3", "e3")),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(asked: JoinRequest) -> None:
    with pytest.raises(BadRequest):
        check(asked)
