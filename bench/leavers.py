"""Many leavers in one approved batch: `uv run python -m bench.leavers --leavers 500`.

The processes are real: a demo tenant of 2,000 people, a server that proposes, and a `licenseiq desk --demo` that
carries the plan out. The policy's limits are raised by a policy file. One run is left alone. In another, of the same
tenant and the same plan, Graph answers 429 in storms, and the desk is killed by `kill -9` in the middle and started
again. Then every leaver is read in plain requests, and both tenants have to be alike. `licenseiq run status --json` is
asked all the while. Ends with 1 when anything was lost, done twice, sent before a Retry-After was over, or is
otherwise.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
from tests.journeys.processes import LICENSEIQ, Home, beside
from tests.tenant.on_demo import OnDemo, running
from tests.tools.talk import good

from bench.figures import line
from bench.leavers_found import LICENCES, Facts, facts_of, left_of, once_only
from licenseiq_cli.open_desk import open_demo_desk
from licenseiq_desk.approval import preflight
from licenseiq_desk.audit import runs
from licenseiq_desk.execution.crew import PEOPLE_AT_ONCE

USERS = 2_000
RETRY_AFTER = 3
SLACK = timedelta(seconds=0.1)
ASK_EVERY = 20.0
ENDS = ("complete", "partial", "failed", "cancelled")
POLICY = """[policy]
people_per_plan = 500
people_per_approver = 500
people_per_hour = 1000
people_per_day = 1000
percent_per_day = 100
"""


@dataclass
class Played:
    """One batch from the proposal to its end. Times in seconds, `storms` counts 429 that were answered."""

    steps: int = 0
    proposing: float = 0.0
    reading: float = 0.0
    carrying_out: float = 0.0
    state: str = ""
    outcomes: Counter[str] = field(default_factory=Counter)
    waits: int = 0
    requests: int = 0
    writes: int = 0
    storms: int = 0
    too_early: int = 0
    twice: int = 0
    kills: int = 0
    cpu: float = 0.0
    seen: list[tuple[float, int]] = field(default_factory=list)
    is_whole: bool = False
    facts: dict[str, Facts] = field(default_factory=dict)
    early: list[str] = field(default_factory=list)
    blocked: float = 0.0
    left: Counter[str] = field(default_factory=Counter)
    untrue: list[str] = field(default_factory=list)


@contextmanager
def desk_of(home: Home) -> "Iterator[subprocess.Popen[bytes]]":
    """The desk of this home; it has ended afterwards."""
    with (
        (home.path / "desk.txt").open("ab") as said,
        subprocess.Popen(
            [sys.executable, *LICENSEIQ, "desk", "--demo", "--port", "0", "--poll", "0.2"],
            stdout=said,
            stderr=said,
            env=home.environment(),
            cwd=home.path,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def chosen(demo: OnDemo, count: int) -> tuple[list[str], str]:
    """Cloud accounts that can sign in, hold no role and stand for no situation of their own, and who takes over."""
    story = demo.control("GET", "/story")["people"]
    special = {one for ids in story.values() for one in ids}
    plain = [row["id"] for row in demo.control("GET", "/people") if row["cause"] == "active"]
    found = [one for one in plain if one not in special][: 2 * count + 50]
    ready = [one for one in found if facts_of(demo, one).is_plain]
    assert len(ready) > count, "the demo has not so many people"
    return ready[:count], ready[count]


async def propose(home: Home, leavers: list[str], successor: str) -> tuple[str, int]:
    """The proposal's id and how many steps it has, from a server of its own."""
    async with home.client() as client:
        good(await client.call_tool("refresh_tenant", {}, read_timeout_seconds=600))  # type: ignore[arg-type]
        asked = {"users": leavers, "successor": successor}
        found = good(await client.call_tool("offboard_user", asked, read_timeout_seconds=600))  # type: ignore[arg-type]
    return found["proposal_id"], found["steps_total"]


async def read_twice(home: Home, proposal_id: str) -> None:
    """What is read before a decision, one person after the other and several at once."""
    async with open_demo_desk(home.path / "demo") as opened:
        opened.desk.take_over(opened.tenant_id)
        usual = preflight.PEOPLE_AT_ONCE
        for at_once in (1, usual, 1, usual):
            preflight.PEOPLE_AT_ONCE = at_once
            began = time.monotonic()
            await opened.desk.begin_approval(opened.tenant_id, proposal_id, opened.writer, "bench")
            line(f"people read at once: {at_once}", f"{time.monotonic() - began:.1f} s")


