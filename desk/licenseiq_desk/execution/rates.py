"""Counting the people that runs touch, without holding who they are: each by a digest under a key of the desk's."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from licenseiq.limits import Reach
from licenseiq.times import iso
from licenseiq_desk.store.desk_store import DeskStore

if TYPE_CHECKING:
    from sqlalchemy import Connection

KEEP = timedelta(days=2)


def digests(store: DeskStore, tenant_id: str, user_ids: Iterable[str]) -> frozenset[str]:
    return frozenset(store.keys.person(tenant_id, one) for one in user_ids)


def reach(db: "Connection", tenant_id: str, people: frozenset[str], tenant: int, now: datetime) -> Reach:
    """What this run and the ones before it touch together."""
    rows = db.exec_driver_sql(
        "SELECT person, MAX(at) FROM touched WHERE tenant_id = ? AND at > ? GROUP BY person",
        (tenant_id, iso(now - timedelta(days=1))),
    ).all()
    hour = iso(now - timedelta(hours=1))
    return Reach(
        run=len(people),
        hour=len(people | {row[0] for row in rows if row[1] > hour}),
        day=len(people | {row[0] for row in rows}),
        tenant=tenant,
    )


def note(db: "Connection", tenant_id: str, run_id: str, people: frozenset[str], now: datetime) -> None:
    """Counts these people from now on; whoever was counted long ago is forgotten."""
    db.exec_driver_sql("DELETE FROM touched WHERE tenant_id = ? AND at < ?", (tenant_id, iso(now - KEEP)))
    for person in sorted(people):
        db.exec_driver_sql("INSERT INTO touched VALUES (?, ?, ?, ?)", (tenant_id, run_id, person, iso(now)))


def forget(db: "Connection", tenant_id: str, person: str) -> None:
    """Counts somebody on, and keeps nothing that tells who it was."""
    db.exec_driver_sql(
        "UPDATE touched SET person = ? WHERE tenant_id = ? AND person = ?", (secrets.token_hex(32), tenant_id, person)
    )
