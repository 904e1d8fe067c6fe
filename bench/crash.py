"""The desk killed by `kill -9`, again and again: `uv run python -m bench.crash`.

A real `licenseiq desk --demo` carries out one plan that takes every kind of step that has code of its own. It is killed
at every boundary of every step (before the intent; between intent and request; when the effect is there and its answer
is not noted; between read-back and outcome; after the outcome), with fresh and with stale readings, and at random
moments. Each time another process finishes the run, and what is there is compared with a run that nobody killed. A
lease is one second for the processes here, so that nobody waits half a minute; `tests/journeys/dying_desk.py` says what
else is put around them. Two planted faults come last and have to be found. Ends with 1 when anything is otherwise.
"""

import argparse
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import anyio
from tests.journeys import boundaries
from tests.journeys.boundaries import Boundary
from tests.journeys.dying_desk import PLANTS
from tests.journeys.every_kind import same_end
from tests.journeys.killing import Found, Killing, killing
from tests.tenant.on_demo import OnDemo, running

from bench.figures import line
from licenseiq.proposals.steps import EffectClass, StepKind

USERS = 250


@dataclass
class Tally:
    """Counts over all runs; `told` names the first that went wrong."""

    runs: int = 0
    lost: int = 0
    twice: int = 0
    other_end: int = 0
    sent_again: int = 0
    unrecorded: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def add(self, name: str, found: Found, clean: Found, one: Killing) -> None:
        assert one.plan is not None
        other, twice = not same_end(found.after, clean.after), found.twice(one.plan)
        self.runs += 1
        self.lost += found.lost
        self.twice += twice
        self.other_end += other
        self.sent_again += found.sent_again
        self.unrecorded += found.unrecorded
        self.outcomes += Counter(str(step.outcome) for step in found.run.steps)
        if found.lost or twice or other or found.unrecorded:
            outcomes = ", ".join(f"{step.number} {step.outcome} {step.note}" for step in found.run.steps)
            self.told.append(f"{name}: {found.run.state}, untrue {found.untrue}, {outcomes}")

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.runs + other.runs,
            self.lost + other.lost,
            self.twice + other.twice,
            self.other_end + other.other_end,
            self.sent_again + other.sent_again,
            self.unrecorded + other.unrecorded,
            self.outcomes + other.outcomes,
            self.told + other.told,
        )

    @property
    def is_as_promised(self) -> bool:
        return not (self.lost or self.twice or self.other_end or self.unrecorded)

    def tell(self) -> None:
        line("lost", str(self.lost))
        line("not-repeatable effects twice", str(self.twice))
        line("end other than a clean run's", str(self.other_end))
        line("requests sent again", f"{self.sent_again}, of them without a record {self.unrecorded}")
        line("outcomes", ", ".join(f"{name} {count}" for name, count in sorted(self.outcomes.items())))
        for told in self.told[:20]:
            print(f"WRONG {told}")


async def clean_run(one: Killing, *, stale: bool) -> tuple[Found, list[Boundary], float]:
    """A run that nobody kills, its boundaries, and how many seconds it took from the approval on."""
    proposal_id = await one.begin(stale=stale)
    began = time.monotonic()
    await one.ended(proposal_id)
    seconds = time.monotonic() - began
    return await one.found(proposal_id), list(dict.fromkeys(one.desk.trace())), seconds


async def killed_at(one: Killing, place: Boundary, *, stale: bool) -> Found:
    proposal_id = await one.begin(stale=stale, place=place)
    await one.dies()
    one.desk.arm(None)
    one.desk.start()
    return await one.found(proposal_id)


async def killed_after(one: Killing, seconds: float, *, stale: bool) -> tuple[Found, int]:
    """Killed at a moment; also how many boundaries were passed until then."""
    proposal_id = await one.begin(stale=stale)
    await anyio.sleep(seconds)
    one.desk.kill()
    passed = len(one.desk.trace())
    one.desk.start()
    return await one.found(proposal_id), passed


