"""Which policy was in force: each change is an entry of the ledger, by the policy's digest."""

from datetime import datetime
from typing import TYPE_CHECKING

from licenseiq.policy import Policy
from licenseiq.times import iso
from licenseiq_desk.approval.policy_digest import policy_digest
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.store.desk_store import DeskStore

if TYPE_CHECKING:
    from sqlalchemy import Connection


def note(store: DeskStore, tenant_id: str, policy: Policy, now: datetime) -> bool:
    """Writes down that this policy is in force, unless it was the last one too; and nothing for a tenant of which the
    ledger says nothing yet. True when it was written."""
    found = policy_digest(policy)
    with store.database.read() as db:
        if db.exec_driver_sql("SELECT 1 FROM ledger_head WHERE tenant_id = ? LIMIT 1", (tenant_id,)).first() is None:
            return False
        if _last(db, tenant_id) == found:
            return False
    with store.database.write() as db:
        before = _last(db, tenant_id)
        if before == found:
            return False
        body = {"policy": found, "before": before or ""}
        seq = store.ledger.append(db, tenant_id, now, Kind.POLICY_CHANGED, body).size - 1
        db.exec_driver_sql("INSERT INTO policy_version VALUES (?, ?, ?, ?)", (tenant_id, seq, found, iso(now)))
    return True


def _last(db: "Connection", tenant_id: str) -> str | None:
    row = db.exec_driver_sql(
        "SELECT digest FROM policy_version WHERE tenant_id = ? ORDER BY seq DESC LIMIT 1", (tenant_id,)
    ).first()
    return None if row is None else str(row[0])
