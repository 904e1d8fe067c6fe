"""`licenseiq spend` and `licenseiq forecast`: what the chat's tools answer, for a terminal and for machines."""

import json
import re
from datetime import timedelta
from typing import Any

import anyio
import pytest

from licenseiq.money import Money
from licenseiq.prices import OwnPrice, PriceBook
from licenseiq.seats import SeatLine
from licenseiq.spending.days import Day
from licenseiq.spending.forecast import WhatIf
from licenseiq.spending.outlook import Outlook, OutlookQuestion, outlook
from licenseiq.spending.report import SpendQuestion, SpendReport, spend_report
from licenseiq.spending.savings import Reclaim, ReclaimState
from licenseiq.spending.table import SpendBy
from licenseiq_cli.main import main
from licenseiq_cli.screen import Block, plain
from licenseiq_cli.spend_json import outlook_json, spend_json
from licenseiq_cli.spend_screen import outlook_blocks, spend_blocks
from tests.cli.on_demo import Say
from tests.fake_catalogue import E3, E5
from tests.fake_people import NOW, hostile, ordinary, person
from tests.fake_proposals import FakeProposals
from tests.fake_spending import day_of_people
from tests.fakes import FakeTenant
from tests.tools.talk import assert_clean, content

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]


async def _quiet(_: str) -> None:
    return None


def line(sku: str, enabled: int, consumed: int) -> SeatLine:
    return SeatLine(sku, f"PART_{sku[:8]}", enabled, 0, 0, 0, consumed, True, "Enabled")


def tenant(**more: Any) -> FakeTenant:
    book = PriceBook("p", None, (OwnPrice(E3, Money("EUR", 30_000_000)),))
    given = {"lines": (line(E5, 30, 23), line(E3, 2, 2)), "prices": book, "found": (), "history": (A_MONTH_AGO,)}
    return FakeTenant(**(given | more))


def a_month_ago() -> Day:
    one = FakeTenant((*ordinary()[:20], person(90, department="Gone")), lines=(line(E5, 40, 21),), found=())
    return day_of_people(one.people, (), anyio.run(one.context, "ev-1"), NOW - timedelta(days=31))


A_MONTH_AGO = a_month_ago()


def proposals() -> FakeProposals:
    return FakeProposals(reclaimed=(Reclaim(E5, 1, ReclaimState.DONE, NOW - timedelta(days=2)),))


def spend(question: SpendQuestion, given: FakeTenant | None = None) -> SpendReport:
    async def ask() -> SpendReport:
        one = given or tenant()
        return await spend_report(one, proposals(), await one.evaluation(_quiet), question)

    return anyio.run(ask)


def ahead(question: OutlookQuestion) -> Outlook:
    async def ask() -> Outlook:
        one = tenant()
        return await outlook(one, proposals(), await one.evaluation(_quiet), question)

    return anyio.run(ask)


def shown(blocks: list[Block]) -> str:
    return plain(blocks)


@pytest.mark.parametrize("by", list(SpendBy))
def test_what_the_command_prints_for_machines_is_what_the_tool_answers(by: SpendBy) -> None:
    names = ("Microsoft 365 E5",) if by is SpendBy.SKU else ("unassigned",)
    ours = spend_json(spend(SpendQuestion(by, None, "last_month", names)))
    arguments = {"by": by.value, "compare": "last_month", "sum": list(names), "limit": 50}

    async def ask() -> dict[str, Any]:
        return await content("auto", "spend_summary", arguments, tenant=tenant(), proposals=proposals())

    tool = anyio.run(ask)
    assert set(ours) <= set(tool)
    assert {name: tool[name] for name in set(ours) - {"unknown"}} == {
        name: value for name, value in ours.items() if name != "unknown"
    }


def test_a_forecast_for_machines_is_what_the_tool_answers() -> None:
    ours = outlook_json(ahead(OutlookQuestion(6, WhatIf(joiners_per_month=2, price_change_percent=-5), None, True)))
    arguments = {"months": 6, "joiners_per_month": 2, "price_change_percent": -5, "with_proposals": True}

    async def ask() -> dict[str, Any]:
        return await content("auto", "forecast_spend", arguments, tenant=tenant(), proposals=proposals())

    tool = anyio.run(ask)
    assert set(ours) <= set(tool)
    assert {name: tool[name] for name in ours} == dict(ours)


def test_a_person_reads_groups_changes_movements_and_savings() -> None:
    text = shown(spend_blocks(spend(SpendQuestion(compare="last_month"))))
    assert re.search(r"Sales +23 +1,311\.00 USD +\+171\.00 USD", text)
    assert re.search(r"Gone +0 +- +-57\.00 USD", text)
    assert "unassigned: nobody holds them" in text
    why = "10 seats given up (-570.00 USD); 2 holders more; 1 seat taken back by approved runs"
    assert why in " ".join(text.split())
    assert re.search(r"Reclaimed: the seat reads free +1 seat, 57\.00 USD", text)


def test_without_history_the_exposure_stands_where_the_change_would() -> None:
    text = shown(spend_blocks(spend(SpendQuestion(compare="last_year"), tenant(history=()))))
    assert "there is no history yet" in text
    assert "Exposure" in text.partition("By department")[2]


def test_a_person_reads_a_range_and_what_it_rests_on() -> None:
    text = shown(outlook_blocks(ahead(OutlookQuestion(2, WhatIf(price_change_percent=10)))))
    assert re.search(r"2026-12 +60\.00 EUR +66\.00 EUR +66\.00 EUR", text)
    assert "Prices change by +10 %" in text


def test_hostile_names_of_groups_are_cleaned() -> None:
    report = spend(SpendQuestion(), tenant(people=hostile(), history=()))
    for part in shown(spend_blocks(report)).splitlines():
        assert_clean(part)
    assert_clean(json.dumps(spend_json(report), ensure_ascii=False))


def test_on_the_demo_the_groups_add_up_to_the_score_s_spend(say: Say) -> None:
    code, out, err = say("spend")
    assert (code, out) == (1, "")
    assert "licenseiq scan --demo" in err
    say("scan")
    for by in SpendBy:
        code, out, _ = say("spend", "--by", by.value, "--json")
        found = json.loads(out)
        assert code == 0
        micros = sum(round(float(m["amount"]) * 100) for row in found["groups"] for m in row["monthly_spend"] or ())
        assert micros == round(float(found["tenant"]["monthly_spend"][0]["amount"]) * 100)
    code, out, _ = say("forecast", "--months", "3", "--json")
    assert (code, len(json.loads(out)["periods"])) == (0, 3)
    assert json.loads(out)["monthly_spend"] == found["tenant"]["monthly_spend"]


def test_wrong_values_say_what_can_be_given(say: Say) -> None:
    say("scan")
    assert "last_month" in say("spend", "--compare", "tomorrow")[2]
    assert "Name it with sku" in say("forecast", "--extra-seats", "3")[2]
    for words in (("forecast", "--months", "25"), ("forecast", "--price-change", "x"), ("spend", "--by", "planet")):
        with pytest.raises(SystemExit) as stopped:
            main([*words, "--demo"])
        assert stopped.value.code == 2
