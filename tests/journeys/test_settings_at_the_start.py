"""Starting the server with settings that cannot work: told at once, to the person who starts it."""

import anyio
import pytest
from tests.journeys.processes import LICENSEIQ, Home, asking
from tests.tools.talk import text_of

SECRET = "a-token-that-nobody-may-see"


def test_without_any_settings_the_server_says_what_to_set_and_ends(home: Home) -> None:
    done = home.run("serve")
    assert (done.returncode, done.stdout) == (2, "")
    for needed in ("licenseiq serve --demo", "LICENSEIQ_TENANT_ID", "LICENSEIQ_CLIENT_ID"):
        assert needed in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert home.demo.requests() == []


def test_a_ready_token_goes_to_no_other_machine(home: Home) -> None:
    """INV-30, INV-31."""
    url = "https://graph.microsoft.com/v1.0"
    done = home.run("serve", LICENSEIQ_GRAPH_URL=url, LICENSEIQ_GRAPH_TOKEN=SECRET)
    assert (done.returncode, done.stdout) == (2, "")
    assert "LICENSEIQ_GRAPH_" in done.stderr
    assert SECRET not in done.stderr


@pytest.mark.anyio
async def test_an_expired_token_is_told_by_each_tool_and_a_good_one_is_taken_later(home: Home) -> None:
    """The tenant's id is not set, so that Graph is asked for it at the first call."""
    home.demo.set_faults("expired_token")
    async with home.client(program=(*LICENSEIQ, "serve"), **home.at_graph()) as client:
        ask = await asking(client)
        for tool in ("health_score", "list_inactive_users", "refresh_tenant"):
            refused = await ask(tool)
            assert refused.is_error
            assert "Sign in again" in text_of(refused)
        home.demo.set_faults()
        with anyio.fail_after(20.0):
            assert not (await ask("health_score")).is_error
    token = home.demo.found("reader").token
    assert token not in home.stderr
    assert "Lifetime" not in home.stderr
