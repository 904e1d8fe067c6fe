"""A tenant that lies and is meddled with, drawn from a seed, and what the desk says at the end beside what is so."""

import math
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from licenseiq.proposals.states import RUN_ENDS, Outcome, RunState
from licenseiq_demo import licensing
from licenseiq_desk.execution.seen import StepSeen
from tests.desk.every_kind_world import Play, play
from tests.desk.fakes import TENANT
from tests.journeys import every_kind

ROUNDS = 240
ROUND_SECONDS = 61.0
_CHANGES = ("PATCH", "POST", "DELETE")
Json = dict[str, Any]


def _method(random: Random) -> Json:
    return {"method": random.choice(_CHANGES), "skip": random.randint(0, 3)}


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


def _switch(play: Play, who: str) -> None:
    someone = play.state.tenant.by_id[who]
    someone.fields["accountEnabled"] = not someone.fields["accountEnabled"]


def _rename(play: Play, who: str) -> None:
    play.state.tenant.by_id[who].fields["jobTitle"] = "Renamed by somebody else"


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


def _delete(play: Play, who: str) -> None:
    play.state.tenant.remove(play.state.tenant.by_id[who], play.state.stamp())


MEDDLING: dict[str, Callable[[Play, str], None]] = {
    "somebody else switches sign-in": _switch,
    "somebody else changes the title": _rename,
    "somebody else changes licences": _licences,
    "somebody else changes groups": _groups,
    "somebody else deletes the account": _delete,
}


@dataclass
class Told:
    """`false_steps`: steps said to be done whose effect was not there at that moment. `false_complete`: the run is said
    to be complete and an effect is not there at its end. `undone`: of these, because somebody undid it afterwards."""

    lies: tuple[str, ...]
    state: str
    false_steps: list[str] = field(default_factory=list)
    false_complete: bool = False
    undone: bool = False
    is_whole: bool = True
    faults: tuple[Any, ...] = ()

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


def draw(seed: str, steps: int) -> Drawn:
    """One to three lies, or meddling, or both."""
    random = Random(seed)
    lies = random.sample(sorted(LIES), random.randint(1, 3))
    meddling = random.choice(sorted(MEDDLING)) if random.random() < 0.4 else None
    if meddling is not None and random.random() < 0.4:
        lies = []
    names = (*lies, *([meddling] if meddling else []))
    faults = tuple(LIES[name](random) for name in lies)
    return Drawn(names, faults, meddling, random.randint(1, steps - 1), random.randint(0, 1))


async def lied_to(seed: str) -> Told:
    """One run of the plan of every kind."""
    with tempfile.TemporaryDirectory(prefix="licenseiq-lies-") as folder:
        async with play(Path(folder)) as one:
            return await _run(one, draw(seed, len(one.plan.steps)))


async def _run(one: Play, drawn: Drawn) -> Told:
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
            MEDDLING[drawn.meddling](one, one.cast.people[drawn.who])

    for _ in range(ROUNDS):
        await one.world.desk.advance_all(TENANT, one.world.tenant, watch)
        runs = one.world.report().runs
        told.state = runs[0].state if runs else "not started"
        # One that rests because too many people failed would rest for ever: nobody resumes it here.
        if told.state in (*RUN_ENDS, RunState.PAUSED):
            break
        one.world.clock.move(ROUND_SECONDS)
    told.false_complete = told.state == "complete" and bool(one.untrue())
    told.undone = told.false_complete and not told.false_steps and meddled
    told.is_whole = one.world.desk.verify_ledger(TENANT).is_whole
    return told


def seeds(seed: int, count: int) -> list[str]:
    """Names of runs; the same for the same seed."""
    return [f"{seed}/{number:0{1 + int(math.log10(max(1, count)))}}" for number in range(count)]