def reading_alone(folder: Path, leavers: int) -> None:
    with running(folder / "tenant", USERS) as demo:
        (folder / "home").mkdir()
        home = beside(demo, folder / "home")
        (home.path / "demo" / "licenseiq.toml").write_text(POLICY, encoding="utf-8")
        people, successor = chosen(demo, leavers)
        proposal_id, steps = anyio.run(propose, home, people, successor)
        line("steps", str(steps))
        anyio.run(read_twice, home, proposal_id)


async def approve(home: Home, proposal_id: str) -> float:
    """A person reads the plan and types its phrase; the seconds until it can be read."""
    async with open_demo_desk(home.path / "demo") as opened:
        opened.desk.take_over(opened.tenant_id)
        began = time.monotonic()
        pending, _ = await opened.desk.begin_approval(opened.tenant_id, proposal_id, opened.writer, "bench")
        seconds = time.monotonic() - began
        opened.desk.approve(pending, pending.phrase)
    return seconds


def status(home: Home, *, by_command: bool) -> dict[str, Any]:
    """What `licenseiq run status --json` says of the one run, or what it reads, which costs no process; empty before
    there is one."""
    found = home.facts("run", "status", "--demo")["runs"] if by_command else runs(home.path / "demo")
    return dict(found[0]) if found else {}


def carried_out(home: Home, played: Played, *, kill: bool, storms: bool) -> None:
    """Desk after desk until the run has ended."""
    began, armed, asked, last = time.monotonic(), storms, 0.0, dict[int, float]()
    while True:
        with desk_of(home) as process:
            while True:
                assert process.poll() is None, (home.path / "desk.txt").read_text(encoding="utf-8")[-2000:]
                if by_command := time.monotonic() - asked > ASK_EVERY:
                    asked = time.monotonic()
                found = status(home, by_command=by_command)
                last[process.pid] = cpu_of(process.pid)
                played.cpu = sum(last.values())
                done, of = int(found.get("steps_ended", 0)), int(found.get("steps", 0))
                if found and by_command:
                    played.seen.append((time.monotonic() - began, done))
                if found:
                    played.state = found["state"]
                    played.steps = of
                if found.get("state") in ENDS:
                    played.carrying_out = time.monotonic() - began
                    return
                if armed and done * 4 > of > 0:
                    home.demo.set_faults(storm(0), storm(400), storm(1_500))
                    armed = False
                if kill and not played.kills and done * 2 > of > 0:
                    played.kills += 1
                    process.kill()
                    process.wait()
                    break
                time.sleep(1.0)


def cpu_of(pid: int) -> float:
    """The seconds of processor time that a process has had so far (Linux)."""
    rest = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(rest[11]) + int(rest[12])) / os.sysconf("SC_CLK_TCK")


def storm(skip: int) -> dict[str, Any]:
    """After so many requests Graph asks to wait, three times everybody who is carried at once."""
    return {
        "what": "status",
        "status": 429,
        "code": "TooManyRequests",
        "message": "Too many requests.",
        "retry_after": RETRY_AFTER,
        "skip": skip,
        "times": 3 * PEOPLE_AT_ONCE,
    }


def count_requests(home: Home, played: Played) -> None:
    """What reached the tenant by the desk, and whether it waited as long as it was asked to."""
    rows = [row for row in home.demo.requests() if row["who"] == "writer"]
    played.requests = len(rows)
    played.writes = sum(row["took_effect"] for row in rows)
    until, under_way = datetime.fromtimestamp(0, UTC), 0
    for row in rows:
        at = datetime.fromisoformat(row["time"])
        if is_early := at < until - SLACK:
            under_way -= 1
            if under_way < 0:
                played.too_early += 1
                played.early.append(f"{(until - at).total_seconds():.1f} s: {row['method']} {row['path']}")
        if row["status"] == 429:
            # Each of the others who are carried at that moment has sent one request at most, and could not know.
            under_way = under_way if is_early else PEOPLE_AT_ONCE - 1
            until = max(until, at + timedelta(seconds=RETRY_AFTER))
            played.storms += 1
    ends = [row["time"] for row in rows if row["took_effect"] and row["path"].endswith("/revokeSignInSessions")]
    begin = next(row["time"] for row in rows if row["took_effect"])
    played.blocked = (datetime.fromisoformat(ends[-1]) - datetime.fromisoformat(begin)).total_seconds()
    played.twice = once_only(home.demo, rows)


async def told(home: Home, proposal_id: str, played: Played) -> None:
    """What the desk says at the end, from its own store."""
    async with open_demo_desk(home.path / "demo") as opened:
        report = opened.desk.report(opened.tenant_id, proposal_id)
        assert report is not None
        (run,) = report.runs
        played.outcomes = Counter(str(step.outcome) for step in run.steps)
        played.untrue = [f"{s.number} {s.kind}: {s.note}" for s in run.steps if s.outcome in ("failed", "blocked")]
        played.is_whole = opened.desk.verify_ledger(opened.tenant_id).is_whole
        played.waits = (home.path / "desk.txt").read_text(encoding="utf-8").count(" is waiting.")


