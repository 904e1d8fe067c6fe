"""What starting the server loads and does: no SDK of the tenant, no store, no desk, no network (INV-49)."""

import json
import subprocess
import sys

import pytest

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
PROGRAM = """
import socket, sys, json
def refuse(*args, **kwargs):
    raise AssertionError("the network was used")
socket.socket.connect = refuse
socket.getaddrinfo = refuse
from contextlib import asynccontextmanager
from licenseiq_server import build_server, run_stdio
@asynccontextmanager
async def never():
    raise AssertionError("opened")
    yield
server = build_server(never, read_only=False, version="1.2.3")
loaded = sorted({name.split(".")[0] for name in sys.modules})
if len(sys.argv) > 1:
    run_stdio(server)
else:
    print(json.dumps(loaded))
"""
HANDSHAKE: list[dict[str, object]] = [
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "0"},
        },
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
]


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
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        answers = []
        for request in requests:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            if "id" in request:
                answers.append(json.loads(process.stdout.readline()))
        process.stdin.close()
        rest = process.stdout.read()
        assert process.wait(timeout=20) == 0
    assert [answer["id"] for answer in answers] == [1, 2]
    assert answers[0]["result"]["serverInfo"]["version"] == "1.2.3"
    assert "offboard_user" in {tool["name"] for tool in answers[1]["result"]["tools"]}
    assert rest == ""
