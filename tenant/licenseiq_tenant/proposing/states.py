"""What state a proposal is in, from what the inbox and the desk know; and whether it still stands."""

from licenseiq.proposals.plan import Plan
from licenseiq.proposals.states import ProposalState
from licenseiq.proposals.stored import ProposalRecord

UNKNOWN = "unknown"


def state_of(desk_state: str | None, *, withdrawn: bool, expired: bool) -> str:
    """A ProposalState value, or 'unknown'. `desk_state` is None where the desk has not seen the proposal.

    A desk that says open has not decided; it ends what was withdrawn or has expired when it next looks.
    """
    if desk_state not in (None, ProposalState.OPEN.value):
        return str(desk_state)
    if withdrawn:
        return ProposalState.WITHDRAWN.value
    return ProposalState.EXPIRED.value if expired else ProposalState.OPEN.value


def is_live(record: ProposalRecord, *, openable: bool) -> bool:
    """Whether an identical request should be answered with this proposal.

    `openable`: the inbox still holds values that open every commitment. Without them a desk that has not taken the
    proposal over never will. An unknown state counts as live: a second plan for the same people may be one too many.
    """
    if record.state == UNKNOWN:
        return True
    if record.state == ProposalState.OPEN:
        return record.desk is not None or openable
    return record.desk is not None and record.desk.goes_on


def references(plan: Plan) -> frozenset[str]:
    return frozenset(subject.reference for subject in plan.subjects)
