"""Limits on how much is changed in how short a time. INV-11."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenseiq.limits import LEAST_PER_DAY, Reach, fails_too_often, over
from licenseiq.policy import Policy

POLICY = Policy(people_per_plan=20, people_per_hour=30, people_per_day=40, percent_per_day=10)
WITHIN = Reach(run=20, hour=30, day=40, tenant=400)
numbers = st.integers(0, 500)
reaches = st.builds(Reach, numbers, numbers, numbers, numbers)


def test_at_the_limits_a_run_may_begin() -> None:
    assert over(WITHIN, POLICY) is None


@pytest.mark.parametrize(
    ("one_more", "name"),
    [
        ({"run": 21}, "people_per_plan"),
        ({"hour": 31}, "people_per_hour"),
        ({"day": 41, "tenant": 1000}, "people_per_day"),
        ({"tenant": 399}, "percent_per_day"),
    ],
)
def test_one_person_more_is_refused_with_the_limits_name(one_more: dict[str, int], name: str) -> None:
    found = over(replace(WITHIN, **one_more), POLICY)
    assert found is not None
    assert name in found[0]


def test_a_small_tenant_has_a_least_number() -> None:
    assert over(Reach(LEAST_PER_DAY, LEAST_PER_DAY, LEAST_PER_DAY, 3), POLICY) is None
    assert over(Reach(1, 1, LEAST_PER_DAY + 1, 3), POLICY) is not None


@given(reaches, reaches)
def test_who_reaches_further_is_never_within_where_less_is_over(one: Reach, two: Reach) -> None:
    wide = Reach(*map(max, (one.run, one.hour, one.day), (two.run, two.hour, two.day)), min(one.tenant, two.tenant))
    if over(one, POLICY) is not None:
        assert over(wide, POLICY) is not None


@pytest.mark.parametrize(
    ("failed", "finished", "stops"), [(4, 4, False), (1, 5, False), (2, 5, True), (3, 10, False), (4, 10, True)]
)
def test_a_run_that_fails_too_often_is_looked_at(failed: int, finished: int, stops: bool) -> None:
    assert fails_too_often(failed, finished, Policy(failed_percent=30)) is stops
