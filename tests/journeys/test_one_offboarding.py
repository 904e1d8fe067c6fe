"""The journey: a chat finds a leaver and proposes, a person types the phrase, and the chat sees that it is done."""

import pytest
from tests.journeys.offboarding import KINDS, SHORTEST, all_done_once, outcomes, propose, type_the_phrase
from tests.journeys.processes import Home
from tests.tools.talk import good, text_of

pytestmark = pytest.mark.anyio


def approve(home: Home, proposal_id: str) -> tuple[int, str]:
    """The exit code of `licenseiq approve`, and what it showed to a person who typed what it asked for."""
    with home.started("approve", proposal_id) as approving:
        shown = type_the_phrase(approving)
        assert approving.stdout is not None
        return approving.wait(timeout=30), shown + approving.stdout.read()


async def test_a_proposal_of_the_chat_is_approved_in_the_terminal_and_done_once(home: Home) -> None:
    async with home.chat() as ask:
        proposed, user_id = await propose(ask, home)
        proposal_id = proposed["proposal_id"]
        again = good(await ask("offboard_user", {"user": user_id, **SHORTEST}))
        assert (again["proposal_id"], again["digest"]) == (proposal_id, proposed["digest"])
        before = good(await ask("get_proposal", {"proposal_id": proposal_id}))
        assert (before["state"], before["nothing_changed_yet"], before["runs"]) == ("open", True, [])
        assert proposed["approve_at"].endswith(f"licenseiq approve {proposal_id}")

        code, shown = approve(home, proposal_id)
        assert code == 0, shown
        assert proposed["digest"] in shown

        answer = await ask("get_proposal", {"proposal_id": proposal_id})
        after = good(answer)
        who_did_it = good(await ask("audit_trail", {"user": user_id, "limit": 50}))
        everything = good(await ask("audit_trail", {"limit": 1}))
    removed = next(row for row in who_did_it["entries"] if row["kind"] == "outcome" and row["skus"])
    assert (removed["proposal_id"], removed["level"], removed["user"]["id"]) == (proposal_id, "L0", user_id)
    assert removed["summary"].endswith("Approved by typed phrase on the demo tenant.")
    assert everything["head"] == after["ledger"]
    assert "Its run is complete" in text_of(answer)
    assert (after["state"], after["nothing_changed_yet"]) == ("approved", False)
    assert [(a["decision"], a["level"]) for a in after["approvals"]] == [("approve", "L0")]
    (run,) = after["runs"]
    assert run["state"] == "complete"
    assert outcomes(run) == ["done"] * len(KINDS)
    assert after["ledger"]["size"] > (before["ledger"]["size"] if before["ledger"] else 0)

    assert home.changes() == all_done_once(user_id)
    assert {(e["who"], e["method"]) for e in home.demo.requests() if e["who"] != "writer"} == {
        ("reader", "GET"),
        ("reader", "POST"),  # a batch of readings of leavers
        ("anonymous", "GET"),
    }

    (ledger,) = home.facts("audit", "verify")["ledgers"]
    assert (ledger["is_whole"], ledger["size"], ledger["root"]) == (True, *after["ledger"].values())
    listed = {row["proposal_id"]: row for row in home.facts("proposals")["proposals"]}
    assert (listed[proposal_id]["state"], listed[proposal_id]["run"]) == ("approved", "complete")


async def test_a_wrong_phrase_changes_nothing_and_a_no_is_told_in_the_chat(home: Home) -> None:
    async with home.chat() as ask:
        proposed, _ = await propose(ask, home)
        which = {"proposal_id": proposed["proposal_id"]}
        wrong = home.run("approve", proposed["proposal_id"], typed="approve 00000000\n")
        assert wrong.returncode == 1
        assert "Nothing was approved." in wrong.stderr
        still = good(await ask("get_proposal", which))
        assert (still["state"], still["runs"], still["nothing_changed_yet"]) == ("open", [], True)

        rejected = home.run("approve", proposed["proposal_id"], "--reject", "She stays.")
        assert rejected.returncode == 0, rejected.stderr
        told = good(await ask("get_proposal", which))
        assert (told["state"], told["runs"]) == ("rejected", [])
        assert [a["decision"] for a in told["approvals"]] == ["reject"]
    assert home.changes() == []
