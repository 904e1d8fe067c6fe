"""One step: goal holds → already so; precondition holds → intent, one effect, read back; else drift.

An effect may have been sent before: by this process, or by one that died. Then the goal, compared with the reading
before the first sending, says whether it happened. A set-valued effect is sent a second time when it does not show,
never a third; every sending is an intent of its own. What does not read back as true is never done.
"""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from licenseiq.errors import NotFound, NotReadable, Refused
from licenseiq.ports import TenantWriter
from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.effects import EffectRefused, EffectUncertain, EffectWaits
from licenseiq.proposals.plan import Step
from licenseiq.proposals.predicates import OF_GROUPS, effect_of, holds
from licenseiq.proposals.states import Outcome, RunState
from licenseiq.proposals.steps import Account, EffectClass, StepKind
from licenseiq.steps import readings_of
from licenseiq.steps.asking import Target
from licenseiq.steps.kind import Told
from licenseiq.steps.services_kept import told_of_services, why_not_yet
from licenseiq_desk.execution import effects
from licenseiq_desk.execution.fresh import read_one
from licenseiq_desk.execution.journal import Intent, Journal
from licenseiq_desk.execution.one_at_a_time import OneAtATime
from licenseiq_desk.execution.seen import Observe, Phase, StepSeen
from licenseiq_desk.permissions import FORBIDDEN, OF_EFFECTS, takes

# Seconds before each reading after an effect: about half a minute in all, and a glance at first.
READ_BACK_WAITS = (0.0, 0.4, 0.8, 1.6, 3.2, 6.4, 8.0, 10.0)
GLANCE = 4
MOST_SENDS = 2
LOOK_AGAIN_SECONDS = 60.0
READ_BACK_WITHIN = timedelta(hours=1)
# Licences follow a membership when Entra comes to it, in large groups after hours.
GROUPS_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ended:
    """A step has its outcome. `told` is what is kept of it line by line, sealed; no note names anybody."""

    outcome: Outcome
    note: str = ""
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Waits:
    """Nothing can be said yet: look again after `seconds`. `everybody`: it is the tenant that asks to wait."""

    seconds: float
    note: str
    everybody: bool = False


