"""The shape of a proposal in an answer, by the contract in docs."""

from pydantic import BaseModel, Field

from licenseiq_tools.shapes import MoneyList


class PlanStep(BaseModel):
    number: int
    kind: str
    target: str = Field(description="Principal name, or the plan's reference when the person is gone")
    summary: str
    blocked: bool


class PlanHandOff(BaseModel):
    kind: str
    target: str
    instructions: str = Field(description="What a person has to do elsewhere")


class PlanBlocker(BaseModel):
    kind: str
    applies_to: list[int] = Field(description="Step numbers")
    cure: str


class Saving(BaseModel):
    amount: MoneyList | None = Field(description="null = unknown")
    basis: str
    realisable_from: str | None = Field(description="null = unknown")
    needs_purchase: bool
    net_this_term: MoneyList | None = Field(description="null = unknown")


class LeftOut(BaseModel):
    steps: int
    hand_offs: int
    blockers: int


class Proposed(BaseModel):
    proposal_id: str
    digest: str = Field(description="SHA-256 of the plan, 64 hex digits")
    kind: str
    state: str = Field(description="open, approved, rejected, withdrawn, superseded, expired, unknown")
    nothing_changed_yet: bool = Field(description="true: no step has been carried out or begun")
    people: int
    steps: list[PlanStep]
    steps_total: int
    hand_offs: list[PlanHandOff]
    blockers: list[PlanBlocker]
    not_yet_possible: list[str] = Field(description="Parts of the plan that this version cannot do")
    left_out: LeftOut = Field(description="Rows that this answer has no room for")
    saving: Saving
    approve_at: str = Field(description="The command that a person types in a terminal, outside of the chat")
    created_at: str
    expires_at: str
    as_of: str
    simulated: bool
    evaluation_id: str
    next_step: str
    unknown: list[str]


class ApprovalRow(BaseModel):
    approval_id: str
    decision: str
    level: str
    approver_kind: str
    at: str


class RunStep(BaseModel):
    number: int
    kind: str
    outcome: str | None = Field(description="null = none yet")
    at: str | None


class RunRow(BaseModel):
    run_id: str
    state: str
    level: str
    outcomes: dict[str, int] = Field(description="Steps by outcome, all steps of the run")
    steps: list[RunStep]


class LedgerRow(BaseModel):
    size: int
    root: str


class ProposalDetail(Proposed):
    approvals: list[ApprovalRow]
    runs: list[RunRow]
    ledger: LedgerRow | None
