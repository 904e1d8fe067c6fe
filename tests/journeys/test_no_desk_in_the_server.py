"""The server holds nothing that could write: no module of the desk, and no HTTP client beside the guarded one."""

import ast
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from tests.journeys.processes import TOP, Home, asking
from tests.tools.talk import good

from licenseiq_cli import desk_control
from licenseiq_tenant.desk_state import DESK_FILE

PROGRAM = """
import atexit, json, sys
def dump():
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(sorted(sys.modules), file)
atexit.register(dump)
from licenseiq_cli.main import main
sys.exit(main(["serve", "--demo"]))
"""
ROOMS = ("core", "tenant", "tools", "prompts", "server", "cli")
# Modules that can speak over a network; of httpx, that part which sends.
SENDERS = {"httpx2", "requests", "aiohttp", "urllib3", "urllib.request", "http.client", "socket", "ssl", "httpcore"}
SENDS = {"AsyncClient", "Client", "AsyncHTTPTransport", "HTTPTransport", "ASGITransport", "WSGITransport"} | {
    "get", "post", "put", "patch", "delete", "head", "options", "request", "stream"
}  # fmt: skip
CLIENT = Path("tenant/licenseiq_tenant/graph/client.py")
# What commands say to the desk, on the loopback address alone; `serve` never loads it.
TO_THE_DESK = Path("cli/licenseiq_cli/desk_control.py")


def modules(dump: Path) -> set[str]:
    return set(json.loads(dump.read_text(encoding="utf-8")))


def packages(dump: Path) -> set[str]:
    return {name.split(".")[0] for name in modules(dump)}


@pytest.mark.anyio
async def test_starting_and_listing_load_no_sdk_no_store_and_no_desk(home: Home) -> None:
    """INV-02, INV-49."""
    dump = home.path / "modules.json"
    async with home.client(program=("-c", PROGRAM, str(dump))) as client:
        await client.list_tools()
    late = {"msgraph", "msgraph_core", "kiota_abstractions", "azure", "msal", "anthropic", "sqlalchemy"}
    assert "licenseiq_server" in packages(dump)
    assert not packages(dump) & {*late, "licenseiq_desk"}
    # Where the stores are is said once, before anything opens one: a few lines, which load nothing.
    ours = {name for name in modules(dump) if name.startswith("licenseiq_tenant.")}
    assert ours <= {"licenseiq_tenant.places"}


@pytest.mark.anyio
async def test_after_every_tool_was_called_no_module_of_the_desk_is_loaded(home: Home) -> None:
    """INV-02. The tools did work: what reads Graph and keeps proposals is loaded by then."""
    dump = home.path / "modules.json"
    async with home.client(program=("-c", PROGRAM, str(dump))) as client:
        ask = await asking(client)
        someone = good(await ask("list_inactive_users"))["users"][0]["id"]
        proposed = good(await ask("offboard_user", {"user": someone}))
        good(await ask("get_proposal", {"proposal_id": proposed["proposal_id"]}))
        good(await ask("recommend_tier", {"user": someone}))
        for tool in ("health_score", "list_proposals", "refresh_tenant"):
            good(await ask(tool))
    assert packages(dump) >= {"msgraph", "sqlalchemy", "licenseiq_tenant"}
    assert not packages(dump) & {"licenseiq_desk", "anthropic"}
    assert "licenseiq_cli.serve" in modules(dump)
    assert "licenseiq_cli.desk_control" not in modules(dump)
    assert not (home.path / "demo" / DESK_FILE).exists()


def senders(source: str) -> set[str]:
    """What a module names that could send a request: parts of httpx, and other libraries that speak HTTP."""
    found: set[str] = set()
    tree = ast.parse(source)
    aliases = {
        name.asname or name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for name in node.names
        if name.name == "httpx"
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names if name.name in SENDERS}
        elif isinstance(node, ast.ImportFrom) and node.module:
            full = {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
            found |= full & SENDERS
            if node.module == "httpx":
                found |= {f"httpx.{name.name}" for name in node.names if name.name in SENDS | {"*"}}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases:
            found |= {f"httpx.{node.attr}"} if node.attr in SENDS else set()
    return found


def unguarded(source: str) -> list[int]:
    """Lines that make a transport outside of Guard(...), or a client without saying which transport it has."""
    tree = ast.parse(source)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    guarded = {id(call.args[0]) for call in calls if _name(call) == "Guard" and call.args}
    return [
        call.lineno
        for call in calls
        if (_name(call).endswith(("HTTPTransport", "Outward")) and id(call) not in guarded)
        or (_name(call).endswith("Client") and "transport" not in {keyword.arg for keyword in call.keywords})
    ]


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_one_module_makes_http_clients_and_each_of_them_is_guarded() -> None:
    """INV-02: whoever wants to send something has to come past the guard."""
    found = {
        path.relative_to(TOP): named
        for room in ROOMS
        for path in (TOP / room).rglob("*.py")
        if (named := senders(path.read_text(encoding="utf-8")))
    }
    # Beside the client: the transport that knows proxies, a public question to the sign-in service, sent tokenless, and
    # what commands say to the desk of this machine.
    graph = CLIENT.parent
    assert found == {
        CLIENT: {"httpx.AsyncClient"},
        graph / "network.py": {"httpx.AsyncHTTPTransport", "urllib.request"},
        graph / "domains.py": {"httpx.AsyncClient"},
        TO_THE_DESK: {"httpx.post", "ssl"},
    }
    assert unguarded((TOP / CLIENT).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("place", "asked"),
    [
        ("http://localhost:{}", 1),
        ("http://127.0.0.1:{}", 0),
        ("https://localhost:{}", 0),
        ("http://localhost:1@127.0.0.1:{}", 0),
        ("http://localhost:{}/path", 0),
    ],
)
def test_what_commands_say_to_the_desk_goes_to_the_loopback_name_and_a_port(
    tmp_path: Path, place: str, asked: int
) -> None:
    """INV-31: whoever could write another place into the file does not get its secret sent there."""
    with answering() as (port, heard):
        desk_control.publish(tmp_path, place.format(port), "the-secret")
        assert (desk_control.find(tmp_path) is not None) == bool(asked)
        assert heard == ["Bearer the-secret"] * asked


@contextmanager
def answering() -> Iterator[tuple[int, list[str]]]:
    """A server on the loopback address that answers everything, and the authorizations that it was shown."""
    heard: list[str] = []

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.headers["Authorization"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        running.start()
        try:
            yield server.server_port, heard
        finally:
            server.shutdown()
            running.join()


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("import httpx\nhttpx.AsyncClient(transport=t)", {"httpx.AsyncClient"}),
        ("import httpx as web\nweb.post('https://x')", {"httpx.post"}),
        ("from httpx import Client as C", {"httpx.Client"}),
        ("def f():\n    import urllib.request", {"urllib.request"}),
        ("from http import client", {"http.client"}),
        ("import httpx\ndef f(a: httpx.Response) -> None: ...", set()),
    ],
)
def test_the_search_finds_a_planted_sender(source: str, named: set[str]) -> None:
    """Positive control."""
    assert senders(source) == named


@pytest.mark.parametrize(
    "source",
    ["httpx.AsyncClient()", "Guard(rule, httpx.AsyncHTTPTransport())", "httpx.AsyncHTTPTransport(http2=True)"],
)
def test_the_search_finds_a_planted_client_without_a_guard(source: str) -> None:
    """Positive control."""
    assert unguarded(source) == [1]
