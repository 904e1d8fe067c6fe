"""Refuses bad arguments before a tool sees them, naming the argument and what is valid, never the value.

The SDK drops unknown arguments silently and turns '5' and true into numbers; a wrong filter would then select
everybody.
"""

import re
from collections.abc import Mapping
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from mcp.server.mcpserver.tools import Tool
from pydantic import BaseModel, ValidationError

from licenseiq_tools.answers import refusal

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}\Z")


def strict_arguments(tools: Mapping[str, Tool]) -> ServerMiddleware[Any]:
    async def middleware(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        if ctx.method != "tools/call":
            return await call_next(ctx)
        params = ctx.params or {}
        tool = tools.get(str(params.get("name")))
        if tool is None:
            return refusal(f"There is no tool of that name. Tools: {', '.join(tools)}.")
        complaint = _complaint(tool, params.get("arguments"))
        return refusal(complaint) if complaint else await call_next(ctx)

    return middleware


def _complaint(tool: Tool, arguments: object) -> str | None:
    if arguments is None:
        arguments = {}
    properties: Mapping[str, Mapping[str, Any]] = tool.parameters.get("properties", {})
    valid = f"Valid arguments of {tool.name}: {', '.join(properties) or 'none'}."
    if not isinstance(arguments, dict):
        return f"The arguments are no object. {valid}"
    extra = sorted({_named(name) for name in arguments if name not in properties})
    if extra:
        return f"Unknown argument: {', '.join(extra[:5])}. Nothing was looked up. {valid}"
    model: type[BaseModel] = tool.fn_metadata.arg_model
    try:
        model.model_validate(arguments, strict=True)
    except ValidationError as error:
        wrong = sorted({str(part["loc"][0]) for part in error.errors(include_input=False, include_context=False)})
        reasons = "; ".join(f"{name} must be {wanted(properties.get(name, {}))}" for name in wrong)
        return f"Invalid argument: {reasons}. Nothing was looked up. {valid}"
    return None


def _named(name: object) -> str:
    return name if isinstance(name, str) and _PLAIN_NAME.match(name) else "(a name with unusual characters)"


def wanted(schema: Mapping[str, Any]) -> str:
    """What an argument must be, from its published schema."""
    choices = [option for option in schema.get("anyOf", [schema]) if option.get("type") != "null"]
    kind = choices[0] if choices else schema
    bounds = {**kind, **{k: v for k, v in schema.items() if k != "anyOf"}}
    if "enum" in bounds:
        return "one of " + ", ".join(str(value) for value in bounds["enum"])
    match bounds.get("type"):
        case "integer":
            return f"a whole number from {bounds.get('minimum')} to {bounds.get('maximum')}"
        case "boolean":
            return "true or false"
        case "object":
            parts = "; ".join(f"{name}: {wanted(part)}" for name, part in bounds["properties"].items())
            return f"an object of some of: {parts}"
        case "array":
            return f"a list of {bounds.get('minItems', 0)} to {bounds.get('maxItems')}, each {wanted(bounds['items'])}"
        case _:
            plain = "A-Za-z0-9" in str(bounds.get("pattern"))
            of = "letters, digits, _ and - only" if plain else "without line breaks or control characters"
            return f"text of 1 to {bounds.get('maxLength')} characters, {of}"
