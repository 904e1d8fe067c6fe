"""The two state machines: a proposal's, and a run's.

proposal   open ──▶ approved ──▶ superseded?  no: approved is final for the proposal, the run goes on
           open ──▶ rejected | withdrawn | superseded | expired

run        scheduled ──▶ running ◀──▶ waiting | paused
           running ──▶ complete | partial | failed
           scheduled | running | waiting | paused ──▶ cancelled
"""

from collections.abc import Iterable
from enum import StrEnum

from licenseiq.errors import Refused


class ProposalState(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


class RunState(StrEnum):
    SCHEDULED = "scheduled"
    RUNNING = "running"
    WAITING = "waiting"
    PAUSED = "paused"
    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """What became of a step. Only the first three were read back as true. A step that waits has none yet; others read
    WAITING of it."""

    DONE = "done"
    ALREADY_SO = "already_so"
    CONFIRMED_AFTER_RESTART = "confirmed_after_restart"
    DRIFTED = "drifted"
    BLOCKED = "blocked"
    FAILED = "failed"
    HANDED_OVER = "handed_over"
    SKIPPED = "skipped_by_policy"
    WAITING = "waiting"

    @property
    def is_read_back(self) -> bool:
        return self in _READ_BACK


# The note of a step that a batch stopped before.
NOT_BEGUN = "Not begun: the batch stopped at the first unexpected answer, before this person."
_READ_BACK = frozenset({Outcome.DONE, Outcome.ALREADY_SO, Outcome.CONFIRMED_AFTER_RESTART})

PROPOSAL_MOVES: dict[ProposalState, frozenset[ProposalState]] = {
    ProposalState.OPEN: frozenset(set(ProposalState) - {ProposalState.OPEN}),
    **{state: frozenset() for state in ProposalState if state is not ProposalState.OPEN},
}

# How a run can end: nothing comes after.
RUN_ENDS = frozenset({RunState.COMPLETE, RunState.PARTIAL, RunState.FAILED, RunState.CANCELLED})
RUN_MOVES: dict[RunState, frozenset[RunState]] = {
    RunState.SCHEDULED: frozenset({RunState.RUNNING, RunState.CANCELLED}),
    RunState.RUNNING: RUN_ENDS | {RunState.WAITING, RunState.PAUSED},
    RunState.WAITING: frozenset({RunState.RUNNING, RunState.CANCELLED}),
    RunState.PAUSED: frozenset({RunState.RUNNING, RunState.CANCELLED}),
    **{state: frozenset() for state in RUN_ENDS},
}


def move_proposal(now: ProposalState, then: ProposalState) -> ProposalState:
    if then not in PROPOSAL_MOVES[now]:
        raise Refused(f"A proposal that is {now} cannot become {then}.", "Make a new proposal instead.")
    return then


def move_run(now: RunState, then: RunState) -> RunState:
    if then not in RUN_MOVES[now]:
        raise Refused(f"A run that is {now} cannot become {then}.", "A new run needs a new approval.")
    return then


def end_of_run(outcomes: Iterable[Outcome]) -> RunState:
    """How a run ended, computed from what was read back: complete only if every step was."""
    seen = list(outcomes)
    if seen and all(outcome.is_read_back for outcome in seen):
        return RunState.COMPLETE
    if any(outcome.is_read_back for outcome in seen):
        return RunState.PARTIAL
    return RunState.FAILED
