"""A home's ledgers without a running desk: for `licenseiq audit`, and lists of approvers and runs."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from licenseiq.errors import NotFound
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.stored import LedgerHead
from licenseiq_desk import progress
from licenseiq_desk.approval.approvers import Enrolled, everybody
from licenseiq_desk.certificate import certificate
from licenseiq_desk.exceptions_taken import exceptions_disagree
from licenseiq_desk.ledger import anchor, proofs
from licenseiq_desk.ledger.agreement import disagreements
from licenseiq_desk.ledger.anchor import Anchor, signed_heads
from licenseiq_desk.ledger.export import export_lines
from licenseiq_desk.ledger.verify import LedgerVerdict, verify
from licenseiq_desk.progress import Progress
from licenseiq_desk.store.desk_store import DeskStore, open_store
from licenseiq_tenant.desk_state import DESK_FILE
from licenseiq_tenant.places import exists


@contextmanager
def _store(home: Path) -> Iterator[DeskStore]:
    store = open_store(home)
    try:
        yield store
    finally:
        store.close()


def verify_home(home: Path, tenant_id: str, anchors: Collection[Anchor] = ()) -> LedgerVerdict | None:
    """The verdict on a tenant's ledger; None when this home has no desk's store. Raises SettingsError for its key."""
    if not exists(home / DESK_FILE):
        return None
    with _store(home) as store:
        return verify_store(store, tenant_id, anchors=anchors)


def verify_store(
    store: DeskStore, tenant_id: str, remembered: Collection[LedgerHead] = (), anchors: Collection[Anchor] = ()
) -> LedgerVerdict:
    """The tree, its signatures, heads kept elsewhere, and whether the desk's rows and the book's exceptions agree."""
    key = store.ledger.public_key(tenant_id)
    heads, problems = signed_heads(anchors, tenant_id, key)
    found = verify(store.database, tenant_id, key, (*remembered, *heads))
    others = (*disagreements(store.database, tenant_id), *exceptions_disagree(store, tenant_id))
    return replace(found, problems=(*found.problems, *problems, *others))


def export(home: Path, tenant_id: str, *, is_demo: bool, now: datetime) -> Iterator[bytes]:
    """The lines of a tenant's export, see `docs/audit.md`."""
    with _store(home) as store:
        yield from export_lines(store, tenant_id, is_demo=is_demo, now=now)


def anchored(home: Path, tenant_id: str, place: Path, *, is_demo: bool) -> tuple[dict[str, Json], bool]:
    """Appends the newest head to a place of anchors: the anchor, and whether it is new there. Raises Refused."""
    with _store(home) as store, store.database.read() as db:
        found = anchor.newest(db, tenant_id, is_demo=is_demo)
    if found is None:
        raise NotFound("This tenant's ledger is empty.", "Anchor it when something was decided.")
    return found, anchor.append(place, found)


def proof(home: Path, tenant_id: str, *, seq: int | None, older: int | None, is_demo: bool) -> dict[str, Json]:
    """The inclusion proof of entry `seq`, or the consistency proof of the first `older` entries. Raises NotFound."""
    with _store(home) as store:
        if older is not None:
            return proofs.consistency(store, tenant_id, older, is_demo=is_demo)
        return proofs.inclusion(store, tenant_id, seq or 0, is_demo=is_demo)


def certificate_of(home: Path, run_id: str) -> dict[str, Json]:
    """The certificate of a run. Raises NotFound and Tampered."""
    if not exists(home / DESK_FILE):
        raise NotFound("There is no run of that id.", "Nothing was approved in this home yet.")
    with _store(home) as store:
        return certificate(store, run_id)


def approvers(home: Path) -> tuple[Enrolled, ...]:
    """Everybody who was ever enrolled at the desk of this home, of all its tenants."""
    if not exists(home / DESK_FILE):
        return ()
    with _store(home) as store, store.database.read() as db:
        found = db.exec_driver_sql("SELECT DISTINCT tenant_id FROM approver ORDER BY tenant_id").scalars().all()
        return tuple(one for tenant_id in found for one in everybody(db, str(tenant_id)))


def runs(home: Path) -> tuple[dict[str, str | int], ...]:
    """Every run of this home, the newest first, how far it is (the counts of `Progress` by their names), and why it is
    held, '' where it is not."""
    if not exists(home / DESK_FILE):
        return ()
    with _store(home) as store, store.database.read() as db:
        rows = db.exec_driver_sql(
            "SELECT run_id, proposal_id, state, level, created_at FROM v1_run ORDER BY created_at DESC, run_id"
        ).all()
        far = progress.of_runs(db)
        rests = db.exec_driver_sql("SELECT run_id, held FROM run WHERE held IS NOT NULL AND ended_at IS NULL")
        held = {str(run): str(why) for run, why in rests}
    names = ("run", "proposal", "state", "level", "created_at")
    return tuple(
        {
            **dict(zip(names, map(str, row), strict=True)),
            **asdict(far.get(str(row[0]), Progress())),
            "held": held.get(str(row[0]), ""),
        }
        for row in rows
    )


def tenants(home: Path) -> tuple[str, ...]:
    """The tenants that the desk of this home holds anything of: one whose ledger was deleted is still one to check."""
    if not exists(home / DESK_FILE):
        return ()
    with _store(home) as store, store.database.read() as db:
        rows = db.exec_driver_sql(
            "SELECT tenant_id FROM ledger_head UNION SELECT tenant_id FROM ledger_entry "
            "UNION SELECT tenant_id FROM proposal ORDER BY tenant_id"
        )
        return tuple(row[0] for row in rows)
