"""The executor: starts the runs of approvals, and carries runs on until they end, wait, or are stopped."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import anyio

from licenseiq.errors import LicenseIQError, NotFound, NotReadable
from licenseiq.limits import fails_too_often
from licenseiq.policy import Policy
from licenseiq.ports import TenantWriter
from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.effects import EffectWaits
from licenseiq.proposals.plan import Plan, Step
from licenseiq.proposals.statement import Statement
from licenseiq.proposals.states import Outcome, RunState, end_of_run
from licenseiq.steps import KINDS, checks_of
from licenseiq.steps.asking import Target
from licenseiq.steps.kind import Now
from licenseiq.words import count
from licenseiq_desk.approval import preflight, records, waivers
from licenseiq_desk.approval.authority import Authority
from licenseiq_desk.approval.demo_tenant import NotProven
from licenseiq_desk.approval.records import AlreadyConsumed
from licenseiq_desk.approval.verify import Verifier, refuse_wrong_tenant, verify
from licenseiq_desk.execution import checking, control, guard, lease, order
from licenseiq_desk.execution.calls_taker import CallsTaker
from licenseiq_desk.execution.journal import Journal
from licenseiq_desk.execution.last_look import undone
from licenseiq_desk.execution.lease import LeaseLost
from licenseiq_desk.execution.order import Pace
from licenseiq_desk.execution.seen import Observe, RunProgress, StepSeen, nobody
from licenseiq_desk.execution.start import start
from licenseiq_desk.execution.step_taker import Ended, StepTaker, Waits, may_have_happened
from licenseiq_desk.people import is_principal, user_id
from licenseiq_desk.store import proposals
from licenseiq_desk.store.desk_store import DeskStore
from licenseiq_desk.surroundings import Surroundings

PROOF_AGAIN_SECONDS = 15.0


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
        work = _Work(
            journal,
            plan,
            openings,
            outcomes,
            stopped={s.subject for s in found.plan.steps if order.stops(s, outcomes.get(s.number))},
            checked=dict.fromkeys(then, Ended(Outcome.SKIPPED, "The account was protected when this was approved.")),
            held=preflight.held_in_run(self.store, tenant_id, journal.lease.run_id),
            blocked=plan.blocked_steps(),
            digest=found.digest,
            signed=signed,
        )
        pace, resting, people = Pace(self.around.now()), set[str](), order.People(plan, outcomes)
        for step in found.plan.steps:
            if step.number in outcomes:
                continue
            if (due := order.due_at(step)) is not None and due > self.around.now():
                pace.until(due)
                continue
            if step.subject in resting or order.pending(step, outcomes) is not None:
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
            result = order.unmet(step, outcomes) or await self._step(work, step)
            if isinstance(result, Waits):
                journal.wait(step, result.note)
                pace.after(result.seconds, result.note)
                begun = order.one_by_one(plan) and may_have_happened(journal.intents(step))
                if result.everybody or begun:
                    break
                if step.kind not in KINDS:
                    resting.add(step.subject)  # the person's next steps may rest on it
                continue
            if untouched := order.not_begun(plan, step, result.outcome, outcomes):
                # Before the outcome: whoever carries on after a crash must not take it for a batch that went well.
                control.pause(self.store, tenant_id, journal.lease.run_id, self.around.now(), control.BY_UNEXPECTED)
            journal.close(step, result.outcome, result.note, result.told)
            outcomes[step.number] = result.outcome
            if order.stops(step, result.outcome):
                work.stopped.add(step.subject)
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
            if untouched:
                for one in untouched:
                    journal.wait(one, order.NOT_BEGUN)
                journal.leave(RunState.PAUSED)
                return RunState.PAUSED, _stopped_at(step, untouched)
            people.note(step, result.outcome)
            failed, finished, any_left = people.done
            if any_left and fails_too_often(failed, finished, self.policy()):
                journal.leave(RunState.PAUSED)
                control.pause(self.store, tenant_id, journal.lease.run_id, self.around.now(), control.BY_FAILURES)
                return RunState.PAUSED, "Too many people failed: look at them, then resume or cancel it."
        if pace.next_in is not None:
            journal.leave(RunState.WAITING, pace.next_in)
            return RunState.WAITING, pace.note
        return await self._end(journal, plan, openings, outcomes)

    async def _end(
        self, journal: Journal, plan: Plan, openings: dict[str, Opening], outcomes: dict[int, Outcome]
    ) -> tuple[RunState, str]:
        """Ends a run of which every step has its outcome. Complete is what still holds at its end."""
        end, since = end_of_run(outcomes.values()), dict[int, str]()
        if end is RunState.COMPLETE:
            found = await undone(journal, self.writer, plan, openings)
            if isinstance(found, Waits):
                journal.leave(RunState.WAITING, found.seconds)
                return RunState.WAITING, found.note
            since = found
        for step in plan.steps:
            if step.number in since:
                end = RunState.PARTIAL
                journal.wait(step, since[step.number])
        journal.end(end, sorted(since))
        return end, f"Not so any more at the end: {count(len(since), 'step')}." if since else ""

    async def _cancel(
        self, journal: Journal, plan: Plan, openings: dict[str, Opening], outcomes: dict[int, Outcome]
    ) -> tuple[RunState, str]:
        """Ends a run. What was sent and not read back is looked at once more, and never said to be done unseen."""
        for step in plan.steps:
            sent = may_have_happened(journal.intents(step)) if step.number not in outcomes else ()
            account_id = await self._account_id(openings, step)
            if not sent or account_id is None:
                continue
            result = await self._taker(journal, step, may_send=False).take(
                step, account_id, openings[step.subject], sent
            )
            if isinstance(result, Waits):
                result = Ended(Outcome.FAILED, "Cancelled before it read back; the effect may have happened.")
            journal.close(step, result.outcome, result.note, result.told)
        journal.end(RunState.CANCELLED)
        return RunState.CANCELLED, ""

    async def _step(self, work: "_Work", step: Step) -> Ended | Waits:
        """One step behind its guards. What was sent already is found out even where a guard forbids more."""
        plan, journal = work.plan, work.journal
        if step.number in work.blocked:
            kinds = sorted({blocker.kind for blocker in plan.blockers if step.number in blocker.applies_to})
            return Ended(Outcome.BLOCKED, f"Blocked: {', '.join(kinds)}.")
        try:
            account_id = await self._account_id(work.openings, step)
            if account_id is None:
                return Ended(Outcome.BLOCKED, "The person was erased.")
            sent = may_have_happened(journal.intents(step))
            why = await self._why_not(work, step, account_id)
        except EffectWaits as error:
            return Waits(error.seconds, error.what_happened, everybody=True)
        except NotReadable:
            return Ended(Outcome.BLOCKED, "The account could not be read.")
        if why is not None and (not sent or isinstance(why, Waits)):
            return why
        taker = self._taker(journal, step, may_send=why is None)
        return await taker.take(step, account_id, work.openings[step.subject], sent)

    async def _why_not(self, work: "_Work", step: Step, account_id: str) -> Ended | Waits | None:
        """Why a step may not be sent now: what happened before, who is protected, what could do harm."""
        if step.subject in work.stopped:
            return Ended(Outcome.BLOCKED, "Not taken: an earlier step for this person did not succeed.")
        described = KINDS.get(step.kind)
        if described is not None and described.by_hand:
            return None  # nothing is sent: a person does it, also for an account that only people may touch
        opening = work.openings[step.subject]
        if step.subject not in work.checked:
            work.checked[step.subject] = await guard.why_not(self.writer, work.plan, self.policy(), account_id, opening)
        if (why := work.checked[step.subject]) is not None:
            return why
        policy, at = self.policy(), self.around.now()
        waived = waivers.let_pass(work.digest, work.signed, at, policy)
        held = checking.first_held(work.held.get(step.number, ()), waived)
        if (held is None or held.seconds is not None) and checks_of(step.kind):
            now = Now(at, policy, work.plan.simulated)
            target, alive = Target(opening.values), work.journal.lease.keep_alive()
            answers = await checking.ask_again(step, self.writer, account_id, target, now, alive)
            held = checking.first_held(answers, waived)
        if held is None:
            return None
        note = f"Held back ({held.kind}): {held.cure}"
        return Ended(Outcome.BLOCKED, note) if held.seconds is None else Waits(held.seconds, note)

    def _taker(self, journal: Journal, step: Step, *, may_send: bool) -> StepTaker | CallsTaker:
        described = KINDS.get(step.kind)
        if described is None:
            return StepTaker(journal, self.writer, self.observe, may_send_again=may_send)
        return CallsTaker(journal, self.writer, self.observe, described, may_send)

    async def _account_id(self, openings: dict[str, Opening], step: Step) -> str | None:
        """The id of the step's account; its principal name while it is not there; None once the person was erased."""
        found = user_id(openings, step.subject)
        if found is None or not is_principal(found):
            return found
        try:
            return (await self.writer.account(found)).user_id or found
        except NotFound:
            return found


def _stopped_at(step: Step, untouched: Sequence[Step]) -> str:
    people = count(len({one.subject for one in untouched}), "person", "people")
    return f"An unexpected answer at step {step.number}: {people} not touched. Look at it, then resume or cancel it."


@dataclass
class _Work:
    """A run while it is carried on. `held` is what the signed preflight said of steps, `signed` what was approved."""

    journal: Journal
    plan: Plan
    openings: dict[str, Opening]
    outcomes: dict[int, Outcome]
    stopped: set[str]
    checked: dict[str, Ended | None]
    held: Mapping[int, Sequence[checking.Answered]]
    blocked: frozenset[int]
    digest: str
    signed: Sequence[Statement]
