"""A proposal to erase one person."""

from typing import Annotated

from mcp_types import CallToolResult
from pydantic import BaseModel, Field

from licenseiq.errors import Refused
from licenseiq.playbooks.erasure import GRACE_DAYS, MOST_GRACE_DAYS, Place
from licenseiq_tools.answers import answer, fitting
from licenseiq_tools.arguments import Name, selector
from licenseiq_tools.deps import Call, client_of, deps_of, progress_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.proposal_shapes import Proposed
from licenseiq_tools.proposal_view import fields, how_to_approve, plan_words
from licenseiq_tools.wording import sentences


class PlaceRow(BaseModel):
    place: str
    found: str | None = Field(description="null = not known to LicenseIQ")
    becomes: str


class ProposedErasure(Proposed):
    inventory: list[PlaceRow] = Field(description="Where something of the person is, and what becomes of it")


@guarded
async def propose_erasure(
    call: Call,
    user: Annotated[Name, Field(description="Principal name, id, or unambiguous name")],
    grace_days: Annotated[
        int, Field(ge=0, le=MOST_GRACE_DAYS, description="Days between deletion and deletion for good")
    ] = GRACE_DAYS,
) -> Annotated[CallToolResult, ProposedErasure]:
    """Propose to erase one person (GDPR): delete the account, then for good, which nobody can undo; holds stop it, and
    two people must approve. Stores a proposal only, with what there is of the person and what people do by hand."""
    deps = await deps_of(call)
    if deps.read_only:
        raise Refused("Proposals are switched off here.", "A person can unset LICENSEIQ_READ_ONLY and restart.")
    who = selector(user, "user", "Name one person by principal name or id.")
    stored = await deps.proposals.erase(who, grace_days, client_of(call.session), progress_of(call))
    record = stored.record
    step = how_to_approve(record, f"{deps.approve_command} {record.proposal_id}")
    now = deps.now()

    def build(rows: int) -> ProposedErasure:
        return ProposedErasure(
            **fields(record, deps.approve_command, now, 1, rows),
            inventory=[_row(one) for one in stored.inventory],
            next_step=step,
            unknown=[
                *deps.privacy_note,
                "Holds: read by the desk before a person approves, and again before each deletion.",
                "Whether the person asked for a copy first: ask, see hand_offs.",
            ],
        )

    content = build(fitting(len(record.plan.steps), build))
    found = "A proposal was stored" if record.is_new else "The same proposal is there already"
    twice = "Two people must approve it. Deleting for good cannot be undone."
    return answer(
        sentences(f"{found}: {record.proposal_id}.", plan_words(record), twice, "Nothing has changed yet.", step),
        content,
    )


def _row(place: Place) -> PlaceRow:
    return PlaceRow(place=place.name, found=place.found, becomes=place.becomes)
