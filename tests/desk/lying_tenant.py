"""A tenant that lies and is meddled with, drawn from a seed, and what the desk says at the end beside what is so."""

import math
import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Protocol

from licenseiq.proposals.plan import Plan
from licenseiq.proposals.states import RUN_ENDS, Outcome, RunState
from licenseiq.proposals.steps import StepKind
from licenseiq.proposals.stored import RunReport
from licenseiq_demo import licensing
from licenseiq_demo.state import DemoState
from licenseiq_desk.execution.seen import Observe, StepSeen
from tests.desk import described_world
from tests.desk.every_kind_world import Play, play
from tests.journeys import every_kind

ROUNDS = 240
ROUND_SECONDS = 61.0
_CHANGES = ("PATCH", "POST", "DELETE")
Json = dict[str, Any]


def _method(random: Random) -> Json:
    return {"method": random.choice(_CHANGES), "skip": random.randint(0, 3)}


class Stage(Protocol):
    """A plan that was approved, on a tenant; `run` is None before it has begun."""

    plan: Plan

    @property
    def state(self) -> DemoState: ...

    @property
    def people(self) -> Sequence[str]: ...

    @property
    def run(self) -> RunReport | None: ...

    async def advance(self, observe: Observe) -> None: ...

    def move(self, seconds: float) -> None: ...

    def is_true(self, number: int) -> bool:
        """Whether the effect of a step is there."""

    def untrue(self) -> list[str]: ...

    def is_whole(self) -> bool: ...


# What a tenant can do to a run. Each lasts a number of requests, so that every run comes to its end.
LIES: dict[str, Callable[[Random], Json]] = {
    "200 without effect": lambda r: {"what": "no_effect", **_method(r), "times": r.choice((1, 2, 3, 99))},
    "effect, then a dropped connection": lambda r: {"what": "lost_answer", **_method(r), "times": r.randint(1, 3)},
    "stale readings of a person": lambda r: {"what": "stale_reads", **_method(r), "reads": r.choice((1, 4, 8, 14))},
    "stale answers everywhere": lambda r: {"what": "old_answers", "path": "/users", "reads": r.choice((1, 4, 8))},
    "a storm of 429": lambda r: {
        "what": "status",
        "status": 429,
        "code": "TooManyRequests",
        "retry_after": r.choice((1, 30, 400)),
        "skip": r.randint(0, 30),
        "times": r.randint(1, 25),
    },
    "403 in the middle": lambda r: {
        "what": "status",
        "status": 403,
        "code": "Authorization_RequestDenied",
        "skip": r.randint(0, 40),
        "times": r.choice((1, 3, 999)),
    },
    "500 in the middle": lambda r: {
        "what": "status",
        "status": 500,
        "skip": r.randint(0, 40),
        "times": r.randint(1, 4),
    },
    "half an answer": lambda r: {"what": "cut", "path": "/users", "skip": r.randint(0, 30), "times": r.randint(1, 4)},
    "answers that say nothing": lambda r: {
        "what": "null_fields",
        "path": "/users",
        "skip": r.randint(0, 30),
        "times": r.randint(1, 4),
    },
}


def _switch(play: Stage, who: str) -> None:
    if someone := play.state.tenant.find(who):
        someone.fields["accountEnabled"] = not someone.fields["accountEnabled"]


def _rename(play: Stage, who: str) -> None:
    if someone := play.state.tenant.find(who):
        someone.fields["jobTitle"] = "Renamed by somebody else"


def _licences(play: Play, who: str) -> None:
    """Takes a direct licence away, or gives one of those that the plan takes away."""
    tenant, someone = play.state.tenant, play.state.tenant.by_id[who]
    mine = [row for row in someone.states if row["assignedByGroup"] is None]
    if any(row["skuId"] == every_kind.COMES.sku_id for row in mine):
        someone.fields["licenseAssignmentStates"] = [
            row for row in someone.states if row["assignedByGroup"] or row["skuId"] != every_kind.COMES.sku_id
        ]
    elif not any(row["skuId"] == every_kind.TAKEN.sku_id for row in mine):
        given = licensing.row(every_kind.TAKEN.sku_id, None, play.state.stamp())
        someone.fields["licenseAssignmentStates"] = [*someone.states, given]
    licensing.refresh(someone, tenant.consumed)


def _groups(play: Play, who: str) -> None:
    """Puts the person into the group that the plan takes them out of, and out of the one that it puts them into."""
    tenant, someone = play.state.tenant, play.state.tenant.by_id[who]
    if play.cast.left not in someone.groups:
        tenant.join(someone, tenant.groups[play.cast.left], play.state.stamp())
    if play.cast.joined in someone.groups:
        tenant.leave(someone, tenant.groups[play.cast.joined])


