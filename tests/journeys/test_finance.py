"""Two questions of finance: what is spent on whom and what became of savings; and what the months to come cost."""

import pytest
from tests.journeys.offboarding import propose, type_the_phrase
from tests.journeys.processes import Home, Json, asking
from tests.tools.talk import good

pytestmark = pytest.mark.anyio


def cents(total: list[Json] | None) -> int:
    return sum(round(float(one["amount"]) * 100) for one in total or ())


async def test_spend_is_split_without_a_rest_and_a_seat_that_was_taken_back_is_told(home: Home) -> None:
    home.facts("scan", "--demo")
    async with home.client() as client:
        ask = await asking(client)
        health = good(await ask("health_score"))
        for by in ("department", "country", "sku"):
            answer = good(await ask("spend_summary", {"by": by, "limit": 50}))
            rows = answer["groups"]
            while answer["next_cursor"]:
                answer = good(await ask("spend_summary", {"by": by, "limit": 50, "cursor": answer["next_cursor"]}))
                rows += answer["groups"]
            assert len(rows) == answer["total"]
            assert answer["tenant"]["monthly_spend"] == health["monthly_spend"]
            assert answer["tenant"]["exposure"] == health["exposure"]
            assert answer["tenant"]["seats"] == health["paid_seats"]
            assert sum(cents(row["monthly_spend"]) for row in rows) == cents(health["monthly_spend"])

        whole = good(await ask("spend_summary", {"compare": "last_month"}))
        assert (whole["compared_with"], whole["movements"]) == (None, None)
        assert "there is no history yet" in whole["compared_note"]
        assert {row["state"]: row["seats"] for row in whole["savings"]}["reclaimed"] == 0
        assert home.facts("spend", "--demo")["tenant"] == whole["tenant"]

        proposed, _ = await propose(ask, home)
        with home.started("approve", proposed["proposal_id"]) as approving:
            type_the_phrase(approving)
            assert approving.wait(timeout=30) == 0
        after = good(await ask("spend_summary"))
    states = {row["state"]: row["seats"] for row in after["savings"]}
    assert states["reclaimed"] > 0
    assert (states["approved"], states["realised"], states["reversed"]) == (0, 0, 0)


async def test_a_forecast_has_a_range_and_the_effect_of_what_is_assumed(home: Home) -> None:
    async with home.chat() as ask:
        plain = good(await ask("forecast_spend", {"months": 24, "sum": "quarter"}))
        growing = {"months": 24, "sum": "quarter", "joiners_per_month": 5, "price_change_percent": 4}
        asked = good(await ask("forecast_spend", growing))
    (before,), (after,) = plain["totals"], asked["totals"]
    assert cents(plain["monthly_spend"]) * 24 == round(float(before["expected"]) * 100)
    assert (plain["effect"], asked["monthly_spend"]) == (None, plain["monthly_spend"])
    assert len(asked["periods"]) in (8, 9)
    for row in (*plain["periods"], *asked["periods"], before, after):
        assert float(row["low"]) <= float(row["expected"]) <= float(row["high"])
    effect = round(float(after["expected"]) * 100) - round(float(before["expected"]) * 100)
    assert abs(cents(asked["effect"]) - effect) <= 1
    assert effect > 0
    assert any("Prices change by +4 %" in one for one in asked["assumptions"])
    printed = home.facts("forecast", "--demo", "--months", "24", "--sum", "quarter")
    assert printed["periods"] == plain["periods"]
