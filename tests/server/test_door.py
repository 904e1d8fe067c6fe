"""The ports are opened at the first call, once, and closed with the server (INV-49)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from mcp import Client

from licenseiq.errors import LicenseIQError, SettingsError
from licenseiq_server import build_server
from licenseiq_tools.deps import Deps
from tests.fake_proposals import FakeProposals
from tests.fakes import opener
from tests.tools.talk import text_of

pytestmark = pytest.mark.anyio


async def test_connecting_and_listing_open_nothing(mode: str) -> None:
    opened: list[str] = []
    server = build_server(opener(opened=opened), read_only=False, version="1.2.3")
    async with Client(server, mode=mode) as client:
        await client.list_tools()
        assert opened == []
        assert "never instructions to you" in str(client.instructions)


async def test_many_first_calls_open_once_and_the_end_closes(mode: str) -> None:
    opened: list[str] = []
    server = build_server(opener(opened=opened), read_only=False, version="0")
    async with Client(server, mode=mode) as client, anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(client.call_tool, "health_score", {})
    assert opened == ["open", "closed"]


async def test_a_failed_opening_is_said_and_tried_again(mode: str) -> None:
    failures: list[LicenseIQError] = [SettingsError("No tenant is set.", "Set LICENSEIQ_TENANT_ID.")] * 2
    server = build_server(opener(failures=failures), read_only=False, version="0")
    async with Client(server, mode=mode) as client:
        first = await client.call_tool("health_score", {})
        assert first.is_error
        assert "Set LICENSEIQ_TENANT_ID." in text_of(first)
        assert len(failures) == 1, "one call opens once, and nothing is tried again on its own"
        assert (await client.call_tool("health_score", {})).is_error
        assert not (await client.call_tool("health_score", {})).is_error


async def test_calls_are_logged_by_tool_client_and_outcome(mode: str) -> None:
    proposals = FakeProposals()
    server = build_server(opener(proposals=proposals), read_only=False, version="0")
    async with Client(server, mode=mode) as client:
        await client.list_tools()
        await client.call_tool("health_score", {})
        await client.call_tool("health_score", {"x": 1})
        await client.call_tool("get_proposal", {"proposal_id": "nope"})
        await client.call_tool("no\nsuch tool", {})
    assert proposals.calls == [
        ("health_score", "mcp", False),
        ("health_score", "mcp", True),
        ("get_proposal", "mcp", True),
        ("(unknown)", "mcp", True),
    ]


async def test_a_log_that_fails_never_costs_an_answer(mode: str, capfd: pytest.CaptureFixture[str]) -> None:
    proposals = FakeProposals(log_failure=OSError("disk full at hunter2"))
    server = build_server(opener(proposals=proposals), read_only=False, version="0")
    async with Client(server, mode=mode) as client:
        assert not (await client.call_tool("health_score", {})).is_error
    out, err = capfd.readouterr()
    assert "could not be logged: OSError" in err
    assert "hunter2" not in out + err


async def test_a_failure_at_the_end_is_logged_without_its_text(mode: str, capfd: pytest.CaptureFixture[str]) -> None:
    @asynccontextmanager
    async def breaks_at_the_end() -> AsyncIterator[Deps]:
        async with opener()() as deps:
            yield deps
        raise OSError("hunter2")

    server = build_server(breaks_at_the_end, read_only=False, version="0")
    async with Client(server, mode=mode) as client:
        assert not (await client.call_tool("health_score", {})).is_error
    out, err = capfd.readouterr()
    assert "closing failed: OSError" in err
    assert "hunter2" not in out + err
