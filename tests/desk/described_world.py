"""A desk on the demo's application in this process, with a plan of described kinds approved; its clock stands still."""

import copy
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Plan
from licenseiq.proposals.steps import StepKind
from licenseiq.proposals.stored import RunReport
from licenseiq.steps import KINDS
from licenseiq_demo.app import build_app
from licenseiq_demo.faults.book import FaultBook
from licenseiq_demo.faults.memory import Memory
from licenseiq_demo.recorder import Recorder
from licenseiq_demo.state import DemoState
from licenseiq_demo.tenant import DemoTenant
from licenseiq_desk.execution.seen import Observe
from tests.desk.every_kind_world import USERS
from tests.desk.fakes import START
from tests.journeys.described_kinds import Described
from tests.journeys.told_by_the_tenant import Tenant
from tests.steps.conftest import HOST, OneDesk, writer_over

SLOWLY, DAY = 30, 24 * 3600.0


@dataclass
class DescribedPlay:
    """One plan on one tenant. `tenant` tells what is so at this moment, past all faults."""

    one: OneDesk
    script: Described
    tenant: Tenant
    plan: Plan
    _asked: set[int] = field(default_factory=set)
    _moves: int = 0

    @property
    def state(self) -> DemoState:
        return self.one.state

    @property
    def people(self) -> list[str]:
        return [str(values["user_id"]) for values in self.script.values.values() if values.get("user_id")]

    @property
    def run(self) -> RunReport | None:
        report = self.one.desk.report(self.plan.tenant_id, "p-1")
        return report.last_run if report is not None else None

    async def advance(self, observe: Observe) -> None:
        await self.one.desk.advance_all(self.plan.tenant_id, self.one.writer, observe)
        for step, seen in zip(self.plan.steps, self.run.steps if self.run else (), strict=False):
            waits = seen.outcome == "waiting" and seen.note.startswith("Handed over")
            if waits and step.number not in self._asked:
                self._asked.add(step.number)
                await self.script.by_hand(self.tenant, step)

    def move(self, seconds: float) -> None:
        """After a while a day goes by in four moves: what was handed over is waited for two weeks."""
        self._moves += 1
        self.one.clock.move(seconds if self._moves < SLOWLY else DAY / 4)

    def is_true(self, number: int) -> bool:
        """Whether the effect of a step is there; not where there is nobody any more. Of a mail nothing reads back, and
        its outcome says so: the tenant's word is all that is told."""
        step = next(one for one in self.plan.steps if one.number == number)
        if KINDS[step.kind].trusts_answer:
            return True
        try:
            return self.script.is_true(step, {}, {number: _at_once(self.script.fact(self.tenant, number))})
        except TypeError:
            return False

    def untrue(self) -> list[str]:
        return [step.kind.value for step in self.plan.steps if not self.is_true(step.number)]

    def is_whole(self) -> bool:
        return self.one.desk.verify_ledger(self.plan.tenant_id).is_whole


def _at_once(asked: Coroutine[Any, Any, Json]) -> Json:
    """The answer of the application in this process, which waits for nothing: also for who observes and cannot wait."""
    try:
        asked.send(None)
    except StopIteration as done:
        found: Json = done.value
        return found
    raise AssertionError("the tenant let itself be waited for")


@asynccontextmanager
async def play(home: Path, lines: Sequence[tuple[StepKind, str]]) -> AsyncIterator[DescribedPlay]:
    state = DemoState(DemoTenant.build(USERS, 7, date(2026, 11, 23)))
    truth = copy.copy(state)
    truth.faults, truth.memory, truth.recorder = FaultBook(), Memory(), Recorder()
    app = httpx.ASGITransport(build_app(truth))
    async with writer_over(state, raises=False) as writer, httpx.AsyncClient(transport=app) as client:
        tenant = Tenant(client, f"{HOST}/v1.0", state.tokens["desk"], state.tokens["control"])
        script, one = Described(lines), OneDesk(home, state, writer)
        await script.prepare(tenant)
        plan, openings = script.plan(state.tenant.tenant_id, START, "ev-1")
        one.inbox.put("p-1", plan, openings, "key")
        one.desk.take_over(plan.tenant_id)
        pending, _ = await one.desk.begin_approval(plan.tenant_id, "p-1", one.writer, "tester")
        one.desk.approve(pending, pending.phrase)
        state.recorder.clear()
        try:
            yield DescribedPlay(one, script, tenant, plan)
        finally:
            one.close()
