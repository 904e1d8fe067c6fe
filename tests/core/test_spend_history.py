"""Which day is compared with, what moved since, and why."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenseiq.errors import BadRequest
from licenseiq.money import Money, Total, add_up
from licenseiq.spending.days import compared
from licenseiq.spending.movements import Cause, difference, movements
from licenseiq.spending.table import SkuSpend

TODAY = date(2026, 11, 23)


def usd(units: int) -> Money:
    return Money("USD", units * 1_000_000)


def sku(
    enabled: int | None, price: Money | None, *, consumed: int = 0, held: int = 0, sku_id: str = "e3", unpriced: int = 0
) -> SkuSpend:
    paid = max(enabled or 0, consumed, held)
    return SkuSpend(
        sku_id, enabled, consumed, held, paid, price, (price.times(paid),) if price and paid else (), unpriced
    )


def days(*texts: str) -> list[date]:
    return [date.fromisoformat(text) for text in texts]


def test_the_nearest_day_within_a_week_is_taken_and_said() -> None:
    found = compared("last_month", TODAY, days("2026-10-15", "2026-10-21", "2026-10-26", "2026-11-22"))
    assert (found.wanted, found.found) == (date(2026, 10, 23), date(2026, 10, 21))
    assert found.words() == "Compared with 2026-10-21, the nearest day to 2026-10-23 that is kept."
    assert compared("2026-10-26", TODAY, days("2026-10-26")).words() == "Compared with 2026-10-26."


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ((), "there is no history yet"),
        (("2026-11-01",), "there is no history before 2026-11-01"),
        (("2026-01-01", "2026-11-10"), "no day within 7 days of 2026-10-23 is kept"),
        (("2026-11-23",), "there is no history yet"),
    ],
)
def test_without_a_day_near_enough_nothing_is_compared_and_it_is_said_why(kept: tuple[str, ...], words: str) -> None:
    found = compared("last_month", TODAY, days(*kept))
    assert found.found is None
    assert words in found.words()


def test_last_year_is_a_year_ago() -> None:
    assert compared("last_year", TODAY, days("2025-11-20")).found == date(2025, 11, 20)


@pytest.mark.parametrize("compare", ["2026-11-23", "2027-01-01", "2026-02-30", "yesterday"])
def test_a_day_that_is_none_or_not_over_is_refused(compare: str) -> None:
    with pytest.raises(BadRequest, match="last_month"):
        compared(compare, TODAY, days("2026-10-26"))


def test_fewer_seats_at_another_price_are_two_causes() -> None:
    (found,) = movements([sku(10, usd(30), held=9)], [sku(8, usd(33), held=8)], {"e3": 2})
    assert found.change == (usd(-36),)
    assert [(part.cause, part.seats, part.change) for part in found.parts] == [
        (Cause.GIVEN_UP, -2, (usd(-60),)),
        (Cause.PRICE, None, (usd(24),)),
    ]
    assert (found.seats, found.held, found.reclaimed) == (-2, -1, 2)


def test_seats_taken_beyond_what_was_bought_are_a_cause_of_their_own() -> None:
    (found,) = movements([sku(10, usd(30), consumed=10)], [sku(11, usd(30), consumed=13)], None)
    assert [(part.cause, part.seats) for part in found.parts] == [(Cause.BOUGHT, 1), (Cause.BEYOND, 2)]
    assert (found.change, found.reclaimed) == ((usd(90),), None)


def test_a_new_sku_is_seats_bought_and_one_that_is_gone_seats_given_up() -> None:
    new, gone = movements([sku(4, usd(10), sku_id="gone")], [sku(5, usd(10), sku_id="new")], None)
    assert [(part.cause, part.seats, part.change) for part in new.parts] == [(Cause.BOUGHT, 5, (usd(50),))]
    assert [(part.cause, part.seats, part.change) for part in gone.parts] == [(Cause.GIVEN_UP, -4, (usd(-40),))]


def test_unpriced_seats_move_without_money_and_a_price_that_came_cannot_be_split() -> None:
    came, unpriced = movements(
        [sku(4, None, sku_id="a"), sku(4, None, sku_id="b", unpriced=4)],
        [sku(5, None, sku_id="a"), sku(6, usd(1), sku_id="b")],
        None,
    )
    assert [(part.cause, part.seats, part.change) for part in came.parts] == [(Cause.NOT_SPLIT, 2, (usd(6),))]
    assert [(part.cause, part.seats, part.change) for part in unpriced.parts] == [(Cause.BOUGHT, 1, ())]


def test_what_stayed_is_no_movement_and_five_are_shown() -> None:
    same = [sku(3, usd(1), sku_id=f"s{n}") for n in range(9)]
    assert movements(same, same, None) == ()
    more = [sku(3 + n, usd(1), sku_id=f"s{n}") for n in range(9)]
    assert [found.sku_id for found in movements(same, more, None)] == ["s8", "s7", "s6", "s5", "s4"]


def test_another_currency_is_a_change_in_both() -> None:
    (found,) = movements([sku(2, usd(10))], [sku(2, Money("EUR", 9_000_000))], None)
    assert found.change == (Money("EUR", 18_000_000), usd(-20))
    assert [part.cause for part in found.parts] == [Cause.PRICE]


prices = st.one_of(
    st.none(),
    st.integers(0, 99).map(lambda micros: Money("USD", micros)),
    st.integers(0, 99).map(lambda micros: Money("EUR", micros)),
)
numbers = st.integers(0, 20)
bought = st.one_of(st.none(), numbers)
one_sku = st.builds(lambda e, p, c, h: sku(e, p, consumed=c, held=h), bought, prices, numbers, numbers)


@given(one_sku, one_sku)
def test_the_causes_of_a_change_add_up_to_it(then: SkuSpend, now: SkuSpend) -> None:
    def known(total: Total) -> Total:
        return difference(total, ())

    for found in movements([then], [now], None):
        assert found.change == difference(now.spend, then.spend)
        assert known(add_up(money for part in found.parts for money in part.change)) == found.change
        assert sum(part.seats or 0 for part in found.parts) == found.seats
