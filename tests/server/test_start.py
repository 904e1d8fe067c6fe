"""What starting the server loads and does: no SDK of the tenant, no store, no desk, no network (INV-49)."""

import json
import subprocess
import sys

import pytest

from tests.server.piped import HANDSHAKE, PROGRAM, piped

FORBIDDEN = (
    "msgraph",
    "msgraph_core",
    "kiota_abstractions",
    "azure",
    "msal",
    "sqlalchemy",
    "sqlite3",
    "licenseiq_tenant",
    "licenseiq_desk",
    "licenseiq_cli",
    "licenseiq_demo",
)


@pytest.fixture(scope="module")
def loaded() -> list[str]:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=30)
    assert done.stderr == ""
    return list(json.loads(done.stdout))


@pytest.mark.parametrize("package", FORBIDDEN)
def test_starting_does_not_load(loaded: list[str], package: str) -> None:
    assert package not in loaded


def test_stdio_answers_the_handshake_with_protocol_lines_only() -> None:
    requests = [*HANDSHAKE, {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}]
    answers = []
    with piped() as server:
        for request in requests:
            server.say(json.dumps(request))
            if "id" in request:
                answers.append(server.answer())
    assert [answer["id"] for answer in answers] == [1, 2]
    assert answers[0]["result"]["serverInfo"]["version"] == "1.2.3"
    assert "offboard_user" in {tool["name"] for tool in answers[1]["result"]["tools"]}
