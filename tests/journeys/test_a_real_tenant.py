"""The whole path on a tenant that the product takes for a real one: a Graph on the loopback address, two tokens."""

import pytest
from tests.at_the_desk import AtTheDesk, running_desk
from tests.journeys.processes import LICENSEIQ, Home, Json, asking
from tests.tools.talk import Ask, good

from licenseiq_cli.desk_control import need
from licenseiq_desk.audit import approvers, verify_home

pytestmark = pytest.mark.anyio


def at_graph(home: Home) -> dict[str, str]:
    reader = home.demo.found("reader")
    return home.at_graph(LICENSEIQ_TENANT_ID=reader.tenant_id)


def of_the_desk(home: Home, **more: str) -> dict[str, str]:
    """The desk's environment: its own token, and the two risks that a single administrator takes."""
    desk = home.demo.found("desk")
    return home.environment(
        LICENSEIQ_GRAPH_URL=desk.url,
        LICENSEIQ_TENANT_ID=desk.tenant_id,
        LICENSEIQ_WRITER_TOKEN=desk.token,
        LICENSEIQ_ACCEPT_SAME_USER_RISK="true",
        LICENSEIQ_SOLE_ADMINISTRATOR="true",
        **more,
    )


async def proposed(ask: Ask) -> Json:
    """A proposal to take one unused seat back that nothing blocks."""
    rows = good(await ask("list_waste", {"kind": "unused_addon", "limit": 50}))["findings"]
    for row in rows:
        answer = await ask("propose_license_changes", {"action": "reclaim", "findings": [row["id"]]})
        if answer.is_error:
            continue
        found = good(answer)
        if not found["blockers"] and not found["hand_offs"] and found["steps"]:
            return found
        await ask("withdraw_proposal", {"proposal_id": found["proposal_id"]})
    raise AssertionError("no seat can be taken back")


async def test_a_chat_proposes_a_passkey_approves_and_the_tenant_is_changed(home: Home) -> None:
    """INV-02, INV-35: reader and desk have a token each, and each refuses the other's."""
    async with home.client(program=(*LICENSEIQ, "serve"), **at_graph(home)) as client:
        ask = await asking(client)
        found = await proposed(ask)
        proposal_id = found["proposal_id"]
        with running_desk(environ=of_the_desk(home)) as desk:
            ada = AtTheDesk.of(desk.origin)
            ada.enrol(need(home.path, demo=False).ask("/control/enrolments", {"name": "Ada"})["url"])
            (who,) = approvers(home.path)
            assert home.facts("approve", proposal_id)["decide_at"] == f"{desk.origin}/proposals/{proposal_id}"
            assert home.changes() == []
            begun = ada.decide(who.approver_id, proposal_id)
            assert begun["level"].startswith("L1: a passkey")
            assert ada.run_of(proposal_id)["state"] == "complete"
        answer = good(await ask("get_proposal", {"proposal_id": proposal_id}))
    assert [(a["decision"], a["level"]) for a in answer["approvals"]] == [("approve", "L1")]
    assert {step["outcome"] for step in answer["runs"][0]["steps"]} == {"done"}
    assert [changed for _, _, changed in home.changes()] == [True] * len(found["steps"])
    assert {e["who"] for e in home.demo.requests() if e["is_change"]} == {"writer"}
    assert any("same user" in line for line in desk.said)
    verdict = verify_home(home.path, home.demo.found("reader").tenant_id)
    assert verdict is not None
    assert verdict.is_whole
