"""An answer: a few plain words, and the structured content a second time as compact JSON.

Some clients read only text, some only structured content; both get everything. Tenant text stands in the JSON's own
fields alone, never in the words.
"""

import json
from collections.abc import Callable
from typing import Any

from mcp_types import CallToolResult, TextContent
from pydantic import BaseModel

# Characters of both blocks together: 2,000 tokens at four characters each, and some room.
BUDGET = 7_800
WORDS = 1_000


def compact(model: BaseModel) -> str:
    return json.dumps(model.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))


def answer(words: str, content: BaseModel) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(type="text", text=words[:WORDS]), TextContent(type="text", text=compact(content))],
        structured_content=content.model_dump(mode="json"),
    )


def refusal(words: str, details: dict[str, Any] | None = None) -> CallToolResult:
    """An error that the model can act on; `details` hold what is tenant text, cleaned."""
    content = [TextContent(type="text", text=words)]
    if details:
        content.append(TextContent(type="text", text=json.dumps(details, ensure_ascii=False, separators=(",", ":"))))
    return CallToolResult(content=list(content), is_error=True)


def fitting(most: int, build: Callable[[int], BaseModel], budget: int = BUDGET - WORDS) -> int:
    """The largest number up to `most` for which `build(number)` fits into the budget; at least 1 if `most` is."""
    low, high = min(1, most), most
    while low < high:
        middle = (low + high + 1) // 2
        if len(compact(build(middle))) <= budget:
            low = middle
        else:
            high = middle - 1
    return low
