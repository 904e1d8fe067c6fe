"""A step of a described kind: read; goal holds → done; else the first call that is still missing, one at a time.

After each call everything is read again, so what is sent next follows from what the tenant says, never from what was
meant. A call is known by a digest: one that was sent and does not show is waited for, sent a second time only where
that changes nothing more, and never a third. What cannot be sent is handed to a person, and read until it is so.
"""

import hmac
from dataclasses import dataclass, field, replace
from datetime import timedelta

from licenseiq.errors import NotFound, NotReadable, Refused
from licenseiq.ports import TenantWriter
from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.effects import EffectRefused, EffectUncertain, EffectWaits
from licenseiq.proposals.plan import Step
from licenseiq.proposals.predicates import holds
from licenseiq.proposals.states import Outcome, RunState
from licenseiq.proposals.steps import Account, EffectClass
from licenseiq.readings import Reason
from licenseiq.steps.asking import Api, Call, Target
from licenseiq.steps.kind import ANSWERED, Kind
from licenseiq_desk.execution.fresh import read_for
from licenseiq_desk.execution.journal import Intent, Journal
from licenseiq_desk.execution.one_at_a_time import OneAtATime, thing_of
from licenseiq_desk.execution.seen import Observe, Phase, StepSeen
from licenseiq_desk.execution.step_taker import (
    GLANCE,
    LOOK_AGAIN_SECONDS,
    MOST_SENDS,
    READ_BACK_WAITS,
    READ_BACK_WITHIN,
    Ended,
    Waits,
)
from licenseiq_desk.permissions import FORBIDDEN, takes

MOST_CALLS = 2_000
HAND_OVER_SECONDS = 300.0
# A hand-off is asked for so long; then the step is told as handed over, and the run ends partial.
HAND_OVER_WITHIN = timedelta(days=14)
TAKES_TIME_WITHIN = timedelta(days=1)
# The instructions name people, so they are not stored: whoever shows a run makes them anew from the plan's values.
HANDED_OVER = "Handed over to a person: see the instructions."


