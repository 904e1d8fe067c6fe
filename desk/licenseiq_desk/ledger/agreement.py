"""Whether the desk's own rows say what the ledger says: decisions, runs' ends and outcomes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from licenseiq.call_log import LoggedCall
from licenseiq_desk.ledger import about
from licenseiq_desk.ledger.calls import batch_root, sealed_rows
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.store.blobs import as_bytes
from licenseiq_tenant.database import Database

if TYPE_CHECKING:
    from sqlalchemy import Connection

_Entries = Sequence[tuple[int, dict[str, Any]]]

_QUERIES: dict[str, str] = {
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
    Kind.POLICY_CHANGED: "SELECT digest FROM policy_version WHERE tenant_id = ?",
}
_FIELDS: dict[str, tuple[str, ...]] = {
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
    Kind.POLICY_CHANGED: ("policy",),
}


def disagreements(database: Database, tenant_id: str) -> tuple[str, ...]:
    """A sentence for each kind of row that the ledger does not tell the same of."""
    with database.read() as db:
        entries = list(_entries(db, tenant_id))
        told = _told(entries)
        found = []
        for kind, query in _QUERIES.items():
            rows = {tuple(map(_plain, row)) for row in db.exec_driver_sql(query, (tenant_id,))}
            if rows != told[kind]:
                count = len(rows ^ told[kind])
                found.append(f"The desk's rows of kind {kind} and the ledger's differ in {count} places.")
        if about.noted(db, tenant_id) != frozenset(about.by_entries((seq, entry["body"]) for seq, entry in entries)):
            found.append("The index of entries by proposal is not what the entries say.")
        found += _calls(db, tenant_id, entries)
    return tuple(found)


def _calls(db: "Connection", tenant_id: str, entries: _Entries) -> list[str]:
    """Whether the rows of the log of calls are those that were sealed, as far as they must still be there."""
    kept: dict[int, list[LoggedCall]] = {}
    for batch, call in sealed_rows(db, tenant_id):
        kept.setdefault(batch, []).append(call)
    sealed = {seq: entry["body"] for seq, entry in entries if entry["kind"] == Kind.CALLS_SEALED}
    last = str(entries[-1][1].get("time")) if entries else ""
    found = [f"The log of calls holds rows that entry {batch} did not seal." for batch in kept.keys() - sealed.keys()]
    for batch, body in sealed.items():
        calls = kept.get(batch)
        if calls is None:
            if str(body.get("kept_until")) >= last:
                found.append(f"The calls that entry {batch} sealed are missing, and should still be kept.")
        elif (len(calls), batch_root(tenant_id, calls)) != (body.get("count"), body.get("root")):
            found.append(f"The calls that entry {batch} sealed are not the rows that are kept.")
    return found


def _plain(value: Any) -> Any:
    """A column as the ledger tells it: bytes as hex."""
    return as_bytes(value).hex() if isinstance(value, bytes | memoryview) else value


def _entries(db: "Connection", tenant_id: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every entry with its number; what is none is left out, whoever verifies the tree says so."""
    rows = db.exec_driver_sql("SELECT seq, entry FROM ledger_entry WHERE tenant_id = ? ORDER BY seq", (tenant_id,))
    for seq, data in rows:
        try:
            entry = json.loads(data)
            if isinstance(entry["body"], dict) and isinstance(entry["kind"], str):
                yield int(seq), entry
        except (ValueError, KeyError, TypeError):
            continue


def _told(entries: _Entries) -> Mapping[str, set[tuple[Any, ...]]]:
    told: dict[str, set[tuple[Any, ...]]] = {kind: set() for kind in _FIELDS}
    for _, entry in entries:
        fields = _FIELDS.get(entry["kind"], ())
        if fields and all(name in entry["body"] for name in fields):
            told[entry["kind"]].add(tuple(entry["body"][name] for name in fields))
    return told
