"""Dates and purchases at which money is decided: true case, near miss, unknown. None of them claims a seat."""

from datetime import date, datetime
from typing import Any

import pytest

from licenseiq.evaluate import evaluate
from licenseiq.findings import Confidence, Finding
from licenseiq.money import Money
from licenseiq.policy import Policy
from licenseiq.prices import OwnPrice, PriceBook, Term
from licenseiq.readings import Reason, Source
from licenseiq.seats import Subscription
from tests.core.builders import E3, FREE, NOW, ago, day, make_context, make_line, make_view


def bought(days: int | None = 30, **more: Any) -> Subscription:
    ends: datetime | None = None if days is None else ago(-days)
    fields: dict[str, Any] = {"status": "Enabled", "is_trial": False, "total": 10, "created": ago(335)}
    return Subscription("s1", next_lifecycle=ends, **({"sku_id": E3} | fields | more))


def the(kind: str, one: Subscription, **context: Any) -> Finding | None:
    ground = make_context([make_line(one.sku_id, 10, 10)], subscriptions=(one,), **context)
    found = evaluate(make_view([], ground))
    assert all(not mine.claims_seats for mine in found.findings)
    assert found.summary.by_kind == ()
    return next((mine for mine in found.findings if mine.kind == kind), None)


def own(renewal: date, term: Term = Term.YEAR) -> PriceBook:
    row = OwnPrice(E3, Money("USD", 30_000_000), "s1", term=term, renewal=renewal, reducible_until=day(-5))
    return PriceBook("p", NOW.date(), (row,))


def test_a_renewal_within_the_notice_shows_its_date_and_the_money_at_stake() -> None:
    found = the("renewal_due", bought(90))
    assert found is not None
    assert (found.finding_id, found.confidence) == ("renewal_due:s1", Confidence.LIKELY)
    assert (found.facts["renews_on"], found.facts["monthly_at_stake"]) == (day(-90).isoformat(), "390.00 USD")
    assert found.evidence[0].source is Source.SUBSCRIPTIONS


def test_the_customers_own_renewal_date_and_price_come_first() -> None:
    found = the("renewal_due", bought(300), prices=own(day(-20)))
    assert found is not None
    assert (found.confidence, found.facts["renews_on"]) == (Confidence.CERTAIN, day(-20).isoformat())
    assert (found.facts["monthly_at_stake"], found.evidence[0].source) == ("300.00 USD", None)
    assert found.facts["reducible_until"] == day(-5).isoformat()


@pytest.mark.parametrize("one", [bought(91), bought(-1), bought(status="Suspended"), bought(sku_id=FREE)])
def test_later_past_suspended_and_free_ones_are_not_due(one: Subscription) -> None:
    assert the("renewal_due", one) is None


def test_a_purchase_from_month_to_month_is_never_due_and_the_policy_sets_the_notice() -> None:
    assert the("renewal_due", bought(10), prices=own(day(-10), Term.MONTH)) is None
    assert the("renewal_due", bought(30), policy=Policy(renewal_notice_days=29)) is None


def test_a_renewal_of_what_may_be_a_trial_is_for_review_and_an_unknown_date_is_none() -> None:
    found = the("renewal_due", bought(is_trial=None))
    assert found is not None
    assert found.confidence is Confidence.UNKNOWN
    assert the("renewal_due", bought(None)) is None


def test_a_trial_that_ends_within_a_month_is_found() -> None:
    found = the("trial_expiring", bought(30, is_trial=True))
    assert found is not None
    assert (found.confidence, found.facts["days_left"]) == (Confidence.CERTAIN, 30)


@pytest.mark.parametrize("one", [bought(31, is_trial=True), bought(30), bought(-1, is_trial=True)])
def test_a_trial_with_time_left_a_purchase_and_a_trial_that_is_over_are_not(one: Subscription) -> None:
    assert the("trial_expiring", one) is None


def test_a_trial_whose_end_is_not_told_is_for_review() -> None:
    found = the("trial_expiring", bought(None, is_trial=True))
    assert found is not None
    assert found.confidence is Confidence.UNKNOWN


def test_a_purchase_that_a_user_owns_is_for_review_as_graph_does_not_tell_more() -> None:
    found = the("self_service_purchase", bought(owner_type="User"))
    assert found is not None
    assert (found.confidence, found.facts["seats"]) == (Confidence.UNKNOWN, 10)


@pytest.mark.parametrize(
    "more", [{}, {"owner_type": "User", "owner_tenant_id": "p"}, {"owner_type": "User", "sku_id": FREE}]
)
def test_a_purchase_of_nobody_of_a_partner_or_for_free_is_no_self_service(more: dict[str, Any]) -> None:
    assert the("self_service_purchase", bought(**more)) is None


def test_subscriptions_that_were_not_read_and_excluded_products_are_not_looked_at() -> None:
    one = bought(20, owner_type="User")
    assert the("renewal_due", one) is not None
    assert the("renewal_due", one, unread={Source.SUBSCRIPTIONS: Reason.NO_PERMISSION}) is None
    for kind in ("renewal_due", "self_service_purchase"):
        assert the(kind, one, policy=Policy(excluded_skus=frozenset({E3}))) is None
