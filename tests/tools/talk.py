"""Talks to the server as an MCP client does, and checks what any answer must be."""

import json
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import jsonschema  # type: ignore[import-untyped]
from mcp import Client
from mcp_types import CallToolResult

from licenseiq.privacy import Privacy
from licenseiq_server import build_server
from tests.fake_proposals import FakeProposals
from tests.fakes import FakeTenant, opener

BUDGET_TOKENS = 2_000


def text_of(result: CallToolResult) -> str:
    return "".join(getattr(block, "text", "") for block in result.content)


Ask = Callable[..., Awaitable[CallToolResult]]


@asynccontextmanager
async def talking(
    mode: str,
    *,
    tenant: FakeTenant | None = None,
    proposals: FakeProposals | None = None,
    read_only: bool = False,
    privacy: Privacy = Privacy.NAMES,
) -> AsyncIterator[Ask]:
    """One client for several calls. Every good answer is checked against what any answer must be."""
    open_deps = opener(tenant, proposals, read_only=read_only, privacy=privacy)
    server = build_server(open_deps, read_only=read_only, version="0", privacy=privacy)
    async with Client(server, mode=mode) as client:
        schemas = {t.name: t.output_schema for t in (await client.list_tools()).tools}

        async def call(tool: str, arguments: dict[str, Any] | None = None) -> CallToolResult:
            result = await client.call_tool(tool, arguments or {})
            assert isinstance(result, CallToolResult)
            if not result.is_error:
                check_answer(result, schemas[tool])
            return result

        yield call


async def ask(mode: str, tool: str, arguments: dict[str, Any] | None = None, **fakes: Any) -> CallToolResult:
    """One call by a fresh client."""
    async with talking(mode, **fakes) as call:
        return await call(tool, arguments)


def good(result: CallToolResult) -> dict[str, Any]:
    """The structured content of an answer that is no error."""
    assert not result.is_error, text_of(result)
    found: dict[str, Any] | None = result.structured_content
    assert found is not None
    return found


async def content(mode: str, tool: str, arguments: dict[str, Any] | None = None, **fakes: Any) -> dict[str, Any]:
    return good(await ask(mode, tool, arguments, **fakes))


async def pages(call: Ask, tool: str, rows: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """Every row of a list, by following its cursors to the end."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    for _ in range(60):
        answer = good(await call(tool, arguments | ({"cursor": cursor} if cursor else {})))
        assert answer["shown"] == len(answer[rows]) <= arguments.get("limit", 20)
        found += answer[rows]
        cursor = answer["next_cursor"]
        if cursor is None:
            assert len(found) == answer["total"]
            return found
    raise AssertionError("the list has no end")


async def error(mode: str, tool: str, arguments: dict[str, Any] | None = None, **fakes: Any) -> str:
    result = await ask(mode, tool, arguments, **fakes)
    assert result.is_error
    assert result.structured_content is None
    return text_of(result)


def check_answer(result: CallToolResult, schema: dict[str, Any] | None) -> None:
    assert schema is not None
    # test_surface checks the schemas themselves once; checking them at each answer would double the time.
    jsonschema.Draft202012Validator(schema).validate(result.structured_content)
    words, as_json = (getattr(block, "text", "") for block in result.content)
    assert json.loads(as_json) == result.structured_content
    tokens = len(words + as_json) / 4
    assert tokens < BUDGET_TOKENS, f"{tokens:.0f} tokens"
    assert_clean(words)
    for text in all_texts(result.structured_content):
        assert_clean(text)


def assert_clean(text: str) -> None:
    bad = [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")]
    assert not bad, f"{text[:60]!r} holds {bad!r}"


def all_texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for part in value.values() for text in all_texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in all_texts(part)]
    return []
