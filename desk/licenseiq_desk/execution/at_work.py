"""A run while it is carried on: each step behind its guards, what is stored of it, and what stops the run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from licenseiq.errors import NotFound, NotReadable
from licenseiq.limits import fails_too_often
from licenseiq.policy import Policy
from licenseiq.ports import TenantWriter
from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.effects import EffectWaits
from licenseiq.proposals.plan import Plan, Step
from licenseiq.proposals.statement import Statement
from licenseiq.proposals.states import NOT_BEGUN, Outcome, RunState
from licenseiq.steps import KINDS, checks_of
from licenseiq.steps.asking import Target
from licenseiq.steps.kind import Now
from licenseiq.words import count
from licenseiq_desk.approval import waivers
from licenseiq_desk.execution import checking, control, guard, order
from licenseiq_desk.execution.calls_taker import CallsTaker
from licenseiq_desk.execution.crew import Halt
from licenseiq_desk.execution.journal import Journal
from licenseiq_desk.execution.one_at_a_time import OneAtATime
from licenseiq_desk.execution.seen import Observe, StepSeen
from licenseiq_desk.execution.step_taker import Ended, StepTaker, Waits, may_have_happened
from licenseiq_desk.people import is_principal, user_id

# What protects somebody is read before each person; of one whose next steps come much later it is read again.
GUARDED_FOR = timedelta(minutes=5)
_PROTECTED_THEN = Ended(Outcome.SKIPPED, "The account was protected when this was approved.")


@dataclass
class AtWork:
    """`protected` are the people whom the approver saw as untouched, `held` is what the signed preflight said of steps,
    `signed` what was approved, and `stopped` the people of whom a step did not succeed."""

    journal: Journal
    writer: TenantWriter
    policy: Callable[[], Policy]
    observe: Observe
    things: OneAtATime
    plan: Plan
    digest: str
    openings: Mapping[str, Opening]
    outcomes: Mapping[int, Outcome]
    protected: frozenset[str]
    held: Mapping[int, Sequence[checking.Answered]]
    signed: Sequence[Statement]
    people: order.People = field(init=False)
    stopped: set[str] = field(init=False)
    blocked: frozenset[int] = field(init=False)
    _guarded: dict[str, tuple[datetime, Ended | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.people = order.People(self.plan, self.outcomes)
        self.stopped = {s.subject for s in self.plan.steps if order.stops(s, self.outcomes.get(s.number))}
        self.blocked = self.plan.blocked_steps()

    def look(self) -> Halt | None:
        """Whether somebody wants the run to stop: by the stop file, to rest, to end."""
        if self.journal.lease.store.stop_file.exists():
            return Halt(RunState.PAUSED, "The stop file is there.")
        rests, ends = self.journal.wishes()
        if ends:
            return Halt(RunState.CANCELLED)
        return Halt(RunState.PAUSED, "Somebody paused it.") if rests else None

    def ended(self, step: Step, result: Ended) -> Halt | None:
        """Stores an outcome; why the run stops with it: an unexpected answer in a batch, or too many people failed."""
        if untouched := order.not_begun(self.plan, step, result.outcome, self.outcomes):
            # Before the outcome: whoever carries on after a crash must not take it for a batch that went well.
            self._pause(control.BY_UNEXPECTED)
        self.journal.close(step, result.outcome, result.note, result.told)
        if order.stops(step, result.outcome):
            self.stopped.add(step.subject)
        self._show(step, result)
        if untouched:
            for one in untouched:
                self.journal.wait(one, NOT_BEGUN)
            people = count(len({one.subject for one in untouched}), "person", "people")
            words = f"An unexpected answer at step {step.number}: {people} not touched. Look at it, then resume or "
            return Halt(RunState.PAUSED, f"{words}cancel it.")
        self.people.note(step, result.outcome)
        failed, finished, any_left = self.people.done
        if any_left and fails_too_often(failed, finished, self.policy()):
            self._pause(control.BY_FAILURES)
            return Halt(RunState.PAUSED, "Too many people failed: look at them, then resume or cancel it.")
        return None

    def waits(self, step: Step, result: Waits) -> bool:
        """Stores what a step waits for. In a batch that goes one by one nobody is begun before it is known."""
        self.journal.wait(step, result.note)
        return order.one_by_one(self.plan) and bool(may_have_happened(self.journal.intents(step)))

    async def take(self, step: Step) -> Ended | Waits:
        """One step behind its guards, while no other run of this desk is at the same account."""
        async with self.things.alone(f"account {user_id(self.openings, step.subject)}"):
            return await self._take(step)

    async def _take(self, step: Step) -> Ended | Waits:
        """What was sent already is found out even where a guard forbids more."""
        if step.number in self.blocked:
            kinds = sorted({blocker.kind for blocker in self.plan.blockers if step.number in blocker.applies_to})
            return Ended(Outcome.BLOCKED, f"Blocked: {', '.join(kinds)}.")
        try:
            account_id = await self._account_id(step)
            if account_id is None:
                return Ended(Outcome.BLOCKED, "The person was erased.")
            sent = may_have_happened(self.journal.intents(step))
            why = await self._why_not(step, account_id)
        except EffectWaits as error:
            return Waits(error.seconds, error.what_happened, everybody=True)
        except NotReadable:
            return Ended(Outcome.BLOCKED, "The account could not be read.")
        if why is not None and (not sent or isinstance(why, Waits)):
            return why
        taker = self._taker(step, may_send=why is None)
        return await taker.take(step, account_id, self.openings[step.subject], sent)

    async def find_out(self, step: Step) -> None:
        """Of a run that is cancelled: what was sent and not read back is looked at once more, and never said to be done
        unseen."""
        sent = may_have_happened(self.journal.intents(step))
        account_id = await self._account_id(step) if sent else None
        if account_id is None:
            return
        result = await self._taker(step, may_send=False).take(step, account_id, self.openings[step.subject], sent)
        if isinstance(result, Waits):
            result = Ended(Outcome.FAILED, "Cancelled before it read back; the effect may have happened.")
        self.journal.close(step, result.outcome, result.note, result.told)

    async def _why_not(self, step: Step, account_id: str) -> Ended | Waits | None:
        """Why a step may not be sent now: what happened before, who is protected, what could do harm."""
        if step.subject in self.stopped:
            return Ended(Outcome.BLOCKED, "Not taken: an earlier step for this person did not succeed.")
        described = KINDS.get(step.kind)
        if described is not None and described.by_hand:
            return None  # nothing is sent: a person does it, also for an account that only people may touch
        if (why := await self._guard(step, account_id)) is not None:
            return why
        policy, at = self.policy(), self.journal.lease.around.now()
        waived = waivers.let_pass(self.digest, self.signed, at, policy)
        held = checking.first_held(self.held.get(step.number, ()), waived)
        if (held is None or held.seconds is not None) and checks_of(step.kind):
            now = Now(at, policy, self.plan.simulated)
            target, alive = Target(self.openings[step.subject].values), self.journal.lease.keep_alive()
            answers = await checking.ask_again(step, self.writer, account_id, target, now, alive)
            held = checking.first_held(answers, waived)
        if held is None:
            return None
        note = f"Held back ({held.kind}): {held.cure}"
        return Ended(Outcome.BLOCKED, note) if held.seconds is None else Waits(held.seconds, note)

    async def _guard(self, step: Step, account_id: str) -> Ended | None:
        """What protects the step's person, by a reading of the last minutes."""
        if step.subject in self.protected:
            return _PROTECTED_THEN
        now = self.journal.lease.around.now()
        at, why = self._guarded.get(step.subject, (None, None))
        if at is None or now - at > GUARDED_FOR:
            opening = self.openings[step.subject]
            why = await guard.why_not(self.writer, self.plan, self.policy(), account_id, opening)
            self._guarded[step.subject] = now, why
        return why

    def _taker(self, step: Step, *, may_send: bool) -> StepTaker | CallsTaker:
        described = KINDS.get(step.kind)
        if described is None:
            return StepTaker(self.journal, self.writer, self.observe, self.things, may_send_again=may_send)
        return CallsTaker(self.journal, self.writer, self.observe, self.things, described, may_send)

    async def _account_id(self, step: Step) -> str | None:
        """The id of the step's account; its principal name while it is not there; None once the person was erased."""
        found = user_id(self.openings, step.subject)
        if found is None or not is_principal(found):
            return found
        try:
            return (await self.writer.account(found)).user_id or found
        except NotFound:
            return found

    def _pause(self, why: str) -> None:
        lease = self.journal.lease
        control.pause(lease.store, lease.tenant_id, lease.run_id, lease.around.now(), why)

    def _show(self, step: Step, result: Ended) -> None:
        run_id = self.journal.lease.run_id
        self.observe(
            StepSeen(run_id, step.number, step.kind.value, step.subject, "outcome", result.outcome, result.note)
        )
