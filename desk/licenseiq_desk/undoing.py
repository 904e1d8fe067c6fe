"""Plans that take runs back, made at the desk: it alone can open what a run read before each step."""

from typing import TYPE_CHECKING

from licenseiq.playbooks.undo import Happened, plan_undo
from licenseiq.policy import Policy
from licenseiq.proposals.commitments import SEED_BYTES
from licenseiq.proposals.plan import Step
from licenseiq.proposals.states import Outcome
from licenseiq.proposals.steps import Account
from licenseiq.proposals.stored import InboxEntry
from licenseiq_desk.execution.reading import read_account
from licenseiq_desk.store import proposals
from licenseiq_desk.store.blobs import as_bytes
from licenseiq_desk.store.desk_store import DeskStore
from licenseiq_desk.store.sealing import unseal
from licenseiq_desk.surroundings import Surroundings
from licenseiq_tenant.inbox.undo import UndoRequest

if TYPE_CHECKING:
    from sqlalchemy import Connection


def undo_of(
    store: DeskStore, tenant_id: str, request: UndoRequest, policy: Policy, around: Surroundings
) -> InboxEntry | None:
    """The plan that takes the last run of a proposal back, for the people that are asked for, as if it came from the
    inbox; None where no run of it has ended yet. Raises NotFound and Tampered."""
    with store.database.read() as db:
        row = db.exec_driver_sql(
            "SELECT run_id FROM run WHERE tenant_id = ? AND proposal_id = ? AND ended_at IS NOT NULL "
            "ORDER BY created_at DESC, run_id DESC LIMIT 1",
            (tenant_id, request.of_proposal),
        ).first()
    if row is None:
        return None
    held = proposals.get(store, tenant_id, request.of_proposal)
    openings = proposals.openings(store, tenant_id, request.of_proposal, held.plan)
    if request.subjects:
        openings = {reference: one for reference, one in openings.items() if reference in request.subjects}
    with store.database.read() as db:
        outcomes = {
            int(number): Outcome(outcome)
            for number, outcome in db.exec_driver_sql(
                "SELECT number, outcome FROM outcome WHERE tenant_id = ? AND run_id = ?", (tenant_id, row[0])
            )
        }
        happened = [
            Happened(step, outcomes.get(step.number), _before(db, store, tenant_id, request.of_proposal, row[0], step))
            for step in held.plan.steps
        ]
    plan, made = plan_undo(
        held.plan,
        happened,
        openings,
        requested_by=request.requested_by,
        now=around.now(),
        valid_hours=policy.plan_valid_hours,
        new_seed=lambda: around.random(SEED_BYTES),
    )
    return InboxEntry(request.proposal_id, plan.digest(), plan.to_bytes(), made, withdrawn=False)


def _before(
    db: "Connection", store: DeskStore, tenant_id: str, proposal_id: str, run_id: str, step: Step
) -> Account | None:
    """The account before the step's first intent; None where there was none, or the person was erased."""
    key = store.keys.find(tenant_id, proposal_id, step.subject)
    row = db.exec_driver_sql(
        "SELECT send, nonce, before_reading FROM intent WHERE tenant_id = ? AND run_id = ? AND number = ? "
        "ORDER BY send LIMIT 1",
        (tenant_id, run_id, step.number),
    ).first()
    if key is None or row is None:
        return None
    place = (tenant_id, run_id, str(step.number), str(row[0]))
    return read_account(unseal(key, as_bytes(row[1]), place, as_bytes(row[2])))
