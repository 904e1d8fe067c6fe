"""What a client may be told is checked by `complaint`; here are answers that it must find."""

import pytest
from mcp_types import CallToolResult, TextContent
from tests.journeys.hostile import complaint


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
