"""Steps of described kinds: several calls, one at a time; by hand; after other steps; behind checks."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from licenseiq import steps as described
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.commitments import Opening, commit
from licenseiq.proposals.plan import Step, Subject
from licenseiq.proposals.steps import EffectClass, StepKind
from licenseiq.steps import KINDS
from licenseiq.steps.asking import Ask, Call, Target
from licenseiq.steps.kind import Check, Held
from licenseiq_desk.execution import lease
from licenseiq_desk.execution.calls_taker import HAND_OVER_WITHIN
from licenseiq_desk.execution.lease import Lease
from tests.desk.fakes import TENANT, Killed, World, opening, person_id, plan_for

pytestmark = pytest.mark.anyio
PATH = f"/users/{person_id(1)}/authentication/methods"
TYPES = {
    "phoneMethods": "#microsoft.graph.phoneAuthenticationMethod",
    "fido2Methods": "#microsoft.graph.fido2AuthenticationMethod",
    "password": "#microsoft.graph.passwordAuthenticationMethod",
}
EXISTS = {"exists": True}


def methods_step(number: int = 1, after: tuple[int, ...] = (), effect: EffectClass = EffectClass.SET_VALUED) -> Step:
    goal: dict[str, Any] = {"authentication_methods_absent": True}
    kind = StepKind.REMOVE_AUTHENTICATION_METHODS
    return Step(number, kind, "s1", {}, goal, EXISTS, effect, None, "They are set up anew.", after)


def by_hand(number: int = 1, because: str = "privileged") -> Step:
    wanted = {"account_enabled": False}
    return Step(
        number, StepKind.DISABLE_BY_HAND, "s1", {"because": because}, wanted, EXISTS, EffectClass.SET_VALUED, None, "-"
    )


class Methods:
    """The authentication methods of one person, as Graph tells and deletes them."""

    def __init__(self, world: World, *names: str) -> None:
        self.left = ["password", *names]
        self.stale = 0
        self._shown = list(self.left)
        world.tenant.accounts[person_id(1)] = replace(world.tenant.accounts[person_id(1)], exists=True)
        world.tenant.answers[PATH] = self.tell
        world.tenant.carry_out = self.delete  # type: ignore[method-assign]

    def tell(self, _: object) -> dict[str, Any]:
        if self.stale:
            self.stale -= 1
        else:
            self._shown = list(self.left)
        return {"value": [{"@odata.type": TYPES[one.split("/")[0]], "id": one.split("/")[-1]} for one in self._shown]}

    def delete(self, call: Call) -> None:
        self.left.remove("/".join(call.path.split("/")[-2:]))


async def approved(world: World, *steps: Step) -> None:
    world.put(plan_for(steps=steps))
    await world.approve()


def sent(world: World) -> list[str]:
    return ["/".join(call.path.split("/")[-2:]) for call in world.tenant.calls]


async def test_a_step_is_as_many_calls_as_are_missing_each_with_an_intent_of_its_own(world: World) -> None:
    Methods(world, "phoneMethods/1", "fido2Methods/2", "phoneMethods/3")
    await approved(world, methods_step())
    assert await world.finish() == "complete"
    assert sent(world) == ["fido2Methods/2", "phoneMethods/1", "phoneMethods/3"]
    with world.desk._store.database.read() as db:
        calls = db.exec_driver_sql("SELECT call FROM intent ORDER BY send").scalars().all()
    assert len(set(calls)) == 3
    assert world.outcomes() == ["done"]


async def test_what_is_gone_already_sends_nothing(world: World) -> None:
    Methods(world)
    await approved(world, methods_step())
    assert await world.finish() == "complete"
    assert (world.outcomes(), world.tenant.calls) == (["already_so"], [])


@pytest.mark.parametrize("fault", ["lost_after", "lost_before", "throttled"])
@pytest.mark.parametrize("place", [0, 1])
async def test_a_lost_answer_is_settled_by_reading(world: World, fault: str, place: int) -> None:
    """INV-17, INV-36."""
    methods = Methods(world, "fido2Methods/1", "phoneMethods/2")
    await approved(world, methods_step())
    world.tenant.faults = {"call": [""] * place + [fault]}
    assert await world.finish(rounds=20) == "complete"
    assert methods.left == ["password"]
    assert len(sent(world)) == (2 if fault == "lost_after" else 3)


@pytest.mark.parametrize("fault", ["killed_before", "killed_after"])
@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("stale", [0, 3])
async def test_a_process_killed_at_a_call_loses_nothing(world: World, fault: str, place: int, stale: int) -> None:
    """INV-17: what happened is not sent again, what did not is, and each sending is recorded."""
    methods = Methods(world, "fido2Methods/1", "phoneMethods/2")
    await approved(world, methods_step())
    world.tenant.faults = {"call": [""] * place + [fault]}
    with pytest.raises(Killed):
        await world.advance()
    methods.stale = stale
    world.clock.move(31)
    world.reopen()
    assert await world.finish(rounds=20) == "complete"
    assert methods.left == ["password"]
    assert len(sent(world)) == (2 if fault == "killed_after" else 3)
    with world.desk._store.database.read() as db:
        assert db.exec_driver_sql("SELECT COUNT(*) FROM intent").scalar() == len(sent(world))


async def test_what_must_not_happen_twice_is_never_sent_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """INV-17: lost before it happened, it is told as failed rather than sent a second time."""
    kind = replace(KINDS[StepKind.REMOVE_AUTHENTICATION_METHODS], effect_class=EffectClass.NOT_REPEATABLE)
    monkeypatch.setitem(KINDS, kind.name, kind)
    methods = Methods(world, "fido2Methods/1")
    await approved(world, methods_step(effect=EffectClass.NOT_REPEATABLE))
    world.tenant.faults = {"call": ["lost_before"]}
    assert await world.finish(rounds=100) == "failed"
    assert sent(world) == ["fido2Methods/1"]
    assert methods.left == ["password", "fido2Methods/1"]


async def test_positive_control_a_repeatable_one_is_sent_again(world: World) -> None:
    Methods(world, "fido2Methods/1")
    await approved(world, methods_step())
    world.tenant.faults = {"call": ["lost_before"]}
    assert await world.finish(rounds=100) == "complete"
    assert len(sent(world)) == 2


async def test_a_refusal_fails_the_step_and_the_person_goes_on(world: World) -> None:
    Methods(world, "fido2Methods/1")
    later = Step(
        2, StepKind.DISABLE_SIGN_IN, "s1", {}, {"account_enabled": False}, {"account_enabled": True},
        EffectClass.SET_VALUED, None, "-",
    )  # fmt: skip
    await approved(world, methods_step(), later)
    world.tenant.faults = {"call": ["refused"]}
    assert await world.finish() == "partial"
    assert world.outcomes() == ["failed", "done"]


async def test_what_cannot_be_read_blocks_its_step_and_names_nothing_but_the_permission(world: World) -> None:
    """INV-21."""
    Methods(world, "fido2Methods/1")
    await approved(world, methods_step())
    world.tenant.answers.clear()
    assert await world.finish() == "failed"
    step = world.report().runs[0].steps[0]
    assert (step.outcome, world.tenant.calls) == ("handed_over", [])


async def test_a_step_waits_for_those_before_it_and_no_other_step_waits_with_it(world: World) -> None:
    Methods(world, "fido2Methods/1")
    await approved(world, by_hand(1), methods_step(2, after=(1,)), replace(methods_step(3), number=3))
    await world.advance()
    assert world.outcomes() == ["waiting", None, "done"]
    assert world.report().runs[0].state == "waiting"
    world.tenant.accounts[person_id(1)] = replace(world.tenant.accounts[person_id(1)], account_enabled=False)
    world.clock.move(301)
    assert await world.finish() == "complete"
    assert world.outcomes() == ["already_so", "already_so", "done"]


async def test_what_a_person_has_to_do_is_waited_for_and_told_when_it_never_comes(world: World) -> None:
    Methods(world, "fido2Methods/1")
    await approved(world, by_hand(1), methods_step(2, after=(1,)))
    await world.advance()
    assert world.report().runs[0].steps[0].note.startswith("Handed over")
    world.clock.move(HAND_OVER_WITHIN / timedelta(seconds=1) + 1)
    await world.advance()
    assert world.outcomes() == ["handed_over", "blocked"]
    assert world.tenant.calls == []


async def test_what_a_person_has_to_do_is_waited_for_on_a_protected_account_too(world: World) -> None:
    """A privileged leaver is never silently refused: nothing is sent, and it is waited for."""
    Methods(world)
    world.tenant.protections[person_id(1)] = replace(await world.tenant.protection("-"), roles=("r",))
    await approved(world, by_hand(1), methods_step(2))
    await world.advance()
    assert world.outcomes() == ["waiting", "skipped_by_policy"]


NOT_HELD = Check("holds", (), lambda *_: None)


@pytest.mark.parametrize("when", ["then", "now", "never"])
async def test_what_a_check_holds_back_is_not_taken_whether_it_said_so_then_or_now(
    world: World, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """INV-14: the stricter of the preflight and of a fresh reading; 'never' is the positive control."""
    said = {"held": when == "then"}
    check = Check("holds", (), lambda *_: Held("legal_hold", "Release the hold first.") if said["held"] else None)
    monkeypatch.setattr(described, "CHECKS", {StepKind.DISABLE_SIGN_IN: (check,)})
    world.put(plan_for())
    await world.approve()
    said["held"] = when == "now"
    await world.finish()
    assert world.outcomes()[0] == ("done" if when == "never" else "blocked")
    assert bool(world.tenant.sent) is (when == "never")


@pytest.mark.parametrize(("fault", "outcome"), [("killed_after", "failed"), ("lost_after", "failed"), ("", "done")])
async def test_a_mail_is_sent_once_whatever_becomes_of_its_answer(world: World, fault: str, outcome: str) -> None:
    """INV-17: nothing reads a mail back, so what may have been sent is told as that, and not sent again."""
    world.tenant.accounts[person_id(1)] = replace(world.tenant.accounts[person_id(1)], exists=True)
    kind = KINDS[StepKind.NOTIFY_SUCCESSOR]
    goal: dict[str, Any] = {"notice_sent": "successor"}
    mail = Step(1, kind.name, "s1", {"lines": ["the mailbox"]}, goal, EXISTS, kind.effect_class, None, "-")
    values = opening(1).values | {"successor_principal": "b@contoso.example", "notice_sender": "it@contoso.example"}
    told = Opening("s1", b"1" * 32, values)
    plan = replace(plan_for(steps=(mail,)), subjects=(Subject("s1", commit(told)),))
    world.inbox.put("p-1", plan, [told], "key")
    await world.approve()
    world.tenant.faults = {"call": [fault]}
    if fault == "killed_after":
        with pytest.raises(Killed):
            await world.advance()
        world.clock.move(31)
        world.reopen()
    await world.finish(rounds=3)
    assert (world.outcomes(), len(world.tenant.calls)) == ([outcome], 1)
    assert world.tenant.calls[0].path == "/users/it@contoso.example/sendMail"


@pytest.mark.parametrize("renews", [True, False], ids=["renewed", "planted_without"])
async def test_a_reading_that_takes_minutes_keeps_its_run(
    world: World, monkeypatch: pytest.MonkeyPatch, renews: bool
) -> None:
    """Nobody else takes a run over while a large library is walked; without renewing it somebody does."""
    if not renews:
        monkeypatch.setattr(Lease, "keep_alive", lambda _: lambda: None)
    Methods(world)
    taken = list[object]()

    def claimed(_: object) -> dict[str, Any]:
        run_id = world.report().runs[0].run_id
        taken.append(lease.claim(world.desk._store, world.clock.around(), TENANT, run_id, "another"))
        return {"value": []}

    world.tenant.answers["/slow"] = claimed
    kind = KINDS[StepKind.REMOVE_AUTHENTICATION_METHODS]

    async def read(ask: Any, target: Target, _: object) -> Json:
        for _ in range(8):
            world.clock.move(12)
            await ask(Ask("/slow"))
        return []

    monkeypatch.setitem(KINDS, kind.name, replace(kind, readings=(replace(kind.readings[0], read=read),)))
    await approved(world, methods_step())
    await world.advance()
    assert any(one is not None for one in taken) is not renews