def play(folder: Path, leavers: int, *, hard: bool) -> Played:
    """A tenant, a batch, and its end."""
    played = Played()
    with running(folder / "tenant", USERS) as demo:
        (folder / "home").mkdir()
        home = beside(demo, folder / "home")
        (home.path / "demo" / "licenseiq.toml").write_text(POLICY, encoding="utf-8")
        demo.set_faults()
        people, successor = chosen(demo, leavers)
        began = time.monotonic()
        proposal_id, played.steps = anyio.run(propose, home, people, successor)
        played.proposing = time.monotonic() - began
        demo.control("DELETE", "/requests")
        played.reading = anyio.run(approve, home, proposal_id)
        carried_out(home, played, kill=hard, storms=hard)
        demo.set_faults()
        count_requests(home, played)
        anyio.run(told, home, proposal_id, played)
        played.facts = {one: facts_of(demo, one) for one in (*people, successor)}
        played.left = Counter(words for one in people for words in left_of(played.facts[one]))
    return played


def tell(name: str, played: Played) -> None:
    print(f"\n{name}", flush=True)
    line("proposed in", f"{played.proposing:.0f} s, {played.steps} steps")
    line("read before the approval in", f"{played.reading:.0f} s")
    line("carried out in", f"{played.carrying_out:.0f} s, run is {played.state}")
    line("everybody blocked and signed out", f"{played.blocked:.0f} s after the first change")
    line("processor time of the desk", f"{played.cpu:.0f} s")
    line("requests of the desk", f"{played.requests}, of them writes {played.writes}")
    line("outcomes", ", ".join(f"{name} {count}" for name, count in sorted(played.outcomes.items())))
    line("answers of 429", f"{played.storms}, requests that left before Retry-After was over {played.too_early}")
    line("rounds that ended in a wait", str(played.waits))
    some = played.seen[:: max(1, len(played.seen) // 8)]
    line("seen by run status --json", ", ".join(f"{done} at {seconds:.0f} s" for seconds, done in some))
    line("killed", str(played.kills))
    line("done twice that must not be", str(played.twice))
    line("what leavers have left", ", ".join(f"{words} {count}" for words, count in played.left.items()) or "nothing")
    line("ledger", "whole" if played.is_whole else "NOT WHOLE")
    for one in played.early[:10]:
        print(f"too early by {one}")
    for one in played.untrue[:10]:
        print(f"not done: {one}")


def _kept(hard: Played) -> bool:
    """Whether nothing was lost, done twice or sent too early, and nobody has more left than a licence held back."""
    more = {words for words in hard.left if words != LICENCES}
    held_back = hard.outcomes["blocked"] + hard.outcomes["handed_over"]
    well = not (hard.twice or hard.too_early or more) and hard.left[LICENCES] <= held_back
    return well and hard.is_whole and hard.kills == 1


def main() -> int:
    parser = argparse.ArgumentParser(description="Many leavers in one approved batch.")
    parser.add_argument("--leavers", type=int, default=500)
    parser.add_argument("--clean-only", action="store_true", help="without the storms, the kill and the comparison")
    parser.add_argument("--hard-only", action="store_true", help="without the run that is left alone")
    parser.add_argument("--reading-only", action="store_true", help="what is read before the decision, and its time")
    options = parser.parse_args()
    print(f"{options.leavers} leavers of {USERS} people")
    with tempfile.TemporaryDirectory(prefix="licenseiq-bench-") as name:
        if options.reading_only:
            reading_alone(Path(name), options.leavers)
            return 0
        if options.clean_only:
            tell("left alone", play(Path(name) / "clean", options.leavers, hard=False))
            return 0
        hard = play(Path(name) / "hard", options.leavers, hard=True)
        tell("throttled, and killed in the middle", hard)
        if options.hard_only:
            return 0 if _kept(hard) else 1
        clean = play(Path(name) / "clean", options.leavers, hard=False)
        tell("left alone", clean)
    other = [one for one, found in clean.facts.items() if hard.facts.get(one) != found]
    print()
    line("people other than in a clean run", str(len(other)))
    for one in other[:5]:
        print(json.dumps([str(clean.facts[one]), str(hard.facts.get(one))], indent=2))
    same_end = hard.state == clean.state and hard.outcomes.total() == clean.outcomes.total() and not other
    kept = same_end and hard.left == clean.left and _kept(hard) and not clean.twice
    line("as promised", "yes" if kept else "NO")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
