"""An invoice beside the tenant: every kind of difference, and nothing invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenseiq.context import Context
from licenseiq.invoice_file import read_invoice
from licenseiq.money import Money, add_up
from licenseiq.prices import OwnPrice, PriceBook
from licenseiq.readings import Reason as Unread
from licenseiq.readings import Source
from licenseiq.reconcile import Compared, Invoiced, Reason, Reconciled, reconcile
from licenseiq.seats import Subscription
from tests.core.builders import E3, FREE, STANDARD, UNPRICED, make_context, make_line

HEAD = "subscription_id,sku,quantity,amount,currency,period"


def usd(units: float) -> Money:
    return Money("USD", round(units * 1_000_000))


def tenant(**more: object) -> Context:
    bought = (
        Subscription("a", E3, "Enabled", False, 6, None, None, "commerce-a"),
        Subscription("b", E3, "Enabled", False, 4, None, None),
        Subscription("s", STANDARD, "Enabled", False, 5, None, None),
        Subscription("t", STANDARD, "Enabled", True, 50, None, None),
        Subscription("x", STANDARD, "Deleted", False, 7, None, None),
    )
    lines = [make_line(E3), make_line(STANDARD, 5, 5), make_line(FREE)]
    prices = PriceBook("p", None, (OwnPrice(E3, usd(30), "a"),))
    return make_context(lines, **({"subscriptions": bought, "prices": prices} | more))


def compare(*lines: str, context: Context | None = None, head: str = HEAD) -> Reconciled:
    context = context or tenant()
    file = read_invoice("\n".join((head, *lines)).encode(), context)
    assert not file.errors, file.errors
    return reconcile(file.lines, context)


GOOD = ("a,,6,180.00,USD,2026-11", "b,,4,156.00,USD,2026-11", ",standard,5,70.00,USD,2026-11")


def one(*lines: str, context: Context | None = None) -> Compared:
    """The first line of an invoice that has nothing but that wrong."""
    return compare(*lines, context=context).lines[0]


def test_an_invoice_that_is_what_was_computed_agrees() -> None:
    found = compare(*GOOD)
    assert found.agrees
    assert found.invoiced == found.computed == (usd(406),)
    assert [line.variance for line in found.lines] == [usd(0)] * 3
    by_commerce_id = compare("COMMERCE-A,Whatever the invoice calls it,6,180,USD,2026-11", *GOOD[1:])
    assert by_commerce_id.agrees


@pytest.mark.parametrize(
    ("line", "reasons", "seats", "money"),
    [
        ("a,,8,240.00,USD,2026-11", (Reason.QUANTITY,), 2, usd(60)),
        ("a,,5,150.00,USD,2026-11", (Reason.QUANTITY,), -1, usd(-30)),
        ("a,,6,186.00,USD,2026-11", (Reason.PRICE,), 0, usd(6)),
        ("a,,8,248.00,USD,2026-11", (Reason.QUANTITY, Reason.PRICE), 2, usd(68)),
        ("a,,,186.00,USD,2026-11", (Reason.PRICE,), None, usd(6)),
        ("a,,6,180.00,EUR,2026-11", (Reason.CURRENCY,), 0, None),
        ("a,,6,180.01,USD,2026-11", (Reason.PRICE,), 0, usd(0.01)),
        ("a,,6,180.004,USD,2026-11", (), 0, usd(0.004)),
    ],
)
def test_what_differs_is_named_with_its_seats_and_money(
    line: str, reasons: tuple[Reason, ...], seats: int | None, money: Money | None
) -> None:
    found = one(line, *GOOD[1:])
    assert (found.reasons, found.variance_seats, found.variance) == (reasons, seats, money)
    assert compare(line, *GOOD[1:]).agrees == (not reasons)


def test_a_purchase_that_the_tenant_lacks_is_all_variance() -> None:
    found = compare(*GOOD, "zz,,3,90.00,USD,2026-11", ",Azure Plan,,12.00,USD,2026-11")
    mine = [line for line in found.lines if Reason.NOT_IN_TENANT in line.reasons]
    assert [(line.name, line.variance, line.variance_seats, line.computed) for line in mine] == [
        ("", usd(90), 3, None),
        ("Azure Plan", usd(12), None, None),
    ]
    assert found.variance == (usd(102),)


def test_a_purchase_that_the_invoice_lacks_is_told_for_its_month() -> None:
    found = compare(*GOOD, "a,,6,180.00,USD,2026-12")
    missing = [line for line in found.lines if Reason.NOT_ON_INVOICE in line.reasons]
    assert [(line.period, line.subscription_id, line.variance_seats, line.variance) for line in missing] == [
        ("2026-12", "b", -4, usd(-156)),
        ("2026-12", "s", -5, usd(-70)),
    ]


def test_without_a_price_nothing_is_compared_but_the_seats() -> None:
    context = make_context([make_line(UNPRICED)])
    found = compare(",unpriced,9,90,USD,2026-11", context=context)
    (line,) = found.lines
    assert (line.reasons, line.variance_seats, line.variance) == ((Reason.QUANTITY, Reason.UNPRICED), -1, None)
    assert (found.variance, found.not_compared, found.agrees) == ((), 1, False)


def test_seats_that_nobody_knows_are_said_and_not_taken_for_none() -> None:
    unsaid = (Subscription("a", E3, "Enabled", False, None, None, None),)
    found = one("a,,6,180,USD,2026-11", context=tenant(subscriptions=unsaid))
    assert (found.reasons, found.computed_seats, found.variance) == ((Reason.SEATS_UNKNOWN,), None, None)


def test_charges_of_one_purchase_and_month_are_added_up_and_a_credit_is_less() -> None:
    found = one("a,,7,210.00,USD,2026-11", "a,,-1,-30.00,USD,2026-11", *GOOD[1:])
    assert (found.lines, found.invoiced_seats, found.invoiced, found.reasons) == ((2, 3), 6, usd(180), ())


def test_a_line_of_a_product_stands_for_what_no_line_names_by_subscription() -> None:
    assert compare("a,,6,180,USD,2026-11", ",e3,4,156,USD,2026-11", GOOD[2]).agrees
    assert compare(",e3,10,336,USD,2026-11", GOOD[2]).agrees


def test_purchases_of_one_product_in_two_currencies_are_not_compared_as_one() -> None:
    prices = PriceBook("p", None, (OwnPrice(E3, Money("EUR", 30_000_000), "a"),))
    found = one(",e3,10,336,USD,2026-11", GOOD[2], context=tenant(prices=prices))
    assert (found.reasons, found.computed) == ((Reason.CURRENCY,), None)


def test_where_subscriptions_could_not_be_read_a_product_is_compared_as_a_whole() -> None:
    blind = make_context(
        [make_line(E3)],
        {Source.SUBSCRIPTIONS: Unread.NO_PERMISSION},
        prices=PriceBook("p", None, (OwnPrice(E3, usd(30), "a", quantity=10),)),
    )
    assert compare("a,,10,300,USD,2026-11", context=blind).agrees
    file = read_invoice(f"{HEAD}\nzz,,1,1,USD,2026-11".encode(), blind)
    assert "could not be read. Fill in sku" in str(file.errors[0])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (",,6,180,USD,2026-11", "names neither"),
        ("a,,6,,USD,2026-11", "amount is missing"),
        ("a,,6,180,,2026-11", "currency is missing"),
        ("a,,6,180,USD,", "period is missing"),
        ("a,,6,180,USD,11/2026", "period is no month. Write year and month"),
        ("a,,6,180,USD,2026-13", "period is no month"),
        ("a,,six,180,USD,2026-11", "quantity is no number"),
        ('a,,6,"1,800",USD,2026-11', "amount can be read in two ways"),
    ],
)
def test_a_line_that_cannot_be_used_is_an_error(line: str, said: str) -> None:
    file = read_invoice(f"{HEAD}\n{line}".encode(), tenant())
    assert any(said in str(error) for error in file.errors)


def test_an_amount_for_a_year_is_compared_by_the_month() -> None:
    head = f"{HEAD},per"
    assert compare("a,,6,2160,USD,2026-11,year", *(f"{line}," for line in GOOD[1:]), head=head).agrees
    file = read_invoice(f"{head}\na,,6,2160,USD,2026-11,term".encode(), tenant())
    assert "Write month or year" in str(file.errors[0])


invoiced = st.builds(
    Invoiced,
    line=st.integers(2, 99),
    subscription_id=st.sampled_from([None, "a", "b", "s", "zz"]),
    sku_id=st.sampled_from([E3, STANDARD, UNPRICED]),
    name=st.just(""),
    seats=st.none() | st.integers(0, 20),
    amount=st.builds(Money, st.sampled_from(["USD", "EUR"]), st.integers(-(10**9), 10**10)),
    period=st.sampled_from(["2026-10", "2026-11"]),
)


@given(st.lists(invoiced, max_size=8))
def test_the_totals_are_what_the_lines_add_up_to_and_no_charge_is_lost(lines: list[Invoiced]) -> None:
    found = reconcile(lines, tenant())
    assert found.invoiced == add_up(line.amount for line in lines)
    assert sorted(n for line in found.lines for n in line.lines) == sorted(line.line for line in lines)
    assert found.variance == add_up(line.variance for line in found.lines if line.variance is not None)
    for line in found.lines:
        if line.variance is not None and line.invoiced is not None and line.computed is not None:
            assert line.variance.micros == line.invoiced.micros - line.computed.micros
