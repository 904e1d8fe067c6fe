"""recommend_tier: by use for a person, by peers for a newcomer, and no guess where nothing is known."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from licenseiq.context import Context
from licenseiq.money import Money
from licenseiq.policy import Persona, Policy
from licenseiq.prices import OwnPrice, PriceBook
from licenseiq.privacy import Privacy
from licenseiq.readings import Source
from licenseiq.seats import SeatLine
from licenseiq_tools.answers import BUDGET
from tests.core import test_right_size_products as real
from tests.fake_catalogue import E3, E5
from tests.fake_people import ordinary, person
from tests.fakes import FakeTenant
from tests.tools.talk import ask, content, error, text_of

pytestmark = pytest.mark.anyio
TOOL = "recommend_tier"
OWNED = (SeatLine(E3, "SPE_E3", 9, 0, 0, 0, 1, True, "Enabled"),)
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
    result = await ask(mode, TOOL, {"user": "user1@contoso.example"}, tenant=FakeTenant(ladder=True, lines=OWNED))
    answer = result.structured_content
    assert answer is not None
    assert [sku["part_number"] for sku in answer["recommended"]] == ["SPE_E3"]
    assert answer["saving"] == [{"amount": "21.00", "currency": "USD"}]
    assert "saves 21.00 USD a month (likely)" in text_of(result)
    assert (answer["proven"], answer["could_be_cheaper"]) == (True, [])
    assert answer["saving_terms"]["amount"] == answer["saving"]
    assert answer["saving_terms"]["net_this_term"] is None


async def test_what_no_report_shows_is_only_a_candidate_for_review(mode: str) -> None:
    tenant = FakeTenant(ladder=True, hidden=("Phone system",), lines=OWNED)
    answer = await content(mode, TOOL, {"user": "user1@contoso.example"}, tenant=tenant)
    assert answer["recommended"] == answer["current"]
    assert answer["saving"] == []
    assert answer["not_observable"] == ["Phone system"]
    assert answer["review_candidate"]["saving"] == [{"amount": "21.00", "currency": "USD"}]
    assert answer["review_candidate"]["decide"] == ["Whether the person needs Phone system, which no report shows."]


def stepping_down(**more: Any) -> FakeTenant:
    """Everybody in Sales holds E5, and needs E3."""
    return FakeTenant(ladder=True, lines=OWNED, **more)


async def test_a_newcomer_gets_what_similar_people_need(mode: str) -> None:
    answer = await content(mode, TOOL, {"department": "Sales"}, tenant=stepping_down())
    assert [sku["part_number"] for sku in answer["recommended"]] == ["SPE_E3"]
    assert answer["similar_people_need"] == answer["recommended"]
    assert (answer["similar_people"], answer["compared_by"], answer["agreement"]) == (23, "department", 1.0)
    assert answer["monthly_cost"] == [{"amount": "36.00", "currency": "USD"}]
    assert (answer["by_persona"], answer["confidence"]) == (False, "likely")


async def test_what_similar_people_hold_is_no_answer_where_nobody_knows_what_they_need(mode: str) -> None:
    answer = await content(mode, TOOL, {"department": "Sales"})
    assert (answer["recommended"], answer["similar_people"]) == (None, 0)
    assert "What 23 more of them need is not known, so they have no vote." in answer["because"]


async def test_a_title_that_few_have_gives_way_to_the_department(mode: str) -> None:
    asked = {"department": "Sales", "job_title": "Astronaut"}
    answer = await content(mode, TOOL, asked, tenant=stepping_down())
    assert (answer["compared_by"], answer["similar_people"]) == ("department", 23)


async def test_somebody_who_is_there_can_be_seen_by_similar_people_and_has_no_vote(mode: str) -> None:
    asked = {"user": "user1@contoso.example", "peers": True}
    answer = await content(mode, TOOL, asked, tenant=stepping_down())
    assert answer["user"]["user_principal_name"] == "user1@contoso.example"
    assert [sku["part_number"] for sku in answer["current"]] == ["SPE_E5"]
    assert [sku["part_number"] for sku in answer["recommended"]] == ["SPE_E3"]
    assert (answer["similar_people"], answer["compared_by"]) == (22, "department and job title")


async def test_an_answer_by_similar_people_names_none_of_them(mode: str) -> None:
    result = await ask(mode, TOOL, {"department": "Sales"}, tenant=stepping_down())
    every = text_of(result) + str(result.structured_content)
    assert "Sales" not in every
    for one in ordinary():
        for name in (one.user_id, one.user_principal_name, one.display_name, one.job_title):
            assert str(name) not in every


async def test_the_team_of_a_manager_is_a_group(mode: str) -> None:
    boss = person(1).user_id
    people = tuple(replace(p, manager_id=boss if n < 8 else None) for n, p in enumerate(ordinary()))
    asked = {"manager": "user1@contoso.example"}
    for privacy in (Privacy.NAMES, Privacy.PSEUDONYMS):
        answer = await content(mode, TOOL, asked, tenant=stepping_down(people=people), privacy=privacy)
        assert (answer["compared_by"], answer["similar_people"]) == ("manager", 8)


async def test_managers_that_could_not_be_read_are_no_empty_team(mode: str) -> None:
    tenant = stepping_down(unread=frozenset({Source.MANAGERS}))
    words = await error(mode, TOOL, {"manager": "user1@contoso.example"}, tenant=tenant)
    assert "could not be read" in words


async def test_a_persona_decides_and_what_similar_people_need_stands_beside(mode: str) -> None:
    tenant = employee(real.STANDARD)
    tenant.people = tuple(replace(tenant.people[0], user_id=f"p{n}", department="Sales") for n in range(9))
    sellers = Persona("seller", skus=(real.SKU["SPE_E3"],), departments=frozenset({"sales"}))
    tenant.more = {"policy": Policy(personas=(sellers,))}
    answer = await content(mode, TOOL, {"department": "Sales"}, tenant=tenant)
    assert [sku["part_number"] for sku in answer["recommended"]] == ["SPE_E3"]
    assert [sku["part_number"] for sku in answer["similar_people_need"]] == [real.STANDARD]
    assert (answer["by_persona"], answer["similar_people"]) == (True, 9)
    assert answer["because"][1].startswith("It differs from what similar people need")


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
        {"user": "a", "manager": "b"},
        {"manager": "*"},
        {"peers": True},
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


@dataclass
class RealTenant(FakeTenant):
    """A tenant that owns Microsoft's products of these part numbers."""

    owned: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)

    async def context(self, evaluation_id: str) -> Context:
        return real.tenant(*self.owned, **self.more)


