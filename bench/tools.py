"""How long warm calls of the tools take on a large tenant: `uv run python -m bench.tools --users 20000`.

The whole server answers, through the SDK's client within this process; only the pipe is left out. The promise is that
no reading tool takes longer than 50 ms. `first` is the first call of a line, which counts or loads what later ones find
ready; some lines ask something new each time. Proposals are stored in a home that is thrown away. The last lines are
of servers in the mode `pseudonyms`: what the first question of an evaluation takes more, for everybody's pseudonym is
made then, and the first pseudonym that a server is asked about.
"""

import argparse
import gc
import math
import statistics
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import anyio
from mcp import Client
from mcp.server.mcpserver import MCPServer
from mcp_types import CallToolResult

from bench.figures import line
from bench.on_demo import Clock, DemoTenant, demo_tenant
from licenseiq.privacy import Privacy, Pseudonyms
from licenseiq_cli.open_reader import Where, open_reader
from licenseiq_server import build_server
from licenseiq_server.door import OpenDeps
from licenseiq_tenant.graph.credentials import static_token
from licenseiq_tools.deps import Deps
from licenseiq_tools.privacy import seen_through

PROMISE_MS = 50.0
WARM_UP = 2
HOME = "home"
SPEND_GROUPS = ("department", "country", "cost_center", "manager", "sku")


Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Question:
    """One call, and what to name it. The arguments are taken in turns: a proposal can be stored only once."""

    name: str
    tool: str
    arguments: Sequence[Arguments]


def question(name: str, arguments: Arguments | None = None) -> Question:
    """The same call each time; its tool is the first word of the name."""
    return Question(name, name.split(",")[0], [arguments or {}])


async def ask(client: Client, tool: str, arguments: Mapping[str, Any]) -> CallToolResult:
    answer = await client.call_tool(tool, dict(arguments))
    if answer.is_error or answer.structured_content is None:
        raise RuntimeError(f"{tool} refused the call: {words(answer)}")
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


async def reclaimable(client: Client, many: int) -> list[dict[str, Any]]:
    """So many findings about people, one a person, of which a proposal can be made: a trial of each is taken back.
    Refused are those that would leave an add-on without the licence that it needs."""
    asked: dict[str, Any] = {"kind": "disabled_holder", "limit": 100}
    found: list[dict[str, Any]] = []
    while len(found) < many:
        page = (await ask(client, "list_waste", asked)).structured_content or {}
        for row in page["findings"]:
            trial = await client.call_tool("propose_license_changes", reclaim(row))
            if not trial.is_error and trial.structured_content is not None:
                await ask(client, "withdraw_proposal", {"proposal_id": trial.structured_content["proposal_id"]})
                found.append(row)
        asked["cursor"] = page["next_cursor"]
    return found[:many]


def reclaim(finding: Mapping[str, Any]) -> dict[str, Any]:
    return {"action": "reclaim", "findings": [finding["id"]]}


async def questions(client: Client) -> list[Question]:
    """The reading tools over people of this tenant, and a proposal to look at."""
    first = (await ask(client, "list_inactive_users", {"limit": 50})).structured_content or {}
    wasted = (await ask(client, "list_waste", {})).structured_content or {}
    someone = await somebody(client)
    busy = (await ask(client, "list_inactive_users", {"inactive_days": 1, "limit": 1})).structured_content or {}
    who, name, sku = someone["id"], someone["user_principal_name"], someone["skus"][0]["sku_id"]
    department = {"department": someone["department"]}
    groups = (await ask(client, "list_waste", {"group_by": "department"})).structured_content or {}
    departments = [{"department": row["department"]} for row in groups["groups"] if row["department"]]
    one = (await ask(client, "offboard_user", {"users": [who]})).structured_content or {}
    return [
        question("health_score"),
        question("list_inactive_users"),
        question("list_inactive_users, 50 rows", {"limit": 50}),
        question("list_inactive_users, next page", {"cursor": first["next_cursor"]}),
        question(f"list_inactive_users, {busy['total']} match", {"inactive_days": 1, "limit": 50}),
        # Each of these is asked for the first time, so that its totals have to be counted.
        Question(
            "list_inactive_users, new question",
            "list_inactive_users",
            [{"inactive_days": days, "limit": 50} for days in range(2, 1_000)],
        ),
        question("list_inactive_users, one SKU", {"sku": sku}),
        question("list_inactive_users, department", department),
        question("list_waste"),
        question("list_waste, next page", {"cursor": wasted["next_cursor"]}),
        question("list_waste, one kind", {"kind": "inactive_holder", "limit": 100}),
        question("list_waste, one SKU", {"sku": sku}),
        question("list_waste, department", department),
        *(question(f"list_waste, by {by}", {"group_by": by}) for by in ("kind", "sku", "department")),
        question("explain_user, by id", {"user": who}),
        question("explain_user, by name", {"user": name}),
        question("list_subscriptions", {"include_free": True}),
        question("list_subscriptions, one SKU", {"sku": sku}),
        question("recommend_tier, by id", {"user": who}),
        question("recommend_tier, by name", {"user": name}),
        question("recommend_tier, department", department),
        question("recommend_tier, whole tenant", {"employee_type": "Employee"}),
        Question("recommend_tier, other departments", "recommend_tier", departments),
        *(question(f"spend_summary, by {by}", {"by": by}) for by in SPEND_GROUPS),
        question("spend_summary, against a day", {"compare": "last_month"}),
        question("forecast_spend"),
        question("forecast_spend, two years", {"months": 24, "joiners_per_month": 50, "with_proposals": True}),
        question("list_proposals"),
        question("get_proposal, offboarding", {"proposal_id": one["proposal_id"]}),
        question("refresh_tenant, all fresh"),
    ]


