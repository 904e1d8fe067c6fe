"""A proposal for somebody who goes on leave: less from one day on, what was held before again on another."""

from typing import Annotated

from mcp_types import CallToolResult
from pydantic import Field

from licenseiq.errors import BadRequest, Refused
from licenseiq.playbooks.leave import LeaveRequest
from licenseiq_tools.answers import answer, fitting
from licenseiq_tools.arguments import Day, Name, day, optional_selector, selector
from licenseiq_tools.change_shapes import SeatsRow, seats_row
from licenseiq_tools.deps import Call, client_of, deps_of, progress_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.proposal_shapes import Proposed
from licenseiq_tools.proposal_view import fields, how_to_approve, plan_words
from licenseiq_tools.wording import sentences


class ProposedLeave(Proposed):
    seats: list[SeatsRow] = Field(description="Of what is given instead")


@guarded
async def propose_leave(
    call: Call,
    user: Annotated[Name, Field(description="One person: principal name, id, or unambiguous name")],
    back_on: Annotated[Day, Field(description="First day back, YYYY-MM-DD")],
    away_from: Annotated[Day | None, Field(description="First day away. Without: at once")] = None,
    to_sku: Annotated[
        Name | None, Field(description="Licence meanwhile. Without: the cheapest that keeps mail and files")
    ] = None,
) -> Annotated[CallToolResult, ProposedLeave]:
    """Propose a smaller licence for a leave, and the way back on the day of return, with what it costs or frees.
    Mail and files stay. Never ask or pass on why. Stores a proposal only: nothing changes until a person approves."""
    deps = await deps_of(call)
    if deps.read_only:
        raise Refused("Proposals are switched off here.", "A person can unset LICENSEIQ_READ_ONLY and restart.")
    back = day(back_on, "back_on")
    if back is None:
        raise BadRequest("The day of return is not said.", "Give back_on.")
    request = LeaveRequest(
        user=selector(user, "user", "Name the person by principal name or id."),
        back_on=back,
        away_from=day(away_from, "away_from"),
        to_sku=optional_selector(to_sku, "to_sku"),
    )
    stored = await deps.proposals.leave(request, client_of(call.session), progress_of(call))
    record = stored.record
    now, total = deps.now(), len(record.plan.steps)
    saving = record.plan.saving
    dear = saving is not None and any(micros < 0 for micros in (saving.net_this_term or {}).values())
    worth = "It costs more than it saves: see saving." if dear else ""
    step = how_to_approve(record, f"{deps.approve_command} {record.proposal_id}")

    def build(rows: int) -> ProposedLeave:
        return ProposedLeave(
            **fields(record, deps.approve_command, now, 1, rows),
            seats=[seats_row(one) for one in stored.seats[:3]],
            next_step=sentences(worth, step),
            unknown=[*deps.privacy_note, "Whether a seat is free on the day of return: nobody can reserve one."],
        )

    content = build(fitting(total, build))
    found = "A proposal was stored" if record.is_new else "The same proposal is there already"
    return answer(
        sentences(f"{found}: {record.proposal_id}.", plan_words(record), worth, "Nothing has changed.", step), content
    )
