"""propose_license_changes and withdraw_proposal, as a client sees them: what is stored, said, and refused."""

from dataclasses import replace
from typing import Any

import pytest

from licenseiq.findings import PERSON_RULES
from licenseiq.licensing_groups import LicenceGroup
from licenseiq.people import Assignment
from licenseiq.ports import Because, SeatsNeeded
from licenseiq.privacy import Privacy
from licenseiq.skus import Sku
from licenseiq_tools.kinds import SeatOfAPersonKind
from tests.fake_catalogue import E3, E5
from tests.fake_people import HOSTILE, hostile, ordinary, person
from tests.fake_proposals import FakeProposals
from tests.fakes import FakeTenant
from tests.tools.talk import ask, assert_clean, content, error, good, talking, text_of

pytestmark = pytest.mark.anyio
GROUP = "11111111-2222-4333-8444-555555555555"
ONE = ["user1@contoso.example"]
REMOVE = {"action": "remove", "users": ONE, "sku": "Microsoft 365 E5"}
SWAP = {"action": "swap", "users": ONE, "sku": "Microsoft 365 E5", "to_sku": "Microsoft 365 E3"}


def people() -> tuple[Any, ...]:
    return tuple(replace(p, roles=(), usage_location="DE") for p in ordinary())


async def test_a_removal_by_the_contract_changes_nothing_and_names_what_it_frees(mode: str) -> None:
    proposals = FakeProposals(people())
    result = await ask(mode, "propose_license_changes", REMOVE, proposals=proposals)
    answer = good(result)
    assert (answer["state"], answer["nothing_changed_yet"], len(answer["digest"])) == ("open", True, 64)
    (step,) = answer["steps"]
    assert (step["kind"], step["target"]) == ("change_licences", "user1@contoso.example")
    assert step["summary"] == "Take back Microsoft 365 E5."
    assert step["blocked"] is False
    assert [b["kind"] for b in answer["blockers"]] == []
    assert answer["saving"]["amount"] == [{"amount": "57.00", "currency": "USD"}]
    assert "A person approves it" in text_of(result)
    shown = await ask(mode, "get_proposal", {"proposal_id": answer["proposal_id"]}, proposals=proposals)
    assert "A person approves it" in good(shown)["next_step"]
    assert answer["approve_at"] == f"licenseiq approve {answer['proposal_id']}"


async def test_a_swap_says_what_goes_what_comes_and_what_is_unknown(mode: str) -> None:
    answer = await content(mode, "propose_license_changes", SWAP, proposals=FakeProposals(people()))
    assert answer["steps"][0]["summary"] == (
        "Swap Microsoft 365 E5 for Microsoft 365 E3; which services are newly on is unknown; "
        "which services are no longer on is unknown."
    )
    assert answer["saving"]["amount"] == [{"amount": "21.00", "currency": "USD"}]


async def test_what_an_addition_costs_is_a_minus_and_said_to_be_one(mode: str) -> None:
    arguments = {"action": "add", "users": ONE, "sku": "Microsoft 365 E3"}
    result = await ask(mode, "propose_license_changes", arguments, proposals=FakeProposals(people()))
    assert good(result)["saving"]["amount"] == [{"amount": "-36.00", "currency": "USD"}]
    assert "-36.00 USD a month, a minus being a cost" in text_of(result)


async def test_an_addition_says_where_the_seat_comes_from_and_where_one_is_missing(mode: str) -> None:
    arguments = {"action": "add", "users": ONE, "sku": "Microsoft 365 E3"}
    for missing, ids, total, words in (
        (0, (), 0, "A person approves it"),
        (1, ("never_used:u7",), 4, "propose again with action add and findings from seats"),
        (1, (), 0, "A person buys 1 seat first"),
    ):
        sku = Sku(E3, "SPE_E3", "Microsoft 365 E3")
        proposals = FakeProposals(people())
        proposals.seats = (SeatsNeeded(sku, 1 - missing, 0, 0, missing, 0, ids, total, "at 1 USD"),)
        answer = await content(mode, "propose_license_changes", arguments, proposals=proposals)
        (row,) = answer["seats"]
        assert (row["missing"], row["findings"], row["findings_total"]) == (missing, list(ids), total)
        assert row["to_buy"] == ("1 seat at 1 USD" if missing else None)
        assert words in answer["next_step"]


