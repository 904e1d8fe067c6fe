"""Killing the desk while it carries the plan of every kind out, and what is found afterwards."""

import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import httpx
from tests.journeys import boundaries, every_kind
from tests.journeys.boundaries import Boundary
from tests.journeys.dying_desk import DyingDesk
from tests.journeys.every_kind import Cast, Facts
from tests.journeys.processes import beside
from tests.tenant.on_demo import OnDemo

from licenseiq.proposals.plan import Plan
from licenseiq.proposals.states import RUN_ENDS
from licenseiq.proposals.steps import EffectClass
from licenseiq.proposals.stored import RunReport
from licenseiq_cli.open_desk import OpenDesk, open_demo_desk
from licenseiq_desk.store.blobs import as_bytes
from licenseiq_tenant.inbox.store import Inbox

STALE = [{"what": "stale_reads", "method": method, "reads": 2} for method in ("PATCH", "POST", "DELETE")]
_END_SECONDS = 150.0
_DRAIN = 4


@dataclass(frozen=True)
class Found:
    """What one run left. `requests`: by step, what left for the tenant; `intents` and `entries` in journal and ledger;
    `untrue`: kinds of steps whose effect is not there."""

    run: RunReport
    untrue: tuple[str, ...]
    after: Mapping[str, Facts]
    requests: Mapping[int, int]
    intents: Mapping[int, int]
    entries: Mapping[int, int]
    recorded: int
    is_whole: bool

    @property
    def lost(self) -> bool:
        return self.run.state != "complete" or bool(self.untrue) or not self.is_whole

    @property
    def sent_again(self) -> int:
        return sum(count - 1 for count in self.requests.values() if count > 1)

    @property
    def unrecorded(self) -> int:
        """Requests without an intent of their own in journal and ledger, and requests that the tenant saw and nobody
        here. (The tenant sees fewer where a process died with a request on its lips.)"""
        lacking = (max(0, count - min(self.intents[n], self.entries[n])) for n, count in self.requests.items())
        return sum(lacking) + max(0, self.recorded - sum(self.requests.values()))

    def twice(self, plan: Plan) -> int:
        """Effects that must not be repeated and were sent more than once."""
        once = {step.number for step in plan.steps if step.effect_class is EffectClass.NOT_REPEATABLE}
        return sum(self.requests.get(number, 0) > 1 for number in once)


@dataclass
class Killing:
    """One home, one tenant, the same two people again and again. `desk` is the process that dies."""

    demo: OnDemo
    opened: OpenDesk
    graph: every_kind.Graph
    cast: Cast
    desk: DyingDesk
    inbox: Inbox
    made: int = 0
    plan: Plan | None = None
    before: Mapping[str, Facts] = field(default_factory=dict)

    async def begin(self, *, stale: bool, place: Boundary | None = None) -> str:
        """Both people as at the beginning, and the plan approved; its proposal's id. The desk dies at `place`."""
        self.demo.set_faults()
        await self._settled()
        await every_kind.prepare(self.graph, self.cast)
        self.before = await self.facts()
        self.demo.control("DELETE", "/requests")
        self.demo.set_faults(*(STALE if stale else ()))
        self.desk.forget()
        self.made += 1
        proposal_id, tenant_id = f"p-{self.made}", self.opened.tenant_id
        self.plan, openings = every_kind.plan(self.cast, tenant_id, every_kind.of_today(), proposal_id)
        self.inbox.put(proposal_id, self.plan, openings, proposal_id)
        self.opened.desk.take_over(tenant_id)
        self.desk.arm(place)
        pending, _ = await self.opened.desk.begin_approval(tenant_id, proposal_id, self.opened.writer, "bench")
        self.opened.desk.approve(pending, pending.phrase)
        return proposal_id

    async def dies(self) -> None:
        """Returns when the desk's process is dead."""
        until = time.monotonic() + _END_SECONDS
        while self.desk.is_alive:
            assert time.monotonic() < until, f"it did not come to the boundary: {self.desk.said[-2000:]}"
            await anyio.sleep(0.01)

    async def ended(self, proposal_id: str) -> RunReport:
        """The run of a proposal when it has ended."""
        until = time.monotonic() + _END_SECONDS
        while True:
            report = self.opened.desk.report(self.opened.tenant_id, proposal_id)
            run = report.last_run if report is not None else None
            if run is not None and run.state in RUN_ENDS:
                return run
            assert self.desk.is_alive, f"the desk has ended: {self.desk.said[-2000:]}"
            assert time.monotonic() < until, f"the run does not end: {run}, {self.desk.said[-2000:]}"
            await anyio.sleep(0.05)

    async def found(self, proposal_id: str) -> Found:
        """What the run of a proposal has left, once it has ended."""
        assert self.plan is not None
        run = await self.ended(proposal_id)
        recorded = sum(entry["is_change"] for entry in self.demo.requests())
        self.demo.set_faults()
        await self._settled()
        after = await self.facts()
        left = Counter(one.number for one in self.desk.trace() if one.name == boundaries.LEAVES)
        with self.opened.desk._store.database.read() as db:
            rows = db.exec_driver_sql(
                "SELECT number, COUNT(*) FROM intent WHERE run_id = ? GROUP BY number", (run.run_id,)
            ).all()
            entries = [json.loads(as_bytes(row[0])) for row in db.exec_driver_sql("SELECT entry FROM ledger_entry")]
        bodies = [one["body"] for one in entries if one["kind"] == "intent" and one["body"]["run"] == run.run_id]
        return Found(
            run,
            tuple(
                step.kind.value
                for step in self.plan.steps
                if not every_kind.is_true(step, self.cast, self.before, after)
            ),
            after,
            left,
            Counter({int(number): int(count) for number, count in rows}),
            Counter(int(body["step"]) for body in bodies),
            recorded,
            self.opened.desk.verify_ledger(self.opened.tenant_id).is_whole,
        )

    async def facts(self) -> dict[str, Facts]:
        return {who: await self.graph.facts(who) for who in self.cast.people}

    async def _settled(self) -> None:
        """Readings that were still stale are used up."""
        for _ in range(_DRAIN):
            await self.facts()


@asynccontextmanager
async def killing(demo: OnDemo, path: Path, plant: str = "") -> AsyncIterator[Killing]:
    """`path` is a new folder: the home of the desk. `plant` is of DyingDesk."""
    home = beside(demo, path)
    writer = demo.found("desk")
    desk = DyingDesk(home.path, plant)
    inbox = Inbox(home.path / "demo")
    async with open_demo_desk(home.path / "demo") as opened, httpx.AsyncClient(trust_env=False) as client:
        graph = every_kind.Graph(client, writer.url, writer.token)
        try:
            yield Killing(demo, opened, graph, await every_kind.choose(graph), desk, inbox)
        finally:
            inbox.close()
            if desk.is_alive:
                desk.kill()
