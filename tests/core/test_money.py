"""Whole micro-units, rounded once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licenseiq.money import Money, add_up


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (57_000_000, "57.00"),
        (4_999, "0.00"),
        (5_000, "0.01"),
        (-5_000, "-0.01"),
        (-4_999, "0.00"),
        (1_999_995_000, "2000.00"),
    ],
)
def test_half_a_cent_is_rounded_away_from_zero(micros: int, text: str) -> None:
    assert Money("USD", micros).amount() == text


def test_currencies_are_never_added_to_each_other() -> None:
    assert add_up([Money("USD", 1), Money("EUR", 2), Money("USD", 3)]) == (Money("EUR", 2), Money("USD", 4))


def test_nothing_adds_up_to_an_empty_total() -> None:
    assert add_up([]) == ()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["EUR", "USD"]), st.integers(-(10**12), 10**12))), st.randoms())
def test_a_total_does_not_depend_on_the_order(parts: list[tuple[str, int]], rng: object) -> None:
    money = [Money(*part) for part in parts]
    assert add_up(money) == add_up(reversed(money))
