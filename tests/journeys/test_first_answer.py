"""A newcomer's chat: every tool answers over stdio, in both protocol eras, with the same figures as the command."""

from pathlib import Path

import pytest
from tests.journeys.processes import TOOLS, Home, Json, asking, beside
from tests.tenant.on_demo import OnDemo
from tests.tools.talk import good

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def reported(running: OnDemo, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Json]:
    """A home that the command has read, and what it printed."""
    running.reset()
    home = beside(running, Path(tmp_path_factory.mktemp("reported")))
    return home, home.facts("demo")


async def test_every_tool_answers_with_the_figures_of_the_command(reported: tuple[Home, Json], mode: str) -> None:
    """INV-49 in part, INV-50: nothing is read for the list of tools, and every answer is marked as simulated."""
    home, report = reported
    home.demo.reset()
    async with home.client(mode=mode) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == TOOLS
        assert home.demo.requests() == []
        ask = await asking(client)
        health = good(await ask("health_score"))
        inactive = good(await ask("list_inactive_users", {"limit": 5}))
        leaver = inactive["users"][0]
        tier = good(await ask("recommend_tier", {"user": leaver["id"]}))
        newcomer = good(await ask("recommend_tier", {"department": "Sales"}))
        proposed = good(await ask("offboard_user", {"user": leaver["id"]}))
        detail = good(await ask("get_proposal", {"proposal_id": proposed["proposal_id"]}))
        waste = good(await ask("list_waste"))
        whole = good(await ask("explain_user", {"user": leaver["id"]}))
        owned = good(await ask("list_subscriptions"))
        spent = good(await ask("spend_summary"))
        ahead = good(await ask("forecast_spend"))
        enabled = good(await ask("list_inactive_users", {"limit": 5, "include_disabled": False}))
        keeper = next(row for row in enabled["users"] if row["skus"])
        changes = {"action": "remove", "users": [keeper["id"]], "sku": keeper["skus"][0]["sku_id"]}
        changed = good(await ask("propose_license_changes", changes))
        withdrawn = good(await ask("withdraw_proposal", {"proposal_id": changed["proposal_id"]}))
        listed = good(await ask("list_proposals", {"state": "open"}))
        trail = good(await ask("audit_trail"))
        refreshed = good(await ask("refresh_tenant"))

    assert all(found["simulated"] is True for found in (health, inactive, tier, newcomer, proposed, detail))
    assert {row["simulated"] for row in listed["proposals"]} == {True}
    assert health["score"] == report["score"] is not None
    same = ("exposure", "monthly_spend", "paid_seats", "by_kind", "evaluation_id")
    assert {name: health[name] for name in same} == {name: report[name] for name in same}
    assert inactive["exposure"] == waste["exposure"] == health["exposure"]
    assert waste["total"] > 0
    assert whole["user"]["id"] == leaver["id"]
    assert owned["total"] > 5
    assert spent["tenant"]["monthly_spend"] == ahead["monthly_spend"] == health["monthly_spend"]
    assert withdrawn["state"] == "withdrawn"
    assert (tier["user"]["id"], newcomer["user"]) == (leaver["id"], None)
    assert detail["digest"] == proposed["digest"]
    ids = {row["proposal_id"] for row in listed["proposals"]}
    assert {report["proposal"]["proposal_id"], proposed["proposal_id"]} == ids
    assert (trail["total"], trail["entries"]) == (0, [])
    assert refreshed["started"] is False
    assert {lane["lane"] for lane in refreshed["ages"]} == {"probe", "fast", "reports", "slow", "leavers"}
    assert home.demo.requests() == []
