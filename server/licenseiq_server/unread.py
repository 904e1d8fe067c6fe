"""Answers requests that the SDK's transport cannot read, which it otherwise leaves without an answer.

Its parser refuses what is nested more than some 190 levels deep, and text with half of a surrogate pair. Whoever sent
that would wait for its own time limit.
"""

import re

import anyio
from mcp.server.mcpserver import MCPServer
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp_types import INVALID_REQUEST, ErrorData, JSONRPCError, JSONRPCRequest
from pydantic import ValidationError

from licenseiq_server.door import LazyDoor

WORDS = (
    "This request cannot be read: it is nested more than 190 levels deep, or is no valid JSON. Nothing was looked up. "
    "Send it in the shape of the tool's input schema."
)
# Strings whole, so that brackets in them do not count; possessive, so that no line takes long.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.?)*+"?|[\[\]{}]', re.DOTALL)


class AnsweringServer(MCPServer[LazyDoor]):
    """An MCPServer that leaves no request over stdio without an answer."""

    async def run_stdio_async(self) -> None:
        async with stdio_server() as (read, write), anyio.create_task_group() as group:
            passed_on, readable = anyio.create_memory_object_stream[SessionMessage | Exception](0)

            async def pass_on() -> None:
                async with passed_on:
                    async for item in read:
                        refusal = refusal_of(item) if isinstance(item, ValidationError) else None
                        await (write.send(refusal) if refusal else passed_on.send(item))

            group.start_soon(pass_on)
            server = self._lowlevel_server
            async with readable:
                await server.run(readable, write, server.create_initialization_options())
            group.cancel_scope.cancel()


def refusal_of(error: ValidationError) -> SessionMessage | None:
    """The answer to a line that is no JSON to the transport; None where it is not clear that it is a request, and
    which. Whatever is nested is not looked at."""
    line = error.errors(include_url=False, include_context=False)[0]["input"]
    try:
        # Text goes through the parser of the transport again, so that an id can be written as it was read.
        request = JSONRPCRequest.model_validate_json(outermost(str(line)), strict=True)
    except ValidationError:
        return None
    refused = ErrorData(code=INVALID_REQUEST, message=WORDS)
    return SessionMessage(JSONRPCError(jsonrpc="2.0", id=request.id, error=refused))


def outermost(line: str) -> str:
    """The line with null for each list and object in its outermost object: flat, however deep it was nested."""
    kept, depth, begin = list[str](), 0, 0
    for token in _TOKEN.finditer(line):
        if token[0] in "[{":
            depth += 1
            if depth == 2:
                kept += (line[begin : token.start()], "null")
        elif token[0] in "]}":
            depth -= 1
            if depth == 1:
                begin = token.end()
    return "".join((*kept, line[begin:]))
