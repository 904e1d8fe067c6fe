"""list_inactive_users: rows by the contract, pages to the end, and cursors that fit only their own query."""

import pytest

from tests.fake_catalogue import E3
from tests.fake_people import person
from tests.fakes import FakeTenant
from tests.tools.talk import ask, content, error, pages, talking, text_of

pytestmark = pytest.mark.anyio
TOOL = "list_inactive_users"


async def test_it_answers_by_the_contract(mode: str) -> None:
    answer = await content(mode, TOOL, {"limit": 2})
    health = await content(mode, "health_score")
    assert answer["total"] == 25
    assert answer["shown"] == len(answer["users"]) == 2
    assert answer["exposure"] == health["exposure"]
    assert answer["unknown"] == health["unknown"]
    row = answer["users"][1]
    assert row["id"].startswith("00000024")
    assert row["user_principal_name"] == "user24@contoso.example"
    assert row["last_activity"] == "2026-07-23"
    assert row["days_inactive"] == 123
    assert row["skus"] == [{"sku_id": E3, "part_number": "SPE_E3", "name": "Microsoft 365 E3"}]
    assert row["monthly_cost_held"] == [{"amount": "36.00", "currency": "USD"}]


async def test_an_unpriced_seat_makes_the_row_cost_unknown(mode: str) -> None:
    answer = await content(mode, TOOL, {"limit": 1})
    assert answer["users"][0]["sku_count"] == 2
    assert answer["users"][0]["monthly_cost_held"] is None


@pytest.mark.parametrize("limit", [1, 7, 50])
async def test_pages_reach_the_end_without_duplicates(mode: str, limit: int) -> None:
    async with talking(mode) as call:
        seen = [row["id"] for row in await pages(call, TOOL, "users", {"limit": limit})]
    assert len(seen) == len(set(seen)) == 25


async def test_the_largest_page_of_long_names_stays_within_the_budget(mode: str) -> None:
    people = tuple(person(n, "Ä" * 200, department="Ö" * 200, skus=("s" * 36, E3)) for n in range(1, 80))
    answer = await content(mode, TOOL, {"limit": 50}, tenant=FakeTenant(people))
    assert 1 <= answer["shown"] < 50
    assert answer["next_cursor"]
    assert all(row["truncated"] for row in answer["users"])


async def test_a_cursor_of_another_query_is_refused(mode: str) -> None:
    cursor = (await content(mode, TOOL, {"limit": 1}))["next_cursor"]
    assert "other arguments" in await error(mode, TOOL, {"cursor": cursor, "department": "Finance"})
    assert "other arguments" in await error(mode, "list_proposals", {"cursor": cursor})


@pytest.mark.parametrize("cursor", ["abc", "W10", "bnVsbA", "____", "eyJhIjoxfQ", "WzEsMiwzXQ"])
async def test_a_garbled_cursor_is_refused_in_words(mode: str, cursor: str) -> None:
    assert "leave the cursor out" in await error(mode, TOOL, {"cursor": cursor})


async def test_a_cursor_stays_with_its_evaluation(mode: str) -> None:
    cursor = (await content(mode, TOOL, {"limit": 1}))["next_cursor"]
    newer = FakeTenant(evaluation_id="ev-2")
    assert "no longer kept" in await error(mode, TOOL, {"cursor": cursor}, tenant=newer)


async def test_it_filters_by_department_and_sku(mode: str) -> None:
    assert (await content(mode, TOOL, {"department": "finance"}))["total"] == 2
    assert (await content(mode, TOOL, {"sku": "E3"}))["total"] == 2
    assert (await content(mode, TOOL, {"inactive_days": 120}))["total"] == 5


async def test_an_ambiguous_sku_gives_candidates(mode: str) -> None:
    assert '"candidates":["' in await error(mode, TOOL, {"sku": "Microsoft 365"})


@pytest.mark.parametrize("word", ["*", " ", "all", "%"])
async def test_a_selector_that_means_everything_is_refused(mode: str, word: str) -> None:
    assert "selects nobody in particular" in await error(mode, TOOL, {"department": word})


async def test_nobody_is_called_active_where_nothing_could_be_read(mode: str) -> None:
    result = await ask(mode, TOOL, tenant=FakeTenant((), coverage=0, unjudged=9))
    answer = result.structured_content
    assert answer is not None
    assert (answer["total"], answer["matched_monthly_cost"], answer["unjudged"]) == (None, None, 9)
    assert "unknown" in text_of(result).split("{")[0]


async def test_no_tenant_text_stands_in_the_words(mode: str) -> None:
    result = await ask(mode, TOOL, tenant=FakeTenant((person(1, "Zebra Quagga", department="Okapi"),)))
    words = getattr(result.content[0], "text", "")
    assert "Zebra" not in words
    assert "Okapi" not in words
    assert "contoso" not in words
