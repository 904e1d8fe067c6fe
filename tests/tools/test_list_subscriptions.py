"""list_subscriptions: what was bought and used, with null for every number that Graph did not tell."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from licenseiq.money import Money
from licenseiq.prices import Billing, Channel, OwnPrice, PriceBook, Term
from licenseiq.readings import Source
from licenseiq.seats import SeatLine, Subscription
from tests.fake_catalogue import COPILOT, E3, E5
from tests.fakes import FakeTenant
from tests.tools.talk import ask, content, error, good, pages, talking, text_of

pytestmark = pytest.mark.anyio
TOOL = "list_subscriptions"
FREE = "00000000-0000-0000-0000-00000000000f"
ENDS = datetime(2027, 3, 1, tzinfo=UTC)


def line(sku: str, enabled: int | None, consumed: int | None, *, assignable: bool = True) -> SeatLine:
    return SeatLine(sku, f"PART_{sku[:8]}", enabled, 1, 2, 0, consumed, assignable, "Enabled")


def purchase(sku: str, number: int, *, trial: bool = False) -> Subscription:
    return Subscription(f"sub-{number}", sku, "Enabled", trial, 10, ENDS, ENDS)


LINES = (line(E5, 30, 23), line(E3, 2, 4), line(COPILOT, 9, 1), line(FREE, 5, 5, assignable=False))
TENANT = FakeTenant(lines=LINES, subscriptions=(purchase(E5, 1), purchase(E5, 2), purchase(E3, 3)))


async def test_it_counts_seats_and_money_by_sku(mode: str) -> None:
    result = await ask(mode, TOOL, tenant=TENANT)
    answer = good(result)
    assert (answer["total"], answer["shown"], answer["free_left_out"]) == (3, 3, 1)
    e5, e3, copilot = answer["skus"]
    assert e5["sku"]["part_number"] == "SPE_E5"
    assert (e5["bought"], e5["assigned"], e5["free"], e5["over_assigned"]) == (30, 23, 7, 0)
    assert (e5["warning"], e5["suspended"], e5["locked_out"]) == (1, 2, 0)
    assert e5["price"] == {
        "monthly": {"amount": "57.00", "currency": "USD"},
        "status": "current",
        "observed": "2026-07-01",
    }
    assert e5["seat_cost"] == {"monthly": {"amount": "57.00", "currency": "USD"}, "basis": "list"}
    assert (e5["terms"], e5["subscriptions"][0]["terms"]) == (None, None)
    assert e5["monthly_spend"] == [{"amount": "1710.00", "currency": "USD"}]
    assert e5["unassigned_seats"] == 6
    assert e5["unassigned_cost"] == [{"amount": "342.00", "currency": "USD"}]
    assert e5["subscriptions_total"] == 2
    assert e5["subscriptions"][0]["next_lifecycle"] == "2027-03-01T00:00:00Z"
    assert (e3["free"], e3["over_assigned"]) == (0, 2)
    assert e3["monthly_spend"] == [{"amount": "144.00", "currency": "USD"}]
    assert copilot["seat_cost"] is None
    assert (copilot["price"], copilot["monthly_spend"], copilot["unassigned_cost"]) == (None, None, None)
    assert copilot["unassigned_seats"] == 7
    assert copilot["subscriptions"] == []
    assert "1 SKU with more seats assigned than bought" in text_of(result)


async def test_own_prices_stand_beside_the_list_price_with_their_terms_and_without_the_contact(mode: str) -> None:
    rows = (
        OwnPrice(
            E5,
            Money("EUR", 40_000_000),
            "sub-1",
            Channel.CSP,
            Term.YEAR,
            Billing.MONTHLY,
            10,
            date(2027, 3, 1),
            auto_renew=True,
            contact="Rita Seller",
        ),
        OwnPrice(E3, Money("USD", 30_000_000)),
    )
    result = await ask(mode, TOOL, tenant=replace(TENANT, prices=PriceBook("p", None, rows)))
    e5, e3, _ = good(result)["skus"]
    assert e5["price"]["monthly"] == {"amount": "57.00", "currency": "USD"}
    assert e5["seat_cost"] is None  # two currencies: there is no one price
    assert e5["monthly_spend"] == [{"amount": "400.00", "currency": "EUR"}, {"amount": "1140.00", "currency": "USD"}]
    first, second = e5["subscriptions"]
    assert first["terms"] == {
        "monthly": {"amount": "40.00", "currency": "EUR"},
        "channel": "CSP",
        "term": "P1Y",
        "billing": "monthly",
        "quantity": 10,
        "renewal": "2027-03-01",
        "auto_renew": True,
        "reducible_until": None,
    }
    assert second["terms"] is None
    assert e3["seat_cost"] == {"monthly": {"amount": "30.00", "currency": "USD"}, "basis": "own"}
    assert e3["terms"]["monthly"] == {"amount": "30.00", "currency": "USD"}
    assert "Rita" not in result.model_dump_json()


async def test_numbers_that_graph_did_not_tell_are_null(mode: str) -> None:
    (row,) = (await content(mode, TOOL, tenant=FakeTenant((), lines=(line(E5, None, 3),))))["skus"]
    assert row["assigned"] == 3
    for name in ("bought", "free", "over_assigned", "monthly_spend", "unassigned_seats", "unassigned_cost"):
        assert row[name] is None, name


async def test_a_sku_that_people_hold_but_nobody_listed_is_shown_with_nulls(mode: str) -> None:
    rows = (await content(mode, TOOL, tenant=FakeTenant(lines=(line(E3, 5, 2),))))["skus"]
    unlisted = next(row for row in rows if row["sku"]["sku_id"] == E5)
    assert (unlisted["bought"], unlisted["monthly_spend"]) == (None, None)


async def test_free_ones_and_trials_are_left_out_unless_asked_for(mode: str) -> None:
    trial = FakeTenant((), lines=LINES, subscriptions=(purchase(E3, 1, trial=True),))
    answer = await content(mode, TOOL, tenant=trial)
    assert answer["free_left_out"] == 2
    everything = await content(mode, TOOL, {"include_free": True}, tenant=trial)
    free = {row["sku"]["sku_id"]: row["why_free"] for row in everything["skus"] if not row["paid"]}
    assert free == {E3: "trial", FREE: "tenant"}
    (named,) = (await content(mode, TOOL, {"sku": "E3"}, tenant=trial))["skus"]
    assert named["monthly_spend"] == []


async def test_without_the_list_of_skus_it_is_an_error(mode: str) -> None:
    blind = FakeTenant(unread=frozenset({Source.SKUS}))
    assert "LicenseAssignment.Read.All" in await error(mode, TOOL, tenant=blind)


async def test_subscriptions_that_could_not_be_read_are_null(mode: str) -> None:
    blind = FakeTenant(lines=LINES, unread=frozenset({Source.SUBSCRIPTIONS}))
    row = (await content(mode, TOOL, tenant=blind))["skus"][0]
    assert (row["subscriptions"], row["subscriptions_total"]) == (None, None)


async def test_pages_reach_the_end_within_the_budget(mode: str) -> None:
    skus = [f"{n:08x}-1111-4111-8111-111111111111" for n in range(60)]
    many = tuple(purchase(sku, n) for sku in skus for n in range(9))
    tenant = FakeTenant((), lines=tuple(line(sku, n, 0) for n, sku in enumerate(skus)), subscriptions=many)
    async with talking(mode, tenant=tenant) as call:
        rows = await pages(call, TOOL, "skus", {"limit": 50})
    assert [row["sku"]["sku_id"] for row in rows] == list(reversed(skus))


async def test_a_cursor_of_another_query_is_refused(mode: str) -> None:
    cursor = (await content(mode, TOOL, {"limit": 1}, tenant=TENANT))["next_cursor"]
    assert "other arguments" in await error(mode, TOOL, {"cursor": cursor, "include_free": True}, tenant=TENANT)
