"""The proposals that were made."""

from typing import Annotated, Literal

from mcp_types import CallToolResult
from pydantic import BaseModel, Field

from licenseiq.proposals.stored import Listed, TamperedProposal
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_tools.answers import answer, fitting
from licenseiq_tools.arguments import Cursor, arguments_digest
from licenseiq_tools.cursors import Place, read_cursor
from licenseiq_tools.deps import Call, deps_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.shapes import MoneyList, money
from licenseiq_tools.wording import sentences, unknown_words

State = Literal["open", "approved", "rejected", "withdrawn", "superseded", "expired", "unknown"]

CHANGED = (
    "It cannot be read: its stored bytes changed, or another version of LicenseIQ wrote them. Propose again if it is "
    "still wanted. If no other version was used, find out who can write to LicenseIQ's folder."
)


class ProposalRow(BaseModel):
    proposal_id: str
    kind: str | None
    state: str
    run_state: str | None = Field(description="State of the newest run; null = no run, or unknown")
    people: int | None
    steps: int | None
    blockers: int | None
    monthly_saving: MoneyList | None = Field(description="null = unknown")
    created_at: str | None
    expires_at: str | None
    simulated: bool | None
    problem: str | None = Field(description="Why its content cannot be shown and is null; null = no problem")


class ProposalList(BaseModel):
    total: int
    shown: int
    proposals: list[ProposalRow]
    next_cursor: str | None = Field(description="Pass as cursor for the next page; null = this was the last")
    as_of: str
    next_step: str
    unknown: list[str]


@guarded
async def list_proposals(
    call: Call,
    state: Annotated[State | None, Field(description="Only proposals in this state")] = None,
    limit: Annotated[int, Field(ge=1, le=50, description="Most rows; fewer if the answer grows too long")] = 20,
    cursor: Annotated[Cursor | None, Field(description="next_cursor of the same call before")] = None,
) -> Annotated[CallToolResult, ProposalList]:
    """Proposals, newest first: what each would do in numbers, its state, and how its newest run stands."""
    deps = await deps_of(call)
    query_name = arguments_digest("list_proposals", s=state)
    after = read_cursor(cursor, query_name).after if cursor else None
    total, records, next_after = await deps.proposals.page(state, limit, after)
    now = iso(deps.now())

    def build(rows: int) -> ProposalList:
        place = next_after if rows == len(records) else ""
        shown = records[:rows]
        lost = sum(record.state == "unknown" for record in shown)
        changed = sum(isinstance(record, TamperedProposal) for record in shown)
        unknown = [f"The state of {count(lost, 'proposal')}: the desk's store cannot be read."] if lost else []
        if changed:
            unknown.append(f"What {count(changed, 'proposal')} would do: cannot be read, see problem in the row.")
        return ProposalList(
            total=total,
            shown=rows,
            proposals=[_row(record) for record in shown],
            next_cursor=Place("", place, query_name).encode() if place is not None else None,
            as_of=now,
            next_step="get_proposal shows one with its steps and outcomes.",
            unknown=unknown,
        )

    rows = fitting(len(records), build)
    if rows < len(records):
        total, records, next_after = await deps.proposals.page(state, rows, after)
    content = build(len(records))
    kind = f" that are {state}" if state else ""
    headline = f"{count(total, 'proposal')}{kind}, {content.shown} shown here."
    more = "More rows: repeat with next_cursor." if content.next_cursor else ""
    return answer(sentences(headline, unknown_words(content.unknown), content.next_step, more), content)


def _row(record: Listed) -> ProposalRow:
    last = record.desk.last_run if record.desk else None
    run_state = last.state if last else None
    if isinstance(record, TamperedProposal):
        return ProposalRow(
            proposal_id=record.proposal_id,
            kind=None,
            state=record.state,
            run_state=run_state,
            people=None,
            steps=None,
            blockers=None,
            monthly_saving=None,
            created_at=None,
            expires_at=None,
            simulated=None,
            problem=CHANGED,
        )
    return ProposalRow(
        proposal_id=record.proposal_id,
        kind=record.plan.kind,
        state=record.state,
        run_state=run_state,
        people=len(record.plan.subjects),
        steps=len(record.plan.steps),
        blockers=len(record.plan.blockers),
        monthly_saving=money(record.plan.monthly),
        created_at=iso(record.plan.created),
        expires_at=iso(record.plan.expires),
        simulated=record.plan.simulated,
        problem=None,
    )
