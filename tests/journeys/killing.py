"""Killing the desk while it carries out a plan on a tenant of its own, and what is found afterwards."""

import json
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import anyio
import httpx
from tests.journeys import boundaries, every_kind
from tests.journeys.boundaries import Boundary
from tests.journeys.dying_desk import DyingDesk
from tests.journeys.judged import Judged, judged
from tests.journeys.processes import beside
from tests.journeys.told_by_the_tenant import Tenant
from tests.tenant.on_demo import OnDemo

from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.plan import Plan, Step
from licenseiq.proposals.states import RUN_ENDS
from licenseiq.proposals.stored import RunReport
from licenseiq_cli.open_desk import OpenDesk, open_demo_desk
from licenseiq_demo import process
from licenseiq_desk.store.blobs import as_bytes
from licenseiq_tenant.inbox.store import Inbox

USERS = 250
# Answers are remembered from the beginning; from the death on, each address answers so many times as it did before.
REMEMBER: dict[str, Any] = {"what": "old_answers", "method": "GET", "reads": 0}
STALE: dict[str, Any] = REMEMBER | {"reads": 2}
_END_SECONDS = 150.0
_PROPOSAL = "p-1"


class Script(Protocol):
    """A plan on a new tenant, and its truth. What `facts` returns is for the script's own use."""

    async def prepare(self, tenant: Tenant) -> None:
        """Takes people who fit, and arranges what the steps are for."""

    def plan(self, tenant_id: str, now: Any, name: str) -> tuple[Plan, list[Opening]]: ...

    async def facts(self, tenant: Tenant) -> Any: ...

    def is_true(self, step: Step, before: Any, now: Any) -> bool:
        """Whether what a step is for is so: of the tenant itself, whatever the desk thinks."""

    def same_end(self, one: Any, other: Any, without: Sequence[int]) -> bool:
        """Whether two runs left everything alike, but for what these steps are for."""

    async def by_hand(self, tenant: Tenant, step: Step) -> None:
        """What a person does who was asked to."""

    async def twice(self, tenant: Tenant, rows: Sequence[Mapping[str, Any]]) -> list[str]:
        """Effects that must not be repeated and took place again, by the tenant's own record."""


@dataclass(frozen=True)
class Found:
    """What one run left. `requests`: by step, what left for the tenant; `intents` and `entries` in journal and ledger;
    `recorded` what the tenant saw; `twice` by its own record."""

    run: RunReport
    judged: Judged
    after: Any
    requests: Mapping[int, int]
    intents: Mapping[int, int]
    entries: Mapping[int, int]
    recorded: int
    twice: tuple[str, ...]
    is_whole: bool

    @property
    def lost(self) -> tuple[str, ...]:
        return (*self.judged.lost, *(() if self.is_whole else ("the ledger does not verify",)))

    @property
    def unrecorded(self) -> int:
        """Requests without an intent of their own in journal and ledger, and requests that the tenant saw and nobody
        here. (The tenant sees fewer where a process died with a request on its lips.)"""
        lacking = (max(0, count - min(self.intents[n], self.entries[n])) for n, count in self.requests.items())
        return sum(lacking) + max(0, self.recorded - sum(self.requests.values()))

    def sent_again(self, clean: "Found", of: Callable[[int], bool] = lambda _: True) -> int:
        """Requests of these steps beyond those of a run that nobody killed."""
        return sum(max(0, count - clean.requests[n]) for n, count in self.requests.items() if of(n))


