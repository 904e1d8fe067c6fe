"""Carrying one approved proposal out while somebody watches: its steps as they happen, and what it waits for."""

from typing import TYPE_CHECKING

import anyio

from licenseiq.errors import NotFound, Refused
from licenseiq.proposals.plan import Plan
from licenseiq.proposals.states import RUN_ENDS, Outcome
from licenseiq.proposals.stored import DeskReport, RunReport
from licenseiq_desk.approval import records
from licenseiq_desk.execution.executor import Executor
from licenseiq_desk.execution.seen import StepSeen
from licenseiq_desk.render import VERBS

if TYPE_CHECKING:
    from licenseiq_cli.desk_screen import Screen
    from licenseiq_cli.open_desk import OpenDesk

# Without any news for so long we stop watching: longer than a dead owner's lease and the executor's longest look-again.
PATIENCE_SECONDS = 90.0
LOOK_SECONDS = 0.5
# A plan of more steps is not shown step by step, but each time that so many more have their outcome.
MOST_STEPS, FAR = 200, 100
WORDS = {kind.value: verb for kind, verb in VERBS.items()}
_HELD = "Another process holds this run; if it died, its hold ends within 30 seconds."
_STYLES = {"done": "green", "already_so": "green", "confirmed_after_restart": "green", "blocked": "yellow"}


class Steps:
    """A plan's steps, each shown once when it gets its outcome; of a large plan those to look at, and how far it is."""

    def __init__(self, screen: "Screen", plan: Plan) -> None:
        self._screen = screen
        several = len(plan.subjects) > 1
        names = {step.number: words(step.kind.value) + (f" ({step.subject})" if several else "") for step in plan.steps}
        widest = max((len(name) for name in names.values()), default=0)
        self._labels = {number: f"  {number:>2}. {name:<{widest}}" for number, name in names.items()}
        self._shown: set[int] = set()
        self._is_large = len(plan.steps) > MOST_STEPS

    @property
    def shown(self) -> int:
        """How many steps were shown so far."""
        return len(self._shown)

    def observe(self, seen: StepSeen) -> None:
        if seen.phase == "outcome" and seen.outcome is not None:
            self._show(seen.number, seen.outcome.value, seen.note)
        else:
            self._screen.busy(f"{self._labels[seen.number].strip()}: {seen.phase.replace('_', ' ')}")

    def catch_up(self, run: RunReport) -> None:
        """Shows outcomes that were recorded before, or elsewhere."""
        for step in run.steps:
            if step.outcome is not None:
                self._show(step.number, step.outcome, step.note)

    def _show(self, number: int, outcome: str, note: str) -> None:
        if number not in self._shown:
            self._shown.add(number)
            if self._is_large and Outcome(outcome).is_read_back:
                if len(self._shown) % FAR == 0:
                    self._screen.line(f"  {len(self._shown)} of {len(self._labels)} steps")
                return
            text = f"{self._labels[number]}  {outcome.replace('_', ' ')}{f' - {note}' if note else ''}"
            self._screen.line(text, _STYLES.get(outcome, "red"))


def words(kind: str) -> str:
    """A step's kind in the plan's words."""
    return WORDS.get(kind, kind.replace("_", " "))


async def carry_out(
    opened: "OpenDesk", proposal_id: str, screen: "Screen", patience: float = PATIENCE_SECONDS
) -> DeskReport:
    """Starts the run if it has not started, carries on this run alone, and returns when it has ended.

    Without news for `patience` seconds it returns too, with the run unfinished. Raises Refused when the approval
    starts no run.
    """
    steps = Steps(screen, opened.desk.proposal(opened.tenant_id, proposal_id).plan)
    executor = opened.desk.executor(opened.writer, steps.observe)
    await executor.start_approved(opened.tenant_id)
    told, until = "", anyio.current_time() + patience
    found = report(opened, proposal_id)
    run = _run(executor, found, proposal_id, opened.tenant_id)
    try:
        while True:
            before = steps.shown
            steps.catch_up(run)
            progress = await executor.advance(opened.tenant_id, run.run_id)
            found = report(opened, proposal_id)
            run = _run(executor, found, proposal_id, opened.tenant_id)
            steps.catch_up(run)
            if run.state in RUN_ENDS:
                return found
            if executor.store.stop_file.exists():
                screen.line("Nothing is carried out while the file STOP lies in the demo's home.", "yellow")
                return found
            note = progress.note if progress is not None else _HELD if run.state == "running" else ""
            if note and note != told:
                told = note
                screen.line(f"  Waiting: {note}", "yellow")
            now = anyio.current_time()
            if steps.shown > before:
                until = now + patience
            elif now >= until:
                return found
            screen.busy("waiting")
            await anyio.sleep(LOOK_SECONDS)
    finally:
        screen.rest()


def report(opened: "OpenDesk", proposal_id: str) -> DeskReport:
    """What the desk knows of a proposal. Raises NotFound when it has not taken it over."""
    found = opened.desk.report(opened.tenant_id, proposal_id)
    if found is None:
        raise NotFound("The desk holds no proposal of that id.", "See `licenseiq proposals` for the ids.")
    return found


def summary(run: RunReport) -> str:
    """'Complete: 3 of 3 steps read back as true (2 done, 1 already so).'"""
    counts: dict[str, int] = {}
    for step in run.steps:
        name = step.outcome or "not taken yet"
        counts[name] = counts.get(name, 0) + 1
    true = sum(number for name, number in counts.items() if name in set(Outcome) and Outcome(name).is_read_back)
    parts = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counts.items())
    return f"{run.state.capitalize()}: {true} of {len(run.steps)} steps read back as true ({parts})."


def _run(executor: Executor, found: DeskReport, proposal_id: str, tenant_id: str) -> RunReport:
    """The proposal's newest run; Refused with the reason when its approval has started none."""
    if found.last_run is not None:
        return found.last_run
    why = None
    with executor.store.database.read() as db:
        for approval in found.approvals:
            stored = records.read(db, tenant_id, approval.approval_id, proposal_id)
            why = why or (stored.refused if stored else None)
    if why is not None:
        raise Refused(f"The approval started no run. {why}", "Propose again, and approve that.")
    raise Refused("The demo tenant did not prove itself just now, so nothing was started.", "Try the command again.")
