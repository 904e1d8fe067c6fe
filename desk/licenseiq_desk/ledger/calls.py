"""Sealing the log of tool calls: in batches, each with one entry of the ledger that holds the root over its rows.

The server writes the calls into the inbox, where its account could change them. The desk takes them over within a
minute; from then on a changed, missing or added row does not fit its batch. The rows are kept for a year.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from licenseiq.call_log import LoggedCall
from licenseiq.merkle import leaf_hash, root
from licenseiq.proposals.canonical import Json, canonical
from licenseiq.times import iso, parse_iso
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.store.desk_store import DeskStore
from licenseiq_tenant.inbox.store import Inbox

if TYPE_CHECKING:
    from sqlalchemy import Connection

KEPT_FOR = timedelta(days=365)
# A batch is sealed when it has so many calls, or when its oldest one has waited so long.
MOST_CALLS = 500
LONGEST_WAIT = timedelta(seconds=60)


def leaf(tenant_id: str, call: LoggedCall) -> bytes:
    return leaf_hash(canonical({"tenant": tenant_id, **call.to_json()}))


def batch_root(tenant_id: str, calls: Iterable[LoggedCall]) -> str:
    """The root of the RFC 6962 tree over the calls, as hex."""
    return root([leaf(tenant_id, call) for call in calls]).hex()


def seal(store: DeskStore, inbox: Inbox, tenant_id: str, now: datetime) -> int:
    """Takes over the calls that wait in the inbox, when it is time; the number of those that were sealed.

    A crash between the two stores is mended by the next call: what is sealed already is only forgotten by the inbox.
    """
    waiting = inbox.calls(tenant_id, MOST_CALLS)
    if not waiting or (len(waiting) < MOST_CALLS and _is_recent(waiting[0], now)):
        return 0
    with store.database.write() as db:
        new = [call for call in waiting if not _is_sealed(db, tenant_id, call)]
        if new:
            _keep(store, db, tenant_id, new, now)
    inbox.forget_calls(tenant_id, [call.call_id for call in waiting])
    return len(new)


def sealed_rows(db: "Connection", tenant_id: str) -> Iterator[tuple[int, LoggedCall]]:
    """The rows that are kept, each with the number of the entry that seals it, in the order of their batches."""
    rows = db.exec_driver_sql(
        "SELECT batch, call_id, at, tool, client, failed FROM sealed_call WHERE tenant_id = ? ORDER BY batch, number",
        (tenant_id,),
    )
    for batch, call_id, at, tool, client, failed in rows:
        yield int(batch), LoggedCall(call_id, at, tool, client, bool(failed))


def _is_recent(call: LoggedCall, now: datetime) -> bool:
    try:
        return now - parse_iso(call.at) < LONGEST_WAIT
    except ValueError:  # somebody wrote there who is not the server: sealed as it stands
        return False


def _is_sealed(db: "Connection", tenant_id: str, call: LoggedCall) -> bool:
    found = db.exec_driver_sql(
        "SELECT COUNT(*) FROM sealed_call WHERE tenant_id = ? AND call_id = ?", (tenant_id, call.call_id)
    ).scalar_one()
    return bool(found)


def _keep(store: DeskStore, db: "Connection", tenant_id: str, calls: list[LoggedCall], now: datetime) -> None:
    until = iso(now + KEPT_FOR)
    body: dict[str, Json] = {
        "count": len(calls),
        "first": calls[0].at,
        "last": calls[-1].at,
        "root": batch_root(tenant_id, calls),
        "kept_until": until,
    }
    batch = store.ledger.append(db, tenant_id, now, Kind.CALLS_SEALED, body).size - 1
    for number, call in enumerate(calls):
        db.exec_driver_sql(
            "INSERT INTO sealed_call VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (tenant_id, batch, number, call.call_id, call.at, call.tool, call.client, int(call.failed), until),
        )
    # Beside a new entry only: by the ledger's own time it shows that these rows were old enough to go.
    db.exec_driver_sql("DELETE FROM sealed_call WHERE tenant_id = ? AND kept_until < ?", (tenant_id, iso(now)))