def employee(*parts: str) -> RealTenant:
    who = replace(real.worker(*parts), user_principal_name="user1@contoso.example")
    return RealTenant((who,), owned=(*parts, "SPE_E3"))


async def test_the_longest_answer_keeps_its_budget(mode: str) -> None:
    parts = ("SPE_E5", "Microsoft_365_Copilot", "VISIOCLIENT", "POWER_BI_PRO", "EMS", "MCOEV", "PROJECTPROFESSIONAL")
    result = await ask(mode, TOOL, {"user": "user1@contoso.example"}, tenant=employee(*parts))
    assert result.structured_content is not None
    assert result.structured_content["review_candidate"]
    assert sum(len(block.text) for block in result.content if block.type == "text") <= BUDGET


async def test_an_unpriced_product_that_could_be_cheaper_is_named(mode: str) -> None:
    phone = frozenset({"teams_phone"})
    tenant = employee("ENTERPRISEPREMIUM")
    tenant.owned = ("ENTERPRISEPREMIUM", "ENTERPRISEPACK", "MCOEV")
    tenant.more = {"policy": Policy(required_capabilities=phone, released_capabilities=real.ALL - phone)}
    answer = await content(mode, TOOL, {"user": "user1@contoso.example"}, tenant=tenant)
    assert answer["proven"] is False
    assert [sku["part_number"] for sku in answer["could_be_cheaper"]] == ["MCOEV"]
    assert answer["why_not_lower"] == ["Required by the policy: Teams Phone (PBX)."]


async def test_a_step_down_in_mid_commitment_that_costs_more_says_so(mode: str) -> None:
    tenant = employee(real.STANDARD)
    tenant.people = (replace(tenant.people[0], signals=replace(tenant.people[0].signals, apps=real.WEB)),)
    row = OwnPrice(real.SKU[real.STANDARD], Money("USD", 14_000_000), renewal=date(2027, 11, 23))
    tenant.owned = (real.STANDARD, real.BASIC)
    tenant.more = {"prices": PriceBook("own", rows=(row,)), "consumed": 400}
    tenant.more["policy"] = Policy(permitted_skus=frozenset({real.SKU["STANDARDPACK"]}))
    result = await ask(mode, TOOL, {"user": "user1@contoso.example"}, tenant=tenant)
    assert result.structured_content is not None
    terms = result.structured_content["saving_terms"]
    assert terms["amount"] == [{"amount": "4.00", "currency": "USD"}]
    assert (terms["needs_purchase"], terms["realisable_from"]) == (True, "2027-11-23")
    assert terms["net_this_term"] == [{"amount": "-120.00", "currency": "USD"}]
    assert "Changed now it costs more in this term" in text_of(result)