@dataclass
class Kills:
    """What became of all of them. `within` counts random moments between a run's first and last boundary."""

    places: Tally = field(default_factory=Tally)
    moments: Tally = field(default_factory=Tally)
    kinds: set[StepKind] = field(default_factory=set)
    once: int = 0
    within: int = 0
    starts: int = 0


async def killed(demo: OnDemo, folder: Path, random: Random, moments: int, each: int, stale: bool) -> Kills:
    """A home of its own, for what a desk holds makes each of its rounds longer."""
    kills, words = Kills(), ", stale" * stale
    async with killing(demo, folder) as one:
        one.desk.start()
        clean, everywhere, seconds = await clean_run(one, stale=stale)
        assert not clean.lost, clean
        for place in everywhere[::each]:
            kills.places.add(f"{place}{words}", await killed_at(one, place, stale=stale), clean, one)
        for _ in range(moments):
            moment = random.uniform(0, seconds)
            found, passed = await killed_after(one, moment, stale=stale)
            kills.within += 0 < passed < len(everywhere)
            kills.moments.add(f"after {moment:.2f} s{words}", found, clean, one)
        assert one.plan is not None
        kills.kinds = {step.kind for step in one.plan.steps}
        kills.once = sum(step.effect_class is EffectClass.NOT_REPEATABLE for step in one.plan.steps)
        kills.starts = one.desk.starts
    return kills


def tell(fresh: Kills, stale: Kills) -> bool:
    places, moments = fresh.places + stale.places, fresh.moments + stale.moments
    print(f"\nkilled at {places.runs} boundaries of {len(fresh.kinds)} kinds of step, half of them with stale readings")
    line("kinds not in the plan", str(len(set(StepKind) - fresh.kinds)))
    line("steps that must not be repeated", str(fresh.once))
    places.tell()
    within = fresh.within + stale.within
    print(f"\nkilled at {moments.runs} random moments, {within} of them between a run's first and last boundary")
    moments.tell()
    line("processes", str(fresh.starts + stale.starts))
    return places.is_as_promised and moments.is_as_promised


async def planted(demo: OnDemo, folder: Path, plant: str) -> bool:
    """Whether the same check finds a planted fault: killed between the first intent and its request."""
    async with killing(demo, folder) as honest:
        honest.desk.start()
        clean, everywhere, _ = await clean_run(honest, stale=False)
        honest.desk.kill()
    (other := folder / "planted").mkdir()
    async with killing(demo, other, plant) as one:
        one.desk.start()
        tally = Tally()
        place = next(place for place in everywhere if place.name == boundaries.LEAVES)
        tally.add(plant, await killed_at(one, place, stale=False), clean, one)
    line(f"planted: {plant}", f"lost {tally.lost}, without a record {tally.unrecorded}")
    return not tally.is_as_promised


def main() -> int:
    parser = argparse.ArgumentParser(description="The desk killed at every boundary and at random moments.")
    parser.add_argument("--moments", type=int, default=200, help="random moments")
    parser.add_argument("--each", type=int, default=1, help="only every so manieth boundary")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    began = time.monotonic()
    print(f"{USERS} people, seed {options.seed}")
    with tempfile.TemporaryDirectory(prefix="licenseiq-bench-") as name:
        folder = Path(name)
        with running(folder / "demo", USERS) as demo:
            random, found = Random(options.seed), []
            for stale in (False, True):
                (home := folder / f"home-{stale}").mkdir()
                found.append(anyio.run(killed, demo, home, random, options.moments // 2, options.each, stale))
            kept = tell(*found)
            print()
            for number, plant in enumerate(PLANTS):
                (folder / f"{number}").mkdir()
                kept &= anyio.run(planted, demo, folder / f"{number}", plant)
    line("as promised", "yes" if kept else "NO")
    line("took", f"{time.monotonic() - began:.0f} s")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
