"""What a step waits for, and what follows when one did not succeed."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from licenseiq.errors import Tampered
from licenseiq.playbooks.license_changes import KIND as LICENSE_CHANGES
from licenseiq.proposals.plan import Plan, Step
from licenseiq.proposals.states import Outcome
from licenseiq.proposals.steps import StepKind
from licenseiq.steps import KINDS
from licenseiq.steps.rules_of_groups import BRIDGE
from licenseiq.times import iso, parse_iso
from licenseiq_desk.execution import effects
from licenseiq_desk.execution.step_taker import Ended

_FAILED = frozenset({Outcome.DRIFTED, Outcome.FAILED})


def due_at(step: Step) -> datetime | None:
    """When a dated step may be taken at the earliest; None for one without a date. Raises Tampered."""
    found = step.arguments.get("not_before")
    if found is None:
        return None
    try:
        return parse_iso(str(found))
    except ValueError as error:
        raise Tampered(f"Step {step.number} has a date that is none.", "Propose it again.") from error


def stops(step: Step, outcome: Outcome | None) -> bool:
    """Whether the person's later steps are given up: the tenant is not as the plan takes it to be, or a step failed on
    which others may rest. A described kind says itself whether its failure does so."""
    if step.arguments.get("because") == BRIDGE:
        return False  # the mailbox is looked at again before the licences go; everything else rests on nothing of it
    if outcome is Outcome.FAILED:
        described = KINDS.get(step.kind)
        return described is None or described.stops_person
    return outcome is Outcome.DRIFTED


def went_wrong(outcome: Outcome | None) -> bool:
    return outcome in _FAILED


def one_by_one(plan: Plan) -> bool:
    """Whether whoever was begun is finished before anybody else is touched: a batch of licence changes."""
    return plan.kind == LICENSE_CHANGES


def not_begun(plan: Plan, step: Step, outcome: Outcome, outcomes: Mapping[int, Outcome]) -> list[Step]:
    """The steps of the people who stay untouched where this outcome stops the batch; none where it goes on. What was
    kept back before it was sent stops nobody else."""
    if not one_by_one(plan) or outcome not in _FAILED:
        return []
    return [one for one in plan.steps if one.number not in outcomes and one.subject != step.subject]


def takes_seats(step: Step) -> bool:
    """Whether a step takes a free seat, which it looks for first: directly, or by a group that may give licences."""
    return bool(effects.given(step)) or step.kind is StepKind.JOIN_GROUP


def unmet(step: Step, outcomes: Mapping[int, Outcome]) -> Ended | None:
    """What becomes of a step of which one that comes before it did not read back as true; None where none did so."""
    wrong = [number for number in step.after if number in outcomes and not outcomes[number].is_read_back]
    return Ended(Outcome.BLOCKED, f"Not taken: step {wrong[0]} did not succeed.") if wrong else None


def pending(step: Step, outcomes: Mapping[int, Outcome]) -> int | None:
    """The number of a step that this one has to wait for; None where it may be taken."""
    return next((number for number in step.after if number not in outcomes), None)


class People:
    """How far the people of a plan are, kept while outcomes come in: looking at the whole plan after each step would
    cost the square of its size."""

    def __init__(self, plan: Plan, outcomes: Mapping[int, Outcome]) -> None:
        self._left = Counter(step.subject for step in plan.steps)
        self._failed, self._finished = set[str](), set[str]()
        for step in plan.steps:
            if step.number in outcomes:
                self.note(step, outcomes[step.number])

    def note(self, step: Step, outcome: Outcome) -> None:
        """A step that had none has its outcome."""
        self._left[step.subject] -= 1
        if stops(step, outcome):
            self._failed.add(step.subject)
        if not self._left[step.subject]:
            del self._left[step.subject]
        if step.subject not in self._left or step.subject in self._failed:
            self._finished.add(step.subject)

    @property
    def done(self) -> tuple[int, int, bool]:
        """How many people went wrong, how many are finished with them, and if anybody is left. One is finished when all
        of their steps have an outcome, or one of them went wrong."""
        return len(self._failed), len(self._finished), bool(self._left)


@dataclass
class Pace:
    """When a run is looked at again: at the soonest of what its steps wait for, and never before the time is over that
    the tenant asked everybody to wait."""

    now: Callable[[], datetime]
    note: str = ""
    _soonest: datetime | None = None
    _held_until: datetime | None = None

    @property
    def next_in(self) -> float | None:
        """In how many seconds; None where nothing waits."""
        at = max((one for one in (self._soonest, self._held_until) if one is not None), default=None)
        return None if at is None else max(0.0, (at - self.now()).total_seconds())

    def after(self, seconds: float, note: str) -> None:
        self._at(self.now() + timedelta(seconds=seconds), note)

    def hold(self, seconds: float, note: str) -> None:
        """Nothing is asked of the tenant before."""
        at = self.now() + timedelta(seconds=seconds)
        if self._held_until is None or at > self._held_until:
            self._held_until, self.note = at, note

    def until(self, due: datetime) -> None:
        self._at(due, f"The next step is due at {iso(due)}.")

    def is_ahead(self, due: datetime) -> bool:
        return due > self.now()

    def _at(self, at: datetime, note: str) -> None:
        if self._soonest is None or at < self._soonest:
            self._soonest = at
            if self._held_until is None:
                self.note = note
