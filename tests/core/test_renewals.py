"""Which quantity to keep: nobody whom no finding claims loses a seat, and what can fall first falls first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenseiq.context import Context
from licenseiq.evaluate import evaluate
from licenseiq.money import Money
from licenseiq.policy import Policy
from licenseiq.prices import Billing, OwnPrice, PriceBasis, PriceBook, Term
from licenseiq.readings import Reason, Source
from licenseiq.renewal_dates import deadline_of
from licenseiq.renewals import RenewalLine, Standing, renewals
from licenseiq.seats import Subscription
from tests.core.builders import E3, FREE, NOW, UNPRICED, make_context, make_line, make_person, make_view

TODAY = NOW.date()


def ahead(days: int) -> date:
    return TODAY + timedelta(days=days)


def bought(name: str, seats: int | None, days: int | None = 100, **more: Any) -> Subscription:
    ends = None if days is None else datetime.combine(ahead(days), datetime.min.time(), UTC)
    fields: dict[str, Any] = {"status": "Enabled", "is_trial": False, "sku_id": E3, "created": None}
    return Subscription(subscription_id=name, total=seats, next_lifecycle=ends, **(fields | more))


def tenant(*every: Subscription, enabled: int | None = None, consumed: int | None = 0, **more: Any) -> Context:
    """A tenant whose seats of E3 are those of its purchases, unless `enabled` says otherwise."""
    total = sum(one.total or 0 for one in every) if enabled is None else enabled
    return make_context([make_line(E3, total, consumed)], subscriptions=every, **more)


def with_rows(*rows: OwnPrice) -> PriceBook:
    return PriceBook("p", None, rows)


def kept(lines: Sequence[RenewalLine]) -> dict[str | None, int | None]:
    return {line.subscription_id: line.recommended for line in lines}


def only(lines: Sequence[RenewalLine]) -> RenewalLine:
    (line,) = lines
    return line


def test_kept_are_the_seats_in_use_without_the_claimed_ones_and_the_buffer() -> None:
    line = only(renewals(tenant(bought("a", 100), consumed=90), {E3: 90}, {E3: 20}))
    assert (line.quantity, line.recommended, line.change) == (100, 72, -28)
    assert (line.need.claimed, line.need.beyond_buffer, line.need.buffer, line.reclaim_first) == (20, 8, 2, 18)
    assert line.monthly_change == Money("USD", -28 * 39_000_000)
    assert (line.basis, line.deadline.day) == (PriceBasis.LIST, ahead(100))


def test_the_recommended_seats_are_those_of_the_exposure_where_more_than_the_buffer_is_free() -> None:
    people = [make_person(f"u{n}", days=1 if n else 400) for n in range(6)]
    people.append(make_person("off", account_enabled=False))
    context = tenant(bought("a", 12), consumed=7, policy=Policy(buffer_least=2))
    claims = evaluate(make_view(people, context)).claims
    mine = sum(claim.seats for claim in claims if claim.counts and claim.kind != "unassigned_seats")
    assert mine == 2
    line = only(renewals(context, {E3: 7}, {E3: mine}))
    assert -(line.change or 0) == sum(claim.seats for claim in claims if claim.counts) == 5


def test_of_several_purchases_the_one_that_renews_first_falls_first_and_the_rest_stays() -> None:
    context = tenant(bought("late", 50, 300), bought("soon", 50, 20), bought("unknown", 20, None), consumed=90)
    lines = renewals(context, {E3: 90}, {E3: 33})
    assert kept(lines) == {"soon": 0, "late": 40, "unknown": 20}
    assert [line.subscription_id for line in lines] == ["soon", "late", "unknown"]
    # 90 are taken, and 70 seats stay once the first has fallen.
    assert [line.reclaim_first for line in lines] == [20, 30, 0]


def test_a_window_that_is_open_comes_before_a_renewal() -> None:
    window = OwnPrice(E3, None, "late", renewal=ahead(300), reducible_until=ahead(5))
    context = tenant(bought("soon", 10, 20), bought("late", 10, 300), consumed=5, prices=with_rows(window))
    first, second = renewals(context, {E3: 5}, {})
    assert (first.subscription_id, first.recommended, first.deadline.in_window) == ("late", 0, True)
    assert (second.subscription_id, second.recommended) == ("soon", 6)
    assert first.deadline.realisable_from == TODAY


def test_seats_of_trials_and_of_ended_purchases_are_not_relied_on() -> None:
    others = (
        bought("trial", 25, 10, is_trial=True),
        bought("ended", 30, 10, status="Warning"),
        bought("off", 5, 10, status="Suspended"),
        bought("gone", 9, 10, status="Deleted"),
    )
    context = tenant(bought("paid", 40), *others, enabled=65, consumed=30)
    lines = renewals(context, {E3: 30}, {E3: 4})
    assert kept(lines) == {"paid": 28, "trial": None, "ended": None, "off": None}
    told = {line.subscription_id: line.standing for line in lines}
    assert told["trial"] is Standing.TRIAL
    assert told["ended"] is Standing.PAST_END
    assert told["off"] is Standing.SUSPENDED
    assert {line.each for line in lines if line.standing is Standing.TRIAL} == {None}
    assert {line.deadline.start_by for line in lines if line.standing is not Standing.ACTIVE} == {None}


def test_what_may_be_a_trial_is_neither_relied_on_nor_recommended_away() -> None:
    context = tenant(bought("paid", 40), bought("maybe", 25, is_trial=None), consumed=30)
    assert kept(renewals(context, {E3: 30}, {})) == {"paid": 31 + 1, "maybe": None}


def test_purchases_that_claim_more_seats_than_graph_counts_are_not_believed() -> None:
    assert only(renewals(tenant(bought("a", 100), enabled=60, consumed=50), {E3: 50}, {})).recommended == 92


def test_seats_of_a_trial_among_those_that_graph_counts_are_left_out() -> None:
    context = tenant(bought("a", 60), bought("trial", 25, is_trial=True), enabled=65, consumed=20)
    # Of 65 usable seats 40 are not the trial's, of which 20 and a buffer of 2 stay.
    assert kept(renewals(context, {E3: 20}, {})) == {"a": 60 - 18, "trial": None}


def test_more_people_than_graph_counts_keep_their_seats() -> None:
    assert only(renewals(tenant(bought("a", 20), consumed=5), {E3: 9}, {E3: 2})).recommended == 9 - 2 + 1


def test_what_is_bought_by_the_month_falls_within_one_though_its_day_is_not_known() -> None:
    rows = with_rows(OwnPrice(E3, None, "monthly", term=Term.MONTH))
    context = tenant(bought("year", 10, 40), bought("monthly", 10, None), consumed=5, prices=rows)
    assert kept(renewals(context, {E3: 5}, {})) == {"year": 6, "monthly": 0}
    soon = tenant(bought("year", 10, 20), bought("monthly", 10, None), consumed=5, prices=rows)
    assert kept(renewals(soon, {E3: 5}, {})) == {"year": 0, "monthly": 6}


def test_unknown_quantities_give_no_recommendation() -> None:
    for context in (
        tenant(bought("a", 10), enabled=10, consumed=None),
        tenant(bought("a", None), enabled=10, consumed=5),
        make_context(subscriptions=(bought("a", 10),)),
    ):
        line = only(renewals(context, {E3: 5}, {}))
        assert (line.recommended, line.change, line.monthly_change) == (None, None, None)


def test_where_people_could_not_be_read_only_unassigned_seats_are_recommended_away() -> None:
    context = tenant(bought("a", 20), consumed=10, unread={Source.USERS: Reason.NO_PERMISSION})
    line = only(renewals(context, {}, None))
    assert (line.recommended, line.need.claimed) == (11, None)


def test_more_taken_than_bought_is_no_reason_to_recommend_more_or_less() -> None:
    line = only(renewals(tenant(bought("a", 10), consumed=14), {E3: 14}, {}))
    assert (line.recommended, line.change) == (10, 0)


def test_a_product_that_the_policy_excludes_stays_as_it_is() -> None:
    line = only(renewals(tenant(bought("a", 50), consumed=1, policy=Policy(excluded_skus=frozenset({E3}))), {}, {}))
    assert (line.recommended, line.need.excluded, line.need.beyond_buffer) == (50, True, 0)


def test_free_products_and_those_of_the_tenant_are_no_purchases_to_renew() -> None:
    lines = [make_line(FREE, 100, 5), make_line(UNPRICED, 10, 1, assignable=False)]
    assert renewals(make_context(lines, subscriptions=(bought("f", 100, sku_id=FREE),)), {}, {}) == ()


def test_without_a_price_seats_are_recommended_away_without_money() -> None:
    context = make_context([make_line(UNPRICED, 10, 2)], subscriptions=(bought("a", 10, sku_id=UNPRICED),))
    line = only(renewals(context, {UNPRICED: 2}, {}))
    assert (line.change, line.each, line.monthly_change, line.basis) == (-7, None, None, None)


def test_each_purchase_saves_at_its_own_price() -> None:
    own = OwnPrice(E3, Money("EUR", 31_500_000), "a")
    monthly = OwnPrice(E3, None, "b", term=Term.YEAR, billing=Billing.MONTHLY)
    context = tenant(bought("a", 10, 10), bought("b", 10, 20), consumed=5, prices=with_rows(own, monthly))
    first, second = renewals(context, {E3: 5}, {})
    assert (first.monthly_change, first.basis) == (Money("EUR", -315_000_000), PriceBasis.OWN)
    # The catalogue of the tests knows no uplift, so what a year paid monthly costs is not known.
    assert (second.change, second.each) == (-4, None)


def test_where_the_subscriptions_could_not_be_read_the_price_list_names_them() -> None:
    unread = {Source.SUBSCRIPTIONS: Reason.NO_PERMISSION}
    row = OwnPrice(E3, None, "mine", quantity=20, renewal=ahead(40))
    context = tenant(enabled=20, consumed=10, unread=unread, prices=with_rows(row))
    line = only(renewals(context, {E3: 10}, {}))
    assert (line.subscription_id, line.quantity, line.recommended) == ("mine", 20, 11)
    assert (line.deadline.day, line.deadline.sure) == (ahead(40), True)
    bare = only(renewals(tenant(enabled=20, consumed=10, unread=unread), {E3: 10}, {}))
    assert (bare.subscription_id, bare.quantity, bare.recommended, bare.deadline.day) == (None, 20, 11, None)


def test_a_row_of_a_purchase_that_is_gone_is_no_purchase() -> None:
    context = tenant(bought("a", 10), consumed=9, prices=with_rows(OwnPrice(E3, None, "gone", quantity=50)))
    assert set(kept(renewals(context, {E3: 9}, {}))) == {"a"}


def test_graphs_quantity_comes_before_the_price_lists_which_is_told() -> None:
    row = OwnPrice(E3, None, "a", quantity=30)
    line = only(renewals(tenant(bought("a", 20), consumed=19, prices=with_rows(row)), {E3: 19}, {}))
    assert (line.quantity, line.said_quantity) == (20, 30)


@pytest.mark.parametrize(
    ("row", "lifecycle", "day", "sure", "start", "saves"),
    [
        (OwnPrice(E3, None), 100, 100, False, 10, 100),
        (OwnPrice(E3, None, renewal=ahead(50)), 100, 50, True, -40, 50),
        (OwnPrice(E3, None, renewal=ahead(-1)), 100, 100, False, 10, 100),
        (OwnPrice(E3, None, reducible_until=ahead(3), renewal=ahead(360)), 100, 3, True, -87, 0),
        (OwnPrice(E3, None, reducible_until=TODAY), 100, 0, True, -90, 0),
        (OwnPrice(E3, None, reducible_until=ahead(-3), renewal=ahead(360)), 100, 360, True, 270, 360),
        (OwnPrice(E3, None, renewal=ahead(20), term=Term.MONTH), None, 20, True, 0, 20),
        (OwnPrice(E3, None), -1, None, False, None, None),
        (OwnPrice(E3, None), None, None, False, None, None),
    ],
)
def test_the_deadline_is_a_window_else_the_renewal_less_the_days_of_notice(
    row: OwnPrice, lifecycle: int | None, day: int | None, sure: bool, start: int | None, saves: int | None
) -> None:
    found = deadline_of(row, None if lifecycle is None else ahead(lifecycle), TODAY, 90)
    expected = [None if one is None else ahead(one) for one in (day, start, saves)]
    assert [found.day, found.start_by, found.realisable_from] == expected
    assert found.sure is sure


def test_windows_and_renewals_that_are_over_are_told() -> None:
    row = OwnPrice(E3, None, reducible_until=ahead(-3), renewal=ahead(-2))
    found = deadline_of(row, ahead(10), TODAY, 90)
    assert (found.missed, found.stale, found.is_late(TODAY)) == (ahead(-3), ahead(-2), True)
    assert not replace(found, start_by=TODAY).is_late(TODAY)


# A purchase as (seats, days until it renews).
PURCHASES = st.lists(st.tuples(st.integers(0, 60), st.one_of(st.none(), st.integers(0, 400))), min_size=1, max_size=5)


@given(
    PURCHASES, st.integers(0, 200), st.integers(0, 200), st.integers(0, 200), st.integers(-30, 30), st.integers(0, 9)
)
def test_no_quantity_grows_and_nobody_unclaimed_loses_a_seat(
    purchases: list[tuple[int, int | None]], consumed: int, holders: int, claims: int, off: int, buffer: int
) -> None:
    held = min(holders, consumed)
    claimed = min(claims, held)
    every = [bought(f"s{n}", seats, days) for n, (seats, days) in enumerate(purchases)]
    total = sum(seats for seats, _ in purchases)
    enabled = max(0, total + off)
    context = tenant(*every, enabled=enabled, consumed=consumed, policy=Policy(buffer_by_sku={E3: buffer}))
    lines = renewals(context, {E3: held}, {E3: claimed})
    assert len(lines) == len(every)
    for line in lines:
        assert 0 <= (line.recommended if line.recommended is not None else -1) <= (line.quantity or 0)
    left = sum(line.recommended or 0 for line in lines)
    usable, wanted = min(total, enabled), consumed - claimed + buffer
    # What stays of the seats that can be relied on holds everybody else and the buffer, or is all that there is.
    assert usable - (total - left) == min(usable, wanted)
    assert total - left <= claimed + max(0, enabled - consumed - buffer)
    # What renews later gives up seats only when everything that renews sooner is gone.
    falling = sorted(
        lines, key=lambda line: (line.deadline.day is None, line.deadline.day or date.max, line.subscription_id)
    )
    for n, line in enumerate(falling):
        if line.change:
            assert all(one.recommended == 0 for one in falling[:n])


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 20))
def test_another_claim_never_raises_what_is_kept(seats: int, consumed: int, claimed: int) -> None:
    context = tenant(bought("a", seats), consumed=consumed)
    fewer, more = (only(renewals(context, {E3: consumed}, {E3: n})) if seats else None for n in (claimed, claimed + 1))
    if fewer and more:
        assert (more.recommended or 0) <= (fewer.recommended or 0)
