"""What the desk says of a run that was killed, against what is so."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from licenseiq.proposals.plan import Step
from licenseiq.proposals.states import Outcome
from licenseiq.proposals.steps import EffectClass
from licenseiq.proposals.stored import RunReport


@dataclass(frozen=True)
class Judged:
    """`lost`: what is told and not so, and what was given up without need, in words. `given_up`: numbers of steps that
    must not be repeated, of which the process died between intent and answer: nobody can know, so it is not sent again,
    and is told so. `rest` are steps that were not taken because of one of these."""

    lost: tuple[str, ...]
    given_up: tuple[int, ...]
    rest: tuple[int, ...]


def judged(steps: Sequence[Step], run: RunReport, true: AbstractSet[int], in_flight: AbstractSet[int]) -> Judged:
    """`true` are the steps whose effect is there, `in_flight` those that had something on its way at a death."""
    lost, given_up, rest = list[str](), list[int](), list[int]()
    people = set[str]()
    for step, seen in zip(steps, run.steps, strict=True):
        words = f"{step.number} {step.kind.value} {seen.outcome} {seen.note}"
        if seen.outcome is not None and seen.outcome != "waiting" and Outcome(seen.outcome).is_read_back:
            lost += [] if step.number in true else [f"not so: {words}"]
        elif step.effect_class is EffectClass.NOT_REPEATABLE and step.number in in_flight and seen.note:
            given_up.append(step.number)
            people.add(step.subject)
        elif seen.outcome == Outcome.BLOCKED and step.subject in people:
            rest.append(step.number)
        else:
            lost.append(f"not done: {words}")
    wanted = "partial" if given_up else "complete"
    lost += [] if run.state == wanted else [f"the run is {run.state}, not {wanted}"]
    return Judged(tuple(lost), tuple(given_up), tuple(rest))
