"""Steps that are described as data, carried out by processes that die at a boundary of each of them. INV-17.

Here the process only seems to die; `bench/crash.py` kills real ones in the same two plans.
"""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from licenseiq.proposals.plan import Plan
from licenseiq.proposals.states import RUN_ENDS
from licenseiq.proposals.steps import EffectClass, StepKind
from licenseiq.proposals.stored import RunReport
from licenseiq.steps import KINDS
from licenseiq_demo.app import build_app
from licenseiq_demo.state import DemoState
from licenseiq_demo.tenant import DemoTenant
from licenseiq_desk.desk import Desk
from licenseiq_desk.execution import at_work
from licenseiq_desk.execution.journal import Journal
from tests.desk.every_kind_world import USERS
from tests.desk.fakes import START, Killed, demo_of
from tests.journeys import boundaries
from tests.journeys.boundaries import Boundaries, Boundary
from tests.journeys.described_kinds import COMING_AND_GOING, LEAVING, MAIL, Described
from tests.journeys.judged import judged
from tests.journeys.told_by_the_tenant import Tenant
from tests.steps import conftest
from tests.steps.conftest import HOST, OneDesk

pytestmark = pytest.mark.anyio
PLANS = {"leaving": LEAVING, "coming and going": COMING_AND_GOING}
LEAVES = (boundaries.LEAVES,)
OTHERS = tuple(name for name in boundaries.NAMES if name not in LEAVES)
ROUNDS = 300


@dataclass
class Dying:
    """A desk whose processes die: `died` are the kinds of step by the boundary at which one did. `asked` are the steps
    that a person was asked for, and took."""

    one: OneDesk
    tenant: Tenant
    script: Described
    died: set[tuple[str, str]] = field(default_factory=set)
    asked: set[int] = field(default_factory=set)
    plan: Plan = field(init=False)

    async def carry_out(self, names: Collection[str], monkeypatch: pytest.MonkeyPatch) -> None:
        """The plan, by processes that die once at the boundaries of these names of each step."""

        def at(passed: Boundary) -> None:
            if passed.name in names and (passed.kind, passed.name) not in self.died:
                self.died.add((passed.kind, passed.name))
                raise Killed

        watch, behind, one = Boundaries(at), conftest._Behind, self.one
        intend, close = watch.journal()
        monkeypatch.setattr(Journal, "intend", intend)
        monkeypatch.setattr(Journal, "close", close)
        monkeypatch.setattr(behind, "handle_async_request", watch.transport(behind.handle_async_request))
        tenant_id = one.state.tenant.tenant_id
        await self.script.prepare(self.tenant)
        self.plan, openings = self.script.plan(tenant_id, START, "ev-1")
        one.inbox.put("p-1", self.plan, openings, "key")
        one.desk.take_over(tenant_id)
        pending, _ = await one.desk.begin_approval(tenant_id, "p-1", one.writer, "tester")
        one.desk.approve(pending, pending.phrase)
        one.state.recorder.clear()
        for _ in range(ROUNDS):
            try:
                await one.desk.advance_all(tenant_id, one.writer)
            except Killed:
                one.desk.close()
                one.desk = Desk(one.home, one.inbox, demo=demo_of(tenant_id), around=one.clock.around())
                one.clock.move(31)  # until the lease of the dead has ended
            await self.by_hand()
            if self.run.state in RUN_ENDS:
                break
            if self.run.state == "waiting":
                one.clock.move(6 * 3600)

    async def by_hand(self) -> None:
        for step, seen in zip(self.plan.steps, self.run.steps, strict=True):
            if seen.outcome == "waiting" and seen.note.startswith("Handed over") and step.number not in self.asked:
                self.asked.add(step.number)
                await self.script.by_hand(self.tenant, step)

    @property
    def run(self) -> RunReport:
        report = self.one.desk.report(self.one.state.tenant.tenant_id, "p-1")
        assert report is not None
        assert report.last_run is not None
        return report.last_run

    async def wrong(self, names: Collection[str]) -> list[str]:
        """What the desk says and is not so, what it gave up without need, and what took effect twice."""
        facts, steps = await self.script.facts(self.tenant), self.plan.steps
        true = {step.number for step in steps if self.script.is_true(step, {}, facts)}
        in_flight = {step.number for step in steps if {(step.kind.value, name) for name in _SENT} & self.died}
        found = judged(steps, self.run, true, in_flight)
        return [*found.lost, *await self.script.twice(self.tenant, self.one.writes())]


_SENT = (boundaries.LEAVES, boundaries.ANSWERED)


@pytest.fixture
def state() -> DemoState:
    """A tenant of its own for each plan."""
    return DemoState(DemoTenant.build(USERS, 7, date(2026, 11, 23)))


@pytest.fixture
async def dying(tmp_path: Path, state: DemoState, writer: Any) -> AsyncIterator[Dying]:
    one = OneDesk(tmp_path, state, writer)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(build_app(state))) as client:
        yield Dying(one, Tenant(client, f"{HOST}/v1.0", state.tokens["desk"], state.tokens["control"]), Described(()))
    one.close()


def test_every_described_kind_is_in_one_of_the_plans() -> None:
    assert {kind for lines in PLANS.values() for kind, _ in lines} == set(KINDS)


@pytest.mark.parametrize("names", [LEAVES, OTHERS], ids=["before the request leaves", "everywhere else"])
@pytest.mark.parametrize("plan", PLANS)
async def test_a_process_that_dies_at_a_boundary_of_a_described_kind_loses_and_repeats_nothing(
    dying: Dying, monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...], plan: str
) -> None:
    dying.script.lines = PLANS[plan]
    await dying.carry_out(names, monkeypatch)
    assert await dying.wrong(names) == []
    with_requests = {kind for kind, _ in PLANS[plan] if not KINDS[kind].by_hand}
    died = {name: {kind for kind, at in dying.died if at == name} for name in names}
    expected = {name: with_requests if name in _SENT else {kind for kind, _ in PLANS[plan]} for name in names}
    after_a_creation = {"set_manager"}  # not taken where nobody knows whether the account was made
    assert all(expected[name] - died[name] <= after_a_creation for name in names), died
    assert dying.one.desk.verify_ledger(dying.one.state.tenant.tenant_id).is_whole
    steps = [step.number for step in dying.plan.steps if step.effect_class is EffectClass.NOT_REPEATABLE]
    assert steps
    # Dead before the request left: nobody knows, and nothing is sent. Dead after it: what can be read is done.
    unread = [step.outcome for step in dying.run.steps if step.number in steps]
    assert (set(unread) == {"failed"}) is (names == LEAVES)


async def test_a_meeting_of_which_nobody_knows_does_not_keep_the_others(
    dying: Dying, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying.script.lines = [line for line in LEAVING if line[0] is StepKind.CANCEL_MEETINGS]
    await dying.carry_out(LEAVES, monkeypatch)
    cancelled = [one for one in dying.one.writes() if one["path"].endswith("/cancel")]
    left = (await dying.script.facts(dying.tenant))[1]
    assert (len(cancelled), len(left)) == (1, 1)  # type: ignore[arg-type]
    assert [step.outcome for step in dying.run.steps] == ["failed"]


async def test_positive_control_a_desk_that_forgets_what_it_sent_is_found(
    dying: Dying, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_work, "may_have_happened", lambda _: ())
    dying.script.lines = [line for line in LEAVING if line[1] == MAIL]
    await dying.carry_out((boundaries.ANSWERED,), monkeypatch)
    assert len([one for one in await dying.wrong(()) if one.startswith("mail ") and "2 times" in one]) == 2
