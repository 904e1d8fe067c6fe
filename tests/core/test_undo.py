"""The plan that takes a run back: from what was read before each step, whatever became of the step."""

from dataclasses import replace
from typing import Any

import pytest

from licenseiq.playbooks.undo import CANNOT, Happened, plan_undo
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.plan import Plan, Step
from licenseiq.proposals.states import Outcome
from licenseiq.proposals.steps import Account, StepKind
from licenseiq.steps.forwarding import FORWARDING, NOBODY
from licenseiq.steps.give_back_ownership import ENDS, OWNED_BEFORE
from licenseiq.steps.grant_mailbox_access import SUCCESSORS_RIGHTS
from licenseiq.steps.hand_over_ownership import OWNED
from licenseiq.steps.leave_groups import GROUPS
from licenseiq.steps.onedrive_access import ACCESS
from tests.core.builders import E3, NOW
from tests.core.test_offboarding import LEAVER, made

OFFBOARDING, OPENINGS = made(LEAVER, replace(LEAVER, user_id="6f1c2a0e-3b1d-4c55-9a41-0d5f4b7f1a12"))
GROUP = "0b0b0b0b-0000-4000-8000-000000000001"
ACCOUNT = Account(True, None, frozenset({E3}), frozenset(), disabled={E3: frozenset()}, by_group=frozenset())


def step_of(kind: StepKind) -> Step:
    return next(one for one in OFFBOARDING.steps if one.kind is kind)


def before(name: str, facts: Json) -> Account:
    return replace(ACCOUNT, more={name: facts})


def undone(*happened: Happened, people: int = 1) -> tuple[Plan, dict[str, Opening]]:
    openings = {one.reference: one for one in OPENINGS[:people]}
    plan, made_openings = plan_undo(
        OFFBOARDING,
        happened,
        openings,
        requested_by={},
        now=NOW,
        valid_hours=24,
        new_seed=lambda: b"s" * 32,
    )
    return plan, {one.reference: one for one in made_openings}


GROUPS_LEFT: Json = {"to_leave": [[GROUP, "Chess"]], "licensing": [], "by_hand": [], "apps": []}


@pytest.mark.parametrize("outcome", [Outcome.DONE, Outcome.FAILED, Outcome.HANDED_OVER, Outcome.ALREADY_SO, None])
def test_what_a_step_may_have_changed_comes_back_whatever_became_of_it(outcome: Outcome | None) -> None:
    """A step that failed at the third of five groups left two; what a person was asked for, a person may have done."""
    plan, _ = undone(Happened(step_of(StepKind.LEAVE_GROUPS), outcome, before(GROUPS.name, GROUPS_LEFT)))
    assert [(step.kind, step.goal) for step in plan.steps] == [(StepKind.JOIN_GROUP, {"in_group": GROUP})]


def test_a_step_that_began_nothing_has_nothing_to_take_back_and_is_not_named() -> None:
    outcomes = (Outcome.ALREADY_SO, Outcome.BLOCKED, Outcome.FAILED, Outcome.DRIFTED, None)
    plan, _ = undone(*(Happened(step_of(StepKind.LEAVE_GROUPS), one, None) for one in outcomes))
    assert (plan.steps, plan.hand_offs) == ((), ())


def test_what_no_program_gives_back_is_named_with_the_reason() -> None:
    kinds = (StepKind.REMOVE_AUTHENTICATION_METHODS, StepKind.RESET_PASSWORD, StepKind.END_EXTERNAL_SHARING)
    plan, _ = undone(*(Happened(step_of(kind), Outcome.DONE, ACCOUNT) for kind in kinds))
    assert plan.steps == ()
    assert [one.kind for one in plan.hand_offs] == [CANNOT] * 3
    assert "registers them anew" in " ".join(one.instructions for one in plan.hand_offs)


@pytest.mark.parametrize(
    ("kind", "name", "facts"),
    [
        (StepKind.SET_FORWARDING, FORWARDING.name, "others"),
        (
            StepKind.GRANT_ONEDRIVE_ACCESS,
            ACCESS.name,
            {"drive": "d", "successors": ["p"], "successor_may_write": False},
        ),
        (StepKind.GRANT_MAILBOX_ACCESS, SUCCESSORS_RIGHTS.name, None),
    ],
    ids=["mail went elsewhere before", "the successor could read before", "what was there was not read"],
)
def test_what_was_there_before_and_is_not_known_whole_is_left_to_a_person(
    kind: StepKind, name: str, facts: Json
) -> None:
    step = replace(step_of(StepKind.GRANT_MAILBOX_ACCESS), kind=kind)
    plan, _ = undone(Happened(step, Outcome.DONE, before(name, facts)))
    assert (plan.steps, [one.kind for one in plan.hand_offs]) == ((), [CANNOT])


def test_a_successor_loses_only_what_the_run_gave() -> None:
    owned: Json = {
        "owned": [["groups", GROUP, "Chess", 1, True], ["applications", E3, "Portal", 0, False]],
        "by_hand": [],
    }
    plan, openings = undone(
        Happened(step_of(StepKind.HAND_OVER_OWNERSHIP), Outcome.DONE, before(OWNED.name, owned)),
        Happened(step_of(StepKind.GRANT_MAILBOX_ACCESS), Outcome.DONE, before(SUCCESSORS_RIGHTS.name, ["send_as"])),
        Happened(
            replace(step_of(StepKind.GRANT_MAILBOX_ACCESS), kind=StepKind.SET_FORWARDING),
            Outcome.DONE,
            before(FORWARDING.name, NOBODY),
        ),
    )
    goals: dict[str, Any] = {name: value for step in plan.steps for name, value in step.goal.items()}
    assert goals["mailbox_rights_ended"] == ["full_access", "send_on_behalf"]
    assert goals["forwarding_is"] == NOBODY
    values = openings["s1"].values
    rows: Any = values[OWNED_BEFORE]
    assert [(row[1], row[3]) for row in rows] == [(GROUP, ""), (E3, ENDS)]
    assert values["successor_id"] == "boss-id"
    assert "boss-id" not in plan.to_bytes().decode()


def test_the_way_back_costs_what_the_run_freed_and_of_a_part_the_cost_is_unknown_not_nothing() -> None:
    takes = [one for one in OFFBOARDING.steps if one.kind is StepKind.REMOVE_DIRECT_LICENCES]
    account = replace(
        ACCOUNT,
        direct=frozenset(str(sku) for one in takes for sku in one.goal["direct_licences_absent"]),  # type: ignore[union-attr]
    )
    whole, _ = undone(*(Happened(one, Outcome.DONE, account) for one in takes), people=2)
    assert whole.money == {currency: -micros for currency, micros in OFFBOARDING.money.items()} != {}
    assert whole.unpriced_seats == OFFBOARDING.unpriced_seats
    mine = [one for one in takes if one.subject == "s1"]
    part, _ = undone(*(Happened(one, Outcome.DONE, account) for one in mine))
    assert (part.monthly, part.unpriced_seats > 0) == (None, True)
    none, _ = undone(Happened(step_of(StepKind.LEAVE_GROUPS), Outcome.DONE, before(GROUPS.name, GROUPS_LEFT)))
    assert (none.monthly, none.unpriced_seats) == ((), 0)
