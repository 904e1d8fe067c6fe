"""How many people must approve, and who may. INV-08."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenseiq.policy import Policy
from licenseiq.proposals.who_approves import Approver, Case, missing, needed, why_not

LIMIT = Policy().people_per_approver
cases = st.builds(
    Case,
    st.integers(1, 60),
    st.integers(1, 4),
    st.booleans(),
    st.frozensets(st.sampled_from(["", "ada", "eve"])),
    st.integers(0, 20),
)


@given(cases, st.lists(st.sampled_from(["a", "b", "c"]), max_size=6))
def test_the_same_person_counts_once(case: Case, signed: list[str]) -> None:
    """INV-08."""
    left = missing([Approver(one) for one in signed], case, Policy())
    assert left == max(0, needed(case, Policy()) - len(set(signed)))


@given(cases)
def test_who_asked_decides_alone_only_where_there_is_nobody_else_and_within_limits(case: Case) -> None:
    """INV-08."""
    if why_not(Approver("a", "ada"), replace(case, requesters=case.requesters | {"ada"}), Policy()) is None:
        assert case.enrolled == 1
        assert case.sole
        assert case.people <= LIMIT
        assert case.sole_today + case.people <= Policy().sole_people_per_day


@pytest.mark.parametrize(("people", "wanted"), [(LIMIT, 1), (LIMIT + 1, 2)])
def test_above_the_limit_two_decide(people: int, wanted: int) -> None:
    """INV-08."""
    assert needed(Case(people, 2, sole=False), Policy()) == wanted


CAP = Policy().sole_people_per_day


@pytest.mark.parametrize(
    ("today", "people", "may"), [(0, CAP, True), (CAP - 1, 1, True), (CAP - 1, 2, False), (CAP, 1, False)]
)
def test_a_sole_administrator_has_a_cap_a_day(today: int, people: int, may: bool) -> None:
    """INV-08."""
    case = Case(people, 1, sole=True, requesters=frozenset({"ada"}), sole_today=today)
    assert (why_not(Approver("a", "ada"), case, Policy()) is None) is may
    assert why_not(Approver("a"), replace(case, sole=False), Policy()) is not None


def test_one_person_alone_never_decides_above_the_limit() -> None:
    """INV-08."""
    alone = Case(LIMIT, 1, sole=True)
    assert why_not(Approver("a"), alone, Policy()) is None
    assert "second approver" in str(why_not(Approver("a"), replace(alone, people=LIMIT + 1), Policy()))


def test_who_asked_for_one_of_several_plans_decides_on_none_of_them() -> None:
    """INV-08: an approver's own proposal does not pass among others' proposals."""
    case = Case(2, 2, sole=True, requesters=frozenset({"", "ada", "eve"}))
    assert "asked for this" in str(why_not(Approver("a", "ada"), case, Policy()))
    assert why_not(Approver("b", "ben"), case, Policy()) is None
    assert why_not(Approver("c", ""), case, Policy()) is None, "an account that is not known is nobody's"


def test_what_nobody_can_take_back_takes_two_whoever_it_is_about() -> None:
    """INV-08."""
    one = Case(1, 2, sole=True, for_good=True)
    assert needed(one, Policy()) == 2
    assert missing([Approver("a")], one, Policy()) == 1
    assert missing([Approver("a"), Approver("a")], one, Policy()) == 1
    assert missing([Approver("a"), Approver("b")], one, Policy()) == 0
    assert "two approvers" in str(why_not(Approver("a"), replace(one, enrolled=1), Policy()))
