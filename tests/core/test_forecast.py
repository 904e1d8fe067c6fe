"""Spend of the months to come: a range around what is expected, with seats that are bought and given back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenseiq.context import Context
from licenseiq.money import Money
from licenseiq.policy import Policy
from licenseiq.prices import OwnPrice, PriceBook, Term
from licenseiq.seats import Subscription
from licenseiq.skus import Price
from licenseiq.spend import spend_of
from licenseiq.spending.forecast import Month, Range, WhatIf, forecast, total
from licenseiq.spending.skus import sku_spends
from tests.core.builders import BASIC, E3, UNPRICED, make_catalogue, make_context, make_line

# The data is of 2026-11-23, so that the first month is December.
NEXT = datetime(2026, 12, 1, tzinfo=UTC)
NO_BUFFER = Policy(buffer_percent=0, buffer_least=0)


def usd(units: int) -> Money:
    return Money("USD", units * 1_000_000)


def own(units: int | None, **more: Any) -> OwnPrice:
    return OwnPrice(E3, None if units is None else usd(units), "a", **more)


def tenant(*rows: OwnPrice, enabled: int = 10, consumed: int = 10, **more: Any) -> Context:
    line = make_line(E3, enabled, consumed, subscription_ids=("a",))
    fields: dict[str, Any] = {"policy": NO_BUFFER, "prices": PriceBook("p", None, rows)}
    return make_context([line], **(fields | more))


def months_of(context: Context, months: int = 6, held: int = 10, **what: Any) -> list[Range]:
    skus = sku_spends(context, {E3: held})
    return [month.ranges.get("USD", Range()) for month in forecast(context, skus, held, months, WhatIf(**what))]


def flat(units: int) -> Range:
    return Range(*[units * 1_000_000] * 3)


def units(found: list[Range]) -> list[tuple[int, int, int]]:
    return [(one.low // 1_000_000, one.expected // 1_000_000, one.high // 1_000_000) for one in found]


def test_nothing_asked_and_nothing_free_every_month_is_as_today() -> None:
    assert months_of(tenant(own(30, quantity=10)), 24) == [flat(300)] * 24


def test_months_are_those_after_the_day_of_the_data() -> None:
    context = tenant()
    found = forecast(context, sku_spends(context, {}), 0, 14, WhatIf())
    assert (found[0].day, found[1].day, found[13].day) == (date(2026, 12, 1), date(2027, 1, 1), date(2028, 1, 1))


def test_seats_that_nobody_needs_may_go_at_the_renewal_and_are_expected_to_stay() -> None:
    context = tenant(own(30, quantity=10, renewal=date(2027, 1, 15)), consumed=7)
    assert units(months_of(context, 4, held=7)) == [(300, 300, 300), (300, 300, 300), (210, 300, 300), (210, 300, 300)]


def test_the_buffer_for_joiners_is_kept_in_the_lowest_case() -> None:
    context = tenant(own(30, quantity=10, renewal=date(2026, 12, 1)), consumed=7, policy=Policy(buffer_least=2))
    assert units(months_of(context, 1, held=7)) == [(270, 300, 300)]


def test_graphs_next_date_counts_in_the_lowest_case_alone() -> None:
    bought = Subscription("a", E3, "Enabled", False, 10, None, datetime(2026, 12, 20, tzinfo=UTC))
    context = tenant(own(30), consumed=7, subscriptions=(bought,))
    assert units(months_of(context, 2, held=7, leavers_per_month=1)) == [(300, 300, 300), (150, 300, 300)]


def test_leavers_seats_go_at_the_renewal_and_not_before() -> None:
    context = tenant(own(30, quantity=10, renewal=date(2027, 2, 1)))
    found = units(months_of(context, 4, leavers_per_month=2))
    assert found == [(300, 300, 300), (300, 300, 300), (120, 120, 300), (120, 120, 300)]


def test_a_window_for_reductions_and_single_months_let_seats_go_at_once() -> None:
    window = own(30, quantity=10, renewal=date(2027, 10, 1), reducible_until=date(2027, 1, 10))
    found = units(months_of(tenant(window), 3, leavers_per_month=1))
    assert found == [(270, 270, 300), (240, 240, 300), (240, 240, 300)]
    monthly = own(30, quantity=10, term=Term.MONTH)
    assert [low for low, _, _ in units(months_of(tenant(monthly), 3, leavers_per_month=1))] == [270, 240, 210]


def test_a_term_repeats() -> None:
    row = own(30, quantity=10, renewal=date(2026, 12, 1), term=Term.YEAR)
    found = units(months_of(tenant(row), 13, leavers_per_month=1))
    assert [expected for _, expected, _ in found] == [270, *[270] * 11, 0]


def test_a_renewal_that_is_over_is_moved_on_by_its_term_or_unknown() -> None:
    over = {"quantity": 10, "renewal": date(2025, 12, 15)}
    assert units(months_of(tenant(own(30, term=Term.YEAR, **over)), 2, leavers_per_month=1))[1] == (240, 240, 300)
    assert units(months_of(tenant(own(30, **over)), 2, leavers_per_month=1))[1] == (300, 300, 300)


def test_joiners_take_free_seats_first_and_the_rest_is_bought() -> None:
    context = tenant(own(30, quantity=10), consumed=7)
    found = units(months_of(context, 3, held=7, joiners_per_month=2))
    assert found == [(300, 300, 300), (330, 330, 330), (390, 390, 390)]
    buffered = replace(context, policy=Policy(buffer_least=2))
    assert [high for _, _, high in units(months_of(buffered, 3, held=7, joiners_per_month=2))] == [330, 390, 450]


def test_a_joiner_takes_the_mix_of_the_tenant() -> None:
    context = make_context([make_line(E3, 4, 4), make_line(BASIC, 1, 1)], policy=NO_BUFFER)
    skus = sku_spends(context, {E3: 4, BASIC: 1})
    (month,) = forecast(context, skus, 5, 1, WhatIf(joiners_per_month=5))
    assert month.ranges["USD"].expected == (8 * 39 + 2 * 7) * 1_000_000


def test_an_own_price_of_before_the_change_goes_with_the_list_price_at_its_renewal() -> None:
    before = {E3: Price(usd(26), "list", date(2026, 6, 1), True)}
    catalogue = replace(make_catalogue(), prices_before=before, changed=date(2026, 7, 1))
    row = own(20, quantity=10, renewal=date(2027, 1, 1), term=Term.YEAR)
    found = months_of(tenant(row, catalogue=catalogue), 2)
    assert found == [flat(200), Range(200_000_000, 300_000_000, 300_000_000)]
    for other in (replace(row, renewal=date(2027, 8, 1)), replace(row, term=None), replace(row, renewal=None)):
        assert months_of(tenant(other, catalogue=catalogue), 12) == [flat(200)] * 12
    no_list = replace(catalogue, prices_before={})
    assert months_of(tenant(row, catalogue=no_list), 12) == [flat(200)] * 12


def test_a_price_changes_at_the_imported_renewal_and_perhaps_at_once_where_none_is_known() -> None:
    dated = own(30, quantity=10, renewal=date(2027, 1, 1))
    assert units(months_of(tenant(dated), 2, price_change_percent=10)) == [(300, 300, 300), (330, 330, 330)]
    undated = own(30, quantity=10)
    assert units(months_of(tenant(undated), 1, price_change_percent=10)) == [(300, 330, 330)]
    assert units(months_of(tenant(undated), 1, price_change_percent=-10)) == [(270, 270, 300)]


def test_seats_more_are_bought_from_the_first_month_on() -> None:
    assert units(months_of(tenant(own(30, quantity=10)), 2, sku_id=E3, extra_seats=3)) == [(390, 390, 390)] * 2


def test_seats_of_proposals_serve_joiners_and_go_at_the_renewal() -> None:
    context = tenant(own(30, quantity=10, renewal=date(2027, 1, 1)))
    found = units(months_of(context, 2, sku_id=E3, joiners_per_month=1, reclaimed={E3: 4}))
    assert found == [(300, 300, 300), (240, 240, 300)]


def test_seats_without_a_price_are_in_no_amount() -> None:
    context = make_context([make_line(UNPRICED, 5, 5)])
    (month,) = forecast(context, sku_spends(context, {}), 5, 1, WhatIf())
    assert month == Month(date(2026, 12, 1), {})


rows = st.builds(
    OwnPrice,
    st.just(E3),
    st.one_of(
        st.none(),
        st.builds(Money, st.sampled_from(("USD", "EUR")), st.integers(1, 99_000_000)),
    ),
    st.sampled_from(("a", "b", "c", None)),
    quantity=st.one_of(st.none(), st.integers(0, 30)),
    renewal=st.one_of(st.none(), st.dates(date(2025, 1, 1), date(2028, 1, 1))),
    term=st.one_of(st.none(), st.sampled_from(Term)),
    reducible_until=st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2028, 1, 1))),
)
purchases = st.lists(
    st.builds(
        Subscription,
        st.sampled_from(("a", "b", "d")),
        st.just(E3),
        st.just("Enabled"),
        st.just(False),
        st.one_of(st.none(), st.integers(0, 30)),
        st.none(),
        st.one_of(
            st.none(), st.integers(-300, 500).map(lambda days: datetime(2026, 12, 1, tzinfo=UTC) + timedelta(days))
        ),
    ),
    unique_by=lambda one: one.subscription_id,
    max_size=3,
)
assumed = st.builds(
    WhatIf,
    joiners_per_month=st.integers(0, 5),
    leavers_per_month=st.integers(0, 5),
    price_change_percent=st.integers(-50, 50),
    sku_id=st.sampled_from((None, E3)),
    extra_seats=st.integers(0, 5),
    reclaimed=st.dictionaries(st.just(E3), st.integers(-5, 20)),
)


@given(
    st.lists(rows, unique_by=lambda row: row.subscription_id, max_size=4),
    purchases,
    st.integers(0, 60),
    st.integers(0, 60),
    assumed,
)
def test_what_is_expected_lies_in_its_range_and_nothing_assumed_is_nothing_changed(
    own_rows: list[OwnPrice], bought: list[Subscription], enabled: int, consumed: int, what: WhatIf
) -> None:
    before = {E3: Price(usd(36), "list", date(2026, 6, 1), True)}
    catalogue = replace(make_catalogue(), prices_before=before, changed=date(2026, 7, 1))
    line = make_line(E3, enabled, consumed, subscription_ids=("a", "b", "c", "d"))
    book = PriceBook("p", None, tuple(own_rows))
    context = make_context([line], prices=book, subscriptions=tuple(bought), catalogue=catalogue)
    skus = sku_spends(context, {E3: consumed})
    for month in forecast(context, skus, consumed, 24, what):
        for one in month.ranges.values():
            assert 0 <= one.low <= one.expected <= one.high
    plain = make_context([line], prices=book, subscriptions=tuple(bought))
    for month in forecast(plain, skus, consumed, 3, WhatIf()):
        spend = {m.currency: m.micros for m in spend_of(plain, {E3: consumed}).monthly or ()}
        assert {currency: one.expected for currency, one in month.ranges.items()} == spend


@pytest.mark.parametrize("months", [1, 24])
def test_a_total_is_the_sum_of_its_months(months: int) -> None:
    context = tenant(own(30, quantity=10))
    found = forecast(context, sku_spends(context, {E3: 10}), 10, months, WhatIf())
    assert total(found) == {"USD": flat(300 * months)}
