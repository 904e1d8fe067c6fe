"""Approvals in the store: written once with their ledger entry, read back as raw bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from licenseiq.errors import Refused
from licenseiq.proposals.canonical import Json, canonical, digest, read_canonical
from licenseiq.proposals.plan import read_plan
from licenseiq.proposals.statement import Statement, read_statement
from licenseiq.proposals.states import ProposalState
from licenseiq.times import iso, parse_iso
from licenseiq_desk.approval.approvers import Passkey, grown
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.store import proposals
from licenseiq_desk.store.blobs import as_bytes
from licenseiq_desk.store.desk_store import DeskStore

if TYPE_CHECKING:
    from sqlalchemy import Connection


_READ = (
    "SELECT a.approval_id, c.proposal_id, c.preflight_digest, a.statement, a.statement_digest, a.evidence, "
    "a.nonce, c.consumed_by, c.refused FROM approval a JOIN approval_cover c "
    "ON c.tenant_id = a.tenant_id AND c.approval_id = a.approval_id"
)


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
    places: Sequence[tuple[str, str]],
    statement: Statement,
    evidence: Json,
    then: ProposalState | None,
    now: datetime,
    counted: Passkey | None = None,
) -> None:
    """Stores a decision, and moves its proposals where they are decided by it (`then`), in one transaction with the
    ledger's entry, which holds statement and evidence whole. `places` are (proposal id, digest of its preflight) in the
    order of the statement; `counted` is the key with its new counter. Raises Refused where a proposal was decided
    meanwhile, or the counter has not grown."""
    data, raw = statement.to_bytes(), canonical(evidence)
    with store.database.write() as db:
        if counted is not None:
            grown(db, tenant_id, counted.credential_id, counted.sign_count)
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
                _kind(statement),
                iso(now),
            ),
        )
        for proposal_id, preflight_digest in places:
            if then is not None:
                proposals.move(store, db, tenant_id, proposal_id, then, now)
            db.exec_driver_sql(
                "INSERT INTO approval_cover VALUES (?, ?, ?, ?, NULL, NULL)",
                (tenant_id, approval_id, proposal_id, preflight_digest),
            )
        body: dict[str, Json] = {
            "approval": approval_id,
            "proposals": [proposal_id for proposal_id, _ in places],
            "decision": statement.decision.value,
            "decided": then is not None,
            "digest": statement.digest(),
            "statement": read_canonical(data),
            "evidence": _told(evidence),
        }
        store.ledger.append(db, tenant_id, now, Kind.APPROVAL, body, statement.level.value)


def _told(evidence: Json) -> Json:
    """Evidence as the ledger holds it: whole where it is a passkey's; of typed words a digest."""
    if isinstance(evidence, Mapping) and evidence.get("kind") == "passkey":
        return evidence
    return {"sha256": digest(canonical(evidence))}


def _kind(statement: Statement) -> str:
    kind, how = str(statement.approver.get("kind", "")), statement.approver.get("enrolled")
    return f"{kind} (enrolled by {how.removeprefix('by ')})" if how else kind


def approved_by(store: DeskStore, tenant_id: str, proposal_id: str) -> tuple[str, ...]:
    """The ids of the approvers who have approved a proposal that is not decided yet."""
    with store.database.read() as db:
        return tuple(
            read_statement(one.statement).approver.get("id", "") for one in _beside(db, tenant_id, proposal_id)
        )


def decided_on(store: DeskStore, tenant_id: str, proposal_id: str) -> tuple[tuple[datetime, Statement], ...]:
    """What was signed about a proposal, and when, oldest first. Raises Tampered."""
    with store.database.read() as db:
        rows = db.exec_driver_sql(
            "SELECT a.at, a.statement FROM approval a JOIN approval_cover c "
            "ON c.tenant_id = a.tenant_id AND c.approval_id = a.approval_id "
            "WHERE a.tenant_id = ? AND c.proposal_id = ? ORDER BY a.at, a.approval_id",
            (tenant_id, proposal_id),
        ).all()
    return tuple((parse_iso(row[0]), read_statement(as_bytes(row[1]))) for row in rows)


def companions(db: "Connection", tenant_id: str, approval: StoredApproval) -> tuple[StoredApproval, ...]:
    """The other approvals of the same proposal that have started no run: of further approvers."""
    found = _beside(db, tenant_id, approval.proposal_id)
    return tuple(one for one in found if one.approval_id != approval.approval_id)


def _beside(db: "Connection", tenant_id: str, proposal_id: str) -> tuple[StoredApproval, ...]:
    rows = db.exec_driver_sql(
        f"{_READ} WHERE a.tenant_id = ? AND c.proposal_id = ? AND a.decision = 'approve' "
        "AND c.consumed_by IS NULL AND c.refused IS NULL ORDER BY a.at, a.approval_id",
        (tenant_id, proposal_id),
    )
    return tuple(_stored(row) for row in rows)


def statements_of(store: DeskStore, tenant_id: str, run_id: str) -> tuple[Statement, ...]:
    """What was signed for a run, by everybody who approved it; verified when the run was started."""
    with store.database.read() as db:
        rows = db.exec_driver_sql(
            "SELECT a.statement FROM approval a JOIN approval_cover c "
            "ON c.tenant_id = a.tenant_id AND c.approval_id = a.approval_id "
            "WHERE a.tenant_id = ? AND c.consumed_by = ? ORDER BY a.at, a.approval_id",
            (tenant_id, run_id),
        ).all()
    return tuple(read_statement(as_bytes(row[0])) for row in rows)


def people_since(store: DeskStore, tenant_id: str, since: datetime) -> int:
    """How many people were in the plans that passkeys have approved since then."""
    with store.database.read() as db:
        rows = db.exec_driver_sql(
            "SELECT DISTINCT c.proposal_id, p.plan FROM approval a JOIN approval_cover c "
            "ON c.tenant_id = a.tenant_id AND c.approval_id = a.approval_id "
            "JOIN proposal p ON p.tenant_id = c.tenant_id AND p.proposal_id = c.proposal_id "
            "WHERE a.tenant_id = ? AND a.decision = 'approve' AND a.level <> 'L0' AND a.at > ?",
            (tenant_id, iso(since)),
        ).all()
    return sum(len(read_plan(as_bytes(row[1])).subjects) for row in rows)


def waiting(store: DeskStore, tenant_id: str) -> tuple[tuple[str, str], ...]:
    """(approval id, proposal id) of approvals that have started no run and were not refused, oldest first."""
    with store.database.read() as db:
        rows = db.exec_driver_sql(
            "SELECT c.approval_id, c.proposal_id FROM approval_cover c JOIN approval a "
            "ON a.tenant_id = c.tenant_id AND a.approval_id = c.approval_id "
            "JOIN proposal p ON p.tenant_id = c.tenant_id AND p.proposal_id = c.proposal_id AND p.state = 'approved' "
            "WHERE c.tenant_id = ? AND c.consumed_by IS NULL AND c.refused IS NULL AND a.decision = 'approve' "
            "ORDER BY a.at, c.approval_id, c.proposal_id",
            (tenant_id,),
        )
        return tuple((row[0], row[1]) for row in rows)


def read(db: "Connection", tenant_id: str, approval_id: str, proposal_id: str) -> StoredApproval | None:
    row = db.exec_driver_sql(
        f"{_READ} WHERE a.tenant_id = ? AND a.approval_id = ? AND c.proposal_id = ?",
        (tenant_id, approval_id, proposal_id),
    ).first()
    return None if row is None else _stored(row)


def _stored(row: "Sequence[Any]") -> StoredApproval:
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
