"""Writes down that a tool was called, by which client, and whether it failed: no arguments, no answers."""

import logging
from collections.abc import Collection
from typing import Any

import anyio
from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from mcp_types import CallToolResult

from licenseiq_server.door import LazyDoor
from licenseiq_tools.deps import client_of

_LOG = logging.getLogger(__name__)
_SECONDS = 2.0


def call_log(names: Collection[str]) -> ServerMiddleware[Any]:
    async def middleware(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        if ctx.method != "tools/call":
            return await call_next(ctx)
        try:
            result = await call_next(ctx)
        except Exception:
            await _write(ctx, names, is_error=True)
            raise
        await _write(ctx, names, is_error=_failed(result))
        return result

    return middleware


async def _write(ctx: ServerRequestContext[Any, Any], names: Collection[str], *, is_error: bool) -> None:
    """A log that cannot be written never costs an answer."""
    name = str((ctx.params or {}).get("name"))
    door: LazyDoor = ctx.lifespan_context
    if door.has_failed:
        return
    try:
        with anyio.fail_after(_SECONDS):
            deps = await door.get()
            await deps.proposals.log_call(name if name in names else "(unknown)", client_of(ctx.session), is_error)
    except Exception as error:  # noqa: BLE001
        _LOG.warning("a call of a tool could not be logged: %s", type(error).__name__)


def _failed(result: HandlerResult) -> bool:
    if isinstance(result, CallToolResult):
        return bool(result.is_error)
    return bool(result.get("isError", result.get("is_error"))) if isinstance(result, dict) else False
