"""A proposal to take back what a run did."""

from typing import Annotated

from mcp_types import CallToolResult
from pydantic import BaseModel, Field

from licenseiq.errors import NotReady, Refused
from licenseiq.proposals.stored import ProposalRecord
from licenseiq.times import iso
from licenseiq_tools.answers import answer
from licenseiq_tools.arguments import Name, ProposalId, selector
from licenseiq_tools.deps import Call, client_of, deps_of, progress_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.proposal_view import plan_words
from licenseiq_tools.wording import sentences


class UndoProposed(BaseModel):
    proposal_id: str
    of_proposal: str
    digest: str | None = Field(description="null = the desk is still preparing it")
    state: str = Field(description="being_prepared, or as of get_proposal")
    nothing_changed_yet: bool
    approve_at: str
    as_of: str
    next_step: str
    unknown: list[str]


@guarded
async def propose_undo(
    call: Call,
    proposal_id: Annotated[ProposalId, Field(description="Whose last run to take back")],
    users: Annotated[list[Name] | None, Field(min_length=1, max_length=25, description="These people only")] = None,
) -> Annotated[CallToolResult, UndoProposed]:
    """Propose to take back what a proposal's run did: licences, groups, applications, mailbox, files, sign-in, as far
    as that can be; for somebody who stays or returns. The desk makes the plan; nothing changes until a person has
    approved it."""
    deps = await deps_of(call)
    if deps.read_only:
        raise Refused("Proposals are switched off here.", "A person can unset LICENSEIQ_READ_ONLY and restart.")
    only = tuple(selector(one, "users", "Leave users out to take all of it back.") for one in users or ())
    made = await deps.proposals.undo(proposal_id, only, client_of(call.session), progress_of(call))
    record: ProposalRecord | None = None
    try:
        record = await deps.proposals.get(made)
    except NotReady:
        words, step = "The desk is preparing the plan.", f"Ask get_proposal for {made} in a moment, while a desk runs."
    else:
        words, step = plan_words(record), f"Read it with get_proposal: hand_offs name what cannot be taken back. {made}"
    content = UndoProposed(
        proposal_id=made,
        of_proposal=proposal_id,
        digest=record.digest if record is not None else None,
        state=record.state if record is not None else "being_prepared",
        nothing_changed_yet=True,
        approve_at=f"{deps.approve_command} {made}",
        as_of=iso(deps.now()),
        next_step=step,
        unknown=list(deps.privacy_note),
    )
    return answer(sentences(f"Proposal {made}:", words, "Nothing has changed.", step), content)