@dataclass
class Killing:
    """One tenant, one home, one run. `desk` is the process that dies."""

    script: Script
    demo: OnDemo
    opened: OpenDesk
    tenant: Tenant
    desk: DyingDesk
    inbox: Inbox
    plan: Plan = field(init=False)
    before: Any = None
    stale: bool = False
    _in_flight: set[int] = field(default_factory=set)
    _asked: set[int] = field(default_factory=set)
    _passed: int = 0

    async def begin(self, *, stale: bool = False, place: Boundary | None = None) -> None:
        """The plan is approved, and a desk works on it that dies at `place`."""
        await self.script.prepare(self.tenant)
        self.before, self.stale = await self.script.facts(self.tenant), stale
        self.demo.control("DELETE", "/requests")
        if stale:
            self.demo.set_faults(REMEMBER)
        tenant_id = self.opened.tenant_id
        self.plan, openings = self.script.plan(tenant_id, every_kind.of_today(), _PROPOSAL)
        self.inbox.put(_PROPOSAL, self.plan, openings, _PROPOSAL)
        self.opened.desk.take_over(tenant_id)
        pending, _ = await self.opened.desk.begin_approval(tenant_id, _PROPOSAL, self.opened.writer, "bench")
        self.opened.desk.approve(pending, pending.phrase)
        self.desk.arm(place)
        self.desk.start()

    async def dies(self) -> None:
        """Returns when the desk's process is dead, by its own hand."""
        until = time.monotonic() + _END_SECONDS
        while self.desk.is_alive:
            assert time.monotonic() < until, f"it did not come to the boundary: {self.desk.said[-2000:]}"
            await self._look()
            await anyio.sleep(0.02)
        assert self.desk.kill() == -signal.SIGKILL, f"it ended otherwise: {self.desk.said[-2000:]}"
        self._note_death()

    async def killed_after(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            await self._look()
            await anyio.sleep(min(0.05, left))
        self.desk.kill()
        self._note_death()

    def start_again(self, place: Boundary | None = None) -> None:
        """Another process takes over; it dies at `place`."""
        self.desk.arm(place)
        if self.stale:
            self.demo.set_faults(STALE)
        self.desk.start()

    def _note_death(self) -> None:
        """Which steps had something on its way: their last boundary was neither their read-back nor their outcome."""
        trace = self.desk.trace()
        last = {one.number: one.name for one in trace}
        self._in_flight |= {number for number, name in last.items() if name in boundaries.IN_FLIGHT}
        self._passed = len(trace)

    async def _look(self) -> RunReport | None:
        """The run as the desk tells it. Whoever is asked to do something by hand does it."""
        report = self.opened.desk.report(self.opened.tenant_id, _PROPOSAL)
        run = report.last_run if report is not None else None
        for step, seen in zip(self.plan.steps, run.steps if run is not None else (), strict=False):
            waits = seen.outcome == "waiting" and seen.note.startswith("Handed over")
            if waits and step.number not in self._asked:
                self._asked.add(step.number)
                await self.script.by_hand(self.tenant, step)
        return run

    async def ended(self) -> RunReport:
        """The run when it has ended. Old answers end with the first step that ends after a death."""
        until = time.monotonic() + _END_SECONDS
        while True:
            run = await self._look()
            if run is not None and run.state in RUN_ENDS:
                return run
            if self.stale and any(one.name == boundaries.CLOSED for one in self.desk.trace()[self._passed :]):
                self.stale = False
                self.demo.set_faults()
            assert self.desk.is_alive, f"the desk has ended: {self.desk.said[-2000:]}"
            assert time.monotonic() < until, f"the run does not end: {run}, {self.desk.said[-2000:]}"
            await anyio.sleep(0.05)

    async def found(self) -> Found:
        """What the run has left, once it has ended."""
        run = await self.ended()
        self.demo.set_faults()
        rows = [row for row in self.demo.requests() if row["is_change"] and not _is_torn(row)]
        after = await self.script.facts(self.tenant)
        left = Counter(one.number for one in self.desk.trace() if one.name == boundaries.LEAVES)
        with self.opened.desk._store.database.read() as db:
            intents = Counter(int(row[0]) for row in db.exec_driver_sql("SELECT number FROM intent").all())
            entries = [json.loads(as_bytes(row[0])) for row in db.exec_driver_sql("SELECT entry FROM ledger_entry")]
        true = {step.number for step in self.plan.steps if self.script.is_true(step, self.before, after)}
        return Found(
            run,
            judged(self.plan.steps, run, true, self._in_flight),
            after,
            left,
            intents,
            Counter(int(one["body"]["step"]) for one in entries if one["kind"] == "intent"),
            len(rows),
            tuple(await self.script.twice(self.tenant, rows)),
            self.opened.desk.verify_ledger(self.opened.tenant_id).is_whole,
        )


def _is_torn(row: Mapping[str, Any]) -> bool:
    """A request to Exchange whose sender died before its body had left, mostly one that only reads: what it was is not
    known, and it was refused."""
    return str(row["path"]).endswith("/InvokeCommand") and not row["cmdlet"] and not row["took_effect"]


@asynccontextmanager
async def killing(script: Script, folder: Path, plant: str = "") -> AsyncIterator[Killing]:
    """In an empty folder a new tenant, and a home of the desk beside it. `plant` is of DyingDesk."""
    demo, place = OnDemo(folder / "tenant"), folder / "home"
    place.mkdir()
    await anyio.to_thread.run_sync(lambda: process.find_or_start(demo.home, "reader", users=USERS))
    try:
        home = beside(demo, place)
        writer, control = demo.found("desk"), process.control(demo.home)
        assert control is not None
        desk, inbox = DyingDesk(home.path, plant), Inbox(home.path / "demo")
        # The demo closes a connection after five seconds of silence.
        client = httpx.AsyncClient(trust_env=False, limits=httpx.Limits(keepalive_expiry=1))
        async with open_demo_desk(home.path / "demo") as opened, client:
            try:
                yield Killing(script, demo, opened, Tenant(client, writer.url, writer.token, control[1]), desk, inbox)
            finally:
                inbox.close()
                if desk.is_alive:
                    desk.kill()
    finally:
        await anyio.to_thread.run_sync(process.stop, demo.home)