@dataclass(frozen=True, slots=True)
class CallsTaker:
    """`may_send` is False where a guard forbids to send; what was sent is still found out."""

    journal: Journal
    writer: TenantWriter
    observe: Observe
    things: OneAtATime
    kind: Kind
    may_send: bool = True
    _last: list[Account] = field(default_factory=list)

    async def take(self, step: Step, user_id: str, opening: Opening, sent: tuple[Intent, ...]) -> Ended | Waits:
        """Takes a step as far as it goes now. `sent` are its intents that may have happened."""
        result = await self._take(step, user_id, opening, sent)
        if isinstance(result, Waits) or self.kind.told is None or not self._last:
            return result
        begun = self.journal.intents(step)
        return replace(result, told=self.kind.told(step, begun[0].before if begun else None, self._last[-1]))

    async def _take(self, step: Step, user_id: str, opening: Opening, sent: tuple[Intent, ...]) -> Ended | Waits:
        target = Target(opening.values)
        if not self.kind.fits(step):
            return Ended(Outcome.FAILED, f"The goal of step {step.number} is not one of its kind.")
        try:
            self._show(step, "reading")
            account = await self._read(step, user_id, target)
            if self._holds(step, opening, account):
                return self._held(sent)
            if not sent and not holds(step.precondition, account, values=opening.values):
                account = await self._read_again(step, user_id, opening, target)
                if self._holds(step, opening, account):
                    return self._held(sent)
                if not holds(step.precondition, account, values=opening.values):
                    return Ended(Outcome.DRIFTED, "The account is not as the plan expects it.")
            if self.kind.by_hand or self._was_refused(step):
                return self._by_hand(step, opening, account)
            return await self._send_all(step, user_id, opening, target, account, list(sent))
        except EffectWaits as error:
            return Waits(error.seconds, error.what_happened, everybody=True)
        except NotFound:
            return Ended(Outcome.DRIFTED, "The account does not exist any more.")
        except Refused as error:
            return Ended(Outcome.BLOCKED, error.what_happened)
        except NotReadable as error:
            if sent:
                return self._not_yet(sent[0])
            if self.kind.hand_over is not None and error.reason in (Reason.NO_PERMISSION, Reason.NOT_CONNECTED):
                wanted = f": the desk lacks {error.permission}" if error.permission else ""
                return Ended(Outcome.HANDED_OVER, f"{HANDED_OVER} It cannot be read back here{wanted}.")
            return Ended(Outcome.BLOCKED, error.what_happened)

    def _held(self, sent: tuple[Intent, ...]) -> Ended:
        if not sent:
            return Ended(Outcome.ALREADY_SO)
        if self.journal.lease.found is RunState.RUNNING:
            return Ended(Outcome.CONFIRMED_AFTER_RESTART)
        return Ended(Outcome.DONE, "Read back after waiting.")

    async def _send_all(
        self, step: Step, user_id: str, opening: Opening, target: Target, account: Account, sent: list[Intent]
    ) -> Ended | Waits:
        if self.kind.trusts_answer and sent:
            return _trusted(sent[-1])
        refused: dict[str, str] = {}  # codes by call, since something last changed
        unknown: dict[str, Intent] = {}  # what may have happened, does not show, and is not sent again
        for _ in range(MOST_CALLS):
            missing = {_named(opening, call): call for call in self.kind.calls(step, target, account)}
            if not missing:
                return self._nothing_left(step, opening, account, sent)
            name = next((one for one in missing if one not in refused and one not in unknown), None)
            if name is None and unknown:
                return self._not_yet(next(iter(unknown.values())), step, account)
            if name is None:
                return Ended(Outcome.FAILED, f"The tenant refused: {refused[next(iter(missing))]}.")
            call = missing[name]
            before = [one for one in sent if one.call == name]
            if before:
                account, shows = await self._look(step, user_id, target, opening, call, len(READ_BACK_WAITS) // 2)
                if self._holds(step, opening, account):
                    return self._held(tuple(sent))
                if shows:
                    continue
                taken = self.kind.takes_time and any(one.answer == "sent" for one in before)
                once = self.kind.effect_class is EffectClass.NOT_REPEATABLE
                if once and self.may_send:
                    unknown[name] = before[0]  # the others do not rest on it: one meeting of several
                    continue
                repeatable = not once and not taken
                if not (repeatable and self.may_send and len(before) < MOST_SENDS):
                    return self._not_yet(before[0], step, account)
            if not self.may_send:
                return Ended(Outcome.BLOCKED, "Not taken any further: a guard forbids it now.")
            async with self.things.alone(thing_of(call)):
                result = await self._send(step, opening, account, call, name)
            if isinstance(result, str):
                # Another one may have to go first: the default way to sign in goes last, for one. Or somebody else was
                # faster: a successor owns a group already.
                refused[name], account = result, await self._read(step, user_id, target)
                if self._holds(step, opening, account):
                    return Ended(Outcome.DONE if sent else Outcome.ALREADY_SO, f"The tenant answered {result}.")
                continue
            if result is not None:
                return result
            refused.clear()
            sent.extend(one for one in self.journal.intents(step)[-1:] if one.may_have_happened)
            if self.kind.trusts_answer and sent:
                return _trusted(sent[-1])
            account, shows = await self._look(step, user_id, target, opening, call, len(READ_BACK_WAITS))
            if self._holds(step, opening, account):
                return Ended(Outcome.DONE, f"{len(sent)} calls." if len(sent) > 1 else "")
            if not shows:
                return self._not_yet(sent[-1], step, account)
        return Ended(Outcome.FAILED, "There was no end to what had to be sent.")

    async def _send(
        self, step: Step, opening: Opening, account: Account, call: Call, name: str
    ) -> Ended | Waits | str | None:
        """One sending, after its intent. None where it may have happened; the tenant's code where it said no."""
        number = self.journal.intend(step, opening, account, name)
        self._show(step, "sending")
        try:
            answer = await self.writer.send(call)
            if self.kind.answers is not None:
                self.journal.keep(step, call.path, self.kind.answers(call, answer))
        except EffectWaits:
            self.journal.answer(step, number, "waits")
            raise
        except NotReadable:
            self.journal.answer(step, number, "forbidden")
            if self.kind.hand_over is None:
                raise
            return Waits(HAND_OVER_SECONDS, self._handed_over(step))
        except EffectRefused as error:
            # Exchange says no as 400 too: a mailbox is mastered on premises, or the role does not reach it.
            curable = error.code in FORBIDDEN or call.api is Api.EXCHANGE
            forbidden = curable and self.kind.hand_over is not None
            self.journal.answer(step, number, "forbidden" if forbidden else "refused")
            return Waits(HAND_OVER_SECONDS, self._handed_over(step)) if forbidden else error.code
        except EffectUncertain:
            self.journal.answer(step, number, "uncertain")
            if self.kind.trusts_answer:
                return Ended(Outcome.FAILED, "It may have been sent; it is not sent again.")
        else:
            self.journal.answer(step, number, "sent")
        return None

    async def _look(
        self, step: Step, user_id: str, target: Target, opening: Opening, call: Call, times: int
    ) -> tuple[Account, bool]:
        """Reads until the goal holds or the call is missing no more, at most `times`; the last reading, and whether the
        call shows."""
        self._show(step, "reading_back")
        account, shows = Account(None, None, None, None), False
        for seconds in READ_BACK_WAITS[: GLANCE if self.kind.takes_time else max(times, GLANCE)]:
            if seconds:
                await self.journal.lease.around.sleep(seconds)
                self.journal.lease.renew()
            account = await self._read(step, user_id, target)
            shows = call not in self.kind.calls(step, target, account)
            if shows or self._holds(step, opening, account):
                break
        return account, shows

    async def _read(self, step: Step, user_id: str, target: Target) -> Account:
        """A fresh reading, with what is kept of the tenant's answers where nothing else reads back."""
        alive = self.journal.lease.keep_alive()
        account = await read_for(self.kind.readings, self.writer, self.kind, step, user_id, target, alive)
        if self.kind.answers is not None:
            account = replace(account, more={**(account.more or {}), ANSWERED: self.journal.kept(step)})
        self._last[:] = [account]
        return account

    async def _read_again(self, step: Step, user_id: str, opening: Opening, target: Target) -> Account:
        """The last of a few readings; earlier when goal or precondition holds. What was read may be of two moments (the
        account is there, whose it is comes later), so drift is never said after one look."""
        account = Account(None, None, None, None)
        for seconds in READ_BACK_WAITS[1:GLANCE]:
            await self.journal.lease.around.sleep(seconds)
            self.journal.lease.renew()
            account = await self._read(step, user_id, target)
            if self._holds(step, opening, account) or holds(step.precondition, account, values=opening.values):
                break
        return account

    def _holds(self, step: Step, opening: Opening, account: Account) -> bool:
        """Whether the goal holds; a goal that compares looks back at what was read before the first intent."""
        begun = self.journal.intents(step) if self.kind.compares else ()
        # One that the tenant asked to wait with did not happen; one that a person was asked for counts from then on.
        first = next((one for one in begun if one.may_have_happened or one.answer == "forbidden" or not one.call), None)
        return holds(step.goal, account, first.before if first else None, opening.values)

    def _nothing_left(self, step: Step, opening: Opening, account: Account, sent: list[Intent]) -> Ended | Waits:
        """Nothing more can be sent, and the goal does not hold yet: it takes its time, or is for a person."""
        if sent and self.kind.answers is not None:
            return Ended(Outcome.HANDED_OVER, HANDED_OVER)  # the tenant has answered: waiting changes nothing
        if any(one.answer != "waits" for one in sent):
            return self._not_yet(sent[-1], step, account)
        if self.kind.hand_over is not None:
            return self._by_hand(step, opening, account)
        return Ended(Outcome.FAILED, "There is nothing that could be sent to reach this.")

    def _was_refused(self, step: Step) -> bool:
        """Whether the tenant forbade it, so that a person has to do it: it is not sent again, only read."""
        return self.kind.hand_over is not None and any(one.answer == "forbidden" for one in self.journal.intents(step))

    def _by_hand(self, step: Step, opening: Opening, account: Account) -> Ended | Waits:
        """A person has to do it: noted once, then read until it is so, or until it was waited for long enough."""
        begun = self.journal.intents(step)
        if not begun:
            number = self.journal.intend(step, opening, account)
            self.journal.answer(step, number, "waits")
        elif self.journal.lease.around.now() - begun[0].at > HAND_OVER_WITHIN:
            return Ended(Outcome.HANDED_OVER, self._handed_over(step))
        return Waits(HAND_OVER_SECONDS, self._handed_over(step))

    def _handed_over(self, step: Step) -> str:
        """Where the tenant forbade it, with the permission that it takes."""
        return f"{HANDED_OVER}{takes(self.kind.permissions)}" if self._was_refused(step) else HANDED_OVER

    def _not_yet(self, first: Intent, step: Step | None = None, account: Account | None = None) -> Ended | Waits:
        """The effect was sent and does not show: waited for, until it should have."""
        within = TAKES_TIME_WITHIN if self.kind.takes_time else READ_BACK_WITHIN
        far = self.kind.progress(step, account) if self.kind.progress and step and account else ""
        if self.journal.lease.around.now() - first.at > within:
            return Ended(Outcome.FAILED, f"The effect was sent and did not read back as true in time. {far}".strip())
        return Waits(LOOK_AGAIN_SECONDS, far or "The effect was sent and does not read back yet.")

    def _show(self, step: Step, phase: Phase) -> None:
        self.observe(StepSeen(self.journal.lease.run_id, step.number, step.kind.value, step.subject, phase))


def _trusted(sent: Intent) -> Ended:
    """What became of something that nothing reads back, and that is never sent twice: the tenant's own word."""
    if sent.answer == "sent":
        return Ended(Outcome.DONE, "The tenant took it; nothing reads back.")
    return Ended(Outcome.FAILED, "It may have been sent; it is not sent again.")


def _named(opening: Opening, call: Call) -> str:
    """What the journal knows a call by: keyed, as a call names people."""
    return hmac.digest(opening.seed, b"call:" + call.to_bytes(), "sha256").hex()
