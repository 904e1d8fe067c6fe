"""Verifying an approval from raw bytes. The executor does this again before the first effect."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from webauthn.helpers import base64url_to_bytes

from licenseiq.errors import Refused, Tampered
from licenseiq.policy import Policy
from licenseiq.proposals.canonical import digest, read_canonical
from licenseiq.proposals.plan import Plan, read_plan
from licenseiq.proposals.statement import Covered, Decision, Level, Statement, read_statement
from licenseiq_desk.approval.approvers import Passkey
from licenseiq_desk.approval.authority import Authority
from licenseiq_desk.approval.demo_tenant import DemoTenant, NotProven, prove
from licenseiq_desk.approval.passkeys import verify_evidence
from licenseiq_desk.approval.phrase import bound, phrase_for
from licenseiq_desk.approval.policy_digest import policy_digest
from licenseiq_desk.approval.records import StoredApproval


@dataclass(frozen=True, slots=True)
class Ground:
    """What an approval is verified against: everything as it is now. `keys` are those of each active approver."""

    tenant_id: str
    authority: Authority
    policy: Policy
    now: datetime
    keys: Mapping[str, tuple[Passkey, ...]]


# (approval, the plan's bytes, ground) -> the statement, or an error.
Verifier = Callable[[StoredApproval, bytes, Ground], Statement]


def verify(approval: StoredApproval, plan_bytes: bytes, ground: Ground) -> Statement:
    """The statement, when it approves exactly this plan now. Raises Tampered or Refused.

    Asks the demo tenant for its proof: blocking, call it off the event loop.
    """
    statement = read_statement(approval.statement)
    if digest(approval.statement) != approval.statement_digest or statement.nonce != approval.nonce:
        raise Tampered("A stored approval is not the one that was made.", "Propose again.")
    if statement.tenant_id != ground.tenant_id:
        raise Tampered("A stored approval is for another tenant.", "Propose again.")
    if Covered(digest(plan_bytes), approval.preflight_digest) not in statement.covers:
        raise Tampered("A stored approval does not cover this plan and what was read before it.", "Propose again.")
    if statement.decision is not Decision.APPROVE:
        raise Refused("The decision was not to approve.", "Make a new proposal if it should be done after all.")
    if not statement.not_before <= ground.now <= statement.not_after:
        raise Refused("The approval's time window is over.", "Propose and approve again with the desk running.")
    if statement.policy_digest != policy_digest(ground.policy):
        raise Refused("The policy has changed since the approval.", "Approve again under the policy of now.")
    evidence = cast("dict[str, object]", read_canonical(approval.evidence))
    kind = evidence.get("kind") if isinstance(evidence, dict) else None
    plan = read_plan(plan_bytes)
    if kind == "typed-phrase" and statement.level is Level.L0:
        _typed_phrase(evidence, statement, plan, ground.authority.demo)
    elif kind == "passkey":
        _passkey(evidence, statement, plan, ground)
    else:
        raise Tampered("A stored approval's evidence is of an unknown kind.", "Propose again.")
    return statement


def _passkey(evidence: dict[str, object], statement: Statement, plan: Plan, ground: Ground) -> None:
    party = ground.authority.party
    if party is None:
        raise NotProven("Passkeys are verified by the desk that runs.", "Start 'licenseiq desk'.")
    refuse_wrong_tenant(plan, ground.authority.demo, statement.digest())
    if ground.authority.standing.level(simulated=plan.simulated) is not statement.level:
        raise Refused("The desk does not stand as it did when this was approved.", "Approve again.")
    keys = ground.keys.get(statement.approver.get("id", ""))
    if not keys:
        raise Refused("Whoever approved this is no approver any more.", "Another approver decides.")
    known = {key.credential_id: key.public_key for key in keys}
    kept = base64url_to_bytes(str(evidence.get("public_key", "")))
    if known.get(str(evidence.get("credential_id"))) != kept:
        raise Tampered("A stored approval's key is not one of its approver.", "Propose again.")
    verify_evidence(evidence, party, bytes.fromhex(statement.digest()), keys)


def refuse_wrong_tenant(plan: Plan, demo: DemoTenant | None, statement_digest: str) -> None:
    """A simulated plan is for the demo that proves itself now, any other for a desk without one. Raises Refused."""
    if plan.simulated:
        prove(plan, demo, statement_digest)
    elif demo is not None:
        raise Refused("This plan is for a real tenant, and this desk is the demo's.", "Run 'licenseiq desk'.")


def _typed_phrase(evidence: dict[str, object], statement: Statement, plan: Plan, demo: DemoTenant | None) -> None:
    expected = bound(phrase_for(plan.digest()), statement.digest())
    if not _same(evidence.get("phrase_sha256"), expected):
        raise Tampered("A stored approval's evidence is not for this statement.", "Propose again.")
    answer = prove(plan, demo, statement.digest())
    if not _same(evidence.get("demo_nonce"), statement.digest()) or not _same(
        evidence.get("demo_answer"), answer.hex()
    ):
        raise Tampered("A stored approval was not made on the demo that runs now.", "Propose again.")


def _same(found: object, expected: str) -> bool:
    return isinstance(found, str) and hmac.compare_digest(found.encode(), expected.encode())
