"""forecast_spend: ranges with their assumptions, what-ifs with their effect, and no arithmetic left to the model."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from licenseiq.errors import StateUnknown
from licenseiq.money import Money
from licenseiq.people import Person
from licenseiq.prices import OwnPrice, PriceBook, Term
from licenseiq.privacy import Privacy
from licenseiq.seats import SeatLine, Subscription
from licenseiq.spending.savings import Reclaim, ReclaimState
from tests.fake_catalogue import COPILOT, E3, E5
from tests.fake_people import person
from tests.fake_proposals import FakeProposals
from tests.fakes import FakeTenant
from tests.tools.talk import ask, content, error, good, text_of

pytestmark = pytest.mark.anyio
TOOL = "forecast_spend"
PEOPLE = tuple(person(number) for number in range(10))


def line(sku: str, enabled: int, consumed: int, *subscriptions: str) -> SeatLine:
    return SeatLine(sku, f"PART_{sku[:8]}", enabled, 0, 0, 0, consumed, True, "Enabled", subscriptions)


def tenant(*rows: OwnPrice, **more: Any) -> FakeTenant:
    given: dict[str, Any] = {
        "people": PEOPLE,
        "lines": (line(E5, 12, 10, "sub-1"), line(COPILOT, 3, 0)),
        "prices": PriceBook("p", None, rows),
        "found": (),
    }
    return FakeTenant(**(given | more))


def row(period: str, low: str, expected: str, high: str, currency: str = "USD") -> dict[str, str]:
    return {"period": period, "currency": currency, "low": low, "expected": expected, "high": high}


YEARLY = OwnPrice(E5, Money("USD", 50_000_000), "sub-1", term=Term.YEAR, quantity=12, renewal=date(2027, 2, 1))


async def test_nothing_assumed_is_today_and_the_range_is_what_nobody_needs(mode: str) -> None:
    result = await ask(mode, TOOL, {"months": 4}, tenant=tenant(YEARLY))
    answer = good(result)
    assert answer["periods"] == [
        row("2026-12", "600.00", "600.00", "600.00"),
        row("2027-01", "600.00", "600.00", "600.00"),
        row("2027-02", "550.00", "600.00", "600.00"),
        row("2027-03", "550.00", "600.00", "600.00"),
    ]
    assert answer["totals"] == [row("total", "2300.00", "2400.00", "2400.00")]
    assert (answer["effect"], answer["unpriced_seats"]) == (None, 3)
    assert answer["monthly_spend"] == [{"amount": "600.00", "currency": "USD"}]
    (renewal,) = answer["renewals"]
    assert (renewal["date"], renewal["seats"], renewal["imported"]) == ("2027-02-01", 12, True)
    assert any("3 seats without a price are in no amount" in one for one in answer["assumptions"])
    assert "4 months ahead, 2400.00 USD in all is expected; today it is 600.00 USD a month." in text_of(result)


@pytest.mark.parametrize(
    ("per", "periods"),
    [("quarter", ["2026-Q4", "2027-Q1", "2027-Q2"]), ("year", ["2026", "2027"])],
)
async def test_months_are_added_up_by_quarter_or_year(mode: str, per: str, periods: list[str]) -> None:
    answer = await content(mode, TOOL, {"months": 5, "sum": per}, tenant=tenant(YEARLY))
    assert [one["period"] for one in answer["periods"]] == periods
    assert answer["periods"][0]["expected"] == "600.00"
    assert answer["totals"][0]["expected"] == "3000.00"


async def test_what_is_assumed_has_its_effect_and_is_said(mode: str) -> None:
    given = tenant(YEARLY)
    for arguments, effect, words in (
        ({"joiners_per_month": 3, "sku": "Microsoft 365 E5"}, "600.00", "3 join and 0 leave a month"),
        ({"price_change_percent": 10}, "60.00", "Prices change by +10 %"),
        ({"extra_seats": 2, "sku": "Microsoft 365 E5"}, "300.00", "2 seats more"),
        ({"leavers_per_month": 1, "sku": "Microsoft 365 E5"}, "-150.00", "0 join and 1 leave a month"),
    ):
        answer = await content(mode, TOOL, {"months": 3, **arguments}, tenant=given)
        assert answer["effect"] == [{"amount": effect, "currency": "USD"}], arguments
        assert any(words in one for one in answer["assumptions"]), arguments


async def test_the_seats_of_proposals_go_at_the_renewal(mode: str) -> None:
    reclaims = (
        Reclaim(E5, 1, ReclaimState.OPEN),
        Reclaim(E5, 1, ReclaimState.APPROVED),
        Reclaim(E5, 1, ReclaimState.DONE, datetime(2026, 11, 1, tzinfo=UTC)),
    )
    given = {"tenant": tenant(YEARLY), "proposals": FakeProposals(PEOPLE, reclaimed=reclaims)}
    answer = await content(mode, TOOL, {"months": 3, "with_proposals": True}, **given)
    assert answer["periods"][2] == row("2027-02", "450.00", "500.00", "600.00")
    assert answer["effect"] == [{"amount": "-100.00", "currency": "USD"}]
    assert any("which frees 2 seats" in one for one in answer["assumptions"])


async def test_a_desk_that_cannot_be_read_is_no_tenant_without_proposals(mode: str) -> None:
    unknown = StateUnknown("The store desk.db could not be read from here.", "Look in the process that owns it.")
    given = {"tenant": tenant(), "proposals": FakeProposals(unknown_desk=unknown)}
    assert "desk.db" in await error(mode, TOOL, {"with_proposals": True}, **given)
    assert (await content(mode, TOOL, **given))["shown"] == 12


async def test_a_question_that_makes_no_sense_says_what_would(mode: str) -> None:
    assert "Name it with sku" in await error(mode, TOOL, {"extra_seats": 5}, tenant=tenant())
    assert "no paid seats" in await error(mode, TOOL, {"sku": "Microsoft 365 E3"}, tenant=tenant())
    for wrong in ({"months": 25}, {"months": 0}, {"price_change_percent": 1000}, {"sum": "decade"}):
        assert await error(mode, TOOL, wrong, tenant=tenant())


async def test_graphs_dates_are_shown_as_no_promise(mode: str) -> None:
    bought = Subscription("sub-1", E5, "Enabled", False, 12, None, datetime(2027, 3, 5, tzinfo=UTC))
    answer = await content(mode, TOOL, tenant=tenant(subscriptions=(bought,)))
    (renewal,) = answer["renewals"]
    assert (renewal["date"], renewal["imported"]) == ("2027-03-05", False)
    assert answer["periods"][3] == row("2027-03", "684.00", "684.00", "684.00")
    assert answer["periods"][4] == row("2027-04", "627.00", "684.00", "684.00")


async def test_two_years_in_many_currencies_say_that_some_periods_have_no_room(mode: str) -> None:
    names = ("AUD", "CAD", "CHF", "EUR", "GBP", "SEK")
    rows = tuple(OwnPrice(E3, Money(name, 9_999_990_000), f"s{name}", quantity=900) for name in names)
    big = line(E3, 6_000, 10, *(f"s{name}" for name in names))
    result = await ask(mode, TOOL, {"months": 24, "price_change_percent": 3}, tenant=tenant(*rows, lines=(big,)))
    answer = good(result)
    assert 0 < answer["shown"] < answer["total"] == 24 * (len(names) + 1)
    assert "sum=quarter" in answer["next_step"]
    assert len(answer["totals"]) == len(names) + 1


async def test_totals_alone_are_no_persons(mode: str) -> None:
    some: tuple[Person, ...] = PEOPLE[:3]
    answer = await content(mode, TOOL, tenant=tenant(people=some), privacy=Privacy.AGGREGATE)
    assert answer["periods"]
