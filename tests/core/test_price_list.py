"""What stands behind the customer's prices, and who may still pay the list price from before the change."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from licenseiq.context import Context
from licenseiq.money import Money
from licenseiq.price_changes import Change, changes, with_prices
from licenseiq.price_file import read_price_file
from licenseiq.price_list import months_before, not_renewed, own_lines
from licenseiq.prices import OwnPrice, PriceBook, Term
from licenseiq.readings import Reason, Source
from licenseiq.seats import Subscription
from licenseiq.skus import Price
from licenseiq.spend import spend_of
from tests.core.builders import E3, STANDARD, make_catalogue, make_context, make_line

BEFORE = Money("USD", 36_000_000)
CATALOGUE = replace(
    make_catalogue(), prices_before={E3: Price(BEFORE, "old", date(2025, 1, 24), True)}, changed=date(2026, 7, 1)
)
LAST_YEAR, ENDS = datetime(2025, 2, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)


def tenant(*rows: OwnPrice, created: datetime | None = LAST_YEAR, trial: bool = False) -> Context:
    one = Subscription("a", E3, "Enabled", trial, 10, created, ENDS)
    return make_context(
        [make_line(E3), make_line(STANDARD)],
        catalogue=CATALOGUE,
        subscriptions=(one,),
        prices=PriceBook("p", None, rows),
    )


def test_a_purchase_from_before_the_change_may_pay_the_price_before_until_its_next_date() -> None:
    (one,) = not_renewed(tenant())
    assert (one.before, one.now, one.until, one.sure) == (BEFORE, Money("USD", 39_000_000), date(2027, 2, 1), False)
    (unsaid,) = not_renewed(tenant(created=None))
    assert not unsaid.sure


def test_renewal_and_term_say_for_sure_whether_it_has_renewed() -> None:
    (one,) = not_renewed(tenant(OwnPrice(E3, None, "a", term=Term.YEAR, renewal=date(2027, 6, 30))))
    assert (one.until, one.sure) == (date(2027, 6, 30), True)
    assert not not_renewed(tenant(OwnPrice(E3, None, "a", term=Term.YEAR, renewal=date(2027, 7, 1))))
    assert not not_renewed(tenant(OwnPrice(E3, None, "a", term=Term.MONTH)))


def test_who_bought_since_or_pays_an_own_price_or_nothing_is_not_concerned() -> None:
    assert not not_renewed(tenant(created=datetime(2026, 7, 1, tzinfo=UTC)))
    assert not not_renewed(tenant(OwnPrice(E3, BEFORE, "a")))
    assert not not_renewed(tenant(OwnPrice(E3, BEFORE)))
    assert not not_renewed(tenant(trial=True))


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 7, 1), 1, date(2026, 6, 1)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 3, 30), 1, date(2024, 2, 29)),
        (date(2026, 1, 15), 12, date(2025, 1, 15)),
        (date(2026, 12, 31), 36, date(2023, 12, 31)),
    ],
)
def test_a_day_some_months_before_is_a_day_of_that_month(day: date, months: int, then: date) -> None:
    assert months_before(day, months) == then


def test_a_row_of_a_purchase_that_is_gone_is_shown_as_such() -> None:
    gone, here, general = OwnPrice(E3, BEFORE, "gone"), OwnPrice(E3, BEFORE, "a"), OwnPrice(STANDARD, None)
    lines = {one.row: one for one in own_lines(tenant(gone, here, general))}
    assert [lines[row].there for row in (gone, here, general)] == [False, True, True]
    assert [lines[row].seats for row in (gone, here, general)] == [None, 10, None]
    assert lines[general].monthly == Money("USD", 14_000_000)
    blind = replace(tenant(gone), readings={}, subscriptions=())
    assert blind.reading(Source.SUBSCRIPTIONS).reason is Reason.NOT_YET
    assert [one.there for one in own_lines(blind)] == [True]


def test_a_dry_run_says_of_each_row_what_becomes_of_it() -> None:
    context = tenant(OwnPrice(E3, BEFORE, "a"), OwnPrice(STANDARD, Money("USD", 13_000_000)))
    file = read_price_file(b"subscription_id,sku,price,currency\na,,30,USD\n,visio,9,USD\n", context)
    then = with_prices(context, file.rows, context.today)
    found = [(one.line, one.sku.sku_id, one.change, one.now, one.then) for one in changes(file, context, then)]
    assert found == [
        (2, E3, Change.CHANGED, BEFORE, Money("USD", 30_000_000)),
        (3, "visio", Change.NEW, Money("USD", 15_000_000), Money("USD", 9_000_000)),
        (None, STANDARD, Change.GONE, Money("USD", 13_000_000), Money("USD", 14_000_000)),
    ]
    assert spend_of(context, {}).monthly == (Money("USD", 490_000_000),)
    assert spend_of(then, {}).monthly == (Money("USD", 440_000_000),)
    assert changes(file, then, then)[0].change is Change.SAME
    assert then.prices.version == with_prices(context, tuple(reversed(file.rows)), context.today).prices.version
