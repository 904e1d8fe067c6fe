"""What became of a run's steps line by line: applications, groups, owned things. It is sealed under each person's key,
so once a person was erased there is nothing of them."""

from licenseiq.steps.kind import Told, told_from_json
from licenseiq_desk.execution.journal import TOLD, kept_of
from licenseiq_desk.store import proposals
from licenseiq_desk.store.desk_store import DeskStore


def told_of_run(store: DeskStore, tenant_id: str, run_id: str) -> dict[int, tuple[Told, ...]]:
    """The lines of each step of a run that has any, by its number. Raises Tampered."""
    with store.database.read() as db:
        rows = db.exec_driver_sql(
            "SELECT k.number, r.proposal_id FROM kept_of_step k "
            "JOIN run r ON r.tenant_id = k.tenant_id AND r.run_id = k.run_id "
            "WHERE k.tenant_id = ? AND k.run_id = ? AND k.name = ? ORDER BY k.number",
            (tenant_id, run_id, TOLD),
        ).all()
    if not rows:
        return {}
    proposal_id = str(rows[0][1])
    subjects = {step.number: step.subject for step in proposals.get(store, tenant_id, proposal_id).plan.steps}
    found = {}
    for number, _ in rows:
        key = store.keys.find(tenant_id, proposal_id, subjects[int(number)])
        if key is not None:
            found[int(number)] = told_from_json(kept_of(store, tenant_id, run_id, int(number), key)[TOLD])
    return found
