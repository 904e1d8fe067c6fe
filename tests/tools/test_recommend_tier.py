"""recommend_tier: by use for a person, by peers for a newcomer, and no guess where nothing is known."""

from dataclasses import replace
from typing import Any

import pytest

from tests.fakes import E5, FakeTenant, ordinary, person
from tests.tools.talk import ask, content, error, text_of

pytestmark = pytest.mark.anyio
TOOL = "recommend_tier"
FIELDS = {"current", "recommended", "saving", "confidence", "because", "would_lose", "not_observable", "similar_people"}


async def test_what_cannot_be_said_is_null_with_the_reason(mode: str) -> None:
    result = await ask(mode, TOOL, {"user": "user1@contoso.example"})
    answer = result.structured_content
    assert answer is not None
    assert answer.keys() >= FIELDS
    assert answer["recommended"] is None
    assert answer["saving"] is None
    assert answer["because"]
    assert answer["current"] == [{"sku_id": E5, "part_number": "SPE_E5", "name": "Microsoft 365 E5"}]
    assert "No recommendation" in text_of(result)


async def test_a_blocked_account_needs_no_paid_seat(mode: str) -> None:
    blocked = FakeTenant((replace(person(1), account_enabled=False),))
    answer = await content(mode, TOOL, {"user": "user1@contoso.example"}, tenant=blocked)
    assert answer["recommended"] == []
    assert answer["saving"] == [{"amount": "57.00", "currency": "USD"}]


async def test_an_unused_suite_steps_down_with_its_saving(mode: str) -> None:
    result = await ask(mode, TOOL, {"user": "user1@contoso.example"}, tenant=FakeTenant(ladder=True))
    answer = result.structured_content
    assert answer is not None
    assert [sku["part_number"] for sku in answer["recommended"]] == ["SPE_E3"]
    assert answer["saving"] == [{"amount": "21.00", "currency": "USD"}]
    assert "saves 21.00 USD a month (likely)" in text_of(result)


async def test_what_no_report_shows_is_only_a_candidate_for_review(mode: str) -> None:
    tenant = FakeTenant(ladder=True, hidden=("Phone system",))
    answer = await content(mode, TOOL, {"user": "user1@contoso.example"}, tenant=tenant)
    assert answer["recommended"] == answer["current"]
    assert answer["saving"] == []
    assert answer["not_observable"] == ["Phone system"]
    assert answer["review_candidate"]["saving"] == [{"amount": "21.00", "currency": "USD"}]
    assert answer["review_candidate"]["decide"] == ["Whether the person needs Phone system, which no report shows."]


async def test_a_newcomer_gets_what_similar_people_need(mode: str) -> None:
    answer = await content(mode, TOOL, {"department": "Sales"})
    assert [sku["part_number"] for sku in answer["recommended"]] == ["SPE_E5"]
    assert answer["similar_people"] == 23
    assert answer["agreement"] == 1.0
    assert answer["monthly_cost"] == [{"amount": "57.00", "currency": "USD"}]


async def test_a_small_group_proves_nothing(mode: str) -> None:
    answer = await content(mode, TOOL, {"department": "Finance"})
    assert answer["recommended"] is None
    assert "too few" in answer["because"][0]


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"user": "a", "department": "b"},
        {"user": "*"},
        {"department": "*"},
        {"location": " "},
        {"job_title": "x\ty"},
    ],
)
async def test_neither_nor_and_both_are_refused(mode: str, arguments: dict[str, Any]) -> None:
    tenant = FakeTenant()
    await error(mode, TOOL, arguments, tenant=tenant)
    assert tenant.asked == []


async def test_an_ambiguous_person_gives_candidates(mode: str) -> None:
    words = await error(mode, TOOL, {"user": "Alex Doe"})
    assert '"candidates":["Alex Doe <user24@contoso.example>"' in words


async def test_many_candidates_are_cut_with_a_count(mode: str) -> None:
    people = tuple(replace(p, display_name="Same Name") for p in ordinary())
    words = await error(mode, TOOL, {"user": "Same Name"}, tenant=FakeTenant(people))
    assert '"candidates_left_out":15' in words