@dataclass(frozen=True, slots=True)
class StepTaker:
    """`may_send_again` is False where a guard forbids a second sending; what was sent is still found out."""

    journal: Journal
    writer: TenantWriter
    observe: Observe
    things: OneAtATime
    may_send_again: bool = True
    _last: list[Account] = field(default_factory=list)

    async def take(self, step: Step, user_id: str, opening: Opening, sent: tuple[Intent, ...]) -> Ended | Waits:
        """Takes a step as far as it goes now. `sent` are its intents that may have happened."""
        result = await self._take(step, user_id, opening, sent)
        if isinstance(result, Waits) or not self._last or not readings_of(step.goal):
            return result
        begun = self.journal.intents(step)
        return replace(result, told=told_of_services(step, begun[0].before if begun else None, self._last[-1]))

    async def _take(self, step: Step, user_id: str, opening: Opening, sent: tuple[Intent, ...]) -> Ended | Waits:
        try:
            effects.refuse_unfit(step, opening.values)
        except Refused as error:
            return Ended(Outcome.FAILED, error.what_happened)
        try:
            self._show(step, "reading")
            account = await self._account(step, user_id, opening)
            if sent:
                return await self._find_out(step, user_id, opening, sent)
            if holds(step.goal, account, values=opening.values):
                return Ended(Outcome.ALREADY_SO)
            if not holds(step.precondition, account, values=opening.values):
                return Ended(Outcome.DRIFTED, "The account is not as the plan expects it.")
            if (why := await self._why_impossible(step, account)) is not None:
                return Ended(Outcome.BLOCKED, why)
            return await self._send(step, user_id, opening, account, account, sends=0)
        except EffectWaits as error:
            return Waits(error.seconds, error.what_happened, everybody=True)
        except NotFound:
            return Ended(Outcome.DRIFTED, "The account does not exist any more.")
        except NotReadable as error:
            if sent:
                return self._not_yet(sent[0], step)
            wanted = f" The desk lacks {error.permission}." if error.permission else ""
            return Ended(Outcome.BLOCKED, f"The account could not be read.{wanted}")

    async def _find_out(self, step: Step, user_id: str, opening: Opening, sent: tuple[Intent, ...]) -> Ended | Waits:
        """After a crash or a wait: what became of an effect that was sent."""
        first = sent[0]
        is_repeatable = step.effect_class is EffectClass.SET_VALUED
        may_send = self.may_send_again and is_repeatable and len(sent) < MOST_SENDS
        account = await self._read_back(
            step, user_id, opening, first.before, GLANCE if may_send else len(READ_BACK_WAITS)
        )
        if holds(step.goal, account, first.before, opening.values):
            if self.journal.lease.found is RunState.RUNNING:
                return Ended(Outcome.CONFIRMED_AFTER_RESTART)
            return Ended(Outcome.DONE, "Read back after waiting.")
        if may_send and holds(step.precondition, account, values=opening.values):
            return await self._send(step, user_id, opening, first.before, account, sends=len(sent))
        if may_send and not holds(effect_of(step.goal), account, first.before, opening.values):
            return Ended(Outcome.DRIFTED, "The account is neither as it was nor as the step wants it.")
        return self._not_yet(first, step)

    async def _send(
        self, step: Step, user_id: str, opening: Opening, before: Account, account: Account, sends: int
    ) -> Ended | Waits:
        """One sending, and its read-back against `before`, the reading of the first sending."""
        refused = await self._send_once(step, user_id, opening, account)
        if refused is not None:
            found = await self._account(step, user_id, opening)
            if holds(step.goal, found, before, opening.values):
                return Ended(Outcome.ALREADY_SO if sends == 0 else Outcome.DONE, f"The tenant answered {refused}.")
            note = f"The tenant refused: {refused}."
            if refused not in FORBIDDEN:
                return Ended(Outcome.FAILED, note)
            # Without the permission to end sessions the rest goes on all the same: nothing rests on it.
            outcome = Outcome.BLOCKED if step.kind is StepKind.REVOKE_SESSIONS else Outcome.FAILED
            return Ended(outcome, f"{note}{takes(OF_EFFECTS.get(step.kind, ()))}")
        sends += 1
        # Revocations are stamped in whole seconds: one that fell into the second of the one before never shows,
        # however often it is read. A glance is longer than a second, so the second sending has a later stamp.
        stamped = step.kind is StepKind.REVOKE_SESSIONS and sends < MOST_SENDS
        found = await self._read_back(step, user_id, opening, before, GLANCE if stamped else len(READ_BACK_WAITS))
        if holds(step.goal, found, before, opening.values):
            return Ended(Outcome.DONE, "" if sends == 1 else "Sent a second time; read back as true.")
        if stamped and holds(step.precondition, found, values=opening.values):
            return await self._send(step, user_id, opening, before, found, sends)
        return Waits(LOOK_AGAIN_SECONDS, "The effect was sent and does not read back yet.")

    async def _send_once(self, step: Step, user_id: str, opening: Opening, account: Account) -> str | None:
        """Sends the effect after its intent; the tenant's code where it said no."""
        async with self.things.alone(f"/groups/{group}" if (group := effects.group_of(step)) else f"/users/{user_id}"):
            send = self.journal.intend(step, opening, account)
            self._show(step, "sending")
            try:
                await effects.send(self.writer, step, user_id, opening.values)
            except EffectWaits:
                self.journal.answer(step, send, "waits")
                raise
            except EffectRefused as error:
                self.journal.answer(step, send, "refused")
                return error.code
            except EffectUncertain:
                self.journal.answer(step, send, "uncertain")
            else:
                self.journal.answer(step, send, "sent")
        return None

    async def _account(self, step: Step, user_id: str, opening: Opening) -> Account:
        """A fresh reading, with the account's groups where the step is about one, and what its goal compares."""
        account = await self.writer.account(user_id, with_groups=effects.group_of(step) is not None)
        target, alive = Target(opening.values), self.journal.lease.keep_alive()
        found = {
            one.name: await read_one(one, self.writer, target, step.arguments, alive) for one in readings_of(step.goal)
        }
        self._last[:] = [replace(account, more=found) if found else account]
        return self._last[0]

    async def _why_impossible(self, step: Step, account: Account) -> str | None:
        """Why the effect would be refused, or must not be asked for, by fresh readings around the account."""
        if (group_id := effects.group_of(step)) is not None:
            group = await self.writer.group(group_id)
            if (why := group.why_not or effects.why_another(step, group)) is not None:
                return why
        needed = set(effects.given(step)) - (account.direct or frozenset()) - (account.inherited or frozenset())
        if needed:
            free = await self.writer.free_seats()
            if any(sku_id not in free for sku_id in needed):
                return "Microsoft Graph does not tell the seats of a product that the step gives."
            if any(free[sku_id] < 1 for sku_id in needed):
                return "There is no free seat of a product that the step gives."
        return None

    async def _read_back(self, step: Step, user_id: str, opening: Opening, before: Account, times: int) -> Account:
        """The last of at most `times` readings; earlier when the goal holds."""
        self._show(step, "reading_back")
        account = before
        for seconds in READ_BACK_WAITS[:times]:
            if seconds:
                await self.journal.lease.around.sleep(seconds)
                self.journal.lease.renew()
            account = await self._account(step, user_id, opening)
            if holds(step.goal, account, before, opening.values):
                break
        return account

    def _not_yet(self, first: Intent, step: Step) -> Ended | Waits:
        why = why_not_yet(step, first.before, self._last[-1]) if self._last else ""
        within = GROUPS_WITHIN if step.goal.keys() & OF_GROUPS else READ_BACK_WITHIN
        if self.journal.lease.around.now() - first.at > within:
            words = f"The effect was sent and did not read back as true in time. {why}".strip()
            return Ended(Outcome.FAILED, words)
        return Waits(LOOK_AGAIN_SECONDS, why or "The effect was sent and does not read back yet.")

    def _show(self, step: Step, phase: Phase) -> None:
        self.observe(StepSeen(self.journal.lease.run_id, step.number, step.kind.value, step.subject, phase))


def may_have_happened(intents: tuple[Intent, ...]) -> tuple[Intent, ...]:
    return tuple(intent for intent in intents if intent.may_have_happened)
