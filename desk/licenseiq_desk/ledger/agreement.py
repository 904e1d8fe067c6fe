"""Whether the desk's own rows say what the ledger says: decisions, runs' ends and outcomes."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.store.blobs import as_bytes
from licenseiq_tenant.database import Database

if TYPE_CHECKING:
    from sqlalchemy import Connection

_QUERIES = {
    Kind.PROPOSAL_TAKEN: "SELECT proposal_id, digest FROM proposal WHERE tenant_id = ?",
    Kind.APPROVAL: "SELECT approval_id, decision, statement_digest FROM approval WHERE tenant_id = ?",
    Kind.RUN_STARTED: "SELECT run_id, proposal_id, approval_id FROM run WHERE tenant_id = ?",
    Kind.APPROVER_ENROLLED: "SELECT approver_id, credential_id, public_key FROM passkey WHERE tenant_id = ?",
    Kind.APPROVER_REVOKED: "SELECT approver_id FROM approver WHERE tenant_id = ? AND revoked_at IS NOT NULL",
    Kind.INTENT: "SELECT run_id, number, send FROM intent WHERE tenant_id = ?",
    Kind.OUTCOME: "SELECT run_id, number, outcome, note FROM outcome WHERE tenant_id = ?",
    Kind.RUN_ENDED: "SELECT run_id, state FROM run WHERE tenant_id = ? AND ended_at IS NOT NULL",
    Kind.EXCEPTION_MADE: "SELECT number, digest FROM exception_taken WHERE tenant_id = ? AND what = 'made'",
    Kind.EXCEPTION_ENDED: "SELECT number, digest FROM exception_taken WHERE tenant_id = ? AND what = 'ended'",
}
_FIELDS = {
    Kind.PROPOSAL_TAKEN: ("proposal", "digest"),
    Kind.APPROVAL: ("approval", "decision", "digest"),
    Kind.RUN_STARTED: ("run", "proposal", "approval"),
    Kind.APPROVER_ENROLLED: ("approver", "credential", "public_key"),
    Kind.APPROVER_REVOKED: ("approver",),
    Kind.INTENT: ("run", "step", "send"),
    Kind.OUTCOME: ("run", "step", "outcome", "note"),
    Kind.RUN_ENDED: ("run", "state"),
    Kind.EXCEPTION_MADE: ("change", "digest"),
    Kind.EXCEPTION_ENDED: ("change", "digest"),
}


def disagreements(database: Database, tenant_id: str) -> tuple[str, ...]:
    """A sentence for each kind of row that the ledger does not tell the same of."""
    with database.read() as db:
        told = _told(db, tenant_id)
        found = []
        for kind, query in _QUERIES.items():
            rows = {tuple(map(_plain, row)) for row in db.exec_driver_sql(query, (tenant_id,))}
            if rows != told[kind]:
                count = len(rows ^ told[kind])
                found.append(f"The desk's rows of kind {kind} and the ledger's differ in {count} places.")
    return tuple(found)


def _plain(value: Any) -> Any:
    """A column as the ledger tells it: bytes as hex."""
    return as_bytes(value).hex() if isinstance(value, bytes | memoryview) else value


def _told(db: "Connection", tenant_id: str) -> Mapping[Kind, set[tuple[Any, ...]]]:
    told: dict[Kind, set[tuple[Any, ...]]] = {kind: set() for kind in _FIELDS}
    for data in db.exec_driver_sql("SELECT entry FROM ledger_entry WHERE tenant_id = ?", (tenant_id,)).scalars():
        try:
            entry = json.loads(data)
            kind = Kind(entry["kind"])
            if kind in told:
                told[kind].add(tuple(entry["body"][name] for name in _FIELDS[kind]))
        except (ValueError, KeyError, TypeError):
            continue
    return told
