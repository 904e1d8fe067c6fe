"""Starting the one run of an approval: verified from raw bytes, consumed in the same transaction."""

from typing import TYPE_CHECKING, cast

import anyio

from licenseiq.errors import NotFound, Refused, Tampered
from licenseiq.policy import Policy
from licenseiq.proposals.canonical import digest, read_canonical
from licenseiq.proposals.plan import Plan
from licenseiq.proposals.states import ProposalState, RunState
from licenseiq.times import iso
from licenseiq_desk.approval import records
from licenseiq_desk.approval.demo_tenant import DemoTenant
from licenseiq_desk.approval.records import AlreadyConsumed, StoredApproval
from licenseiq_desk.approval.verify import Verifier
from licenseiq_desk.execution.effects import refuse_not_executable
from licenseiq_desk.ledger.entries import Kind
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
    demo: DemoTenant | None,
    policy: Policy,
    around: Surroundings,
    verifier: Verifier,
) -> str:
    """The id of the new run. Raises AlreadyConsumed, Refused or Tampered, with nothing changed."""
    with store.database.read() as db:
        approval = records.read(db, tenant_id, approval_id, proposal_id)
        if approval is None:
            raise NotFound("The desk holds no approval of that id.", "See `licenseiq proposals`.")
        plan_bytes, expected = _plan_bytes(db, tenant_id, proposal_id)
        _check_preflight(db, tenant_id, approval, expected)
    if approval.consumed_by is not None:
        raise AlreadyConsumed("This approval has started its run already.", "A new run needs a new approval.")
    plan = proposals.checked_plan(tenant_id, plan_bytes, expected)
    refuse_not_executable(plan)
    if len(plan.subjects) > policy.people_per_plan:
        raise Refused(
            f"The plan is about {len(plan.subjects)} people; the policy allows {policy.people_per_plan}.",
            "Propose it in smaller parts.",
        )
    now = around.now()
    statement = await anyio.to_thread.run_sync(verifier, approval, plan_bytes, tenant_id, demo, policy, now)
    run_id = around.new_id("run")
    with store.database.write() as db:
        _consume(db, tenant_id, approval, run_id)
        db.exec_driver_sql(
            "INSERT INTO run (tenant_id, run_id, proposal_id, approval_id, level, state, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (tenant_id, run_id, proposal_id, approval_id, statement.level.value, RunState.SCHEDULED.value, iso(now)),
        )
        _steps(db, tenant_id, run_id, plan)
        body = {
            "run": run_id,
            "proposal": proposal_id,
            "digest": expected,
            "approval": approval_id,
            "statement": statement.digest(),
        }
        store.ledger.append(db, tenant_id, now, Kind.RUN_STARTED, body, statement.level.value)
    return run_id


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
            "INSERT INTO run_step VALUES (?, ?, ?, ?)", (tenant_id, run_id, step.number, step.kind.value)
        )
