"""A desk on the demo's application in this process, with the plan of every kind approved; its clock stands still."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from licenseiq.proposals.plan import Plan
from licenseiq.proposals.stored import RunReport
from licenseiq_demo.app import build_app
from licenseiq_demo.people.person import Person
from licenseiq_demo.state import DemoState
from licenseiq_demo.tenant import DemoTenant
from licenseiq_desk.execution.graph_writer import GraphWriter
from licenseiq_desk.execution.seen import Observe
from tests.desk.fakes import START, TENANT, World, world_in
from tests.desk.on_demo_app import BASE, Graph
from tests.journeys import every_kind
from tests.journeys.every_kind import Cast, Facts

USERS = 250


@dataclass
class Play:
    """`before` are the facts when the plan was approved. `world.tenant` is the desk's own writer."""

    world: World
    state: DemoState
    cast: Cast
    plan: Plan
    before: Mapping[str, Facts]

    def facts(self) -> dict[str, Facts]:
        """What is so at this moment, however stale the tenant's answers are."""
        return {who: _facts(self.state.tenant.find(who)) for who in self.cast.people}

    def untrue(self) -> list[str]:
        """The kinds of the steps whose effect is not there."""
        now = self.facts()
        return [
            step.kind.value for step in self.plan.steps if not every_kind.is_true(step, self.cast, self.before, now)
        ]

    def is_true(self, number: int) -> bool:
        """Whether the effect of a step is there."""
        step = next(one for one in self.plan.steps if one.number == number)
        return every_kind.is_true(step, self.cast, self.before, self.facts())

    @property
    def people(self) -> tuple[str, str]:
        return self.cast.people

    @property
    def run(self) -> RunReport | None:
        found: RunReport | None = self.world.report().last_run
        return found

    async def advance(self, observe: Observe) -> None:
        await self.world.desk.advance_all(TENANT, self.world.tenant, observe)

    def move(self, seconds: float) -> None:
        self.world.clock.move(seconds)

    def is_whole(self) -> bool:
        return self.world.desk.verify_ledger(TENANT).is_whole

    def sends(self) -> dict[int, int]:
        """Recorded sendings by step."""
        with self.world.desk._store.database.read() as db:
            rows = db.exec_driver_sql("SELECT number, COUNT(*) FROM intent GROUP BY number").all()
        return {int(number): int(count) for number, count in rows}

    def changes(self) -> list[dict[str, Any]]:
        return [entry for entry in self.state.recorder.entries if entry["is_change"]]


def _facts(person: Person | None) -> Facts:
    return Facts(exists=False) if person is None else every_kind.facts_of(person.fields, person.groups)


@asynccontextmanager
async def play(
    home: Path, transport: Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport] = lambda inner: inner
) -> AsyncIterator[Play]:
    """`transport` stands around the way to the tenant, inside the desk's rule."""
    state = DemoState(DemoTenant.build(USERS, 7, date(2026, 11, 23)))
    app = httpx.ASGITransport(build_app(state), raise_app_exceptions=False)
    world = world_in(home)
    async with httpx.AsyncClient(transport=app) as client:
        plain = every_kind.Graph(client, BASE, state.tokens["desk"])
        cast = await every_kind.choose(plain)
        await every_kind.prepare(plain, cast)
    desks = Graph(transport(app), state.tokens["desk"])
    world.tenant = GraphWriter(desks)  # type: ignore[assignment]
    made, openings = every_kind.plan(cast, TENANT, START, "ev-1")
    world.inbox.put("p-1", made, openings, "key")
    await world.approve()
    state.recorder.clear()
    found = Play(world, state, cast, made, {})
    found.before = found.facts()
    try:
        yield found
    finally:
        await desks.client.aclose()
        world.desk.close()
        world.inbox.close()