async def test_evidence_of_everybody_fits_with_the_least_sure_first(mode: str) -> None:
    everybody = people()[:23]
    because = tuple(Because(f"s{n}", "inactive_holder", "likely", "No human was seen. " * 30) for n in range(1, 24))
    proposals = FakeProposals(everybody, because=because)
    arguments = {"findings": [f"inactive_holder:{one.user_id}" for one in everybody]}
    answer = await content(mode, "propose_license_changes", arguments, proposals=proposals)
    assert 0 < len(answer["because"]) == len(answer["steps"]) < 23
    assert {row["target"] for row in answer["because"]} == {step["target"] for step in answer["steps"]}
    assert answer["left_out"]["steps"] == 23 - len(answer["steps"])


async def test_ids_of_findings_beside_seats_are_pseudonyms_where_people_are(mode: str) -> None:
    who = people()[0].user_id
    sku = Sku(E3, "SPE_E3", "Microsoft 365 E3")
    seats = SeatsNeeded(sku, 0, 0, 0, 1, 0, (f"never_used:{who}",), 1, "at 1 USD")
    proposals = FakeProposals(people(), seats=(seats,))
    arguments = {"action": "add", "users": ONE, "sku": "Microsoft 365 E3"}
    async with talking(mode, proposals=proposals, tenant=FakeTenant(people()), privacy=Privacy.PSEUDONYMS) as call:
        answer = good(await call("propose_license_changes", arguments))
    (finding,) = answer["seats"][0]["findings"]
    assert finding.startswith("never_used:person-")
    assert who not in finding


async def test_a_filter_is_refused_in_words_that_say_what_it_may_hold(mode: str) -> None:
    arguments = {"filter": {"kind": "nonsense"}, "expected_count": 1}
    words = await error(mode, "propose_license_changes", arguments, proposals=FakeProposals(people()))
    assert "filter must be an object of some of: kind: one of departed_holder" in words
    assert "nonsense" not in words


async def test_the_same_request_finds_the_same_proposal(mode: str) -> None:
    proposals = FakeProposals(people())
    async with talking(mode, proposals=proposals) as call:
        first = good(await call("propose_license_changes", REMOVE))
        again = await call("propose_license_changes", REMOVE)
    assert good(again)["proposal_id"] == first["proposal_id"]
    assert "is there already" in text_of(again)


async def test_a_group_is_named_in_a_field_of_its_own_and_cleaned(mode: str) -> None:
    """INV-25."""
    for text in HOSTILE:
        who = replace(people()[0], assignments=(Assignment(E5, GROUP),))
        proposals = FakeProposals((who,), groups=(LicenceGroup(GROUP, text, text),))
        result = await ask(mode, "propose_license_changes", REMOVE, proposals=proposals)
        answer = good(result)
        assert GROUP in answer["hand_offs"][0]["instructions"]
        (group,) = answer["groups"]
        for value in group.values():
            assert_clean(value)
            assert len(value) <= 120
        assert not any(sign in text_of(result).split("{")[0] for sign in ("SYSTEM", "evil", "untrusted", "xxxx"))


async def test_names_of_people_change_no_plan(mode: str) -> None:
    proposals = FakeProposals(tuple(replace(p, roles=(), usage_location="DE") for p in hostile()))
    arguments = REMOVE | {"users": [p.user_id for p in proposals.people]}
    answer = await content(mode, "propose_license_changes", arguments, proposals=proposals)
    assert answer["people"] == len(HOSTILE)
    assert {step["summary"] for step in answer["steps"]} == {"Take back Microsoft 365 E5."}


