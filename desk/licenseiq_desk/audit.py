"""Verifying a home's ledger without opening a desk: for `licenseiq audit verify`."""

from dataclasses import replace
from pathlib import Path

from licenseiq.proposals.stored import LedgerHead
from licenseiq_desk.approval.approvers import Enrolled, everybody
from licenseiq_desk.exceptions_taken import exceptions_disagree
from licenseiq_desk.ledger.agreement import disagreements
from licenseiq_desk.ledger.verify import LedgerVerdict, verify
from licenseiq_desk.store.desk_store import DeskStore, open_store
from licenseiq_tenant.desk_state import DESK_FILE
from licenseiq_tenant.places import exists


def verify_home(home: Path, tenant_id: str, remembered: LedgerHead | None = None) -> LedgerVerdict | None:
    """The verdict on a tenant's ledger; None when this home has no desk's store. Raises SettingsError for its key."""
    if not exists(home / DESK_FILE):
        return None
    store = open_store(home)
    try:
        return verify_store(store, tenant_id, remembered)
    finally:
        store.close()


def verify_store(store: DeskStore, tenant_id: str, remembered: LedgerHead | None = None) -> LedgerVerdict:
    """The tree, its signatures, a remembered head, and whether the desk's rows and the book's exceptions agree."""
    found = verify(store.database, tenant_id, store.ledger.public_key(tenant_id), remembered)
    others = (*disagreements(store.database, tenant_id), *exceptions_disagree(store, tenant_id))
    return replace(found, problems=(*found.problems, *others))


def approvers(home: Path) -> tuple[Enrolled, ...]:
    """Everybody who was ever enrolled at the desk of this home, of all its tenants."""
    if not exists(home / DESK_FILE):
        return ()
    store = open_store(home)
    try:
        with store.database.read() as db:
            found = db.exec_driver_sql("SELECT DISTINCT tenant_id FROM approver ORDER BY tenant_id").scalars().all()
            return tuple(one for tenant_id in found for one in everybody(db, str(tenant_id)))
    finally:
        store.close()


def runs(home: Path) -> tuple[dict[str, str], ...]:
    """Every run of this home, the newest first."""
    if not exists(home / DESK_FILE):
        return ()
    store = open_store(home)
    try:
        with store.database.read() as db:
            rows = db.exec_driver_sql(
                "SELECT run_id, proposal_id, state, level, created_at FROM v1_run ORDER BY created_at DESC, run_id"
            ).all()
        names = ("run", "proposal", "state", "level", "created_at")
        return tuple(dict(zip(names, map(str, row), strict=True)) for row in rows)
    finally:
        store.close()


def tenants(home: Path) -> tuple[str, ...]:
    """The tenants that the desk of this home holds anything of: one whose ledger was deleted is still one to check."""
    if not exists(home / DESK_FILE):
        return ()
    store = open_store(home)
    try:
        with store.database.read() as db:
            rows = db.exec_driver_sql(
                "SELECT tenant_id FROM ledger_head UNION SELECT tenant_id FROM ledger_entry "
                "UNION SELECT tenant_id FROM proposal ORDER BY tenant_id"
            )
            return tuple(row[0] for row in rows)
    finally:
        store.close()
