"""What somebody who watches a run is shown, while it happens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from licenseiq.proposals.states import Outcome, RunState

Phase = Literal["reading", "sending", "reading_back", "outcome"]


@dataclass(frozen=True, slots=True)
class StepSeen:
    """A step at one moment; `outcome` is set in the phase of that name only. No personal value."""

    run_id: str
    number: int
    kind: str
    subject: str
    phase: Phase
    outcome: Outcome | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class RunProgress:
    """Where a run stands after it was advanced; `note` says what it waits for."""

    run_id: str
    proposal_id: str
    state: RunState
    note: str = ""


Observe = Callable[[StepSeen], None]


def nobody(_: StepSeen) -> None:
    """Watches nothing."""
