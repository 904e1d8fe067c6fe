"""offboard_user, get_proposal and list_proposals: what is stored, what is said, and what is never said."""

from dataclasses import replace
from typing import Any

import pytest

from licenseiq.privacy import Privacy
from licenseiq.proposals.states import NOT_BEGUN
from licenseiq.proposals.stored import (
    ApprovalReport,
    DeskReport,
    LedgerHead,
    RunReport,
    StepReport,
    TamperedProposal,
)
from tests.fake_people import NOW, ordinary
from tests.fake_proposals import FakeProposals
from tests.fakes import FakeTenant
from tests.tools.talk import Ask, ask, content, error, good, pages, talking, text_of

pytestmark = pytest.mark.anyio
ONE = {"user": "user1@contoso.example"}


async def stored(mode: str, state: str, desk: DeskReport | None, users: int = 1) -> tuple[FakeProposals, str]:
    proposals = FakeProposals()
    people = [f"user{n}@contoso.example" for n in range(1, users + 1)]
    proposal_id = (await content(mode, "offboard_user", {"users": people}, proposals=proposals))["proposal_id"]
    proposals.records[proposal_id] = replace(proposals.records[proposal_id], state=state, desk=desk)
    return proposals, proposal_id


def run(state: str, *outcomes: str | None) -> RunReport:
    steps = tuple(
        StepReport(n, "disable_sign_in", outcome, NOW if outcome else None, "") for n, outcome in enumerate(outcomes, 1)
    )
    return RunReport("r1", state, "L0", steps)


def desk(*runs: RunReport) -> DeskReport:
    approval = ApprovalReport("a1", "approve", "L0", "typed phrase on the demo tenant", NOW)
    return DeskReport("approved", (approval,), runs, LedgerHead(4, "ab" * 32))


async def test_a_proposal_by_the_contract_changes_nothing(mode: str) -> None:
    answer = await content(mode, "offboard_user", ONE)
    assert answer["nothing_changed_yet"] is True
    assert answer["state"] == "open"
    assert len(answer["digest"]) == 64
    assert [step["kind"] for step in answer["steps"]] == [
        "disable_sign_in",
        "revoke_sessions",
        "remove_direct_licences",
    ]
    assert {step["target"] for step in answer["steps"]} == {"user1@contoso.example"}
    assert answer["blockers"] == [
        {"kind": "holds_not_read", "applies_to": [3], "cure": "A preflight has to read the holds first."}
    ]
    assert answer["saving"]["amount"] == [{"amount": "57.00", "currency": "USD"}]
    assert answer["saving"]["net_this_term"] is None
    assert answer["approve_at"] == f"licenseiq approve {answer['proposal_id']}"
    assert answer["expires_at"] == "2026-11-24T09:12:31Z"
    assert answer["hand_offs"][0]["target"] == "user1@contoso.example"


async def test_the_same_request_finds_the_same_proposal(mode: str) -> None:
    proposals = FakeProposals()
    first = await content(mode, "offboard_user", ONE, proposals=proposals)
    again = await ask(mode, "offboard_user", ONE, proposals=proposals)
    assert again.structured_content is not None
    assert again.structured_content["proposal_id"] == first["proposal_id"]
    assert "is there already" in text_of(again)
    assert len(proposals.records) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"user": ""},
        {"user": " "},
        {"user": "*"},
        {"user": "ALL"},
        {"user": "everyone"},
        {"users": []},
        {"users": ["*"]},
        {"users": ["a", "A"]},
        {"users": ["a", " a "]},
        {"users": ["a", ""]},
        {"user": "a", "users": ["b"]},
        {"user": None, "users": None},
        {"users": [f"u{n}" for n in range(26)]},
        {"users": "user1@contoso.example"},
        {"user": "a\nb"},
        {"user": "x" * 121},
    ],
)
async def test_no_selector_means_everybody(mode: str, arguments: dict[str, Any]) -> None:
    proposals = FakeProposals()
    await error(mode, "offboard_user", arguments, proposals=proposals)
    assert not proposals.records


async def test_an_ambiguous_name_gives_candidates_and_stores_nothing(mode: str) -> None:
    proposals = FakeProposals()
    words = await error(mode, "offboard_user", {"user": "Alex Doe"}, proposals=proposals)
    assert "user24@contoso.example" in words
    assert "user25@contoso.example" in words
    assert not proposals.records


