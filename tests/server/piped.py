"""The server in a process of its own, without a tenant and without a network, spoken to through its pipes."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

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


class Piped:
    """A server that runs. `say` writes a line, `answer` reads one."""

    def __init__(self, typed: IO[str], printed: IO[str]) -> None:
        self._typed, self._printed = typed, printed

    def say(self, line: str) -> None:
        self._typed.write(line + "\n")
        self._typed.flush()

    def answer(self) -> dict[str, Any]:
        return dict(json.loads(self._printed.readline()))


@contextmanager
def piped() -> Iterator[Piped]:
    """Starts the server; at the end it has to stop by itself, with nothing left to read and no word of an error."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stderr is not None
        yield Piped(server.stdin, server.stdout)
        server.stdin.close()
        rest = server.stdout.read()
        assert server.wait(timeout=20) == 0
        assert rest == ""
        assert server.stderr.read() == ""
