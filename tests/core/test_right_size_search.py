"""The search finds the cheapest set: the same as trying every set."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from licenseiq.right_size.search import Chosen, Option, cheapest, cost_of, from_nothing, rank

NEEDS = 5
ROWS = "abcdefg"


@st.composite
def options(draw: st.DrawFn) -> tuple[Option, ...]:
    found = []
    for number in range(draw(st.integers(1, 8))):
        found.append(
            Option(
                sku_id=f"s{number}",
                row=draw(st.sampled_from(ROWS)),
                cost=draw(st.integers(0, 6)),
                covers=draw(st.integers(0, (1 << NEEDS) - 1)),
                is_suite=draw(st.booleans()),
                mailbox=draw(st.sampled_from([None, None, 2, 50])),
                requires=tuple(draw(st.lists(st.tuples(st.sampled_from(ROWS)), max_size=2))),
                is_current=draw(st.booleans()),
                is_held=False,
            )
        )
    return tuple(found)


def is_allowed(chosen: Chosen) -> bool:
    rows = [option.row for option in chosen]
    sizes = {option.mailbox for option in chosen if option.mailbox is not None}
    stands = all(
        not option.requires or any(set(alternative) <= set(rows) for alternative in option.requires)
        for option in chosen
    )
    return len(set(rows)) == len(rows) and sum(o.is_suite for o in chosen) <= 1 and len(sizes) <= 1 and stands


def tried_out(every: tuple[Option, ...], needed: int) -> int | None:
    """The least cost over all sets."""
    costs = []
    for size in range(len(every) + 1):
        for chosen in combinations(every, size):
            covered = 0
            for option in chosen:
                covered |= option.covers
            if needed & ~covered == 0 and is_allowed(chosen):
                costs.append(cost_of(chosen))
    return min(costs, default=None)


@settings(max_examples=300, deadline=None)
@given(options(), st.integers(0, (1 << NEEDS) - 1))
def test_no_set_is_cheaper_than_the_one_found(every: tuple[Option, ...], needed: int) -> None:
    found = from_nothing(every, needed)
    assert (None if found is None else cost_of(found)) == tried_out(every, needed)
    if found is not None:
        assert is_allowed(found)


@settings(max_examples=100, deadline=None)
@given(options(), st.integers(0, (1 << NEEDS) - 1), st.randoms())
def test_what_is_found_does_not_depend_on_the_order(every: tuple[Option, ...], needed: int, rng: object) -> None:
    shuffled = list(every)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = from_nothing(every, needed), from_nothing(tuple(shuffled), needed)
    if first is None or second is None:
        assert first is second
    else:
        assert rank(first, cost_of(first)) == rank(second, cost_of(second))


def one(sku_id: str, cost: int, covers: int, *, is_current: bool = True) -> Option:
    return Option(sku_id, sku_id, cost, covers, False, None, (), is_current, False)


def test_of_two_sets_of_one_cost_the_smaller_one_is_taken_and_then_the_one_with_current_prices() -> None:
    parts, whole, old = (one("a", 1, 1), one("b", 1, 2)), one("c", 2, 3), one("d", 2, 3, is_current=False)
    assert from_nothing((*parts, old, whole), 3) == (whole,)


def test_a_dearer_cost_of_a_set_as_a_whole_counts() -> None:
    pair, single = (one("a", 1, 1), one("b", 1, 2)), one("c", 5, 3)
    assert from_nothing((*pair, single), 3, lambda chosen: 9 if len(chosen) == 2 else cost_of(chosen)) == (single,)


def test_what_is_held_stays_where_nothing_is_better_and_goes_where_nothing_is_needed() -> None:
    held = (one("a", 2, 1),)
    assert cheapest((*held, one("b", 2, 1)), 1, held) == held
    assert cheapest(held, 0, held) == ()
