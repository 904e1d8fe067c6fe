"""The desk killed by `kill -9`, again and again: `uv run python -m bench.crash`.

A real `licenseiq desk --demo` carries out three plans that take every kind of step there is: those with code of their
own, those of people who leave, those of people who come and go. It is killed at every boundary of every step (before
the intent; between intent and request; when the effect is there and its answer is not noted; between read-back and
outcome; after the outcome), and at random moments: each once as it is, and once with old answers of the tenant from the
death until a step has ended. Each run has a tenant, a home and processes of its own; another process finishes it, and
what is there is compared with a run that nobody killed. `tests/journeys/dying_desk.py` says what is put around the
processes. Planted faults come last and have to be found. Ends with 1 when anything is otherwise.
"""

import argparse
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import anyio
import httpx
from tests.journeys import boundaries
from tests.journeys.boundaries import Boundary
from tests.journeys.described_kinds import COMING_AND_GOING, LEAVING, Described
from tests.journeys.every_kind import CodeKinds
from tests.journeys.killing import USERS, Found, Killing, Script, killing

from bench.figures import line
from licenseiq.proposals.plan import Plan
from licenseiq.proposals.steps import EffectClass, StepKind
from licenseiq.steps import KINDS

PLANS: dict[str, Callable[[], Script]] = {
    "with code of their own": CodeKinds,
    "leaving": lambda: Described(LEAVING),
    "coming and going": lambda: Described(COMING_AND_GOING),
}
# Of each planted fault the plan, where it shows when the process dies there, and the count in which it shows.
PLANTED: dict[str, tuple[str, StepKind, str, Callable[["Tally"], int]]] = {
    "an intent is not written": (
        "with code of their own",
        StepKind.SET_ATTRIBUTE,
        boundaries.LEAVES,
        lambda tally: tally.unrecorded,
    ),
    "what was sent is taken for done": (
        "with code of their own",
        StepKind.SET_ATTRIBUTE,
        boundaries.LEAVES,
        lambda tally: tally.lost,
    ),
    "what was sent is forgotten": (
        "leaving",
        StepKind.NOTIFY_SUCCESSOR,
        boundaries.ANSWERED,
        lambda tally: min(tally.twice, tally.twice_there),
    ),
}


@dataclass
class Clean:
    """A run of a plan that nobody killed: its boundaries, and how many seconds it took from the approval on."""

    name: str
    found: Found
    plan: Plan
    everywhere: list[Boundary]
    seconds: float


@dataclass(frozen=True)
class Death:
    """Where a process of which plan dies, or after how many seconds."""

    clean: Clean
    stale: bool
    place: Boundary | None = None
    seconds: float = 0.0

    def __str__(self) -> str:
        where = str(self.place) if self.place else f"after {self.seconds:.2f} s"
        return f"{self.clean.name}, {where}{', old answers' * self.stale}"


@dataclass
class Tally:
    """Counts over runs. `twice` by what left, `twice_there` by the tenant's own record."""

    runs: int = 0
    within: int = 0
    lost: int = 0
    twice: int = 0
    twice_there: int = 0
    other_end: int = 0
    sent_again: int = 0
    unrecorded: int = 0
    given_up: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def add(self, name: str, one: Killing, found: Found, clean: Clean) -> None:
        once = {step.number for step in clean.plan.steps if step.effect_class is EffectClass.NOT_REPEATABLE}
        given_up, left_out = found.judged.given_up, (*found.judged.given_up, *found.judged.rest)
        twice = found.sent_again(clean.found, once.__contains__)
        other = not one.script.same_end(found.after, clean.found.after, left_out)
        self.runs += 1
        self.lost += bool(found.lost)
        self.twice += twice
        self.twice_there += len(found.twice)
        self.other_end += other
        self.sent_again += found.sent_again(clean.found)
        self.unrecorded += found.unrecorded
        self.given_up += Counter(clean.plan.steps[number - 1].kind.value for number in given_up)
        self.outcomes += Counter(str(step.outcome) for step in found.run.steps)
        if found.lost or twice or found.twice or other or found.unrecorded:
            end = "another end, " * other
            self.told.append(f"{name}: {end}lost {found.lost}, twice {twice} {found.twice}, {found.unrecorded}")

    @property
    def is_as_promised(self) -> bool:
        return not (self.lost or self.twice or self.twice_there or self.other_end or self.unrecorded)

    def tell(self) -> None:
        line("lost", str(self.lost))
        line("not-repeatable effects twice", f"{self.twice} by what left, {self.twice_there} by the tenant's record")
        line("end other than a clean run's", str(self.other_end))
        line("requests sent again", f"{self.sent_again}, of them without a record {self.unrecorded}")
        line("outcomes", ", ".join(f"{name} {count}" for name, count in sorted(self.outcomes.items())))
        kinds = ", ".join(f"{name} {count}" for name, count in sorted(self.given_up.items()))
        line("perhaps sent, so not sent again", f"{self.given_up.total()}{f': {kinds}' if kinds else ''}")
        for told in self.told[:20]:
            print(f"WRONG {told}")


