"""A licence that a group's rule takes when sign-in is blocked is given in person until the mailbox is kept."""

from dataclasses import replace
from typing import Any

import pytest

from licenseiq.leaving import EndState
from licenseiq.licensing_groups import LicenceGroup
from licenseiq.people import Assignment, Person
from licenseiq.proposals.plan import Plan, Step
from licenseiq.proposals.states import Outcome
from licenseiq.proposals.step_words import step_summary
from licenseiq.proposals.steps import StepKind
from licenseiq.steps.rules_of_groups import BRIDGED
from licenseiq_desk.execution import order
from tests.core.builders import BASIC, E3, NO_MAIL
from tests.core.test_offboarding import GROUP, LEAVER, kinds, of, plan

ENABLED = "(user.accountEnabled -eq true)"
SOMEBODY = replace(LEAVER, usage_location="GB", department="Sales")


def leaver(*rows: Assignment, **more: Any) -> Person:
    return replace(SOMEBODY, assignments=rows or (Assignment(E3, GROUP, disabled_plans=("p",)),), **more)


def planned(rule: str | None, person: Person | None = None, **more: Any) -> Plan:
    return plan(person or leaver(), groups=(LicenceGroup(GROUP, "g", rule, False, frozenset()),), **more)


def bridge_in(found: Plan) -> Step | None:
    return next((step for step in found.steps if step.kind is StepKind.CHANGE_LICENCES), None)


def test_it_comes_right_after_sign_in_is_blocked_and_goes_once_the_mailbox_is_kept() -> None:
    found = planned(ENABLED)
    assert kinds(found)[:3] == ["disable_sign_in", "revoke_sessions", "change_licences"]
    given, back = found.steps[2], found.steps[-1]
    assert given.goal == {"direct_licences_active": [E3], "direct_plans_disabled": {E3: ["p"]}}
    assert (back.kind, back.goal) == (StepKind.REMOVE_DIRECT_LICENCES, {"direct_licences_absent": [E3]})
    assert {given.number, of(found, "convert_mailbox").number} <= {*back.after}
    assert found.money == {"USD": 39_000_000}
    assert "until the mailbox is kept" in step_summary(given)
    assert of(found, "disable_sign_in").arguments[BRIDGED] == [GROUP]
    (hand_off,) = [one for one in found.hand_offs if one.kind == "leave_licensing_group"]
    assert "takes the person out by itself" in hand_off.instructions


def test_blocking_sign_in_waits_for_no_licence_and_a_bridge_that_fails_stops_nothing_else() -> None:
    found = planned(ENABLED)
    assert (found.steps[0].kind, found.steps[0].after) == (StepKind.DISABLE_SIGN_IN, ())
    assert not any(order.stops(found.steps[2], outcome) for outcome in Outcome)
    assert not [step for step in found.steps[3:-1] if found.steps[2].number in step.after]


@pytest.mark.parametrize(
    ("rule", "certain"),
    [
        (f'{ENABLED} and (user.department -eq "Sales")', True),
        (f'(user.department -eq "Sales") and {ENABLED}', True),
        (f'{ENABLED} or (user.city -eq "Ulm")', False),
        ("user.memberof -any (group.objectId -in ['x'])", False),
    ],
)
def test_what_a_rule_may_take_is_given_too_and_no_seat_is_promised_for_it(rule: str, certain: bool) -> None:
    """INV-22."""
    found = planned(rule)
    assert bridge_in(found) is not None
    assert bool(found.money) is certain


def test_of_a_group_that_is_not_known_nobody_says_that_the_licence_stays() -> None:
    """INV-21."""
    assert bridge_in(plan(leaver())) is not None


@pytest.mark.parametrize(
    ("rule", "person", "more"),
    [
        ('(user.department -eq "Sales")', leaver(), {}),
        (f'{ENABLED} or (user.department -eq "Sales")', leaver(), {}),
        (None, leaver(), {}),
        (ENABLED, leaver(Assignment(E3, GROUP), Assignment(E3)), {}),
        (ENABLED, leaver(Assignment(E3, GROUP), Assignment(BASIC)), {}),
        (ENABLED, leaver(Assignment(NO_MAIL, GROUP), Assignment(E3)), {}),
        (ENABLED, leaver(account_enabled=False), {}),
        (ENABLED, leaver(), {"end_state": EndState.DELETE}),
    ],
)
def test_where_the_mailbox_stays_licensed_or_need_not_stay_nothing_is_given(
    rule: str | None, person: Person, more: dict[str, Any]
) -> None:
    assert bridge_in(planned(rule, person, **more)) is None


def test_who_stays_licensed_keeps_what_was_given() -> None:
    found = planned(ENABLED, end_state=EndState.KEEP_LICENSED)
    assert bridge_in(found) is not None
    assert "remove_direct_licences" not in kinds(found)


def test_without_a_usage_location_it_is_said_and_sign_in_is_blocked_all_the_same() -> None:
    found = planned(ENABLED, leaver(usage_location=None))
    assert [(one.kind, one.applies_to) for one in found.blockers] == [("usage_location_missing", (3,))]
