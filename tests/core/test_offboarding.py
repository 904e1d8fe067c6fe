"""The offboarding playbook: its order, its paths, its blockers, and what it never holds in the clear."""

from dataclasses import replace
from typing import Any

import pytest

from licenseiq.errors import BadRequest
from licenseiq.people import Assignment, Person
from licenseiq.playbooks.offboarding import NOT_YET_POSSIBLE, plan_offboarding
from licenseiq.proposals.commitments import check_opening
from licenseiq.proposals.plan import Plan, read_plan
from tests.core.builders import E3, FREE, NOW, UNPRICED, make_context

LEAVER = Person(
    "6f1c2a0e-3b1d-4c55-9a41-0d5f4b7f1a11",
    "ana.novak@fabrikam.example",
    "Ana Novak",
    account_enabled=True,
    roles=(),
    assignments=(Assignment(E3), Assignment(FREE), Assignment(UNPRICED)),
)


def plan(*people: Person, simulated: bool = True) -> Plan:
    made, openings = plan_offboarding(
        people,
        make_context(),
        evaluation_id="e1",
        simulated=simulated,
        requested_by={"client": "test"},
        now=NOW,
        new_seed=lambda: b"s" * 32,
    )
    for subject, opening in zip(made.subjects, openings, strict=True):
        check_opening(opening, subject.commitments)
    return made


def kinds(made: Plan) -> list[str]:
    return [step.kind.value for step in made.steps]


def test_sign_in_is_disabled_before_sessions_are_revoked_and_licences_go_last() -> None:
    made = plan(LEAVER)
    assert kinds(made) == ["disable_sign_in", "revoke_sessions", "remove_direct_licences"]
    assert not made.blockers
    assert made.not_yet_possible == NOT_YET_POSSIBLE


def test_freed_money_counts_priced_seats_and_names_the_others() -> None:
    made = plan(LEAVER)
    assert made.money == {"USD": 39_000_000}
    assert made.unpriced_seats == 1


def test_the_plan_holds_no_personal_value_and_reads_back_the_same() -> None:
    """INV-45."""
    data = plan(LEAVER).to_bytes()
    assert read_plan(data).to_bytes() == data
    for value in (LEAVER.user_id, LEAVER.user_principal_name, LEAVER.display_name):
        assert value is not None
        assert value.encode() not in data


def test_a_licence_from_a_group_is_handed_over_and_never_removed_directly() -> None:
    """INV-16."""
    made = plan(replace(LEAVER, assignments=(Assignment(E3, group_id="g"),)))
    assert "remove_direct_licences" not in kinds(made)
    assert [h.kind for h in made.hand_offs] == ["leave_licensing_groups"]
    assert made.money == {}


def test_a_seat_held_directly_and_by_a_group_frees_no_money() -> None:
    made = plan(replace(LEAVER, assignments=(Assignment(E3), Assignment(E3, group_id="g"))))
    assert made.money == {}
    assert "remove_direct_licences" in kinds(made)


def test_a_synced_account_is_disabled_on_premises_by_hand() -> None:
    made = plan(replace(LEAVER, synced=True))
    assert "disable_sign_in" not in kinds(made)
    assert [h.kind for h in made.hand_offs] == ["disable_on_premises"]


@pytest.mark.parametrize(
    ("roles", "kind"), [(("Global Administrator",), "protected_account"), (None, "protection_unreadable")]
)
def test_every_step_is_blocked_for_a_protected_account_or_unread_roles(roles: Any, kind: str) -> None:
    """INV-12."""
    made = plan(replace(LEAVER, roles=roles))
    assert [b.kind for b in made.blockers] == [kind]
    assert made.blocked_steps() == {1, 2, 3}


def test_licences_stay_on_a_real_tenant_while_data_cannot_be_preserved() -> None:
    made = plan(LEAVER, simulated=False)
    assert [(b.kind, b.applies_to) for b in made.blockers] == [("data_not_preserved", (3,))]


def test_nobody_somebody_twice_and_too_many_are_refused() -> None:
    """INV-11, INV-20."""
    crowd = [replace(LEAVER, user_id=str(n)) for n in range(26)]
    for people in ([], [LEAVER, LEAVER], crowd):
        with pytest.raises(BadRequest):
            plan(*people)
    assert len(plan(*crowd[:25]).subjects) == 25
