"""health_score by the contract: figures, unknowns, and a next step."""

import pytest

from licenseiq.errors import NotReady
from tests.fakes import FakeTenant
from tests.tools.talk import ask, content, error, text_of

pytestmark = pytest.mark.anyio


async def test_it_answers_by_the_contract(mode: str) -> None:
    answer = await content(mode, "health_score")
    assert answer["score"] == 73.4
    assert answer["provisional"] is True
    assert answer["exposure"] == [
        {"amount": "3.00", "currency": "EUR"},
        {"amount": "570.00", "currency": "USD"},
    ]
    assert answer["as_of"] == "2026-11-23T09:12:31Z"
    assert answer["simulated"] is True
    assert answer["unpriced_seats"] == 1
    assert answer["actions"][0]["tool"] == "list_inactive_users"
    assert set(answer["components"][0]) == {"name", "weight", "points", "explanation"}


async def test_components_add_up_to_the_score(mode: str) -> None:
    answer = await content(mode, "health_score")
    assert round(sum(part["points"] for part in answer["components"]), 1) == answer["score"]
    assert sum(part["weight"] for part in answer["components"]) == 100


async def test_what_is_unknown_and_the_age_of_the_data_are_said(mode: str) -> None:
    tenant = FakeTenant(notes=("The data is two days old.",))
    answer = await content(mode, "health_score", tenant=tenant)
    assert "The data is two days old." in answer["unknown"]
    assert any("AuditLog.Read.All" in sentence for sentence in answer["unknown"])


async def test_the_words_hold_the_figures(mode: str) -> None:
    words = text_of(await ask(mode, "health_score")).split("{")[0]
    assert "73.4 of 100 (provisional)" in words
    assert "570.00 USD" in words


async def test_unknown_figures_are_null_and_unknown_never_zero(mode: str) -> None:
    result = await ask(mode, "health_score", tenant=FakeTenant(blind=True))
    answer = result.structured_content
    assert answer is not None
    assert (answer["score"], answer["exposure"], answer["monthly_spend"]) == (None, None, None)
    assert "unknown" in text_of(result).split("{")[0]


async def test_endless_notes_are_cut_with_a_count(mode: str) -> None:
    notes = tuple(f"Source {n} could not be read: {'x' * 200}" for n in range(100))
    answer = await content(mode, "health_score", tenant=FakeTenant(notes=notes))
    assert "more that this answer has no room for" in answer["unknown"][-1]


async def test_a_scan_that_still_runs_is_said_in_words(mode: str) -> None:
    failure = NotReady("The first scan is still running.", "Ask again in a minute.")
    assert "Ask again in a minute." in await error(mode, "health_score", tenant=FakeTenant(failure=failure))
