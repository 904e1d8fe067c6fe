"""Whatever a client sends, in either era of the protocol: a result or a clear refusal, and nothing but reads."""

from collections import Counter
from random import Random

import pytest
from mcp_types import CallToolResult, TextContent
from tests.journeys.hostile import Calls, answer_to, complaint, get_to_know, schemas_of
from tests.journeys.processes import TOOLS, Home, asking, assert_only_reads

from licenseiq_tenant.desk_state import DESK_FILE

pytestmark = pytest.mark.anyio
SEED = 20_261_124
CALLS = 240


async def test_each_of_many_random_calls_gets_a_result_or_a_clear_refusal_and_only_reads(home: Home, mode: str) -> None:
    answered, refused, wrong = Counter[str](), Counter[str](), list[str]()
    async with home.client(mode) as client:
        inputs, outputs = await schemas_of(client)
        known = await get_to_know(await asking(client))
        for number, (tool, arguments) in zip(range(CALLS), Calls(Random(SEED), inputs, known), strict=False):
            result = await answer_to(client, tool, arguments)
            (refused if result.is_error else answered)[tool] += 1
            if found := complaint(result, outputs[tool]):
                wrong.append(f"call {number}, {tool} {str(arguments)[:300]}: {found}")
    assert not wrong, f"seed {SEED}\n" + "\n".join(wrong)
    assert set(answered) == TOOLS, "a tool that never answered was not tried"
    assert sum(refused.values()) > CALLS / 5, "hardly anything was hostile"
    assert_only_reads(home.demo)
    assert not (home.path / "demo" / DESK_FILE).exists()
    assert "Traceback" not in home.stderr


@pytest.mark.parametrize(
    "words",
    [
        "",
        "No.",
        "Could not answer list_waste: a fault inside LicenseIQ, not in your question.",
        'Error executing tool list_waste: File "/a.py", line 7, in run',
        "There is no tool of that name: \u202eevorppa",
        "There is no such person. " * 400,
    ],
)
def test_the_check_finds_a_refusal_that_is_not_clear(words: str) -> None:
    assert complaint(CallToolResult(content=[TextContent(type="text", text=words)], is_error=True), None)


def test_the_check_lets_a_clear_refusal_pass() -> None:
    words = "There is no tool of that name. Tools: health_score."
    assert complaint(CallToolResult(content=[TextContent(type="text", text=words)], is_error=True), None) is None
