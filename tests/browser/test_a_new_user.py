"""What a new user does by the README, counted: from a question in the chat to a change that was approved and made."""

from pathlib import Path

import pytest

from tests.browser.seen import Desk
from tests.cli.proposed import all_done_once
from tests.journeys.processes import Home, asking
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
    leaver = desk.proposed.leavers[30]
    home = Home(desk.proposed.home, OnDemo(desk.proposed.folder / "tenant"), tmp_path)
    async with home.client() as client:
        ask = await asking(client)
        proposed = good(await ask("offboard_user", {"user": leaver.user_principal_name}))
        assert proposed["approve_at"].endswith(f"licenseiq approve {proposed['proposal_id']}")
        desk.browser.get(home.facts("approve", proposed["proposal_id"])["decide_at"])
        assert leaver.user_principal_name in desk.text()
        desk.click("button[data-decision=approve]")
        desk.waits_for(lambda: "What you sign" in desk.text())
        desk.click("#passkey")
        desk.waits_for(lambda: "The run is complete" in desk.said())
        done = good(await ask("get_proposal", {"proposal_id": proposed["proposal_id"]}))
    assert done["runs"][0]["state"] == "complete"
    assert done["approvals"][0]["level"] == "L1"
    assert desk.proposed.changes(leaver) == all_done_once(leaver)
