"""What seats cost: by subscription, else by list."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenseiq.evaluate import evaluate
from licenseiq.money import Money
from licenseiq.prices import (
    MONTH_TO_MONTH,
    YEAR_PAID_MONTHLY,
    Billing,
    BoughtSeats,
    OwnPrice,
    PriceBasis,
    PriceBook,
    Term,
    paid_parts,
    priced,
    seat_price,
)
from licenseiq.readings import Reason, Source
from licenseiq.seats import Subscription
from licenseiq.skus import Uplift
from licenseiq.spend import spend_of
from tests.core.builders import E3, UNPRICED, make_context, make_line, make_view

LIST = Money("USD", 39_000_000)


def usd(units: int) -> Money:
    return Money("USD", units * 1_000_000)


def own(subscription_id: str | None, units: int, quantity: int | None = None) -> OwnPrice:
    return OwnPrice(E3, usd(units), subscription_id, quantity=quantity)


def test_each_subscription_pays_its_own_price_and_the_rest_the_list_price() -> None:
    parts = paid_parts([own("a", 30, 6), own("b", 35, 3)], [], 10, LIST)
    assert [(p.seats, p.monthly, p.basis, p.subscription_id) for p in parts] == [
        (6, usd(180), PriceBasis.OWN, "a"),
        (3, usd(105), PriceBasis.OWN, "b"),
        (1, usd(39), PriceBasis.LIST, None),
    ]


def test_a_row_without_a_quantity_takes_what_graph_says_of_the_subscription() -> None:
    parts = paid_parts([own("a", 30)], [BoughtSeats("a", 4), BoughtSeats("b", 6)], 10, LIST)
    assert [(p.seats, p.basis) for p in parts] == [(4, PriceBasis.OWN), (6, PriceBasis.LIST)]


def test_a_price_for_the_sku_goes_before_the_list_price() -> None:
    parts = paid_parts([own(None, 20)], [], 10, LIST)
    assert [(p.seats, p.monthly, p.basis) for p in parts] == [(10, usd(200), PriceBasis.OWN)]


def test_without_any_price_the_seats_are_counted_and_have_no_money() -> None:
    parts = paid_parts([], [], 3, None)
    assert [(p.seats, p.monthly, p.basis) for p in parts] == [(3, None, None)]
    assert seat_price(parts) is None


def test_a_seat_of_two_subscriptions_costs_the_average_rounded_down() -> None:
    found = seat_price(paid_parts([own("a", 30, 1), own("b", 31, 2)], [], 3, LIST))
    assert found is not None
    assert (found.monthly.micros, found.basis) == (30_666_666, PriceBasis.MIXED)


def test_a_seat_in_two_currencies_has_no_one_price() -> None:
    euros = OwnPrice(E3, Money("EUR", 30_000_000), "b", quantity=2)
    assert seat_price(paid_parts([own("a", 30, 1), euros], [], 3, LIST)) is None


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 60)), max_size=5),
    st.integers(0, 200),
    st.booleans(),
)
def test_the_parts_add_up_to_the_seats_and_a_seat_costs_between_the_least_and_the_most(
    subscriptions: list[tuple[int, int]], seats: int, listed: bool
) -> None:
    rows = [own(f"s{n}", units, quantity) for n, (quantity, units) in enumerate(subscriptions)]
    parts = paid_parts(rows, [], seats, LIST if listed else None)
    assert sum(part.seats for part in parts) == seats
    assert all(part.seats > 0 for part in parts)
    price = seat_price(parts)
    if price is not None:
        each = [part.monthly.micros // part.seats for part in parts if part.monthly is not None]
        assert min(each) <= price.monthly.micros <= max(each)


UPLIFTS = {MONTH_TO_MONTH: Uplift(1200, "a page", False), YEAR_PAID_MONTHLY: Uplift(1050, "a page", False)}


@pytest.mark.parametrize(
    ("term", "billing", "micros", "basis"),
    [
        (Term.MONTH, Billing.MONTHLY, 46_800_000, PriceBasis.UPLIFTED),
        (Term.YEAR, Billing.MONTHLY, 40_950_000, PriceBasis.UPLIFTED),
        (Term.YEAR, Billing.YEARLY, 39_000_000, PriceBasis.LIST),
        (Term.THREE_YEARS, Billing.MONTHLY, 39_000_000, PriceBasis.LIST),
        (None, Billing.MONTHLY, 39_000_000, PriceBasis.LIST),
    ],
)
def test_a_row_without_a_price_takes_the_list_price_with_the_uplift_that_is_known(
    term: Term | None, billing: Billing, micros: int, basis: PriceBasis
) -> None:
    row = OwnPrice(E3, None, "a", None, term, billing, 4)
    parts = paid_parts([row], [], 6, LIST, UPLIFTS)
    assert [(p.seats, p.monthly, p.basis) for p in parts] == [
        (4, Money("USD", 4 * micros), basis),
        (2, LIST.times(2), PriceBasis.LIST),
    ]
    assert priced(row, None, UPLIFTS) == (None, None)


def test_an_uplift_that_the_catalogue_lacks_leaves_the_seats_unpriced() -> None:
    assert priced(OwnPrice(E3, None, "a", None, Term.MONTH), LIST, {}) == (None, None)


def test_a_price_of_a_purchase_that_is_over_prices_no_seat_of_today() -> None:
    """A renewal can come with a new subscription: the old price must not go on without a word."""
    rows = (own("gone", 30, 6), own("stopped", 31, 2), own("b", 35, 3))
    stopped = Subscription("stopped", E3, "Suspended", False, 2, None, None)
    there = Subscription("b", E3, "Enabled", False, 3, None, None)
    more = {"subscriptions": (there, stopped), "prices": PriceBook("p", None, rows)}
    bases = [(p.seats, p.subscription_id) for p in make_context([make_line(E3)], **more).paid_parts(E3, 10)]
    assert bases == [(3, "b"), (7, None)]
    unread = {Source.SUBSCRIPTIONS: Reason.NO_PERMISSION}
    blind = make_context([make_line(E3)], unread, **(more | {"subscriptions": ()}))
    assert [(p.seats, p.subscription_id) for p in blind.paid_parts(E3, 10)] == [(3, "b"), (6, "gone"), (1, "stopped")]


def test_money_of_two_currencies_stays_two_amounts_and_the_note_says_whose_prices_they_are() -> None:
    euros = OwnPrice(E3, Money("EUR", 30_000_000), "a", quantity=4)
    bought = (Subscription("a", E3, "Enabled", False, 4, None, None),)
    context = make_context(
        [make_line(E3), make_line(UNPRICED, 5, 0)],
        subscriptions=bought,
        prices=PriceBook("p", None, (euros,)),
        country="GB",
    )
    spend = spend_of(context, {})
    assert spend.monthly == (Money("EUR", 120_000_000), usd(6 * 39))
    assert (spend.own, spend.unpriced, spend.listed, spend.uplifted) == (4, 5, (E3,), 0)
    summary = evaluate(make_view([], context)).summary
    assert summary.monthly_spend == spend.monthly
    assert summary.price_note.startswith("Your own prices for 4 seats. US list prices in USD")
    at_home = evaluate(make_view([], replace(context, country="US"))).summary
    assert "seats. List prices in USD" in at_home.price_note


def test_the_context_prices_a_seat_by_its_own_price_then_by_a_confirmed_list_price() -> None:
    bought = (Subscription("a", E3, "Enabled", False, 10, None, None),)
    lines = [make_line(E3), make_line(UNPRICED)]
    context = make_context(lines, subscriptions=bought, prices=PriceBook("p1", None, (own("a", 30),)))
    assert context.price(E3) == usd(30)
    assert make_context(lines).price(E3) == usd(39)
    assert context.price(UNPRICED) is None
