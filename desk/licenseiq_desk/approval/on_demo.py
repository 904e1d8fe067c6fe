"""Approving on the demo tenant by a typed phrase: begun once, decided once, within five minutes."""

from dataclasses import dataclass
from datetime import timedelta

from licenseiq.errors import Refused
from licenseiq.policy import Policy
from licenseiq.ports import TenantWriter
from licenseiq.proposals.statement import Covered, Decision, Level, Statement
from licenseiq.proposals.states import ProposalState
from licenseiq_desk.approval import preflight as preflights
from licenseiq_desk.approval import records
from licenseiq_desk.approval.demo_tenant import DemoTenant, prove
from licenseiq_desk.approval.phrase import bound, is_typed, phrase_for
from licenseiq_desk.approval.policy_digest import policy_digest
from licenseiq_desk.approval.preflight import Preflight
from licenseiq_desk.execution.effects import refuse_not_executable
from licenseiq_desk.store import proposals
from licenseiq_desk.store.desk_store import DeskStore
from licenseiq_desk.store.proposals import Held
from licenseiq_desk.surroundings import Surroundings

WINDOW = timedelta(minutes=5)
NONCE_BYTES = 32
APPROVER_KIND = "typed phrase on the demo tenant"


@dataclass(frozen=True, slots=True)
class Pending:
    """A decision that waits for a person. Its nonce is in `statement`, kept in memory, good for one try."""

    held: Held
    preflight: Preflight
    statement: Statement

    @property
    def phrase(self) -> str:
        return phrase_for(self.held.digest)


async def begin(
    store: DeskStore,
    tenant_id: str,
    proposal_id: str,
    writer: TenantWriter,
    demo: DemoTenant | None,
    requester: str,
    policy: Policy,
    around: Surroundings,
) -> Pending:
    """Reads the tenant and builds the statement to decide on. Raises Refused, Tampered, NotFound, EffectWaits."""
    held = proposals.get(store, tenant_id, proposal_id)
    proposals.refuse_unless_open(held, around.now())
    refuse_not_executable(held.plan)
    if len(held.plan.subjects) > policy.people_per_plan:
        raise Refused(
            f"The plan is about {len(held.plan.subjects)} people; the policy allows {policy.people_per_plan}.",
            "Propose it in smaller parts.",
        )
    prove(held.plan, demo, around.random(NONCE_BYTES).hex())
    openings = proposals.openings(store, tenant_id, proposal_id, held.plan)
    read = await preflights.take(store, tenant_id, held, openings, writer, policy, around)
    read.refuse_if_nobody_can_be_touched(held.plan)
    statement = _statement(held, Decision.APPROVE, read.digest, APPROVER_KIND, requester, policy, around)
    return Pending(held, read, statement)


def approve_on_demo(
    store: DeskStore, pending: Pending, typed: str, demo: DemoTenant | None, around: Surroundings
) -> str:
    """Keeps the approval and returns its id. Raises Refused or Tampered, with nothing stored."""
    tenant_id, proposal_id = pending.statement.tenant_id, pending.held.proposal_id
    held = proposals.get(store, tenant_id, proposal_id)
    now = around.now()
    proposals.refuse_unless_open(held, around.now())
    pending.preflight.refuse_if_stale(now)
    if not pending.statement.not_before <= now <= pending.statement.not_after:
        raise Refused("Five minutes have passed since this approval was begun.", "Begin the approval again.")
    if held.digest != pending.held.digest or not is_typed(typed, held.digest):
        raise Refused("The phrase is not the one for this plan.", f"Type exactly: {phrase_for(held.digest)}")
    statement_digest = pending.statement.digest()
    answer = prove(held.plan, demo, statement_digest)
    evidence = {
        "kind": "typed-phrase",
        "phrase_sha256": bound(phrase_for(held.digest), statement_digest),
        "demo_nonce": statement_digest,
        "demo_answer": answer.hex(),
    }
    approval_id = around.new_id("ap")
    places = [(proposal_id, pending.preflight.digest)]
    records.keep(store, tenant_id, approval_id, places, pending.statement, evidence, ProposalState.APPROVED, now)
    return approval_id


def reject(
    store: DeskStore,
    tenant_id: str,
    proposal_id: str,
    reason: str,
    requester: str,
    policy: Policy,
    around: Surroundings,
) -> str:
    """Keeps a rejection and returns its id. Saying no needs no proof: nothing is done by it."""
    held = proposals.get(store, tenant_id, proposal_id)
    proposals.refuse_unless_open(held, around.now())
    now = around.now()
    statement = _statement(held, Decision.REJECT, "", "terminal", requester, policy, around)
    approval_id = around.new_id("ap")
    evidence = {"kind": "terminal", "reason": reason, "salt": around.random(16).hex()}
    records.keep(store, tenant_id, approval_id, [(proposal_id, "")], statement, evidence, ProposalState.REJECTED, now)
    return approval_id


def _statement(
    held: Held,
    decision: Decision,
    preflight_digest: str,
    kind: str,
    requester: str,
    policy: Policy,
    around: Surroundings,
) -> Statement:
    begins = around.now().replace(microsecond=0)
    return Statement(
        tenant_id=held.plan.tenant_id,
        covers=(Covered(held.digest, preflight_digest),),
        decision=decision,
        waivers=(),
        approver={"kind": kind, "requester": requester},
        level=Level.L0,
        policy_digest=policy_digest(policy),
        not_before=begins,
        not_after=begins + WINDOW,
        nonce=around.random(NONCE_BYTES).hex(),
    )
