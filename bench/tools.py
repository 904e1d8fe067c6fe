"""How long warm calls of the tools take on a large tenant: `uv run python -m bench.tools --users 20000`.

The whole server answers, through the SDK's client within this process; only the pipe is left out. The promise is that
no reading tool takes longer than 50 ms.
"""

import argparse
import math
import statistics
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio
from mcp import Client
from mcp_types import CallToolResult

from bench.figures import line
from bench.on_demo import Clock, DemoTenant, demo_tenant
from licenseiq_cli.open_reader import Where, open_reader
from licenseiq_server import build_server
from licenseiq_server.door import OpenDeps
from licenseiq_tenant.graph.credentials import static_token
from licenseiq_tools.deps import Deps

PROMISE_MS = 50.0
WARM_UP = 2
HOME = "home"


@dataclass(frozen=True)
class Question:
    """One call, and what to name it."""

    name: str
    tool: str
    arguments: Mapping[str, Any]


async def ask(client: Client, tool: str, arguments: Mapping[str, Any]) -> CallToolResult:
    answer = await client.call_tool(tool, dict(arguments))
    if answer.is_error or answer.structured_content is None:
        raise RuntimeError(f"{tool} refused the call")
    return answer


async def somebody(client: Client) -> dict[str, Any]:
    """The row of the first inactive person in a department: those who are silent longest are often in none."""
    asked: dict[str, Any] = {"limit": 50, "include_disabled": False}
    while True:
        page = (await ask(client, "list_inactive_users", asked)).structured_content or {}
        for row in page["users"]:
            if row["department"]:
                return dict(row)
        asked["cursor"] = page["next_cursor"]


async def questions(client: Client) -> list[Question]:
    """The reading tools over people of this tenant, and a proposal to look at."""
    first = (await ask(client, "list_inactive_users", {"limit": 50})).structured_content or {}
    someone = await somebody(client)
    busy = (await ask(client, "list_inactive_users", {"inactive_days": 1, "limit": 1})).structured_content or {}
    who, sku = someone["id"], someone["skus"][0]["sku_id"]
    proposal = (await ask(client, "offboard_user", {"users": [who]})).structured_content or {}
    return [
        Question("health_score", "health_score", {}),
        Question("list_inactive_users", "list_inactive_users", {}),
        Question("list_inactive_users, 50 rows", "list_inactive_users", {"limit": 50}),
        Question("list_inactive_users, next page", "list_inactive_users", {"cursor": first["next_cursor"]}),
        Question(
            f"list_inactive_users, {busy['total']} match", "list_inactive_users", {"inactive_days": 1, "limit": 50}
        ),
        Question("list_inactive_users, one SKU", "list_inactive_users", {"sku": sku}),
        Question("list_inactive_users, department", "list_inactive_users", {"department": someone["department"]}),
        Question("recommend_tier, by id", "recommend_tier", {"user": who}),
        Question("recommend_tier, by name", "recommend_tier", {"user": someone["user_principal_name"]}),
        Question("recommend_tier, department", "recommend_tier", {"department": someone["department"]}),
        Question("recommend_tier, whole tenant", "recommend_tier", {"employee_type": "Employee"}),
        Question("list_proposals", "list_proposals", {}),
        Question("get_proposal", "get_proposal", {"proposal_id": proposal["proposal_id"]}),
        Question("refresh_tenant, all fresh", "refresh_tenant", {}),
    ]


async def measure(client: Client, question: Question, calls: int) -> None:
    took = []
    for number in range(WARM_UP + calls):
        started = time.perf_counter()
        answer = await ask(client, question.tool, question.arguments)
        if number >= WARM_UP:
            took.append(1000 * (time.perf_counter() - started))
    slow = sum(each > PROMISE_MS for each in took)
    line(
        question.name,
        f"{statistics.median(took):8.1f} {sorted(took)[math.ceil(0.95 * calls) - 1]:8.1f} {max(took):8.1f} "
        f"{slow:6} {tokens(answer):8}",
    )


def tokens(answer: CallToolResult) -> int:
    """About how many tokens a model reads: four characters each, words and JSON together."""
    return sum(len(getattr(block, "text", "")) for block in answer.content) // 4


async def run(users: int, calls: int) -> None:
    with demo_tenant(users) as demo:
        async with demo.open(HOME, Clock()) as tenant:
            await tenant.scan()
        await talk(demo, users, calls)


async def talk(demo: DemoTenant, users: int, calls: int) -> None:
    reader = demo.reader
    where = Where(demo.folder / HOME, reader.url, static_token(reader.token), reader.tenant_id, simulated=True)
    async with open_reader(where) as opened:
        deps = Deps(opened.tenant, opened.proposals, "licenseiq approve", read_only=False)
        async with Client(build_server(_opener(deps), read_only=False, version="bench")) as client:
            asked = await questions(client)
            print(f"{users} people, {calls} warm calls each\n")
            line("call", f"{'p50 ms':>8} {'p95 ms':>8} {'worst ms':>8} {'> 50 ms':>6} {'tokens':>8}")
            for question in asked:
                await measure(client, question, calls)


def _opener(deps: Deps) -> OpenDeps:
    @asynccontextmanager
    async def open_deps() -> AsyncIterator[Deps]:
        yield deps

    return open_deps


def main() -> None:
    parser = argparse.ArgumentParser(description="How long the tools take on a large demo tenant.")
    parser.add_argument("--users", type=int, default=20_000)
    parser.add_argument("--calls", type=int, default=100)
    options = parser.parse_args()
    anyio.run(run, options.users, options.calls)


if __name__ == "__main__":
    main()
