"""spend_summary: groups that add up, another day beside them, and what became of savings."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from licenseiq.context import Context
from licenseiq.errors import StateUnknown
from licenseiq.money import Money
from licenseiq.people import Person
from licenseiq.prices import OwnPrice, PriceBook
from licenseiq.privacy import Privacy, is_pseudonym
from licenseiq.seats import SeatLine
from licenseiq.spending.days import Day
from licenseiq.spending.savings import Reclaim, ReclaimState, SeenSeats
from tests.fake_catalogue import COPILOT, E3, E5
from tests.fake_people import NOW, hostile, ordinary, person
from tests.fake_proposals import FakeProposals
from tests.fake_spending import day_of_people
from tests.fakes import FakeTenant
from tests.tools.talk import ask, content, error, good, pages, talking, text_of

pytestmark = pytest.mark.anyio
TOOL = "spend_summary"
BOSS = ordinary()[0].user_id


def line(sku: str, enabled: int, consumed: int) -> SeatLine:
    return SeatLine(sku, f"PART_{sku[:8]}", enabled, 0, 0, 0, consumed, True, "Enabled")


def people() -> tuple[Person, ...]:
    """User 1 leads User 2 (with User 3 below) and User 24; the others have no manager."""
    managers = {2: BOSS, 24: BOSS, 3: ordinary()[1].user_id}
    return tuple(
        replace(who, manager_id=managers.get(number), cost_center="4711" if number < 5 else None, country="DE")
        for number, who in enumerate(ordinary(), 1)
    )


def tenant(**more: Any) -> FakeTenant:
    lines = (line(E5, 30, 23), line(E3, 2, 2), line(COPILOT, 1, 1))
    return FakeTenant(**({"people": people(), "lines": lines, "found": ()} | more))


async def a_day(days: int, given: FakeTenant | None = None, context: Context | None = None) -> Day:
    one = given or tenant()
    return day_of_people(one.people, (), context or await one.context("ev-1"), NOW - timedelta(days=days))


def amount(units: str, currency: str = "USD") -> list[dict[str, str]]:
    return [{"amount": units, "currency": currency}]


async def test_departments_and_what_nobody_holds_add_up_to_the_total(mode: str) -> None:
    result = await ask(mode, TOOL, tenant=tenant(found=None))
    answer = good(result)
    assert (answer["by"], answer["total"], answer["shown"]) == ("department", 3, 3)
    sales, free, finance = answer["groups"]
    assert (sales["group"], sales["name"], sales["people"], sales["seats"]) == ("department", "Sales", 23, 23)
    assert sales["monthly_spend"] == amount("1311.00")
    assert (free["group"], free["name"], free["people"], free["seats"]) == ("unassigned", None, 0, 7)
    assert (free["monthly_spend"], free["exposure"]) == (amount("399.00"), amount("72.00"))
    assert (finance["seats"], finance["monthly_spend"], finance["unpriced_seats"]) == (3, amount("72.00"), 1)
    assert answer["tenant"]["monthly_spend"] == amount("1782.00")
    assert (answer["tenant"]["people"], answer["tenant"]["seats"], answer["tenant"]["unpriced_seats"]) == (25, 33, 1)
    assert (answer["compared_with"], answer["movements"], sales["before"], sales["change"]) == (None, None, None, None)
    assert any("Seats that nobody holds are the row unassigned" in note for note in answer["unknown"])
    assert "Spend 1782.00 USD a month for 33 paid seats, by department: 3 of 3 groups shown." in text_of(result)


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("country", [("country", "DE"), ("unassigned", None)]),
        ("cost_center", [("no_cost_center", None), ("unassigned", None), ("cost_center", "4711")]),
    ],
)
async def test_other_groups_are_named_as_the_tenant_has_them(
    mode: str, by: str, names: list[tuple[str, str | None]]
) -> None:
    answer = await content(mode, TOOL, {"by": by}, tenant=tenant())
    assert [(row["group"], row["name"]) for row in answer["groups"]] == names


async def test_a_sku_has_all_its_seats_and_unknown_prices_are_null(mode: str) -> None:
    answer = await content(mode, TOOL, {"by": "sku"}, tenant=tenant())
    rows = {row["sku"]["part_number"]: row for row in answer["groups"]}
    assert (rows["SPE_E5"]["people"], rows["SPE_E5"]["seats"]) == (23, 30)
    assert rows["Microsoft_365_Copilot"]["monthly_spend"] is None
    assert rows["Microsoft_365_Copilot"]["unpriced_seats"] == 1


async def test_the_organisation_of_a_manager_and_of_everybody_below(mode: str) -> None:
    answer = await content(mode, TOOL, {"by": "manager"}, tenant=tenant())
    rows = {
        (row["group"], (row["manager"] or {}).get("user_principal_name")): row["people"] for row in answer["groups"]
    }
    # Two people at the top would be two organisations: User 1 is the only one, so that direct reports are shown.
    assert rows == {
        ("manager", "user1@contoso.example"): 1,
        ("manager", "user2@contoso.example"): 2,
        ("manager", "user24@contoso.example"): 1,
        ("no_manager", None): 21,
        ("unassigned", None): 0,
    }
    below = await content(mode, TOOL, {"by": "manager", "under": "user2@contoso.example"}, tenant=tenant())
    rows = {(row["group"], (row["manager"] or {}).get("user_principal_name")): row["people"] for row in below["groups"]}
    assert rows == {
        ("manager", "user2@contoso.example"): 1,
        ("manager", "user3@contoso.example"): 1,
        ("outside", None): 23,
        ("unassigned", None): 0,
    }
    words = await error(mode, TOOL, {"under": "user2@contoso.example"}, tenant=tenant())
    assert "Group by manager" in words


async def test_groups_are_added_up_by_name_each_once(mode: str) -> None:
    answer = await content(mode, TOOL, {"sum": ["sales", "Finance", " SALES "]}, tenant=tenant())
    assert (answer["sum"]["people"], answer["sum"]["monthly_spend"]) == (25, amount("1383.00"))
    free = await content(mode, TOOL, {"sum": ["unassigned"]}, tenant=tenant())
    assert free["sum"]["monthly_spend"] == amount("399.00")
    skus = {"by": "sku", "sum": ["Microsoft 365 E5", "Microsoft 365 E3"]}
    assert (await content(mode, TOOL, skus, tenant=tenant()))["sum"]["monthly_spend"] == amount("1782.00")
    assert "not among the groups" in await error(mode, TOOL, {"sum": ["Legal"]}, tenant=tenant())
    assert "selects nobody" in await error(mode, TOOL, {"sum": ["*"]}, tenant=tenant())


async def test_another_day_stands_beside_each_group_and_its_movements_have_causes(mode: str) -> None:
    before = tenant(people=(*people()[:20], person(70, department="Legal")), lines=(line(E5, 40, 21),))
    old = await a_day(31, before)
    reclaims = (Reclaim(E5, 1, ReclaimState.DONE, NOW - timedelta(days=3)),)
    given = {"tenant": tenant(history=(old,)), "proposals": FakeProposals(people(), reclaimed=reclaims)}
    result = await ask(mode, TOOL, {"compare": "last_month", "sum": ["Sales"]}, **given)
    answer = good(result)
    assert answer["compared_with"] == "2026-10-23"
    rows = {row["name"] or row["group"]: row for row in answer["groups"]}
    assert (rows["Sales"]["before"], rows["Sales"]["change"]) == (amount("1140.00"), amount("171.00"))
    assert (rows["Finance"]["before"], rows["Finance"]["change"]) == ([], amount("72.00"))
    assert (rows["Legal"]["seats"], rows["Legal"]["before"]) == (0, amount("57.00"))
    assert (answer["tenant"]["before"], answer["tenant"]["change"]) == (amount("2280.00"), amount("-498.00"))
    assert answer["sum"]["change"] == amount("171.00")
    e5, e3, copilot = answer["movements"]
    assert (e5["sku"]["part_number"], e5["change"], e5["more_holders"]) == ("SPE_E5", amount("-570.00"), 2)
    assert e5["causes"] == [{"cause": "seats_given_up", "seats": -10, "change": amount("-570.00")}]
    assert e5["taken_back_by_runs"] == 1
    assert (e3["change"], copilot["change"]) == (amount("72.00"), [])
    assert "Compared with 2026-10-23. The change is -498.00 USD a month." in text_of(result)


async def test_a_price_that_changed_is_a_movement_of_its_own(mode: str) -> None:
    cheaper = tenant(prices=PriceBook("p", None, (OwnPrice(E5, Money("USD", 50_000_000)),)))
    given = tenant(history=(await a_day(365, cheaper),))
    answer = await content(mode, TOOL, {"by": "sku", "compare": "last_year"}, tenant=given)
    (moved,) = answer["movements"]
    assert moved["causes"] == [{"cause": "price_change", "seats": None, "change": amount("210.00")}]


async def test_without_history_nothing_is_compared_and_it_is_said(mode: str) -> None:
    given = tenant(history=(await a_day(3),))
    result = await ask(mode, TOOL, {"compare": "last_year"}, tenant=given)
    answer = good(result)
    assert (answer["compared_with"], answer["movements"], answer["tenant"]["before"]) == (None, None, None)
    assert answer["compared_note"] == "Nothing to compare with: there is no history before 2026-11-20."
    assert answer["compared_note"] in text_of(result)
    assert {row["change"] for row in answer["groups"]} == {None}
    for wrong in ("2026-11-23", "2026-13-01", "tomorrow"):
        assert await error(mode, TOOL, {"compare": wrong}, tenant=given)


async def test_organisations_below_a_person_have_no_history(mode: str) -> None:
    given = tenant(history=(await a_day(31),))
    answer = await content(mode, TOOL, {"by": "manager", "under": BOSS, "compare": "last_month"}, tenant=given)
    assert {row["before"] for row in answer["groups"]} == {None}
    assert answer["tenant"]["change"] == []
    assert any("only the totals and the SKUs are known" in note for note in answer["unknown"])


async def test_savings_are_told_by_state(mode: str) -> None:
    done = ReclaimState.DONE
    reclaims = (
        *(Reclaim(E5, 1, done, NOW - timedelta(days=days)) for days in (9, 8)),
        Reclaim(COPILOT, 1, done, NOW - timedelta(days=9)),
        Reclaim(E3, 1, ReclaimState.APPROVED),
        Reclaim(E3, 1, ReclaimState.OPEN),
    )
    seen = {E5: tuple(SeenSeats(NOW - timedelta(days=days), 30, taken) for days, taken in ((10, 25), (7, 23), (1, 24)))}
    given = {"tenant": tenant(seats_seen=seen), "proposals": FakeProposals(people(), reclaimed=reclaims)}
    answer = await content(mode, TOOL, **given)
    rows = {row["state"]: row for row in answer["savings"]}
    assert list(rows) == ["identified", "approved", "reclaimed", "realised", "reversed"]
    assert rows["identified"]["seats"] == 10
    assert (rows["approved"]["seats"], rows["approved"]["monthly_saving"]) == (1, amount("36.00"))
    assert (rows["reclaimed"]["seats"], rows["reclaimed"]["monthly_saving"]) == (2, amount("57.00"))
    assert rows["reclaimed"]["unpriced_seats"] == 1
    assert (rows["realised"]["seats"], rows["realised"]["monthly_saving"]) == (1, amount("57.00"))
    assert (rows["reversed"]["seats"], rows["reversed"]["monthly_saving"]) == (0, [])


async def test_a_desk_that_cannot_be_read_leaves_savings_unknown(mode: str) -> None:
    unknown = StateUnknown("The store desk.db could not be read from here.", "Look in the process that owns it.")
    given = {"tenant": tenant(history=(await a_day(31),)), "proposals": FakeProposals(unknown_desk=unknown)}
    answer = await content(mode, TOOL, {"compare": "last_month"}, **given)
    assert answer["savings"] is None
    assert any("What became of savings is unknown" in note for note in answer["unknown"])


async def test_every_group_of_a_large_tenant_is_found_by_following_the_cursor(mode: str) -> None:
    many = tuple(person(n, department=f"Department {n} of a very long name, {'x' * 90}") for n in range(150))
    given = tenant(people=many, lines=(line(E5, 200, 150),), history=(await a_day(31, tenant(people=many[:90])),))
    async with talking(mode, tenant=given) as call:
        rows = await pages(call, TOOL, "groups", {"compare": "last_month", "limit": 50})
        assert len({row["name"] for row in rows}) == len(rows) == 151
        assert sum(float(row["monthly_spend"][0]["amount"]) for row in rows) == 200 * 57
        first = good(await call(TOOL, {"limit": 1}))
        other = await call(TOOL, {"limit": 1, "by": "country", "cursor": first["next_cursor"]})
        assert other.is_error


async def test_hostile_names_of_groups_are_cleaned(mode: str) -> None:
    answer = await content(mode, TOOL, {"limit": 50}, tenant=tenant(people=hostile()))
    assert answer["total"] > 5


async def test_pseudonyms_lead_organisations_and_name_them(mode: str) -> None:
    hidden = {"privacy": Privacy.PSEUDONYMS, "tenant": tenant(history=(await a_day(31),))}
    async with talking(mode, **hidden) as call:
        answer = good(await call(TOOL, {"by": "manager", "compare": "last_month"}))
        managers = [row["manager"] for row in answer["groups"] if row["manager"]]
        assert len(managers) == 3
        assert all(is_pseudonym(one["id"]) and one["user_principal_name"] is None for one in managers)
        assert {str(row["change"]) for row in answer["groups"]} == {"[]"}
        largest = max((row for row in answer["groups"] if row["manager"]), key=lambda row: row["people"])
        below = good(await call(TOOL, {"by": "manager", "under": largest["manager"]["id"]}))
        assert {row["group"] for row in below["groups"]} == {"manager", "outside", "unassigned"}
        named = good(await call(TOOL, {"by": "manager", "sum": [largest["manager"]["id"]]}))
        assert named["sum"]["people"] == 2


async def test_totals_merge_small_groups_and_know_no_managers(mode: str) -> None:
    some = (*(person(n) for n in range(20)), *(person(30 + n, department=f"D{n}") for n in range(4)))
    given = tenant(people=some, lines=(line(E5, 30, 24),))
    old = await a_day(31, tenant(people=(*some[:18], person(90, department="Alone")), lines=(line(E5, 30, 19),)))
    hidden = {"privacy": Privacy.AGGREGATE, "tenant": replace(given, history=(old,))}
    async with talking(mode, **hidden) as call:
        answer = good(await call(TOOL, {"compare": "last_month"}))
        rows = {row["group"]: row for row in answer["groups"]}
        # Four people are too few for a rest of their own, so that the only large group joins them.
        assert set(rows) == {"other", "unassigned"}
        assert (rows["other"]["people"], rows["other"]["before"], rows["other"]["change"]) == (24, None, None)
        assert not (await call(TOOL, {"by": "sku"})).is_error
        for arguments in ({"by": "manager"}, {"by": "manager", "under": "User 1"}, {"sum": ["D1"]}):
            assert (await call(TOOL, arguments)).is_error
