"""Taking a proposal back."""

from typing import Annotated

from mcp_types import CallToolResult
from pydantic import BaseModel, Field

from licenseiq.errors import Refused
from licenseiq.times import iso
from licenseiq_tools.answers import answer
from licenseiq_tools.arguments import ProposalId
from licenseiq_tools.deps import Call, deps_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.wording import sentences


class Withdrawn(BaseModel):
    proposal_id: str
    digest: str
    kind: str
    state: str
    nothing_changed_yet: bool = Field(description="true: no step was ever begun")
    as_of: str
    next_step: str
    unknown: list[str]


@guarded
async def withdraw_proposal(
    call: Call, proposal_id: Annotated[ProposalId, Field(description="Of an open proposal")]
) -> Annotated[CallToolResult, Withdrawn]:
    """Take an open proposal back, so that nobody approves it. Changes nothing in the tenant; one that was approved
    is a person's to stop."""
    deps = await deps_of(call)
    if deps.read_only:
        raise Refused("Proposals are switched off here.", "A person can unset LICENSEIQ_READ_ONLY and restart.")
    record = await deps.proposals.withdraw(proposal_id)
    step = "Propose anew if it is wanted after all."
    content = Withdrawn(
        proposal_id=record.proposal_id,
        digest=record.digest,
        kind=record.plan.kind,
        state=record.state,
        nothing_changed_yet=True,  # only an open proposal can be withdrawn, and none of its steps was begun
        as_of=iso(deps.now()),
        next_step=step,
        unknown=[],
    )
    return answer(sentences(f"Proposal {record.proposal_id} is {record.state}. Nothing was changed.", step), content)