def _delete(play: Stage, who: str) -> None:
    if someone := play.state.tenant.find(who):
        play.state.tenant.remove(someone, play.state.stamp())


ANYWHERE: dict[str, Callable[[Stage, str], None]] = {
    "somebody else switches sign-in": _switch,
    "somebody else changes the title": _rename,
    "somebody else deletes the account": _delete,
}
MEDDLING: dict[str, Callable[[Any, str], None]] = {
    **ANYWHERE,
    "somebody else changes licences": _licences,
    "somebody else changes groups": _groups,
}


@dataclass
class Told:
    """`false_steps`: steps said to be done whose effect was not there at that moment. `untrue`: the run is said to be
    complete, and these effects are not there at its end. `undone`: of these, because somebody undid it afterwards."""

    lies: tuple[str, ...]
    state: str
    false_steps: list[str] = field(default_factory=list)
    untrue: tuple[str, ...] = ()
    undone: bool = False
    is_whole: bool = True
    faults: tuple[Any, ...] = ()

    @property
    def false_complete(self) -> bool:
        return bool(self.untrue)

    @property
    def is_hidden(self) -> bool:
        """Whether somebody undid a step while every answer was older than that: no reading could have told."""
        return self.undone and any("stale" in name for name in self.lies)

    @property
    def is_false(self) -> bool:
        """Whether something was said that is not so, and a reading would have told."""
        return bool(self.false_steps) or (self.false_complete and not self.is_hidden) or not self.is_whole


@dataclass(frozen=True)
class Drawn:
    """What happens to one run: faults of the tenant, and what somebody else does to which of the two people after which
    step."""

    names: tuple[str, ...]
    faults: tuple[Json, ...]
    meddling: str | None
    after: int
    who: int


def draw(seed: str, steps: int, people: int, meddling: Collection[str] = MEDDLING) -> Drawn:
    """One to three lies, or meddling, or both."""
    random = Random(seed)
    lies = random.sample(sorted(LIES), random.randint(1, 3))
    chosen = random.choice(sorted(meddling)) if random.random() < 0.4 else None
    if chosen is not None and random.random() < 0.4:
        lies = []
    names = (*lies, *([chosen] if chosen else []))
    faults = tuple(LIES[name](random) for name in lies)
    return Drawn(names, faults, chosen, random.randint(1, steps - 1), random.randrange(people))


async def lied_to(seed: str, lines: Sequence[tuple[StepKind, str]] = ()) -> Told:
    """One run of the plan of every kind with code of its own, or of these described ones."""
    with tempfile.TemporaryDirectory(prefix="licenseiq-lies-") as folder:
        if lines:
            async with described_world.play(Path(folder), lines) as described:
                drawn = draw(seed, len(described.plan.steps), len(described.people), ANYWHERE)
                return await _run(described, drawn)
        async with play(Path(folder)) as one:
            return await _run(one, draw(seed, len(one.plan.steps), len(one.people)))


async def _run(one: Stage, drawn: Drawn) -> Told:
    told = Told(drawn.names, "", faults=drawn.faults)
    one.state.faults.replace(list(drawn.faults))
    meddled = False

    def watch(seen: StepSeen) -> None:
        nonlocal meddled
        if seen.outcome is None:
            return
        if Outcome(seen.outcome).is_read_back and not one.is_true(seen.number):
            told.false_steps.append(f"{seen.number} {seen.kind} {seen.outcome}")
        if drawn.meddling is not None and not meddled and drawn.after <= seen.number < len(one.plan.steps):
            meddled = True
            MEDDLING[drawn.meddling](one, one.people[drawn.who])

    for _ in range(ROUNDS):
        await one.advance(watch)
        told.state = one.run.state if one.run is not None else "not started"
        # One that rests because too many people failed would rest for ever: nobody resumes it here.
        if told.state in (*RUN_ENDS, RunState.PAUSED):
            break
        one.move(ROUND_SECONDS)
    told.untrue = tuple(one.untrue()) if told.state == "complete" else ()
    told.undone = bool(told.untrue) and not told.false_steps and meddled
    told.is_whole = one.is_whole()
    return told


def seeds(seed: int, count: int) -> list[str]:
    """Names of runs; the same for the same seed."""
    return [f"{seed}/{number:0{1 + int(math.log10(max(1, count)))}}" for number in range(count)]
