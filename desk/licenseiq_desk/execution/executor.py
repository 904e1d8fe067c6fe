"""The executor: starts the runs of approvals, and carries runs on until they end, wait, or are stopped."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

import anyio

from licenseiq.errors import LicenseIQError
from licenseiq.policy import Policy
from licenseiq.ports import TenantWriter
from licenseiq.proposals.effects import EffectWaits
from licenseiq.proposals.states import RunState, end_of_run
from licenseiq.words import count
from licenseiq_desk.approval import preflight, records, waivers
from licenseiq_desk.approval.authority import Authority
from licenseiq_desk.approval.demo_tenant import NotProven
from licenseiq_desk.approval.records import AlreadyConsumed
from licenseiq_desk.approval.verify import Verifier, refuse_wrong_tenant, verify
from licenseiq_desk.execution import lease, order
from licenseiq_desk.execution.at_work import AtWork
from licenseiq_desk.execution.crew import PEOPLE_AT_ONCE, Crew
from licenseiq_desk.execution.journal import Journal
from licenseiq_desk.execution.last_look import undone
from licenseiq_desk.execution.lease import LeaseLost
from licenseiq_desk.execution.one_at_a_time import OneAtATime
from licenseiq_desk.execution.order import Pace
from licenseiq_desk.execution.seen import Observe, RunProgress, nobody
from licenseiq_desk.execution.start import start
from licenseiq_desk.execution.step_taker import Waits
from licenseiq_desk.store import proposals
from licenseiq_desk.store.desk_store import DeskStore
from licenseiq_desk.surroundings import Surroundings

PROOF_AGAIN_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Executor:
    """`owner` names this process in leases. `policy` gives the policy of now; it is asked again before each person.
    `things` are what the people of all its runs share. `verifier` is planted by tests only."""

    store: DeskStore
    writer: TenantWriter
    authority: Authority
    around: Surroundings
    owner: str
    policy: Callable[[], Policy] = Policy
    observe: Observe = nobody
    verifier: Verifier = verify
    things: OneAtATime = field(default_factory=OneAtATime)

    async def advance_all(self, tenant_id: str) -> tuple[RunProgress, ...]:
        """Starts what was approved and carries on what can go on. A run's trouble does not stop the others."""
        await self.start_approved(tenant_id)
        progress = [await self.advance(tenant_id, run_id) for run_id in self.not_ended(tenant_id)]
        return tuple(found for found in progress if found is not None)

    def not_ended(self, tenant_id: str) -> tuple[str, ...]:
        """The ids of the runs that have not ended, the oldest first."""
        with self.store.database.read() as db:
            rows = db.exec_driver_sql(
                "SELECT run_id FROM run WHERE tenant_id = ? AND ended_at IS NULL ORDER BY created_at, run_id",
                (tenant_id,),
            ).all()
        return tuple(str(row[0]) for row in rows)

    async def start_approved(self, tenant_id: str) -> tuple[str, ...]:
        """Starts a run for each approval that verifies; one that does not is noted and not tried again."""
        self.policy()  # one that cannot be used is no fault of an approval: raised before any is noted
        started = []
        for approval_id, proposal_id in records.waiting(self.store, tenant_id):
            try:
                started.append(await self.start(tenant_id, approval_id, proposal_id))
            except (AlreadyConsumed, NotProven, EffectWaits):
                continue
            except LicenseIQError as error:
                why = error.what_happened
                records.refuse(self.store, tenant_id, approval_id, proposal_id, why, self.around.now())
        return tuple(started)

    async def start(self, tenant_id: str, approval_id: str, proposal_id: str) -> str:
        """Consumes one approval and schedules its run. Raises AlreadyConsumed, Refused or Tampered."""
        return await start(
            self.store,
            tenant_id,
            approval_id,
            proposal_id,
            self.authority,
            self.policy(),
            self.around,
            self.verifier,
            self.writer,
        )

    async def advance(self, tenant_id: str, run_id: str) -> RunProgress | None:
        """Carries one run on; None when it is not ours to carry on now."""
        if self.store.stop_file.exists():
            return None
        held = lease.claim(self.store, self.around, tenant_id, run_id, self.owner)
        if held is None:
            return None
        with self.store.database.read() as db:
            proposal_id, level = db.exec_driver_sql(
                "SELECT proposal_id, level FROM run WHERE tenant_id = ? AND run_id = ?", (tenant_id, run_id)
            ).one()
        journal = Journal(held, proposal_id, level)
        try:
            state, note = await self._carry_on(journal)
        except LeaseLost:
            return None
        except anyio.get_cancelled_exc_class():
            with suppress(LeaseLost):
                held.release()
            raise
        except LicenseIQError as error:
            journal.leave(RunState.PAUSED, PROOF_AGAIN_SECONDS)
            state, note = RunState.PAUSED, error.what_happened
        return RunProgress(run_id, proposal_id, state, note)

    async def _carry_on(self, journal: Journal) -> tuple[RunState, str]:
        """Every step that can be taken now; returns where the run stands, which is stored by then."""
        tenant_id, run_id = journal.lease.tenant_id, journal.lease.run_id
        found = proposals.get(self.store, tenant_id, journal.proposal_id)
        await anyio.to_thread.run_sync(refuse_wrong_tenant, found.plan, self.authority.demo, found.digest)
        signed, outcomes = records.statements_of(self.store, tenant_id, run_id), journal.outcomes()
        plan = replace(found.plan, blockers=waivers.left(found.plan, signed))
        work = AtWork(
            journal,
            self.writer,
            self.policy,
            self.observe,
            self.things,
            plan,
            found.digest,
            proposals.openings(self.store, tenant_id, journal.proposal_id, found.plan),
            outcomes,
            # The stricter of then and now: whoever the approver saw as untouched is not touched, whatever has changed.
            protected=frozenset(preflight.of_run(self.store, tenant_id, run_id)),
            held=preflight.held_in_run(self.store, tenant_id, run_id),
            signed=signed,
        )
        pace, at_once = Pace(self.around.now), 1 if order.one_by_one(plan) else PEOPLE_AT_ONCE
        halt = await Crew(plan.steps, outcomes, pace, work, self.things, at_once).go()
        if halt is not None and halt.state is RunState.CANCELLED:
            for step in plan.steps:
                if step.number not in outcomes:
                    await work.find_out(step)
            journal.end(RunState.CANCELLED)
            return RunState.CANCELLED, ""
        if halt is not None:
            journal.leave(halt.state)
            return halt.state, halt.note
        if pace.next_in is not None:
            journal.leave(RunState.WAITING, pace.next_in)
            return RunState.WAITING, pace.note
        return await self._end(work)

    async def _end(self, work: AtWork) -> tuple[RunState, str]:
        """Ends a run of which every step has its outcome. Complete is what still holds at its end."""
        journal, end, since = work.journal, end_of_run(work.outcomes.values()), dict[int, str]()
        if end is RunState.COMPLETE:
            found = await undone(journal, self.writer, work.plan, work.openings)
            if isinstance(found, Waits):
                journal.leave(RunState.WAITING, found.seconds)
                return RunState.WAITING, found.note
            since = found
        for step in work.plan.steps:
            if step.number in since:
                end = RunState.PARTIAL
                journal.wait(step, since[step.number])
        journal.end(end, sorted(since))
        return end, f"Not so any more at the end: {count(len(since), 'step')}." if since else ""
