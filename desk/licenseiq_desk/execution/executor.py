"""The executor: starts the runs of approvals, and carries runs on until they end, wait, or are stopped."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

import anyio

from licenseiq.errors import LicenseIQError, Tampered
from licenseiq.limits import fails_too_often
from licenseiq.policy import Policy
from licenseiq.ports import TenantWriter
from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.effects import EffectWaits
from licenseiq.proposals.plan import Plan, Step
from licenseiq.proposals.states import Outcome, RunState, end_of_run
from licenseiq.times import iso, parse_iso
from licenseiq_desk.approval import preflight, records, waivers
from licenseiq_desk.approval.authority import Authority
from licenseiq_desk.approval.demo_tenant import NotProven
from licenseiq_desk.approval.records import AlreadyConsumed
from licenseiq_desk.approval.verify import Verifier, refuse_wrong_tenant, verify
from licenseiq_desk.execution import control, guard, lease
from licenseiq_desk.execution.journal import Journal
from licenseiq_desk.execution.lease import LeaseLost
from licenseiq_desk.execution.seen import Observe, RunProgress, StepSeen, nobody
from licenseiq_desk.execution.start import start
from licenseiq_desk.execution.step_taker import Ended, StepTaker, Waits, may_have_happened
from licenseiq_desk.people import user_id
from licenseiq_desk.store import proposals
from licenseiq_desk.store.desk_store import DeskStore
from licenseiq_desk.surroundings import Surroundings

_STOPS_A_PERSON = frozenset({Outcome.DRIFTED, Outcome.FAILED})
PROOF_AGAIN_SECONDS = 15.0


def _fails_too_often(plan: Plan, outcomes: dict[int, Outcome], policy: Policy) -> bool:
    """By people: one is finished when all of their steps have an outcome, or one of them failed or drifted."""
    failed = {step.subject for step in plan.steps if outcomes.get(step.number) in _STOPS_A_PERSON}
    left = {step.subject for step in plan.steps if step.number not in outcomes}
    finished = failed | {step.subject for step in plan.steps if step.subject not in left}
    return bool(left) and fails_too_often(len(failed), len(finished), policy)


def due_at(step: Step) -> datetime | None:
    """When a dated step may be taken at the earliest; None for one without a date. Raises Tampered."""
    found = step.arguments.get("not_before")
    if found is None:
        return None
    try:
        return parse_iso(str(found))
    except ValueError as error:
        raise Tampered(f"Step {step.number} has a date that is none.", "Propose it again.") from error


@dataclass(frozen=True, slots=True)
class Executor:
    """`owner` names this process in leases. `policy` gives the policy of now; it is asked again before each person.
    `verifier` is planted by tests only."""

    store: DeskStore
    writer: TenantWriter
    authority: Authority
    around: Surroundings
    owner: str
    policy: Callable[[], Policy] = Policy
    observe: Observe = nobody
    verifier: Verifier = verify

    async def advance_all(self, tenant_id: str) -> tuple[RunProgress, ...]:
        """Starts what was approved and carries on what can go on. A run's trouble does not stop the others."""
        await self.start_approved(tenant_id)
        with self.store.database.read() as db:
            rows = db.exec_driver_sql(
                "SELECT run_id FROM run WHERE tenant_id = ? AND ended_at IS NULL ORDER BY created_at, run_id",
                (tenant_id,),
            ).all()
        progress = [await self.advance(tenant_id, row[0]) for row in rows]
        return tuple(found for found in progress if found is not None)

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
        """Steps in the plan's order; returns where the run stands, which is stored by then."""
        tenant_id = journal.lease.tenant_id
        found = proposals.get(self.store, tenant_id, journal.proposal_id)
        await anyio.to_thread.run_sync(refuse_wrong_tenant, found.plan, self.authority.demo, found.digest)
        openings = proposals.openings(self.store, tenant_id, journal.proposal_id, found.plan)
        # The stricter of then and now: whoever the approver saw as untouched is not touched, whatever has changed.
        then = preflight.of_run(self.store, tenant_id, journal.lease.run_id)
        signed = records.statements_of(self.store, tenant_id, journal.lease.run_id)
        plan = replace(found.plan, blockers=waivers.left(found.plan, signed))
        outcomes = journal.outcomes()
        stopped = {s.subject for s in found.plan.steps if outcomes.get(s.number) in _STOPS_A_PERSON}
        checked: dict[str, str | None] = dict.fromkeys(then, "The account was protected when this was approved.")
        later = None
        for step in found.plan.steps:
            if step.number in outcomes:
                continue
            if (due := due_at(step)) is not None and due > self.around.now():
                later = due if later is None else min(later, due)
                continue
            if self.store.stop_file.exists():
                journal.leave(RunState.PAUSED)
                return RunState.PAUSED, "The stop file is there."
            rests, ends = journal.wishes()
            if ends:
                return await self._cancel(journal, plan, openings, outcomes)
            if rests:
                journal.leave(RunState.PAUSED)
                return RunState.PAUSED, "Somebody paused it."
            result = await self._step(journal, plan, step, openings, stopped, checked)
            if isinstance(result, Waits):
                journal.leave(RunState.WAITING, result.seconds)
                return RunState.WAITING, result.note
            journal.close(step, result.outcome, result.note)
            outcomes[step.number] = result.outcome
            if result.outcome in _STOPS_A_PERSON:
                stopped.add(step.subject)
            self.observe(
                StepSeen(
                    journal.lease.run_id,
                    step.number,
                    step.kind.value,
                    step.subject,
                    "outcome",
                    result.outcome,
                    result.note,
                )
            )
            if _fails_too_often(plan, outcomes, self.policy()):
                journal.leave(RunState.PAUSED)
                control.pause(self.store, tenant_id, journal.lease.run_id, self.around.now(), control.BY_FAILURES)
                return RunState.PAUSED, "Too many people failed: look at them, then resume or cancel it."
        if later is not None:
            journal.leave(RunState.WAITING, (later - self.around.now()).total_seconds())
            return RunState.WAITING, f"The next step is due at {iso(later)}."
        end = end_of_run(outcomes.values())
        journal.end(end)
        return end, ""

    async def _cancel(
        self, journal: Journal, plan: Plan, openings: dict[str, Opening], outcomes: dict[int, Outcome]
    ) -> tuple[RunState, str]:
        """Ends a run. What was sent and not read back is looked at once more, and never said to be done unseen."""
        for step in plan.steps:
            sent = may_have_happened(journal.intents(step)) if step.number not in outcomes else ()
            account_id = user_id(openings, step.subject)
            if not sent or account_id is None:
                continue
            taker = StepTaker(journal, self.writer, self.observe, may_send_again=False)
            result = await taker.take(step, account_id, openings[step.subject], sent)
            if isinstance(result, Waits):
                result = Ended(Outcome.FAILED, "Cancelled before it read back; the effect may have happened.")
            journal.close(step, result.outcome, result.note)
        journal.end(RunState.CANCELLED)
        return RunState.CANCELLED, ""

    async def _step(
        self,
        journal: Journal,
        plan: Plan,
        step: Step,
        openings: dict[str, Opening],
        stopped: set[str],
        checked: dict[str, str | None],
    ) -> Ended | Waits:
        """One step behind its guards. What was sent already is found out even where a guard forbids more."""
        if step.number in plan.blocked_steps():
            kinds = sorted({blocker.kind for blocker in plan.blockers if step.number in blocker.applies_to})
            return Ended(Outcome.BLOCKED, f"Blocked: {', '.join(kinds)}.")
        account_id = user_id(openings, step.subject)
        if account_id is None:
            return Ended(Outcome.BLOCKED, "The person was erased.")
        sent = may_have_happened(journal.intents(step))
        why: str | None = "Not taken: an earlier step for this person did not succeed."
        if step.subject not in stopped:
            try:
                if step.subject not in checked:
                    checked[step.subject] = await guard.why_not(
                        self.writer, plan, self.policy(), account_id, openings[step.subject]
                    )
            except EffectWaits as error:
                return Waits(error.seconds, error.what_happened)
            why = checked[step.subject]
        if why is not None and not sent:
            return Ended(Outcome.BLOCKED, why)
        taker = StepTaker(journal, self.writer, self.observe, may_send_again=why is None)
        return await taker.take(step, account_id, openings[step.subject], sent)