@dataclass
class Bench:
    """`folder` is emptied again by each run."""

    folder: Path
    processes: int = 0
    _made: int = 0

    async def run(self, script: Script, plant: str, play: Callable[[Killing], Awaitable[None]]) -> None:
        self._made += 1
        (place := self.folder / str(self._made)).mkdir()
        try:
            async with killing(script, place, plant) as one:
                await play(one)
                self.processes += one.desk.starts
        finally:
            shutil.rmtree(place)

    async def clean(self, name: str) -> Clean:
        made: list[Clean] = []

        async def play(one: Killing) -> None:
            await one.begin()
            began = time.monotonic()
            await one.ended()
            seconds = time.monotonic() - began
            found = await one.found()
            wrong = (*found.lost, *found.judged.given_up, *found.twice, *(("no record",) * found.unrecorded))
            assert not wrong, f"{name}, left alone: {wrong}"
            made.append(Clean(name, found, one.plan, list(dict.fromkeys(one.desk.trace())), seconds))

        await self.run(PLANS[name](), "", play)
        return made[0]

    async def dies(self, death: Death, tally: Tally, plant: str = "") -> None:
        async def play(one: Killing) -> None:
            await one.begin(stale=death.stale, place=death.place)
            if death.place is not None:
                await one.dies()
            else:
                await one.killed_after(death.seconds)
                tally.within += 0 < len(one.desk.trace()) < len(death.clean.everywhere)
            one.start_again()
            tally.add(str(death), one, await one.found(), death.clean)

        try:
            await self.run(PLANS[death.clean.name](), plant, play)
        except (AssertionError, httpx.HTTPError) as error:
            tally.runs += 1
            tally.lost += 1
            tally.told.append(f"{death}: {type(error).__name__} {error}")

    async def all_of(self, deaths: list[Death], tally: Tally, at_once: int) -> None:
        left = iter(deaths)

        async def work() -> None:
            for death in left:
                await self.dies(death, tally)

        async with anyio.create_task_group() as tasks:
            for _ in range(at_once):
                tasks.start_soon(work)


def moments(cleans: list[Clean], count: int, random: Random) -> Iterator[Death]:
    """As many in each plan as its run is long."""
    for number in range(count):
        (clean,) = random.choices(cleans, [one.seconds for one in cleans])
        yield Death(clean, number % 2 == 1, seconds=random.uniform(0, clean.seconds))


def tell_kinds(cleans: list[Clean]) -> None:
    """What the plans hold, and what no fault can show."""
    steps = [step for clean in cleans for step in clean.plan.steps]
    kinds = {step.kind for step in steps}
    mail = sorted(one for one in kinds if one in KINDS and not any(r.paths for r in KINDS[one].readings))
    line("kinds of step", f"{len(kinds)} in {len(cleans)} plans")
    line("kinds in no plan", ", ".join(sorted(set(StepKind) - kinds)) or "none")
    once = sorted({step.kind for step in steps if step.effect_class is EffectClass.NOT_REPEATABLE})
    line("must not be repeated", ", ".join(once))
    line(
        "nothing is sent, a person does it",
        ", ".join(sorted(one for one in kinds if one in KINDS and KINDS[one].by_hand)),
    )
    line("goal never read by Graph", f"{', '.join(mail)}: old answers concern the account alone")


async def bench(folder: Path, options: argparse.Namespace) -> bool:
    random, one = Random(options.seed), Bench(folder)
    cleans = [await one.clean(name) for name in PLANS]
    tell_kinds(cleans)
    kept = True
    for stale in (False, True):
        deaths = [Death(clean, stale, place) for clean in cleans for place in clean.everywhere[:: options.each]]
        tally, began = Tally(), time.monotonic()
        await one.all_of(deaths, tally, options.at_once)
        words = "with old answers after each death" if stale else "alone"
        print(f"\nkilled at {tally.runs} boundaries, {words}, {(time.monotonic() - began) / tally.runs:.1f} s a run")
        tally.tell()
        kept &= tally.is_as_promised
    tally = Tally()
    await one.all_of(list(moments(cleans, options.moments, random)), tally, options.at_once)
    print(f"\nkilled at {tally.runs} random moments, {tally.within} of them between a run's first and last boundary")
    tally.tell()
    kept &= tally.is_as_promised
    line("processes", str(one.processes))
    print()
    for plant, (name, kind, boundary, shows) in PLANTED.items():
        clean, tally = next(clean for clean in cleans if clean.name == name), Tally()
        place = next(place for place in clean.everywhere if (place.kind, place.name) == (kind, boundary))
        await one.dies(Death(clean, False, place), tally, plant)
        found = f"lost {tally.lost}, twice {tally.twice} and {tally.twice_there}, without a record {tally.unrecorded}"
        line(f"planted: {plant}", found)
        kept &= shows(tally) > 0
    return kept


def main() -> int:
    parser = argparse.ArgumentParser(description="The desk killed at every boundary and at random moments.")
    parser.add_argument("--moments", type=int, default=200, help="random moments")
    parser.add_argument("--each", type=int, default=1, help="only every so manieth boundary")
    parser.add_argument("--at-once", type=int, default=3, help="runs side by side: most of their time is waiting")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    began = time.monotonic()
    print(f"{USERS} people, seed {options.seed}")
    with tempfile.TemporaryDirectory(prefix="licenseiq-bench-") as name:
        kept = anyio.run(bench, Path(name), options)
    line("as promised", "yes" if kept else "NO")
    line("took", f"{time.monotonic() - began:.0f} s")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
