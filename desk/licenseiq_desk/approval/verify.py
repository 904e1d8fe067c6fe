"""Verifying an approval from raw bytes. The executor does this again before the first effect."""

import hmac
from collections.abc import Callable
from datetime import datetime
from typing import cast

from licenseiq.errors import Refused, Tampered
from licenseiq.policy import Policy
from licenseiq.proposals.canonical import digest, read_canonical
from licenseiq.proposals.plan import read_plan
from licenseiq.proposals.statement import Covered, Decision, Level, Statement, read_statement
from licenseiq_desk.approval.demo_tenant import DemoTenant, prove
from licenseiq_desk.approval.phrase import bound, phrase_for
from licenseiq_desk.approval.policy_digest import policy_digest
from licenseiq_desk.approval.records import StoredApproval

# (approval, the plan's bytes, tenant, demo, policy, now) -> the statement, or an error.
Verifier = Callable[[StoredApproval, bytes, str, DemoTenant | None, Policy, datetime], Statement]


def verify(
    approval: StoredApproval, plan_bytes: bytes, tenant_id: str, demo: DemoTenant | None, policy: Policy, now: datetime
) -> Statement:
    """The statement, when it approves exactly this plan now. Raises Tampered or Refused.

    Asks the demo tenant for its proof: blocking, call it off the event loop.
    """
    statement = read_statement(approval.statement)
    if digest(approval.statement) != approval.statement_digest or statement.nonce != approval.nonce:
        raise Tampered("A stored approval is not the one that was made.", "Propose again.")
    if statement.tenant_id != tenant_id:
        raise Tampered("A stored approval is for another tenant.", "Propose again.")
    if Covered(digest(plan_bytes), approval.preflight_digest) not in statement.covers:
        raise Tampered("A stored approval does not cover this plan and what was read before it.", "Propose again.")
    if statement.decision is not Decision.APPROVE:
        raise Refused("The decision was not to approve.", "Make a new proposal if it should be done after all.")
    if not statement.not_before <= now <= statement.not_after:
        raise Refused("The approval's time window is over.", "Propose and approve again with the desk running.")
    if statement.policy_digest != policy_digest(policy):
        raise Refused("The policy has changed since the approval.", "Approve again under the policy of now.")
    if statement.level is not Level.L0:
        raise Refused("This version can verify approvals of level L0 only.", "Update LicenseIQ.")
    _typed_phrase(approval, statement, plan_bytes, demo)
    return statement


def _typed_phrase(approval: StoredApproval, statement: Statement, plan_bytes: bytes, demo: DemoTenant | None) -> None:
    plan = read_plan(plan_bytes)
    evidence = cast("dict[str, object]", read_canonical(approval.evidence))
    if not isinstance(evidence, dict) or evidence.get("kind") != "typed-phrase":
        raise Tampered("A stored approval's evidence is of an unknown kind.", "Propose again.")
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
