"""Random calls with hostile arguments in both eras: `uv run python -m bench.random_calls --users 20000`.

Over a real `licenseiq serve --demo` process, pipe and all. The promises: each answer is a result or a clear refusal,
none over 2,000 tokens, none over 50 ms, and nothing but reads reaches the tenant.
"""

import argparse
import gc
import math
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import anyio
from mcp import Client
from tests.journeys.hostile import Calls, Known, answer_to, complaint, get_to_know, schemas_of
from tests.journeys.processes import Home, asking, assert_only_reads, beside
from tests.tenant.on_demo import OnDemo
from tests.tools.talk import good, text_of

from bench.on_demo import DemoTenant, demo_tenant

PROMISE_MS, PROMISE_TOKENS = 50.0, 2_000
ERAS = ("auto", "legacy")
SCAN_SECONDS = 1_800.0


@dataclass(frozen=True)
class Answer:
    """One answer: how long it took in milliseconds, and about how many tokens a model reads."""

    number: int
    tool: str
    arguments: dict[str, Any]
    took: float
    tokens: int
    is_error: bool
    wrong: str | None


async def wait_for_scan(client: Client) -> None:
    """Returns when no scan runs: one in the background would be measured too. TimeoutError after half an hour."""
    with anyio.fail_after(SCAN_SECONDS):
        while True:
            answer = await client.call_tool("refresh_tenant", {}, read_timeout_seconds=SCAN_SECONDS)
            if not good(answer)["scan_running"]:
                return
            await anyio.sleep(1)


async def warm_up(client: Client, known: Known) -> None:
    """An answer of each tool, so that only the server is measured: at the first one the client checks the tool's schema
    for 50 to 100 ms, and it looks for garbage of its own for 60 to 90 ms now and then."""
    someone = {"user": known.people[0]}
    for tool, arguments in (
        ("health_score", {}),
        ("explain_user", someone),
        ("recommend_tier", someone),
        ("get_proposal", {"proposal_id": known.proposals[0]}),
        ("propose_license_changes", {"action": "reclaim", "findings": [known.findings[0]]}),
    ):
        await client.call_tool(tool, arguments)
    gc.collect()
    gc.freeze()


async def ask_all(client: Client, seed: int, calls: int) -> list[Answer]:
    inputs, outputs = await schemas_of(client)
    known = await get_to_know(await asking(client))
    await warm_up(client, known)
    found = []
    for number, (tool, arguments) in zip(range(calls), Calls(Random(seed), inputs, known), strict=False):
        started = time.perf_counter()
        try:
            result = await answer_to(client, tool, arguments)
        except Exception as error:  # noqa: BLE001 - a call that gets no answer is what is looked for
            words = f"no answer: {type(error).__name__}: {str(error)[:200]}"
            found.append(Answer(number, tool, arguments, 1000 * (time.perf_counter() - started), 0, True, words))
            continue
        took = 1000 * (time.perf_counter() - started)
        tokens = math.ceil(len(text_of(result)) / 4)
        wrong = complaint(result, outputs[tool])
        found.append(Answer(number, tool, arguments, took, tokens, bool(result.is_error), wrong))
    return found


def tell(era: str, answers: Sequence[Answer]) -> None:
    print(f"\n{era}: {len(answers)} calls, {sum(one.is_error for one in answers)} refused\n")
    heads = ("p50 ms", "p95 ms", "worst ms", "> 50 ms", "tokens", "refused")
    print(f"{'tool':<26}{'calls':>6}" + "".join(f"{head:>10}" for head in heads))
    for tool in sorted({one.tool for one in answers}):
        mine = [one for one in answers if one.tool == tool]
        took = sorted(one.took for one in mine)
        p95 = took[math.ceil(0.95 * len(took)) - 1]
        slow, refused = sum(each > PROMISE_MS for each in took), sum(one.is_error for one in mine)
        times = "".join(f"{each:10.1f}" for each in (statistics.median(took), p95, took[-1]))
        print(f"{tool:<26}{len(mine):>6}{times}{slow:>10}{max(one.tokens for one in mine):>10}{refused:>10}")
    for one in answers:
        if one.wrong or one.tokens >= PROMISE_TOKENS:
            print(f"\nWRONG, call {one.number}, {one.tool} {str(one.arguments)[:300]}: {one.wrong or one.tokens}")
    slowest = [one for one in sorted(answers, key=lambda one: -one.took)[:5] if one.took > PROMISE_MS]
    for one in slowest:
        print(f"slow: {one.took:.0f} ms, call {one.number}, {one.tool} {str(one.arguments)[:150]}")


async def one_era(home: Home, era: str, seed: int, calls: int) -> bool:
    """Whether every answer was as promised; the times are told, not judged, for they are this machine's."""
    async with home.client(era) as client:
        await wait_for_scan(client)
        answers = await ask_all(client, seed, calls)
    tell(era, answers)
    return not any(one.wrong or one.tokens >= PROMISE_TOKENS for one in answers)


async def run(demo: DemoTenant, seed: int, calls: int) -> bool:
    tenant = OnDemo(demo.folder / "demo")
    homes = []
    for era in ERAS:
        (folder := demo.folder / era).mkdir()
        homes.append(beside(tenant, folder))
    kept = [await one_era(home, era, seed, calls) for home, era in zip(homes, ERAS, strict=True)]
    assert_only_reads(tenant)
    print(f"\nnothing but reads on the tenant's record: {len(tenant.requests())} requests")
    return all(kept)


def main() -> None:
    parser = argparse.ArgumentParser(description="Random calls with hostile arguments against a large demo tenant.")
    parser.add_argument("--users", type=int, default=20_000)
    parser.add_argument("--calls", type=int, default=1_000, help="in each era")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print(f"{options.users} people, seed {options.seed}")
    with demo_tenant(options.users) as demo:
        kept = anyio.run(run, demo, options.seed, options.calls)
    raise SystemExit(0 if kept else 1)


if __name__ == "__main__":
    main()
