"""Text that a user of the tenant controls stays data: cleaned, cut, and out of the words (INV-25, INV-27)."""

import json

import pytest

from licenseiq.errors import Ambiguous
from tests.fake_people import HOSTILE, hostile
from tests.fake_proposals import FakeProposals
from tests.fakes import FakeTenant
from tests.tools.talk import all_texts, ask, assert_clean, content, error, good, talking, text_of

pytestmark = pytest.mark.anyio
SIGNS = ("SYSTEM", "untrusted", "evil", "ignore", "xxxx", "image")


async def test_lists_show_hostile_names_cleaned_and_only_in_their_fields(mode: str) -> None:
    result = await ask(mode, "list_inactive_users", {"limit": 50}, tenant=FakeTenant(hostile()))
    answer = result.structured_content
    assert answer is not None
    assert answer["shown"] == len(HOSTILE)
    for row in answer["users"]:
        for name in ("user_principal_name", "display_name", "department"):
            assert len(row[name]) <= 120
            assert_clean(row[name])
    elsewhere = json.dumps({k: v for k, v in answer.items() if k != "users"}) + getattr(result.content[0], "text", "")
    assert not any(sign in elsewhere for sign in SIGNS)


@pytest.mark.parametrize("number", range(1, len(HOSTILE) + 1))
async def test_every_tool_that_names_a_person_cleans_the_name(mode: str, number: int) -> None:
    people = hostile()
    who = people[number - 1].user_id
    async with talking(mode, tenant=FakeTenant(people), proposals=FakeProposals(people)) as call:
        proposed = good(await call("offboard_user", {"user": who}))
        answers = [
            proposed,
            good(await call("recommend_tier", {"user": who})),
            good(await call("explain_user", {"user": who})),
            good(await call("get_proposal", {"proposal_id": proposed["proposal_id"]})),
        ]
    for answer in answers:
        for text in all_texts(answer):
            assert_clean(text)
            assert len(text) <= 300


async def test_what_a_name_says_changes_no_plan(mode: str) -> None:
    people = hostile()
    who = people[2]
    assert "SYSTEM" in str(who.display_name)
    proposals = FakeProposals(people)
    answer = await content(mode, "offboard_user", {"user": who.user_id}, proposals=proposals)
    record = proposals.records[answer["proposal_id"]]
    assert record.names["s1"][0] == who.user_id
    assert answer["people"] == 1
    assert answer["state"] == "open"


async def test_candidates_are_cleaned(mode: str) -> None:
    failure = Ambiguous("Several people have that name.", "Give an id.", HOSTILE)
    words = await error(mode, "recommend_tier", {"user": "Bob"}, tenant=FakeTenant(failure=failure))
    sentence, fenced = words.split("{", 1)
    assert not any(sign in sentence for sign in SIGNS)
    candidates = json.loads("{" + fenced)["candidates"]
    assert len(candidates) == len(HOSTILE)
    for text in candidates:
        assert_clean(text)
        assert len(text) <= 120


async def test_words_of_every_read_hold_no_hostile_text(mode: str) -> None:
    for tool in (
        "health_score",
        "list_inactive_users",
        "list_waste",
        "list_subscriptions",
        "refresh_tenant",
        "list_proposals",
    ):
        result = await ask(mode, tool, tenant=FakeTenant(hostile()))
        assert not any(sign in text_of(result).split("{")[0] for sign in SIGNS)
