"""One pass over the steps of a run, for several people at once.

Each person's own steps are taken in their order. Steps are begun in the plan's order, so what stands first in it for
everybody (sign-in, sessions) is begun for everybody before anything of the slow rest. What is to stop a run is looked
at before each step; then no step is begun any more, and those under way end as they would have.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import groupby
from typing import Protocol

import anyio

from licenseiq.proposals.plan import Step
from licenseiq.proposals.states import Outcome, RunState
from licenseiq.steps import KINDS
from licenseiq_desk.execution import order
from licenseiq_desk.execution.one_at_a_time import SEATS, OneAtATime
from licenseiq_desk.execution.order import Pace
from licenseiq_desk.execution.step_taker import Ended, Waits

# Nearly all of a step is waiting for the tenant. A handful of questions at once is far from Graph's limits for an app.
PEOPLE_AT_ONCE = 6


@dataclass(frozen=True, slots=True)
class Halt:
    """Why no further step is begun: in which state the run is left, and in words. CANCELLED: it is to end."""

    state: RunState
    note: str = ""


class Work(Protocol):
    """What is done with the steps. `look`: whether somebody wants the run to stop, asked just before each step.
    `ended` stores an outcome and says whether the run stops with it. `waits` stores what a step waits for, and says
    whether nothing else is begun in this pass."""

    def look(self) -> Halt | None: ...

    async def take(self, step: Step) -> Ended | Waits: ...

    def ended(self, step: Step, result: Ended) -> Halt | None: ...

    def waits(self, step: Step, result: Waits) -> bool: ...


@dataclass
class Crew:
    """`steps` are those of the plan, `outcomes` what became of them, kept along. `pace` knows afterwards when to come
    back. `things` are shared with the other runs of this desk."""

    steps: Sequence[Step]
    outcomes: dict[int, Outcome]
    pace: Pace
    work: Work
    things: OneAtATime = field(default_factory=OneAtATime)
    people_at_once: int = PEOPLE_AT_ONCE
    _halt: Halt | None = None
    _is_over: bool = False
    _trouble: list[BaseException] = field(default_factory=list)
    _resting: set[str] = field(default_factory=set)
    _passed: dict[int, anyio.Event] = field(default_factory=dict)
    _people: OneAtATime = field(default_factory=OneAtATime)

    async def go(self) -> Halt | None:
        """Takes every step that can be taken now. Why the run is to stop; None where nothing is left but what waits.
        The first error of a step is raised as it is, after the steps under way have ended."""
        left = [step for step in self.steps if step.number not in self.outcomes]
        self._passed = {step.number: anyio.Event() for step in left}
        turns = iter([list(mine) for _, mine in groupby(left, key=lambda step: step.subject)])
        async with anyio.create_task_group() as tasks:
            for _ in range(min(self.people_at_once, len({step.subject for step in left}))):
                tasks.start_soon(self._carry, turns, tasks.cancel_scope.cancel)
        if self._trouble:
            raise self._trouble[0]
        return self._halt

    async def _carry(self, turns: Iterator[list[Step]], cancel: Callable[[], None]) -> None:
        """One of those who carry: takes somebody's next steps, then somebody else's."""
        try:
            for mine in turns:
                async with self._people.alone(mine[0].subject):
                    for step in mine:
                        if not self._is_over:
                            await self._one(step)
                        self._passed[step.number].set()
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as error:  # noqa: BLE001 - raised again in `go`, and alone
            self._trouble.append(error)
            self._is_over = True
            for step in mine:
                self._passed[step.number].set()
            if not isinstance(error, Exception):
                cancel()  # the process is to end at once

    async def _one(self, step: Step) -> None:
        if (due := order.due_at(step)) is not None and self.pace.is_ahead(due):
            self.pace.until(due)
            return
        for number in step.after:
            if number < step.number and number in self._passed:
                await self._passed[number].wait()  # of somebody else, who is under way
        if step.subject in self._resting or order.pending(step, self.outcomes) is not None:
            return
        async with self.things.alone(SEATS) if order.takes_seats(step) else nullcontext():
            if not self._goes_on():
                return
            result = order.unmet(step, self.outcomes) or await self.work.take(step)
            if isinstance(result, Ended):
                halt = self.work.ended(step, result)
                self.outcomes[step.number] = result.outcome
                self._stop(halt)
                return
        self._wait(step, result)

    def _goes_on(self) -> bool:
        if not self._is_over:
            self._stop(self.work.look())
        return not self._is_over

    def _stop(self, halt: Halt | None) -> None:
        if halt is not None:
            self._is_over = True
            self._halt = self._halt or halt

    def _wait(self, step: Step, result: Waits) -> None:
        if result.everybody:
            self.pace.hold(result.seconds, result.note)
        else:
            self.pace.after(result.seconds, result.note)
        if self.work.waits(step, result) or result.everybody:
            self._is_over = True
        if step.kind not in KINDS:
            self._resting.add(step.subject)  # the person's next steps may rest on it
