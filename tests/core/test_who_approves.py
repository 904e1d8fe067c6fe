"""How many people must approve, and who may. INV-08."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenseiq.policy import Policy
from licenseiq.proposals.who_approves import Approver, Case, missing, needed, why_not

LIMIT = Policy().people_per_approver
cases = st.builds(
    Case, st.integers(1, 60), st.integers(1, 4), st.booleans(), st.sampled_from(["", "ada", "eve"]), st.integers(0, 20)
)


@given(cases, st.lists(st.sampled_from(["a", "b", "c"]), max_size=6))
def test_the_same_person_counts_once(case: Case, signed: list[str]) -> None:
    """INV-08."""
    left = missing([Approver(one) for one in signed], case, Policy())
    assert left == max(0, needed(case, Policy()) - len(set(signed)))


@given(cases)
def test_who_asked_decides_alone_only_where_there_is_nobody_else_and_within_limits(case: Case) -> None:
    """INV-08."""
    if why_not(Approver("a", "ada"), replace(case, requester_account="ada"), Policy()) is None:
        assert case.enrolled == 1
        assert case.sole
        assert case.people <= LIMIT
        assert case.sole_today + case.people <= Policy().sole_people_per_day


@pytest.mark.parametrize(("people", "wanted"), [(LIMIT, 1), (LIMIT + 1, 2)])
def test_above_the_limit_two_decide(people: int, wanted: int) -> None:
    """INV-08."""
    assert needed(Case(people, 2, sole=False), Policy()) == wanted
