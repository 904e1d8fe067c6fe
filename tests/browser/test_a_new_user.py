"""What a new user does by the README, counted: from a question in the chat to a change that was approved and made."""

from pathlib import Path

import pytest

from tests.browser.seen import Desk
from tests.journeys.processes import Home, asking
from tests.journeys.test_a_real_tenant import proposed
from tests.tenant.on_demo import OnDemo
from tests.tools.talk import good

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
async def test_from_a_question_to_a_change_in_three_clicks(desk: Desk, tmp_path: Path) -> None:
    """The first click, which makes the passkey, is the fixture's; the commands are those of the README."""
    section = README.read_text(encoding="utf-8").partition("\n## Approve with a passkey\n")[2].partition("\n## ")[0]
    for command in ("desk --demo", 'approvers add "Your name" --demo', "approve p-"):
        assert f"uv run licenseiq {command}" in section
    home = Home(desk.proposed.home, OnDemo(desk.proposed.folder / "tenant"), tmp_path)
    async with home.client() as client:
        ask = await asking(client)
        found = await proposed(ask)
        proposal_id = found["proposal_id"]
        assert found["approve_at"].endswith(f"licenseiq approve {proposal_id}")
        desk.browser.get(home.facts("approve", proposal_id)["decide_at"])
        before = len(home.changes())
        desk.click("button[data-decision=approve]")
        desk.waits_for(lambda: "What you sign" in desk.text())
        desk.click("#passkey")
        desk.waits_for(lambda: "The run is complete" in desk.said())
        done = good(await ask("get_proposal", {"proposal_id": proposal_id}))
    assert (done["runs"][0]["state"], done["approvals"][0]["level"]) == ("complete", "L1")
    assert [took for _, _, took in home.changes()[before:]] == [True] * len(found["steps"])
