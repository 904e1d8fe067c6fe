"""The product as its users start it: real processes, each over a home of its own beside one running demo."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp_types import CallToolResult
from tests.tenant.on_demo import OnDemo
from tests.tools.talk import Ask, assert_clean, check_answer, good, text_of

from licenseiq_demo import process

TOP = Path(__file__).resolve().parent.parent.parent
LICENSEIQ = ("-m", "licenseiq_cli.main")
TOOLS = {
    "health_score",
    "list_inactive_users",
    "list_waste",
    "explain_user",
    "list_subscriptions",
    "spend_summary",
    "forecast_spend",
    "recommend_tier",
    "offboard_user",
    "propose_license_changes",
    "propose_undo",
    "propose_onboarding",
    "propose_leave",
    "propose_erasure",
    "withdraw_proposal",
    "list_proposals",
    "get_proposal",
    "audit_trail",
    "refresh_tenant",
}
DEADLINE_SECONDS = 20.0
Json = dict[str, Any]


@dataclass(frozen=True)
class Home:
    """What LICENSEIQ_HOME names: no snapshot and no proposal yet, and a demo that runs already.

    `bytecode` is where processes keep compiled modules if the tests run without writing any.
    """

    path: Path
    demo: OnDemo
    bytecode: Path

    @property
    def snapshot(self) -> Path:
        return self.path / "demo" / "snapshot.db"

    def environment(self, **more: str) -> dict[str, str]:
        """Of a process of this home. No setting of whoever runs the tests is handed on."""
        kept = {n: v for n, v in os.environ.items() if not n.upper().startswith(("LICENSEIQ_", "AZURE_"))}
        if kept.pop("PYTHONDONTWRITEBYTECODE", ""):
            # Compiling every module anew costs each process two seconds.
            kept["PYTHONPYCACHEPREFIX"] = str(self.bytecode)
        return {**kept, "LICENSEIQ_HOME": str(self.path), **more}

    def at_graph(self, **more: str) -> dict[str, str]:
        """The variables of a server that reads the demo as it would read a test server of Graph."""
        reader = self.demo.found("reader")
        return {"LICENSEIQ_GRAPH_URL": reader.url, "LICENSEIQ_GRAPH_TOKEN": reader.token, **more}

    def run(self, *arguments: str, typed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        """`licenseiq` with these arguments, to its end."""
        return subprocess.run(
            [sys.executable, *LICENSEIQ, *arguments],
            input=typed,
            capture_output=True,
            text=True,
            env=self.environment(**more),
            cwd=self.path,
            timeout=60,
            check=False,
        )

    def facts(self, *arguments: str) -> Json:
        """What a command prints with --json, and says with exit code 0."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        found: Json = json.loads(done.stdout)
        return found

    @contextmanager
    def started(self, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
        """`licenseiq` with these arguments while it runs; whatever happens, it has ended afterwards."""
        with subprocess.Popen(
            [sys.executable, *LICENSEIQ, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment(),
            cwd=self.path,
        ) as running:
            try:
                yield running
            finally:
                running.kill()

    @asynccontextmanager
    async def client(
        self,
        mode: str = "auto",
        program: tuple[str, ...] = (*LICENSEIQ, "serve", "--demo"),
        elicitation: Any = None,
        **more: str,
    ) -> AsyncIterator[Client]:
        """A client of a server of its own, which writes its stderr to `stderr`. `more` is its environment;
        `elicitation` answers what the server asks the person."""
        parameters = StdioServerParameters(
            command=sys.executable, args=list(program), env=self.environment(**more), cwd=TOP
        )
        with (self.path / "stderr.txt").open("a", encoding="utf-8") as errors:
            transport = stdio_client(parameters, errlog=errors)
            async with Client(transport, mode=mode, elicitation_callback=elicitation) as client:
                yield client

    @asynccontextmanager
    async def chat(self) -> AsyncIterator[Ask]:
        """A chat with `serve --demo`."""
        async with self.client() as client:
            yield await asking(client)

    @property
    def stderr(self) -> str:
        """What the servers of this home wrote to stderr so far."""
        return (self.path / "stderr.txt").read_text(encoding="utf-8")

    def changes(self) -> list[tuple[str, str, bool]]:
        """(method, path, whether the tenant changed) of every change that anybody asked for, in order."""
        return [(e["method"], e["path"], e["took_effect"]) for e in self.demo.requests() if e["is_change"]]


async def asking(client: Client) -> Ask:
    """Calls tools, and checks each answer against what any answer must be."""
    schemas = {tool.name: tool.output_schema for tool in (await client.list_tools()).tools}

    async def ask(tool: str, arguments: Json | None = None) -> CallToolResult:
        result = await client.call_tool(tool, arguments or {})
        assert isinstance(result, CallToolResult)
        if result.is_error:
            assert_clean(text_of(result))
        else:
            check_answer(result, schemas[tool])
        return result

    return ask


def beside(demo: OnDemo, path: Path) -> Home:
    """A fresh home whose demo is the one that runs: the files by which it is found, with their rights."""
    shutil.copytree(demo.home, path / "demo" / "tenant")
    return Home(path, demo, demo.home.with_name("bytecode"))


def assert_only_reads(demo: OnDemo) -> None:
    """Everything on the demo's record was asked by the reader, or was a download without a token; nothing changes. A
    desk beside it reads the cases of eDiscovery by itself."""
    entries = demo.requests()
    assert entries, "the demo was asked nothing, so nothing is shown"
    changes = [(e["method"], e["path"], e["who"]) for e in entries if e["is_change"] or e["took_effect"]]
    assert not changes, changes
    asked = [e for e in entries if "/security/cases/" not in e["path"]]
    others = [(e["kind"], e["who"]) for e in asked if e["who"] != "reader" and e["kind"] != "download"]
    assert not others, others


def wait_until(holds: Callable[[], Any], what: str, seconds: float = DEADLINE_SECONDS) -> None:
    """Looks again and again until it holds; fails in words at the deadline."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.02)


async def read_everything(ask: Ask) -> None:
    """Returns when everything has been read: no answer changes with a scan behind it."""
    await ask("health_score")
    with anyio.fail_after(DEADLINE_SECONDS):
        while not is_read(good(await ask("refresh_tenant"))):
            pass


def is_read(report: Json) -> bool:
    return not report["scan_running"] and all(lane["as_of"] for lane in report["ages"])


def start_demo(folder: Path) -> OnDemo:
    process.find_or_start(folder, "reader")
    return OnDemo(folder)