async def proposing(client: Client, calls: int) -> list[Question]:
    """The proposing tools, each about somebody else, and a licence change to look at and to take back."""
    found = await reclaimable(client, 3 * (WARM_UP + calls))
    stored = [await ask(client, "propose_license_changes", reclaim(row)) for row in found[0::3]]
    open_ones = [{"proposal_id": (one.structured_content or {})["proposal_id"]} for one in stored]
    return [
        question("get_proposal, licence change", open_ones[0]),
        Question("propose_license_changes, stored", "propose_license_changes", list(map(reclaim, found[1::3]))),
        Question("offboard_user, stored", "offboard_user", [{"users": [row["user"]["id"]]} for row in found[2::3]]),
        Question("withdraw_proposal", "withdraw_proposal", open_ones),
    ]


async def measure(client: Client, asked: Question, calls: int) -> None:
    took, first = [], 0.0
    for number, arguments in zip(range(WARM_UP + calls), cycle(asked.arguments), strict=False):
        started = time.perf_counter()
        answer = await ask(client, asked.tool, arguments)
        milliseconds = 1000 * (time.perf_counter() - started)
        first = first or milliseconds
        if number >= WARM_UP:
            took.append(milliseconds)
    tell(asked.name, took, tokens(answer), first)


def tell(name: str, took: Sequence[float], size: int, first: float | None = None) -> None:
    slow = sum(each > PROMISE_MS for each in took)
    p50, p95 = statistics.median(took), sorted(took)[math.ceil(0.95 * len(took)) - 1]
    once = "" if first is None else f"{first:.1f}"
    line(name, f"{once:>8} {p50:8.1f} {p95:8.1f} {max(took):8.1f} {slow:6} {size:8}")


def tokens(answer: CallToolResult) -> int:
    """About how many tokens a model reads: four characters each, words and JSON together."""
    return len(words(answer)) // 4


def words(answer: CallToolResult) -> str:
    return "".join(getattr(block, "text", "") for block in answer.content)


async def run(users: int, calls: int) -> None:
    with demo_tenant(users) as demo:
        async with demo.open(HOME, Clock()) as tenant:
            await tenant.scan()
        await talk(demo, users, calls)


async def talk(demo: DemoTenant, users: int, calls: int) -> None:
    reader = demo.reader
    where = Where(demo.folder / HOME, reader.url, static_token(reader.token), reader.tenant_id, simulated=True)
    async with open_reader(where) as opened:

        def pseudonyms() -> Pseudonyms:
            return Pseudonyms(b"k" * 32, opened.tenant.tenant_id)

        def server(privacy: Privacy) -> MCPServer[Any]:
            seen = seen_through(privacy, opened.tenant, opened.proposals, pseudonyms())
            deps = Deps(*seen, "licenseiq approve", read_only=False, privacy=privacy)
            return build_server(_opener(deps), read_only=False, version="bench", privacy=privacy)

        print(f"{users} people, {calls} warm calls each\n")
        line("call", f"{'first ms':>8} {'p50 ms':>8} {'p95 ms':>8} {'worst ms':>8} {'> 50 ms':>6} {'tokens':>8}")
        async with Client(server(Privacy.NAMES)) as client:
            name = (await somebody(client))["user_principal_name"]
            every = (*await questions(client), *await proposing(client, calls))
            # As `licenseiq serve` does: what is loaded stays, and is not looked through for garbage again and again.
            gc.freeze()
            for asked in every:
                await measure(client, asked, calls)
        opening, first = [], []
        for _ in range(calls):
            hiding = seen_through(Privacy.PSEUDONYMS, opened.tenant, opened.proposals, pseudonyms())[0]
            started = time.perf_counter()
            await hiding.evaluation(silent)
            opening.append(1000 * (time.perf_counter() - started))
        tell("pseudonyms, new evaluation", opening, 0)
        for _ in range(calls):
            async with Client(server(Privacy.PSEUDONYMS)) as client:
                row = await somebody(client)
                # By name, which needs no pseudonym: the client checks a tool's schema at its first answer.
                await ask(client, "explain_user", {"user": name})
                started = time.perf_counter()
                answer = await ask(client, "explain_user", {"user": row["id"]})
                first.append(1000 * (time.perf_counter() - started))
        tell("explain_user, first pseudonym", first, tokens(answer))
        async with Client(server(Privacy.PSEUDONYMS)) as client:
            await measure(client, question("explain_user, pseudonym", {"user": row["id"]}), calls)


async def silent(_: str) -> None:
    return None


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
