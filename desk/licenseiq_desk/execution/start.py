"""Starting the one run of an approval: verified from raw bytes, consumed in the same transaction."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import anyio

from licenseiq.errors import NotFound, Refused, Tampered
from licenseiq.limits import over
from licenseiq.policy import Policy
from licenseiq.ports import TenantWriter
from licenseiq.proposals.canonical import digest, read_canonical
from licenseiq.proposals.plan import Plan
from licenseiq.proposals.statement import Level, Statement
from licenseiq.proposals.states import ProposalState, RunState
from licenseiq.proposals.who_approves import Approver, Case, deletes_for_good, missing, why_not
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_desk.approval import approvers, records
from licenseiq_desk.approval.approvers import Enrolled
from licenseiq_desk.approval.authority import Authority
from licenseiq_desk.approval.records import AlreadyConsumed, StoredApproval
from licenseiq_desk.approval.verify import Ground, Verifier
from licenseiq_desk.execution import rates
from licenseiq_desk.execution.effects import refuse_not_executable
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.people import user_id
from licenseiq_desk.store import proposals
from licenseiq_desk.store.blobs import as_bytes
from licenseiq_desk.store.desk_store import DeskStore
from licenseiq_desk.surroundings import Surroundings

if TYPE_CHECKING:
    from sqlalchemy import Connection


async def start(
    store: DeskStore,
    tenant_id: str,
    approval_id: str,
    proposal_id: str,
    authority: Authority,
    policy: Policy,
    around: Surroundings,
    verifier: Verifier,
    writer: TenantWriter,
) -> str:
    """The id of the new run. Raises AlreadyConsumed, Refused or Tampered, with nothing changed."""
    with store.database.read() as db:
        approval = records.read(db, tenant_id, approval_id, proposal_id)
        if approval is None:
            raise NotFound("The desk holds no approval of that id.", "See `licenseiq proposals`.")
        plan_bytes, expected = _plan_bytes(db, tenant_id, proposal_id)
        approvals = (approval, *records.companions(db, tenant_id, approval))
        for one in approvals:
            _check_preflight(db, tenant_id, one, expected)
        enrolled = approvers.active(db, tenant_id)
        keys = {one.approver_id: approvers.keys_of(db, tenant_id, one.approver_id) for one in enrolled}
    if approval.consumed_by is not None:
        raise AlreadyConsumed("This approval has started its run already.", "A new run needs a new approval.")
    plan = proposals.checked_plan(tenant_id, plan_bytes, expected)
    refuse_not_executable(plan)
    now = around.now()
    ground = Ground(tenant_id, authority, policy, now, keys)
    statements = [await anyio.to_thread.run_sync(verifier, one, plan_bytes, ground) for one in approvals]
    _refuse_too_few(statements, plan, enrolled, authority, policy)
    level = min(statement.level for statement in statements)
    openings = proposals.openings(store, tenant_id, proposal_id, plan)
    found = (user_id(openings, subject.reference) for subject in plan.subjects)
    people = rates.digests(store, tenant_id, (one for one in found if one is not None))
    in_tenant = await writer.people()
    run_id = around.new_id("run")
    with store.database.write() as db:
        if (limit := over(rates.reach(db, tenant_id, people, in_tenant, now), policy)) is not None:
            raise Refused(*limit)
        rates.note(db, tenant_id, run_id, people, now)
        for one in approvals:
            _consume(db, tenant_id, one, run_id)
        db.exec_driver_sql(
            "INSERT INTO run (tenant_id, run_id, proposal_id, approval_id, level, state, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (tenant_id, run_id, proposal_id, approval_id, level.value, RunState.SCHEDULED.value, iso(now)),
        )
        _steps(db, tenant_id, run_id, plan)
        body = {
            "run": run_id,
            "proposal": proposal_id,
            "digest": expected,
            "approval": approval_id,
            "approvals": [one.approval_id for one in approvals],
            "statements": [statement.digest() for statement in statements],
        }
        store.ledger.append(db, tenant_id, now, Kind.RUN_STARTED, body, level.value)
    return run_id


def _refuse_too_few(
    statements: Sequence[Statement],
    plan: Plan,
    enrolled: Sequence[Enrolled],
    authority: Authority,
    policy: Policy,
) -> None:
    """Counts the people again, by the approvers and the policy of now. Raises Refused."""
    if all(statement.level is Level.L0 for statement in statements):
        return
    known = {one.approver_id: authority.approver(one) for one in enrolled}
    case = Case(
        people=len(plan.subjects),
        enrolled=len(enrolled),
        sole=authority.lets_one_decide,
        requesters=frozenset({plan.requested_by.get("account", "")}),
        for_good=deletes_for_good(plan),
    )
    signed = [known.get(one.approver["id"], Approver(one.approver["id"])) for one in statements]
    for one in signed:
        if (why := why_not(one, case, policy)) is not None:
            raise Refused(*why)
    if still := missing(signed, case, policy):
        raise Refused(f"{count(still, 'more approver has', 'more approvers have')} to decide.", "Propose it again.")


def _consume(db: "Connection", tenant_id: str, approval: StoredApproval, run_id: str) -> None:
    changed = db.exec_driver_sql(
        "UPDATE approval_cover SET consumed_by = ? WHERE tenant_id = ? AND approval_id = ? AND proposal_id = ? "
        "AND consumed_by IS NULL AND refused IS NULL",
        (run_id, tenant_id, approval.approval_id, approval.proposal_id),
    )
    if changed.rowcount != 1:
        raise AlreadyConsumed("This approval has started its run already.", "A new run needs a new approval.")


def _plan_bytes(db: "Connection", tenant_id: str, proposal_id: str) -> tuple[bytes, str]:
    row = db.exec_driver_sql(
        "SELECT plan, digest, state FROM proposal WHERE tenant_id = ? AND proposal_id = ?", (tenant_id, proposal_id)
    ).first()
    if row is None:
        raise NotFound("The desk holds no proposal of that id.", "See `licenseiq proposals` for the ids.")
    if row[2] != ProposalState.APPROVED:
        raise Refused(f"The proposal is {row[2]}, not approved.", "Make a new proposal instead.")
    return as_bytes(row[0]), str(row[1])


def _check_preflight(db: "Connection", tenant_id: str, approval: StoredApproval, plan_digest: str) -> None:
    row = db.exec_driver_sql(
        "SELECT record FROM preflight WHERE tenant_id = ? AND digest = ?", (tenant_id, approval.preflight_digest)
    ).first()
    record = b"" if row is None else as_bytes(row[0])
    if digest(record) != approval.preflight_digest:
        raise Tampered("What was read before the approval is not what was signed.", "Propose again.")
    found = cast("dict[str, object]", read_canonical(record))
    if found.get("proposal") != plan_digest or found.get("tenant") != tenant_id:
        raise Tampered("What was read before the approval is for another plan.", "Propose again.")


def _steps(db: "Connection", tenant_id: str, run_id: str, plan: Plan) -> None:
    for step in plan.steps:
        db.exec_driver_sql(
            "INSERT INTO run_step (tenant_id, run_id, number, kind, subject) VALUES (?, ?, ?, ?, ?)",
            (tenant_id, run_id, step.number, step.kind.value, step.subject),
        )
