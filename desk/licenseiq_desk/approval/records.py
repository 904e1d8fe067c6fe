"""Approvals in the store: written once with their ledger entry, read back as raw bytes."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from licenseiq.errors import Refused
from licenseiq.proposals.canonical import Json, canonical, digest
from licenseiq.proposals.statement import Decision, Statement
from licenseiq.proposals.states import ProposalState
from licenseiq.times import iso
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.store import proposals
from licenseiq_desk.store.blobs import as_bytes
from licenseiq_desk.store.desk_store import DeskStore

if TYPE_CHECKING:
    from sqlalchemy import Connection


class AlreadyConsumed(Refused):
    """The approval has started its one run."""


@dataclass(frozen=True, slots=True)
class StoredApproval:
    """An approval as it lies in the store, for one of the proposals that it covers; nothing in it is trusted yet."""

    approval_id: str
    proposal_id: str
    preflight_digest: str
    statement: bytes
    statement_digest: str
    evidence: bytes
    nonce: str
    consumed_by: str | None
    refused: str | None


def keep(
    store: DeskStore,
    tenant_id: str,
    approval_id: str,
    proposal_id: str,
    statement: Statement,
    evidence: Json,
    now: datetime,
) -> None:
    """Stores a decision and moves its proposal, in one transaction with the ledger's entry."""
    then = ProposalState.APPROVED if statement.decision is Decision.APPROVE else ProposalState.REJECTED
    data, raw = statement.to_bytes(), canonical(evidence)
    with store.database.write() as db:
        proposals.move(store, db, tenant_id, proposal_id, then, now)
        db.exec_driver_sql(
            "INSERT INTO approval VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                tenant_id,
                approval_id,
                data,
                statement.digest(),
                raw,
                statement.nonce,
                statement.decision.value,
                statement.level.value,
                str(statement.approver.get("kind", "")),
                iso(now),
            ),
        )
        for covered in statement.covers:
            db.exec_driver_sql(
                "INSERT INTO approval_cover VALUES (?, ?, ?, ?, NULL, NULL)",
                (tenant_id, approval_id, proposal_id, covered.preflight_digest),
            )
        body: dict[str, Json] = {
            "approval": approval_id,
            "proposal": proposal_id,
            "decision": statement.decision.value,
            "covers": [[covered.proposal_digest, covered.preflight_digest] for covered in statement.covers],
            "statement": statement.digest(),
            "evidence": digest(raw),
        }
        store.ledger.append(db, tenant_id, now, Kind.APPROVAL, body, statement.level.value)


def waiting(store: DeskStore, tenant_id: str) -> tuple[tuple[str, str], ...]:
    """(approval id, proposal id) of approvals that have started no run and were not refused, oldest first."""
    with store.database.read() as db:
        rows = db.exec_driver_sql(
            "SELECT c.approval_id, c.proposal_id FROM approval_cover c JOIN approval a "
            "ON a.tenant_id = c.tenant_id AND a.approval_id = c.approval_id "
            "WHERE c.tenant_id = ? AND c.consumed_by IS NULL AND c.refused IS NULL AND a.decision = 'approve' "
            "ORDER BY a.at, c.approval_id, c.proposal_id",
            (tenant_id,),
        )
        return tuple((row[0], row[1]) for row in rows)


def read(db: "Connection", tenant_id: str, approval_id: str, proposal_id: str) -> StoredApproval | None:
    row = db.exec_driver_sql(
        "SELECT a.approval_id, c.proposal_id, c.preflight_digest, a.statement, a.statement_digest, a.evidence, "
        "a.nonce, c.consumed_by, c.refused FROM approval a JOIN approval_cover c "
        "ON c.tenant_id = a.tenant_id AND c.approval_id = a.approval_id "
        "WHERE a.tenant_id = ? AND a.approval_id = ? AND c.proposal_id = ?",
        (tenant_id, approval_id, proposal_id),
    ).first()
    if row is None:
        return None
    return StoredApproval(row[0], row[1], row[2], as_bytes(row[3]), row[4], as_bytes(row[5]), row[6], row[7], row[8])


def refuse(store: DeskStore, tenant_id: str, approval_id: str, proposal_id: str, why: str, now: datetime) -> None:
    """Notes that an approval starts no run, so that it is not tried again."""
    with store.database.write() as db:
        changed = db.exec_driver_sql(
            "UPDATE approval_cover SET refused = ? WHERE tenant_id = ? AND approval_id = ? AND proposal_id = ? "
            "AND consumed_by IS NULL AND refused IS NULL",
            (why, tenant_id, approval_id, proposal_id),
        )
        if changed.rowcount == 1:
            body = {"approval": approval_id, "proposal": proposal_id, "why": why}
            store.ledger.append(db, tenant_id, now, Kind.APPROVAL_REFUSED, body)