async def test_the_largest_plan_stays_within_the_budget_and_pages_to_its_end(mode: str) -> None:
    people = tuple(
        replace(p, user_principal_name=f"user{n}-{'x' * 150}@contoso.example") for n, p in enumerate(ordinary(), 1)
    )
    proposals = FakeProposals(people)
    async with talking(mode, proposals=proposals) as call:
        await _walk(call, proposals, [p.user_id for p in people])


async def _walk(call: Ask, proposals: FakeProposals, users: list[str]) -> None:
    first = good(await call("offboard_user", {"users": users}))
    assert first["steps_total"] == 75
    assert first["left_out"]["steps"] == 75 - len(first["steps"]) > 0
    seen = [step["number"] for step in first["steps"]]
    outcomes = (*["done"] * 74, None)
    record = proposals.records[first["proposal_id"]]
    proposals.records[record.proposal_id] = replace(
        record, state="approved", desk=desk(*[run("running", *outcomes) for _ in range(7)])
    )
    while seen[-1] < 75:
        arguments = {"proposal_id": record.proposal_id, "from_step": seen[-1] + 1}
        page = good(await call("get_proposal", arguments))
        assert [s["number"] for s in page["runs"][0]["steps"]] == [s["number"] for s in page["steps"]]
        assert page["runs"][0]["outcomes"] == {"done": 74, "none_yet": 1}
        seen += [step["number"] for step in page["steps"]]
    assert seen == list(range(1, 76))


async def test_a_complete_run_says_complete(mode: str) -> None:
    proposals, proposal_id = await stored(mode, "approved", desk(run("complete", "done", "done", "already_so")))
    result = await ask(mode, "get_proposal", {"proposal_id": proposal_id}, proposals=proposals)
    answer = result.structured_content
    assert answer is not None
    assert "run is complete" in text_of(result)
    assert answer["nothing_changed_yet"] is False
    assert answer["runs"][0]["state"] == "complete"
    assert answer["runs"][0]["steps"][0] == {
        "number": 1,
        "kind": "disable_sign_in",
        "outcome": "done",
        "at": "2026-11-23T09:12:31Z",
    }
    assert answer["approvals"][0]["decision"] == "approve"
    assert answer["ledger"] == {"size": 4, "root": "ab" * 32}


@pytest.mark.parametrize("state", ["partial", "failed", "running", "waiting"])
async def test_any_other_run_is_not_called_complete(mode: str, state: str) -> None:
    proposals, proposal_id = await stored(mode, "approved", desk(run(state, "done", "failed", None)))
    result = await ask(mode, "get_proposal", {"proposal_id": proposal_id}, proposals=proposals)
    assert f"run is {state}, not complete (1 done, 1 failed, 1 none_yet)" in text_of(result)


async def test_a_batch_that_stopped_says_how_many_were_not_begun_and_who_lets_it_go_on(mode: str) -> None:
    rests = run("paused", "drifted", *["waiting"] * 6)
    rests = replace(rests, steps=(rests.steps[0], *(replace(one, note=NOT_BEGUN) for one in rests.steps[1:])))
    proposals, proposal_id = await stored(mode, "approved", desk(rests), users=3)
    answer = await ask(mode, "get_proposal", {"proposal_id": proposal_id}, proposals=proposals)
    assert "run is paused, not complete (1 drifted, 6 waiting)" in text_of(answer)
    assert "stopped at an unexpected answer, before 3 people" in text_of(answer)
    assert "licenseiq run resume r1" in text_of(answer)


async def test_an_unknown_state_stays_unknown(mode: str) -> None:
    proposals, proposal_id = await stored(mode, "unknown", None)
    answer = await content(mode, "get_proposal", {"proposal_id": proposal_id}, proposals=proposals)
    assert answer["state"] == "unknown"
    assert answer["nothing_changed_yet"] is False
    assert any("could not be read" in sentence for sentence in answer["unknown"])
    listed = await content(mode, "list_proposals", proposals=proposals)
    assert listed["unknown"]


