"""Several people of a run at once: in which order steps are begun, what they share, and what holds them all."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

import anyio
import anyio.lowlevel
import pytest

from licenseiq.proposals.plan import Step
from licenseiq.proposals.states import Outcome, RunState
from licenseiq.proposals.steps import EffectClass, StepKind
from licenseiq_desk.execution import order
from licenseiq_desk.execution.crew import Crew, Halt
from licenseiq_desk.execution.order import Pace
from licenseiq_desk.execution.step_taker import Ended, Waits
from tests.desk.fakes import E3, START, Killed

pytestmark = pytest.mark.anyio
AT_ONCE = (StepKind.DISABLE_SIGN_IN, StepKind.REVOKE_SESSIONS)
THEN = (StepKind.LEAVE_GROUPS, StepKind.CONVERT_MAILBOX, StepKind.REMOVE_DIRECT_LICENCES)


def one(number: int, subject: str, kind: StepKind, after: tuple[int, ...] = ()) -> Step:
    return Step(number, kind, subject, {}, {}, {}, EffectClass.SET_VALUED, None, "-", after)


def leavers(people: int) -> list[Step]:
    """As an offboarding has them: everybody is blocked first, then person by person."""
    kinds = [(n, kind) for n in range(people) for kind in AT_ONCE] + [(n, kind) for n in range(people) for kind in THEN]
    return [one(number, f"s{n}", kind) for number, (n, kind) in enumerate(kinds, start=1)]


@dataclass
class Watched:
    """Takes steps that last as long as `random` says, and knows what was under way together."""

    random: Random
    answers: dict[int, Ended | Waits] = field(default_factory=dict)
    errors: dict[int, BaseException] = field(default_factory=dict)
    halt_after: int = 10**9
    begun: list[int] = field(default_factory=list)
    stored: list[int] = field(default_factory=list)
    under_way: dict[int, Step] = field(default_factory=dict)
    together: list[list[Step]] = field(default_factory=list)

    def look(self) -> Halt | None:
        return Halt(RunState.PAUSED, "Paused.") if len(self.begun) >= self.halt_after else None

    async def take(self, step: Step) -> Ended | Waits:
        self.begun.append(step.number)
        self.under_way[step.number] = step
        self.together.append(list(self.under_way.values()))
        for _ in range(self.random.randrange(8)):
            await anyio.lowlevel.checkpoint()
        del self.under_way[step.number]
        if step.number in self.errors:
            raise self.errors[step.number]
        return self.answers.get(step.number, Ended(Outcome.DONE))

    def ended(self, step: Step, result: Ended) -> Halt | None:
        self.stored.append(step.number)
        return None

    def waits(self, step: Step, result: Waits) -> bool:
        return False


def crew_of(steps: list[Step], work: Watched, most: int = 4) -> Crew:
    return Crew(steps, {}, Pace(lambda: START), work, people_at_once=most)


@pytest.mark.parametrize("seed", range(12))
async def test_each_persons_steps_go_in_their_order_and_nobody_waits_for_anothers_mailbox_to_be_blocked(
    seed: int,
) -> None:
    people = 3 + seed
    steps, work = leavers(people), Watched(Random(seed))
    assert await crew_of(steps, work).go() is None
    assert sorted(work.begun) == [step.number for step in steps]
    by_number = {step.number: step for step in steps}
    for n in range(people):
        mine = [number for number in work.begun if by_number[number].subject == f"s{n}"]
        assert mine == sorted(mine)
    for together in work.together:
        assert max(Counter(step.subject for step in together).values()) == 1
        assert len(together) <= 4
    assert max(map(len, work.together)) == min(4, people)
    last_urgent = max(work.begun.index(number) for number in range(1, 2 * people + 1))
    assert last_urgent < 2 * people + 4 * len(THEN), "at most those who carry were at something else"


async def test_steps_that_look_for_a_free_seat_are_never_taken_together() -> None:
    steps = [
        replace(one(n, f"s{n}", StepKind.CHANGE_LICENCES), goal={"direct_licences_active": [E3]}) for n in range(1, 12)
    ]
    steps += [one(12, "s12", StepKind.JOIN_GROUP)]
    work = Watched(Random(1))
    await crew_of(steps, work).go()
    assert len(work.begun) == 12
    assert {len(together) for together in work.together} == {1}
    assert not order.takes_seats(leavers(1)[-1])


@pytest.mark.parametrize("seed", range(6))
async def test_a_step_comes_after_the_one_of_somebody_else_that_it_names(seed: int) -> None:
    steps = [one(n, f"s{n}", StepKind.LEAVE_GROUPS, (n - 1,) if n > 1 else ()) for n in range(1, 9)]
    work = Watched(Random(seed))
    await crew_of(steps, work).go()
    assert work.stored == list(range(1, 9))


async def test_what_comes_after_a_step_that_waits_is_left_for_later_and_holds_nobody_else() -> None:
    steps = [one(1, "s1", StepKind.LEAVE_GROUPS), one(2, "s2", StepKind.LEAVE_GROUPS, (1,)), one(3, "s3", THEN[1])]
    work = Watched(Random(1), {1: Waits(60, "Later.")})
    crew = crew_of(steps, work)
    assert await crew.go() is None
    assert (sorted(work.begun), work.stored, crew.pace.next_in) == ([1, 3], [3], 60)


@pytest.mark.parametrize("seed", range(6))
async def test_once_the_tenant_asks_everybody_to_wait_nothing_is_begun_and_nobody_comes_back_before(seed: int) -> None:
    """INV-36: also where something else would be due sooner."""
    steps, work = leavers(20), Watched(Random(seed), {1: Waits(5, "Soon."), 8: Waits(90, "Throttled.", everybody=True)})
    crew = crew_of(steps, work)
    await crew.go()
    assert set(work.begun) <= set(range(1, 17)), "those who carried were at somebody else's steps"
    assert (crew.pace.next_in, crew.pace.note) == (90, "Throttled.")


async def test_what_stops_a_run_is_looked_at_before_each_step_and_what_is_under_way_ends() -> None:
    """INV-18."""
    work = Watched(Random(3), halt_after=7)
    assert await crew_of(leavers(9), work).go() == Halt(RunState.PAUSED, "Paused.")
    assert len(work.begun) == 7
    assert sorted(work.stored) == sorted(work.begun)


async def test_an_error_is_raised_as_it_is_once_the_steps_under_way_are_stored() -> None:
    work = Watched(Random(4), errors={3: OSError("full")})
    with pytest.raises(OSError, match="full"):
        await crew_of(leavers(9), work).go()
    assert sorted(work.stored) == sorted(set(work.begun) - {3})
    assert len(work.begun) < len(leavers(9))


async def test_a_process_that_dies_does_nothing_else() -> None:
    """INV-17."""
    work = Watched(Random(5), errors={3: Killed()})
    with pytest.raises(Killed):
        await crew_of(leavers(9), work).go()
    begun = list(work.begun)
    for _ in range(20):
        await anyio.lowlevel.checkpoint()
    assert (work.begun, bool(work.under_way)) == (begun, True)


async def test_a_wait_counts_from_when_it_was_told_however_long_the_others_take() -> None:
    now = START
    pace = Pace(lambda: now)
    pace.after(60, "a")
    pace.until(START + timedelta(seconds=50))
    now = START + timedelta(seconds=45)
    assert pace.next_in == 5
    pace.hold(20, "Throttled.")
    pace.after(1, "b")
    assert (pace.next_in, pace.note) == (20, "Throttled.")
