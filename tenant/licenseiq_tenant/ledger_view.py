"""The desk's ledger as the server may see it: its v1 views, read-only. Nothing here is verified: the desk does that."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from licenseiq.proposals.stored import LedgerHead
from licenseiq_tenant.database import read_only
from licenseiq_tenant.desk_state import DESK_FILE
from licenseiq_tenant.places import exists

if TYPE_CHECKING:
    from sqlalchemy import Connection

_FROM = {
    False: "FROM v1_ledger_entry e WHERE e.tenant_id = ?",
    True: "FROM v1_ledger_about a JOIN v1_ledger_entry e ON e.tenant_id = a.tenant_id AND e.seq = a.seq "
    "WHERE a.tenant_id = ? AND a.proposal_id = ?",
}


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """An entry as it stands: `entry` is None where its bytes are no entry. `proposal_id` is the one proposal that it is
    about, by itself or by its run."""

    seq: int
    entry: Mapping[str, Any] | None
    proposal_id: str | None


@dataclass(frozen=True, slots=True)
class LedgerPart:
    """`total` entries match without `before` and `limit`; `rows` are the newest of them."""

    total: int
    rows: tuple[LedgerRow, ...]
    head: LedgerHead | None


class LedgerView:
    """Blocking: call it off the event loop."""

    def __init__(self, home: Path) -> None:
        self._path = home / DESK_FILE

    def part(
        self, tenant_id: str, proposal_ids: Collection[str] | None, since: str | None, before: int | None, limit: int
    ) -> LedgerPart:
        """The newest entries before `before`, of all or about some proposals (None: all), all at one moment. `since` is
        ISO text. Raises StateUnknown."""
        if not exists(self._path):
            return LedgerPart(0, (), None)
        with read_only(self._path) as db:
            head = db.exec_driver_sql("SELECT size, root FROM v1_ledger_head WHERE tenant_id = ?", (tenant_id,)).first()
            found: dict[int, bytes] = {}
            total = 0
            for one in [None] if proposal_ids is None else sorted(proposal_ids):
                # Counting every entry takes a tenth of a second for 100,000 of them; the head says how many there are.
                is_whole = one is None and since is None
                total += int(head[0]) if is_whole and head is not None else _count(db, tenant_id, one, since)
                found |= _newest(db, tenant_id, one, since, before, limit)
            runs: dict[str, str | None] = {}
            rows = tuple(_row(db, tenant_id, seq, found[seq], runs) for seq in sorted(found, reverse=True)[:limit])
        return LedgerPart(total, rows, None if head is None else LedgerHead(int(head[0]), str(head[1])))


def _count(db: "Connection", tenant_id: str, proposal_id: str | None, since: str | None) -> int:
    where, values = _where(tenant_id, proposal_id, since)
    return int(db.exec_driver_sql(f"SELECT COUNT(*) {where}", values).scalar_one())


def _newest(
    db: "Connection", tenant_id: str, proposal_id: str | None, since: str | None, before: int | None, limit: int
) -> dict[int, bytes]:
    where, values = _where(tenant_id, proposal_id, since)
    if before is not None:
        where, values = f"{where} AND e.seq < ?", (*values, before)
    rows = db.exec_driver_sql(f"SELECT e.seq, e.entry {where} ORDER BY e.seq DESC LIMIT ?", (*values, limit))
    return {int(row[0]): row[1] for row in rows}


def _where(tenant_id: str, proposal_id: str | None, since: str | None) -> tuple[str, tuple[Any, ...]]:
    where, values = _FROM[proposal_id is not None], tuple[Any, ...]((tenant_id,))
    if proposal_id is not None:
        values = (*values, proposal_id)
    if since is not None:
        where, values = f"{where} AND e.at >= ?", (*values, since)
    return where, values


def _row(db: "Connection", tenant_id: str, seq: int, data: bytes, runs: dict[str, str | None]) -> LedgerRow:
    entry = _entry(data)
    body = {} if entry is None else entry["body"]
    one, many, run_id = body.get("proposal"), body.get("proposals"), body.get("run")
    if isinstance(many, list) and len(many) == 1:
        one = many[0]
    if isinstance(one, str) or not isinstance(run_id, str):
        return LedgerRow(seq, entry, one if isinstance(one, str) else None)
    if run_id not in runs:
        found = db.exec_driver_sql(
            "SELECT proposal_id FROM v1_run WHERE tenant_id = ? AND run_id = ?", (tenant_id, run_id)
        ).first()
        runs[run_id] = None if found is None else str(found[0])
    return LedgerRow(seq, entry, runs[run_id])


def _entry(data: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(bytes(data))
        is_entry = isinstance(found["body"], dict) and isinstance(found["kind"], str) and isinstance(found["time"], str)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return found if is_entry else None
