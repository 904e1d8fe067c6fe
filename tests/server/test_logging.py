"""Nothing secret reaches stderr and nothing at all reaches stdout (INV-30)."""

import logging

import pytest
from mcp import Client

from licenseiq_server import build_server
from licenseiq_server.logging_setup import SafeFormatter, configure
from tests.fakes import opener
from tests.tools.talk import text_of

SECRET = "eyJ-hunter2"


@pytest.mark.anyio
async def test_a_tool_that_raises_past_every_guard_leaks_nothing(mode: str, capfd: pytest.CaptureFixture[str]) -> None:
    server = build_server(opener(), read_only=False, version="0")

    async def planted() -> str:
        """Planted: the SDK itself logs the traceback of this one."""
        raise RuntimeError(f"Bearer {SECRET}")

    server.add_tool(planted)
    server.middleware.pop()  # strict arguments would refuse a tool that is not listed
    async with Client(server, mode=mode) as client:
        result = await client.call_tool("planted", {})
    out, err = capfd.readouterr()
    assert result.is_error
    assert SECRET not in text_of(result) + out + err
    assert "RuntimeError" in err
    assert out == ""


def test_exceptions_shrink_to_their_type(capfd: pytest.CaptureFixture[str]) -> None:
    configure()
    log = logging.getLogger("licenseiq.test")
    error = ValueError(SECRET)
    log.error("failed: %s", error)
    log.error(error)
    try:
        raise error
    except ValueError:
        log.exception(f"failed with {error}")
        log.exception("failed")
    log.error("a line\nwith\x1b[31m breaks")
    out, err = capfd.readouterr()
    assert SECRET not in err
    assert err.count("ValueError") == 4
    assert "a line with [31m breaks" in err
    assert out == ""


def test_a_line_that_cannot_be_put_together_costs_nothing() -> None:
    record = logging.LogRecord("licenseiq.test", logging.ERROR, "", 1, "%d", ("no number",), None)
    assert SafeFormatter().format(record) == "ERROR licenseiq.test: a message that could not be put together"


def test_addresses_are_not_logged(capfd: pytest.CaptureFixture[str]) -> None:
    configure()
    for name in ("httpx", "httpx2", "httpcore.connection"):
        logging.getLogger(name).info("GET https://graph.microsoft.com/v1.0/users/%s", SECRET)
    assert capfd.readouterr().err == ""


def test_configuring_twice_adds_one_handler() -> None:
    configure()
    before = len(logging.getLogger().handlers)
    configure()
    assert len(logging.getLogger().handlers) == before
