"""Which entries are about which proposal: an index beside the ledger, for whoever looks for those of one proposal."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from licenseiq_tenant.database import Database

if TYPE_CHECKING:
    from sqlalchemy import Connection


def proposals_of(body: Mapping[str, object], proposal_of_run: Callable[[str], str | None]) -> frozenset[str]:
    """The ids of the proposals that an entry's body is about: named, or by its run."""
    many = body.get("proposals")
    found = {str(one) for one in many} if isinstance(many, list | tuple) else set()
    if isinstance(one := body.get("proposal"), str):
        found.add(one)
    elif isinstance(run_id := body.get("run"), str) and (of_run := proposal_of_run(run_id)) is not None:
        found.add(of_run)
    return frozenset(found)


def proposal_of(db: "Connection", tenant_id: str, run_id: str) -> str | None:
    row = db.exec_driver_sql(
        "SELECT proposal_id FROM run WHERE tenant_id = ? AND run_id = ?", (tenant_id, run_id)
    ).first()
    return None if row is None else str(row[0])


def note(db: "Connection", tenant_id: str, proposal_id: str, seq: int) -> None:
    db.exec_driver_sql("INSERT INTO ledger_about VALUES (?, ?, ?)", (tenant_id, proposal_id, seq))


def noted(db: "Connection", tenant_id: str) -> frozenset[tuple[str, int]]:
    """The index: (proposal id, number of an entry)."""
    rows = db.exec_driver_sql("SELECT proposal_id, seq FROM ledger_about WHERE tenant_id = ?", (tenant_id,))
    return frozenset((str(row[0]), int(row[1])) for row in rows)


def by_entries(entries: Iterable[tuple[int, Mapping[str, Any]]]) -> Iterator[tuple[str, int]]:
    """What the index should hold, from numbers and bodies of all entries in their order."""
    runs: dict[str, str] = {}
    for seq, body in entries:
        if "run" in body and isinstance(body.get("proposal"), str):
            runs[str(body["run"])] = body["proposal"]
        for proposal_id in proposals_of(body, runs.get):
            yield proposal_id, seq


def bodies(db: "Connection", tenant_id: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Numbers and bodies; what is no entry is left out, whoever verifies the entries says so."""
    rows = db.exec_driver_sql("SELECT seq, entry FROM ledger_entry WHERE tenant_id = ? ORDER BY seq", (tenant_id,))
    for seq, data in rows:
        try:
            yield int(seq), dict(json.loads(data)["body"])
        except (ValueError, KeyError, TypeError):
            continue


def complete(database: Database) -> None:
    """Makes the index of ledgers that are older than it."""
    with database.read() as db:
        old = db.exec_driver_sql(
            "SELECT h.tenant_id FROM ledger_head h WHERE h.size = 1 AND NOT EXISTS "
            "(SELECT 1 FROM ledger_about a WHERE a.tenant_id = h.tenant_id)"
        ).scalars()
        found = {tenant: tuple(by_entries(bodies(db, tenant))) for tenant in map(str, old.all())}
    for tenant_id, rows in found.items():
        with database.write() as db:
            for proposal_id, seq in sorted(set(rows) - noted(db, tenant_id)):
                note(db, tenant_id, proposal_id, seq)