async def test_the_largest_plan_fits_and_says_where_the_rest_is(mode: str) -> None:
    everybody = tuple(
        replace(person(n), user_principal_name=f"user{n}-{'x' * 150}@contoso.example") for n in range(1, 26)
    )
    rows = (Assignment(E5), Assignment(E5, GROUP))
    proposals = FakeProposals(tuple(replace(p, assignments=rows) for p in everybody))
    proposals.groups = tuple(LicenceGroup(GROUP, "y" * 500, "z" * 500) for _ in range(9))
    arguments = REMOVE | {"users": [p.user_id for p in everybody]}
    async with talking(mode, proposals=proposals) as call:
        answer = good(await call("propose_license_changes", arguments))
        shown = len(answer["steps"])
        assert answer["left_out"]["steps"] == 25 - shown > 0
        page = {"proposal_id": answer["proposal_id"], "from_step": shown + 1}
        assert good(await call("get_proposal", page))["steps"][0]["number"] == shown + 1


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"action": "remove", "sku": "E5"},
        {"action": "remove", "users": ONE},
        {"action": "remove", "users": [], "sku": "E5"},
        {"action": "remove", "users": ["*"], "sku": "E5"},
        {"action": "remove", "users": ["everyone"], "sku": "E5"},
        {"action": "remove", "users": ["a", " A "], "sku": "E5"},
        {"action": "remove", "users": ["a"] * 26, "sku": "E5"},
        {"action": "remove", "users": ONE, "sku": "all"},
        {"action": "remove", "users": ONE, "findings": ["never_used:u"], "sku": "E5"},
        {"action": "remove", "users": ONE, "sku": "E5", "to_sku": "E3"},
        {"action": "remove", "users": ONE, "sku": "E5", "expected_count": 1},
        {"users": ONE, "sku": "E5"},
        {"action": "remove", "users": ONE, "sku": "E5", "filter": {"kind": "never_used"}, "expected_count": 1},
        {"action": "add", "users": ONE, "findings": ["never_used:u"]},
        {"action": "add", "users": ONE, "sku": "E5", "findings": ["a:u"], "filter": {"sku": "E5"}, "expected_count": 1},
        {"action": "swap", "users": ONE, "sku": "E5"},
        {"action": "swap", "users": ONE, "to_sku": "E5"},
        {"action": "add", "findings": ["never_used:u"], "sku": "E5"},
        {"action": "add", "filter": {"kind": "never_used"}, "expected_count": 1, "sku": "E5"},
        {"action": "remove", "findings": ["never_used:u"]},
        {"action": "reclaim"},
        {"action": "reclaim", "users": ONE},
        {"filter": {"kind": "never_used"}},
        {"filter": {"kind": "never_used"}, "expected_count": 0},
        {"filter": {"kind": "unassigned_seats"}, "expected_count": 1},
        {"filter": {}, "expected_count": 1},
        {"filter": {"confidence": "likely"}, "expected_count": 1},
        {"filter": {"department": "*"}, "expected_count": 1},
        {"filter": {"sku": "all"}, "expected_count": 1},
        {"filter": {"kind": "never_used", "everybody": True}, "expected_count": 1},
        {"filter": {"kind": "never_used"}, "findings": ["never_used:u"], "expected_count": 1},
        {"filter": {"kind": "never_used"}, "expected_count": 1, "to_sku": "E3"},
        {"filter": {"kind": "never_used"}, "expected_count": 1, "sku": "E3"},
        {"action": "reclaim", "findings": ["never_used:u", "never_used:u"]},
        {"action": "reclaim", "findings": ["never_used:u"], "sku": "E5"},
        {"action": "delete", "users": ONE, "sku": "E5"},
        {"action": "remove", "users": ONE, "sku": "E5", "when": "tomorrow"},
    ],
)
async def test_a_request_that_contradicts_itself_or_means_everybody_stores_nothing(
    mode: str, arguments: dict[str, Any]
) -> None:
    """INV-20."""
    proposals = FakeProposals(people())
    await error(mode, "propose_license_changes", arguments, proposals=proposals)
    assert not proposals.records


async def test_the_kinds_to_choose_from_are_those_of_findings_about_people() -> None:
    without_seats = {"group_licence_error", "dormant_privileged", "stale_identity"}
    assert set(SeatOfAPersonKind.__args__) | without_seats == {rule.__name__ for rule in PERSON_RULES}  # type: ignore[attr-defined]
    assert not set(SeatOfAPersonKind.__args__) & without_seats  # type: ignore[attr-defined]


async def test_a_withdrawal_is_told_and_can_be_repeated(mode: str) -> None:
    proposals = FakeProposals(people())
    async with talking(mode, proposals=proposals) as call:
        proposal_id = good(await call("propose_license_changes", REMOVE))["proposal_id"]
        for _ in range(2):
            answer = good(await call("withdraw_proposal", {"proposal_id": proposal_id}))
            assert (answer["state"], answer["nothing_changed_yet"]) == ("withdrawn", True)
        assert good(await call("list_proposals", {"state": "withdrawn"}))["total"] == 1


async def test_an_approved_proposal_is_not_withdrawn_from_here(mode: str) -> None:
    proposals = FakeProposals(people())
    proposal_id = (await content(mode, "propose_license_changes", REMOVE, proposals=proposals))["proposal_id"]
    proposals.records[proposal_id] = replace(proposals.records[proposal_id], state="approved")
    words = await error(mode, "withdraw_proposal", {"proposal_id": proposal_id}, proposals=proposals)
    assert "approved already" in words


async def test_read_only_refuses_both_even_by_name(mode: str) -> None:
    for name, arguments in (("propose_license_changes", REMOVE), ("withdraw_proposal", {"proposal_id": "p1"})):
        tenant, proposals = FakeTenant(), FakeProposals(people())
        async with talking(mode, tenant=tenant, proposals=proposals, read_only=True) as call:
            assert (await call(name, arguments)).is_error
        assert not proposals.records
