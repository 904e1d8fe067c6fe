"""Proposals as other processes see them: what the inbox holds, and what the desk has made of it."""

from dataclasses import dataclass
from datetime import datetime

from licenseiq.proposals.commitments import Opening
from licenseiq.proposals.plan import Plan
from licenseiq.proposals.states import RUN_ENDS, ProposalState
from licenseiq.text import clean


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """A proposal in the inbox: the plan's exact bytes and the digest that was stored beside them.

    `openings` are empty once the desk has taken it over.
    """

    proposal_id: str
    digest: str
    plan_bytes: bytes
    openings: tuple[Opening, ...]
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class StepReport:
    """What became of one step: `outcome` is None while it has none; `at` is when it was recorded."""

    number: int
    kind: str
    outcome: str | None
    at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class RunReport:
    run_id: str
    state: str
    level: str
    steps: tuple[StepReport, ...]


@dataclass(frozen=True, slots=True)
class ApprovalReport:
    """One person's decision, without naming the person: `approver_kind` such as 'typed phrase on the demo tenant'."""

    approval_id: str
    decision: str
    level: str
    approver_kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LedgerHead:
    """The signed head of the tenant's ledger: number of entries, and the Merkle root as hex."""

    size: int
    root: str


@dataclass(frozen=True, slots=True)
class DeskReport:
    """What the desk says of a proposal. `state` is a ProposalState value."""

    state: str
    approvals: tuple[ApprovalReport, ...]
    runs: tuple[RunReport, ...]
    ledger: LedgerHead | None

    @property
    def last_run(self) -> RunReport | None:
        return self.runs[-1] if self.runs else None

    @property
    def goes_on(self) -> bool:
        """Whether it is approved, and its newest run has not ended or is still to start."""
        return self.state == ProposalState.APPROVED and (self.last_run is None or self.last_run.state not in RUN_ENDS)


@dataclass(frozen=True, slots=True)
class ProposalRecord:
    """A proposal as the server can tell it. `state` is 'unknown' where the desk's store cannot be read.

    `plan` is as proposed; `digest` names it. `names` maps a subject's reference to (user id, principal name) from the
    working snapshot, for as long as the person is in the tenant. `is_new` is False for one that was found again.
    With `counts_only` an answer shows numbers, and no row about one person.
    """

    proposal_id: str
    digest: str
    plan: Plan
    state: str
    names: dict[str, tuple[str, str | None]]
    desk: DeskReport | None
    is_new: bool = False
    counts_only: bool = False

    def target(self, reference: str) -> str:
        """A subject's principal name, cleaned, or their id; the plan's reference of somebody who is gone."""
        known = self.names.get(reference)
        return (clean(known[1] or known[0]).text if known else "") or reference


@dataclass(frozen=True, slots=True)
class TamperedProposal:
    """A proposal in a list whose stored bytes have changed, so that nothing in them is believed.

    `state` as of a `ProposalRecord`; where the desk has not seen it, as the inbox says beside the plan.
    """

    proposal_id: str
    state: str
    desk: DeskReport | None


Listed = ProposalRecord | TamperedProposal
