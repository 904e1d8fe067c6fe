"""One proposal, and what became of it."""

from typing import Annotated

from mcp_types import CallToolResult
from pydantic import Field

from licenseiq.errors import BadRequest
from licenseiq.proposals.states import NOT_BEGUN, RUN_ENDS, Outcome, RunState
from licenseiq.proposals.steps import StepKind
from licenseiq.proposals.stored import ProposalRecord, RunReport
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_tools.answers import answer, fitting
from licenseiq_tools.arguments import ProposalId
from licenseiq_tools.deps import Call, deps_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.proposal_shapes import ApprovalRow, LedgerRow, ProposalDetail, RunRow, RunStep
from licenseiq_tools.proposal_view import fields, how_to_approve, outcomes, plan_words
from licenseiq_tools.shapes import time_or_none
from licenseiq_tools.wording import sentences

_MOST = 5


@guarded
async def get_proposal(
    call: Call,
    proposal_id: Annotated[ProposalId, Field(description="As returned by offboard_user or list_proposals")],
    from_step: Annotated[int, Field(ge=1, le=10_000, description="First step to show, for long plans")] = 1,
) -> Annotated[CallToolResult, ProposalDetail]:
    """One proposal: its steps, blockers and saving, who decided on it, and how far it was carried out, step by step as
    read back from the tenant. Never says complete unless every step was read back as done."""
    deps = await deps_of(call)
    record = await deps.proposals.get(proposal_id)
    steps = [step for step in record.plan.steps if step.number >= from_step]
    if record.plan.steps and not steps:
        raise BadRequest(
            "The proposal has fewer steps than from_step.", f"Choose from_step up to {len(record.plan.steps)}."
        )
    happened, step = _happened(record, f"{deps.approve_command} {record.proposal_id}")
    now = deps.now()

    def build(rows: int) -> ProposalDetail:
        shown = frozenset() if record.counts_only else frozenset(one.number for one in steps[:rows])
        more = f" More steps: get_proposal with from_step={steps[rows].number}." if rows < len(steps) else ""
        desk = record.desk
        unknown = [
            *deps.privacy_note,
            "When the money is realised: Microsoft Graph tells neither price nor term of a subscription.",
        ]
        if record.state == "unknown":
            unknown.append("The desk's store could not be read, so what was decided or done is not known here.")
        return ProposalDetail(
            **fields(record, deps.approve_command, now, from_step, rows),
            approvals=[
                ApprovalRow(
                    approval_id=a.approval_id,
                    decision=a.decision,
                    level=a.level,
                    approver_kind=a.approver_kind,
                    at=iso(a.at),
                )
                for a in (desk.approvals[-_MOST:] if desk else ())
            ],
            runs=[_run(run, shown) for run in (desk.runs[-_MOST:] if desk else ())],
            ledger=LedgerRow(size=desk.ledger.size, root=desk.ledger.root) if desk and desk.ledger else None,
            next_step=step + more,
            unknown=unknown,
        )

    content = build(fitting(len(steps), build))
    return answer(sentences(f"Proposal {record.proposal_id}:", plan_words(record), happened, step), content)


def _run(run: RunReport, shown: frozenset[int]) -> RunRow:
    return RunRow(
        run_id=run.run_id,
        state=run.state,
        level=run.level,
        outcomes=outcomes(run),
        steps=[
            RunStep(number=s.number, kind=s.kind, outcome=s.outcome, at=time_or_none(s.at))
            for s in run.steps
            if s.number in shown
        ],
    )


def _happened(record: ProposalRecord, approve: str) -> tuple[str, str]:
    """What became of it, and what to do next."""
    last = record.desk.last_run if record.desk else None
    if record.state == "unknown":
        return "What became of it is unknown: the desk's store cannot be read from here.", "Ask a person at the desk."
    if last is not None:
        tally = ", ".join(f"{number} {name}" for name, number in sorted(outcomes(last).items())) or "no step yet"
        if last.state == "complete":
            return f"Its run is complete: every step was read back ({tally}).", "Nothing is left to do in this plan."
        ended = last.state in RUN_ENDS
        urgent = sum(one.kind == StepKind.DISABLE_BY_HAND and one.outcome == Outcome.WAITING for one in last.steps)
        if urgent:
            who = count(urgent, "account still has", "accounts still have")
            step = f"Urgent: {who} to be blocked by hand; the desk's page says how. It is waited for."
            return f"Its run is {last.state}, not complete ({tally}).", step
        if last.state == RunState.PAUSED:
            return _rests(record, last, tally)
        step = "A person should look at the steps that are not done." if ended else "Ask again in a moment."
        return f"Its run is {last.state}, not complete ({tally}).", step
    if record.state == "open":
        return "It is open and nothing was changed.", how_to_approve(record, approve)
    if record.state == "approved":
        return "It is approved; no run has started yet.", "Ask again in a moment."
    return f"It is {record.state}; nothing was changed.", "Propose again if it is still wanted."


def _rests(record: ProposalRecord, run: RunReport, tally: str) -> tuple[str, str]:
    """A run that a person lets go on: somebody paused it, too many people failed, or a batch met the unexpected."""
    untouched = {one.number for one in run.steps if one.note == NOT_BEGUN}
    people = len({step.subject for step in record.plan.steps if step.number in untouched})
    stopped = f" It stopped at an unexpected answer, before {count(people, 'person', 'people')}." if people else ""
    step = (
        f"A person looks at the steps that are not done, then types: licenseiq run resume {run.run_id} (or cancel); "
        "where a file STOP holds the desk, takes that away."
    )
    return f"Its run is paused, not complete ({tally}).{stopped}", step
