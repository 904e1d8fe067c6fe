"""A request that the transport cannot read gets an answer too, through a real pipe."""

import json
from typing import Any

from licenseiq_server.unread import WORDS
from tests.server.piped import HANDSHAKE, piped

CALL = '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"health_score","arguments":{"id":9,"a":%s}},"id":%s}'
LIST = '{"jsonrpc":"2.0","id":"last","method":"tools/list"}'


def deep(levels: int) -> str:
    return "[" * levels + "]" * levels


def answers(*lines: str) -> list[dict[str, Any]]:
    """What the server writes for these lines, after the handshake, until it has listed its tools."""
    found: list[dict[str, Any]] = []
    with piped() as server:
        for line in (*map(json.dumps, HANDSHAKE), *lines, LIST):
            server.say(line)
        while not found or found[-1]["id"] != "last":
            found.append(server.answer())
    assert "tools" in found[-1]["result"]
    return found[1:-1]


def test_what_is_nested_too_deeply_or_is_half_a_surrogate_is_refused_under_its_own_id() -> None:
    lines = (CALL % (deep(250), 7), CALL % (deep(100_000), r'"a\"{["'), CALL % (r'"\ud800"', 8))
    found = answers(*lines)
    assert [one["id"] for one in found] == [7, 'a"{[', 8]
    assert all(one["error"] == {"code": -32600, "message": WORDS} for one in found)


UNCLEAR = (
    "nonsense",
    "[" * 100_000,
    '"' + r"\"" * 100_000,
    CALL % (deep(250), r'"\ud800"'),
    CALL % (deep(250), "1.5"),
    CALL % (deep(250), "null"),
    '{"jsonrpc":"2.0","method":"notifications/x","params":' + deep(250) + "}",
    '{"jsonrpc":"2.0","id":7,"result":' + deep(250) + "}",
)


def test_what_is_no_request_or_whose_is_unclear_gets_no_answer_and_ends_nothing() -> None:
    """Each is followed by a request that is answered, and only that."""
    asked = [line for number, unclear in enumerate(UNCLEAR) for line in (unclear, LIST.replace("last", f"n{number}"))]
    assert [one["id"] for one in answers(*asked)] == [f"n{number}" for number in range(len(UNCLEAR))]
