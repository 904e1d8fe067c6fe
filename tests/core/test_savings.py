"""What becomes of a saving: reclaimed, realised by joiners or by fewer seats, or reversed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenseiq.money import Money
from licenseiq.spending.savings import (
    Fate,
    Reclaim,
    ReclaimState,
    SavingState,
    SeenSeats,
    done_since,
    fate_of,
    savings,
)

START = datetime(2026, 10, 1, tzinfo=UTC)


def at(day: int) -> datetime:
    return START + timedelta(days=day)


def seen(*readings: tuple[int, int, int]) -> list[SeenSeats]:
    return [SeenSeats(at(day), bought, taken) for day, bought, taken in readings]


@pytest.mark.parametrize(
    ("taken_back", "readings", "expected"),
    [
        # The seat reads free, and nothing else has happened yet.
        ([2], [(1, 10, 10), (3, 10, 9)], Fate(reclaimed=1)),
        # No reading since, or none at all.
        ([2, 5], [(1, 10, 10), (3, 10, 9)], Fate(reclaimed=2)),
        ([2], [], Fate(reclaimed=1)),
        # A joiner took it while purchases stayed flat.
        ([2], [(1, 10, 10), (3, 10, 9), (9, 10, 10)], Fate(realised_by_joiners=1)),
        # The same between two readings.
        ([2], [(1, 10, 10), (9, 10, 10)], Fate(realised_by_joiners=1)),
        # The quantity fell.
        ([2, 2], [(1, 10, 10), (3, 10, 8), (9, 8, 8)], Fate(realised_by_fewer=2)),
        # Seats were bought although reclaimed ones were free.
        ([2], [(1, 10, 10), (3, 10, 9), (9, 11, 9)], Fate(reversed=1)),
        # Two joiners, one reclaimed seat: the one that had to be bought is no reversal.
        ([2], [(1, 10, 10), (3, 10, 9), (9, 11, 11)], Fate(realised_by_joiners=1)),
        # Two joiners and two bought, although a reclaimed seat was free.
        ([2], [(1, 10, 10), (3, 10, 9), (9, 12, 11)], Fate(reversed=1)),
        # Given up, and then bought again without need.
        ([2], [(1, 10, 10), (3, 9, 9), (9, 10, 9)], Fate(reversed=1)),
        # Given up, and later bought because somebody joined: what was saved stays saved.
        ([2], [(1, 10, 10), (3, 9, 9), (9, 10, 10)], Fate(realised_by_fewer=1)),
        # Others left, too: their seats are not ours.
        ([2], [(1, 10, 10), (3, 10, 6)], Fate(reclaimed=1)),
        # What was taken back before the first reading is free in it.
        ([0], [(1, 10, 9), (3, 10, 10)], Fate(realised_by_joiners=1)),
        # More was bought before the seat was taken back.
        ([5], [(1, 10, 10), (3, 12, 10), (6, 12, 9)], Fate(reclaimed=1)),
        # A joiner who takes a seat later is not followed any further.
        ([2], [(1, 10, 10), (3, 10, 9), (5, 10, 10), (7, 12, 10)], Fate(realised_by_joiners=1)),
    ],
)
def test_a_seat_that_was_taken_back(
    taken_back: list[int], readings: list[tuple[int, int, int]], expected: Fate
) -> None:
    assert fate_of(map(at, taken_back), seen(*readings)) == expected


days = st.integers(0, 20)


@given(st.lists(days, max_size=8), st.lists(st.tuples(days, st.integers(0, 15), st.integers(0, 15)), max_size=8))
def test_every_seat_has_exactly_one_fate(taken_back: list[int], readings: list[tuple[int, int, int]]) -> None:
    fate = fate_of(map(at, taken_back), seen(*readings))
    parts = (fate.reclaimed, fate.realised_by_joiners, fate.realised_by_fewer, fate.reversed)
    assert min(parts) >= 0
    assert sum(parts) == len(taken_back)


def test_states_have_seats_and_the_money_of_today() -> None:
    done = ReclaimState.DONE
    reclaims = [
        Reclaim("e3", 1, done, at(2)),
        Reclaim("e3", 1, done, at(5)),
        Reclaim("e3", -1, done, at(2)),
        Reclaim("e3", 1, ReclaimState.APPROVED),
        Reclaim("e5", 1, ReclaimState.OPEN),
        Reclaim("x", 1, done, at(2)),
        Reclaim("free", 1, done, at(2)),
    ]
    readings = {"e3": seen((1, 10, 10), (3, 10, 9), (4, 10, 10))}
    found = savings(reclaims, readings, {"e3": Money("USD", 30), "e5": Money("USD", 50), "x": None})
    assert {one.state: (one.seats, one.monthly, one.unpriced) for one in found} == {
        SavingState.APPROVED: (1, (Money("USD", 30),), 0),
        SavingState.RECLAIMED: (2, (Money("USD", 30),), 1),
        SavingState.REALISED: (1, (Money("USD", 30),), 0),
        SavingState.REVERSED: (0, (), 0),
    }
    assert done_since(reclaims, at(3)) == {"e3": 1}
