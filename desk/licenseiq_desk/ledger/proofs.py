"""Proofs of RFC 6962 as JSON: that an entry is in the ledger, and that an older ledger is the beginning of this one."""

from typing import TYPE_CHECKING

from licenseiq.errors import NotFound
from licenseiq.merkle import consistency_proof, inclusion_proof
from licenseiq.proposals.canonical import Json
from licenseiq_desk.ledger.anchor import newest
from licenseiq_desk.store.blobs import as_bytes
from licenseiq_desk.store.desk_store import DeskStore

if TYPE_CHECKING:
    from sqlalchemy import Connection


def inclusion(store: DeskStore, tenant_id: str, seq: int, *, is_demo: bool) -> dict[str, Json]:
    """The entry of a number with its path to the newest signed head. Raises NotFound."""
    with store.database.read() as db:
        leaves = _leaves(db, tenant_id)
        if not 0 <= seq < len(leaves):
            raise NotFound("The ledger has no entry of that number.", f"It has {len(leaves)} entries, from 0 on.")
        entry = db.exec_driver_sql(
            "SELECT entry FROM ledger_entry WHERE tenant_id = ? AND seq = ?", (tenant_id, seq)
        ).scalar_one()
        return {
            "leaf_index": seq,
            "entry": as_bytes(entry).decode("latin-1"),
            "audit_path": [step.hex() for step in inclusion_proof(leaves, seq)],
            "head": newest(db, tenant_id, is_demo=is_demo),
        }


def consistency(store: DeskStore, tenant_id: str, older: int, *, is_demo: bool) -> dict[str, Json]:
    """What shows that the ledger's first `older` entries are the beginning of the newest signed head. Raises
    NotFound."""
    with store.database.read() as db:
        leaves = _leaves(db, tenant_id)
        if not 0 < older <= len(leaves):
            raise NotFound("The ledger was never of that size.", f"It has {len(leaves)} entries.")
        return {
            "first_size": older,
            "consistency_path": [step.hex() for step in consistency_proof(leaves, older)],
            "head": newest(db, tenant_id, is_demo=is_demo),
        }


def _leaves(db: "Connection", tenant_id: str) -> list[bytes]:
    rows = db.exec_driver_sql("SELECT leaf FROM ledger_entry WHERE tenant_id = ? ORDER BY seq", (tenant_id,))
    return [as_bytes(leaf) for leaf in rows.scalars()]
