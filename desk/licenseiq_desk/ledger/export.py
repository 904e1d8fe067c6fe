"""A tenant's ledger as JSON lines: all that is needed to verify it where there is no desk, and no personal value of the
tenant's people. Approvers stand in it by name: they answer for what they decided."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from licenseiq.proposals.canonical import Json, canonical
from licenseiq.times import iso
from licenseiq_desk.ledger.calls import sealed_rows
from licenseiq_desk.ledger.standalone_verify import SCHEMA
from licenseiq_desk.store.blobs import as_bytes
from licenseiq_desk.store.desk_store import DeskStore

if TYPE_CHECKING:
    from sqlalchemy import Connection


def export_lines(store: DeskStore, tenant_id: str, *, is_demo: bool, now: datetime) -> Iterator[bytes]:
    """The lines, each with its line feed, all of one moment. What was tampered with is exported as it stands. Raises
    Tampered for a stored value that is not even bytes."""
    with store.database.read() as db:
        lines = 0
        for lines, record in enumerate(_records(store, db, tenant_id, is_demo, now), 1):  # noqa: B007
            yield canonical(record) + b"\n"
        yield canonical({"record": "end", "lines": lines}) + b"\n"


def _records(
    store: DeskStore, db: "Connection", tenant_id: str, is_demo: bool, now: datetime
) -> Iterator[dict[str, Json]]:
    key = store.ledger.public_key(tenant_id)
    head = db.exec_driver_sql(
        "SELECT size, root FROM ledger_head WHERE tenant_id = ? ORDER BY size DESC LIMIT 1", (tenant_id,)
    ).first()
    yield {
        "record": "export",
        "schema": SCHEMA,
        "tenant": tenant_id,
        "demo": is_demo,
        "exported_at": iso(now),
        "public_key": "" if key is None else key.hex(),
        "size": 0 if head is None else int(head[0]),
        "root": "" if head is None else as_bytes(head[1]).hex(),
    }
    for entry in db.exec_driver_sql(
        "SELECT entry FROM ledger_entry WHERE tenant_id = ? ORDER BY seq", (tenant_id,)
    ).scalars():
        yield {"record": "entry", "entry": _text(entry)}
    for size, root, signature, at in db.exec_driver_sql(
        "SELECT size, root, signature, at FROM ledger_head WHERE tenant_id = ? ORDER BY size", (tenant_id,)
    ):
        yield {
            "record": "head",
            "size": int(size),
            "root": as_bytes(root).hex(),
            "signature": as_bytes(signature).hex(),
            "at": str(at),
        }
    for proposal_id, plan in db.exec_driver_sql(
        "SELECT proposal_id, plan FROM proposal WHERE tenant_id = ? ORDER BY taken_at, proposal_id", (tenant_id,)
    ):
        yield {"record": "plan", "proposal": proposal_id, "text": _text(plan)}
    for proposal_id, record in db.exec_driver_sql(
        "SELECT proposal_id, record FROM preflight WHERE tenant_id = ? ORDER BY at, digest", (tenant_id,)
    ):
        yield {"record": "preflight", "proposal": proposal_id, "text": _text(record)}
    names = ("approver", "name", "account", "enrolled", "at", "revoked_at")
    for row in db.exec_driver_sql(
        "SELECT approver_id, name, account, enrolled, at, revoked_at FROM approver WHERE tenant_id = ? "
        "ORDER BY at, approver_id",
        (tenant_id,),
    ):
        yield {"record": "approver", **dict(zip(names, row, strict=True))}
    for batch, call in sealed_rows(db, tenant_id):
        yield {"record": "call", "batch": batch, **call.to_json()}


def _text(data: object) -> str:
    """Canonical JSON is ASCII; of what was tampered with no byte is lost either."""
    return as_bytes(data).decode("latin-1")
