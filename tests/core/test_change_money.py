"""What a plan of changes is worth, from when, and what it does in the present term."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from licenseiq.context import Context
from licenseiq.money import Money
from licenseiq.people import Person
from licenseiq.playbooks.change_request import Change, When
from licenseiq.playbooks.license_changes import Grounds, plan_license_changes
from licenseiq.prices import OwnPrice, PriceBook
from licenseiq.proposals.plan import Plan, PlanSaving, read_plan
from licenseiq.seats import Subscription
from tests.core.builders import BASIC, E3, NOW, UNPRICED, make_context, make_line, make_person

RENEWAL = date(2027, 5, 23)  # six months from now
LINES = (make_line(E3, 9, 9), make_line(BASIC, 9, 5))


def somebody(number: int, *skus: str) -> Person:
    return make_person(f"u{number}", skus, usage_location="DE")


def own(sku: str, units: int, **more: Any) -> OwnPrice:
    return OwnPrice(sku, Money("EUR", units * 1_000_000), **more)


def plan(*changes: Change, context: Context, when: When = When.NOW) -> Plan:
    made, _ = plan_license_changes(changes, when, Grounds(context, "e1", True, {}, NOW, lambda: b"s" * 32))
    assert read_plan(made.to_bytes()) == made
    return made


def saving(*changes: Change, context: Context, when: When = When.NOW) -> PlanSaving:
    found = plan(*changes, context=context, when=when).saving
    assert found is not None
    return found


def priced(*rows: OwnPrice, **more: Any) -> Context:
    return make_context(LINES, prices=PriceBook("1", rows=rows), **more)


def test_a_seat_that_is_bound_pays_from_its_renewal_and_nothing_before() -> None:
    context = priced(own(E3, 30, renewal=RENEWAL))
    made = plan(Change(somebody(1, E3), remove=(E3,)), context=context)
    assert made.money == {"EUR": 30_000_000}
    found = made.saving
    assert found is not None
    assert (found.realisable_from, found.needs_purchase) == ("2027-05-23", False)
    assert sum((found.net_this_term or {}).values()) == 0
    assert "Your own prices a month" in found.basis
    assert "bound until their renewal" in found.basis


def test_a_seat_that_can_be_given_back_pays_for_the_rest_of_the_term() -> None:
    context = priced(own(E3, 30, renewal=RENEWAL, reducible_until=NOW.date() + timedelta(days=3)))
    found = saving(Change(somebody(1, E3), remove=(E3,)), context=context)
    assert (found.realisable_from, found.net_this_term) == ("2026-11-23", {"EUR": 180_000_000})


def test_a_downgrade_that_has_to_buy_costs_more_in_this_term_and_says_to_wait() -> None:
    context = priced(own(E3, 30, renewal=RENEWAL), own(BASIC, 5))
    context = make_context((make_line(E3, 9, 9), make_line(BASIC, 5, 5)), prices=context.prices)
    found = saving(Change(somebody(1, E3), instead=(BASIC,), swapped=(E3,)), context=context)
    assert (found.needs_purchase, found.net_this_term) == (True, {"EUR": -30_000_000})
    assert "propose it for the renewal" in found.basis


def test_what_the_plan_frees_and_gives_again_is_not_given_back() -> None:
    reducible = NOW.date() + timedelta(days=3)
    context = priced(own(E3, 30, renewal=RENEWAL, reducible_until=reducible))
    made = plan(Change(somebody(1), add=(E3,)), Change(somebody(2, E3), remove=(E3,)), context=context)
    assert made.money == {"EUR": 0}
    assert made.saving == PlanSaving("The plan frees no paid seat and takes none.", None, False, {})


def test_a_free_seat_costs_nothing_more_in_this_term_and_a_bought_one_is_unknown() -> None:
    context = priced(own(BASIC, 5))
    found = saving(Change(somebody(1), add=(BASIC,)), context=context)
    assert (found.needs_purchase, found.realisable_from, found.net_this_term) == (False, None, {})
    bought = saving(Change(somebody(1), add=(E3,)), context=context)
    assert (bought.needs_purchase, bought.net_this_term) == (True, None)


def test_the_own_renewal_date_comes_before_what_graph_says() -> None:
    graph = Subscription("s1", E3, "Enabled", False, 9, None, NOW + timedelta(days=10))
    context = priced(own(E3, 30, renewal=RENEWAL), subscriptions=(graph,))
    made = plan(Change(somebody(1, E3), remove=(E3,)), context=context, when=When.AT_RENEWAL)
    assert made.steps[0].arguments["not_before"] == "2027-05-23T00:00:00Z"
    assert made.saving is not None
    assert (made.saving.realisable_from, made.saving.net_this_term) == ("2027-05-23", {})
    assert "Nothing changes before that day" in made.saving.basis


def test_a_lifecycle_date_of_graph_says_nothing_of_the_term() -> None:
    """INV-22."""
    graph = Subscription("s1", E3, "Enabled", False, 9, None, NOW + timedelta(days=10))
    for when in When:
        found = saving(Change(somebody(1, E3), remove=(E3,)), context=priced(subscriptions=(graph,)), when=when)
        assert (found.realisable_from, found.net_this_term) == ("2026-12-03", None)


def test_without_a_date_or_a_price_nothing_is_claimed() -> None:
    found = saving(Change(somebody(1, E3), remove=(E3,)), context=make_context(LINES))
    assert (found.realisable_from, found.net_this_term) == (None, None)
    context = priced(OwnPrice(UNPRICED, None, renewal=RENEWAL))
    unpriced = saving(Change(somebody(1, UNPRICED), remove=(UNPRICED,)), context=context)
    assert unpriced.net_this_term is None
    assert "No current price is known" in unpriced.basis


def test_a_plan_of_before_has_no_saving_and_is_read_all_the_same() -> None:
    made = plan(Change(somebody(1, E3), remove=(E3,)), context=make_context(LINES))
    assert b'"saving"' in made.to_bytes()
    before = replace(made, saving=None)
    assert b'"saving"' not in before.to_bytes()
    assert read_plan(before.to_bytes()) == before