async def test_who_has_left_the_tenant_is_shown_by_reference(mode: str) -> None:
    proposals, proposal_id = await stored(mode, "open", None)
    proposals.records[proposal_id] = replace(proposals.records[proposal_id], names={})
    answer = await content(mode, "get_proposal", {"proposal_id": proposal_id}, proposals=proposals)
    assert {step["target"] for step in answer["steps"]} == {"s1"}


async def test_seats_without_a_price_make_the_saving_unknown(mode: str) -> None:
    proposals, proposal_id = await stored(mode, "open", None)
    record = proposals.records[proposal_id]
    plan = replace(record.plan, money={}, unpriced_seats=2)
    proposals.records[proposal_id] = replace(record, plan=plan)
    answer = await content(mode, "get_proposal", {"proposal_id": proposal_id}, proposals=proposals)
    assert answer["saving"]["amount"] is None
    assert "2 seats" in answer["saving"]["basis"]


async def test_the_list_pages_to_its_end_and_filters_by_state(mode: str) -> None:
    async with talking(mode) as call:
        for n in range(1, 24):
            await call("offboard_user", {"user": f"user{n}@contoso.example"})
        seen = [row["proposal_id"] for row in await pages(call, "list_proposals", "proposals", {"limit": 50})]
        assert len(seen) == len(set(seen)) == 23
        assert good(await call("list_proposals", {"state": "rejected"}))["total"] == 0


@pytest.mark.parametrize("privacy", Privacy)
async def test_a_proposal_whose_bytes_were_changed_has_a_row_that_says_so(mode: str, privacy: Privacy) -> None:
    """Total and rows agree, and nothing of it is made up: unknown is not zero."""
    proposals, first = await stored(mode, "open", None)
    report = desk(run("complete", "done"))
    proposals.records["p-changed"] = TamperedProposal("p-changed", "approved", report)  # type: ignore[assignment]
    async with talking(mode, proposals=proposals, privacy=privacy) as call:
        rows = {row["proposal_id"]: row for row in await pages(call, "list_proposals", "proposals", {"limit": 1})}
        listed = await call("list_proposals")
    assert set(rows) == {first, "p-changed"}
    assert rows[first]["problem"] is None
    changed = rows["p-changed"]
    assert "stored bytes changed" in changed["problem"]
    assert (changed["state"], changed["run_state"]) == ("approved", "complete")
    for name in ("kind", "people", "steps", "blockers", "monthly_saving", "created_at", "expires_at", "simulated"):
        assert changed[name] is None, name
    assert "What 1 proposal would do: cannot be read" in text_of(listed)


async def test_a_proposal_that_is_not_there_is_said(mode: str) -> None:
    assert "Call list_proposals" in await error(mode, "get_proposal", {"proposal_id": "nope"})
    assert "text of 1 to 64" in await error(mode, "get_proposal", {"proposal_id": "../x"})


async def test_a_tool_that_proposes_asks_the_tenant_for_nothing_else(mode: str) -> None:
    tenant = FakeTenant()
    await content(mode, "offboard_user", ONE, tenant=tenant)
    assert tenant.asked == []


async def test_an_erasure_says_what_there_is_and_that_two_people_approve(mode: str) -> None:
    answer = await ask(mode, "propose_erasure", ONE)
    found = good(answer)
    assert [step["kind"] for step in found["steps"]] == [
        *("disable_sign_in", "revoke_sessions", "delete_account", "purge_account"),
    ]
    assert "Two people must approve it" in text_of(answer)
    assert {row["place"]: row["found"] for row in found["inventory"]}["sign-in and audit logs"] is None
    assert "article 15" in found["hand_offs"][0]["instructions"]
    wrong = await ask(mode, "propose_erasure", {**ONE, "grace_days": 30})
    assert "0 to 29" in text_of(wrong)
    everybody = await ask(mode, "propose_erasure", {"user": "*"})
    assert "selects nobody in particular" in text_of(everybody)


async def test_totals_alone_erase_nobody(mode: str) -> None:
    refused = await ask(mode, "propose_erasure", ONE, privacy=Privacy.AGGREGATE)
    assert refused.is_error
    named = await content(mode, "propose_erasure", ONE, privacy=Privacy.PSEUDONYMS)
    assert {step["target"][:7] for step in named["steps"]} == {"person-"}
