"""One scan per tenant at a time over all processes, and one budget of requests for all of them.

The lease stands in the store with an end: a process that is killed holds it for `LEASE_SECONDS` and no longer. Each
owner gets a higher fence, and every write of a scan checks in its own transaction that it still owns the lease.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from licenseiq.errors import LicenseIQError
from licenseiq_tenant.database import Database

if TYPE_CHECKING:
    from sqlalchemy import Connection

LEASE_SECONDS = 20.0
RENEW_SECONDS = 5.0

Clock = Callable[[], datetime]


class LeaseLost(LicenseIQError):
    """Another process has taken the scan over; nothing of this one was published."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write the snapshot of one tenant."""

    database: Database
    tenant_id: str
    holder: str
    fence: int
    clock: Clock

    def check(self, db: "Connection") -> None:
        """Inside of a write transaction: raises LeaseLost when the lease is somebody else's."""
        row = db.exec_driver_sql("SELECT holder, fence FROM scan_lease WHERE tenant_id = ?", (self.tenant_id,)).first()
        if row is None or (row[0], row[1]) != (self.holder, self.fence):
            raise LeaseLost("This scan was interrupted for so long that another one took over.", "Nothing is lost.")

    def renew(self, note: str) -> None:
        """Keeps the lease, and tells others what is being done."""
        with self.database.write() as db:
            self.check(db)
            db.exec_driver_sql(
                "UPDATE scan_lease SET expires_at = ?, note = ? WHERE tenant_id = ?",
                (self.clock().timestamp() + LEASE_SECONDS, note, self.tenant_id),
            )

    def release(self) -> None:
        with self.database.write() as db:
            db.exec_driver_sql(
                "UPDATE scan_lease SET holder = NULL, expires_at = 0, note = '' "
                "WHERE tenant_id = ? AND holder = ? AND fence = ?",
                (self.tenant_id, self.holder, self.fence),
            )


def acquire(database: Database, tenant_id: str, clock: Clock) -> Lease | None:
    """The lease, or None while another scan holds it."""
    holder, now = secrets.token_hex(8), clock().timestamp()
    with database.write() as db:
        row = db.exec_driver_sql(
            "SELECT holder, fence, expires_at FROM scan_lease WHERE tenant_id = ?", (tenant_id,)
        ).first()
        if row is not None and row[0] is not None and row[2] > now:
            return None
        fence = 1 if row is None else int(row[1]) + 1
        db.exec_driver_sql(
            "INSERT OR REPLACE INTO scan_lease VALUES (?, ?, ?, ?, ?)",
            (tenant_id, holder, fence, now + LEASE_SECONDS, "The scan is starting."),
        )
    return Lease(database, tenant_id, holder, fence, clock)


def running(database: Database, tenant_id: str, clock: Clock) -> str | None:
    """What the scan that runs now, in whatever process, is doing; None while none runs."""
    with database.read() as db:
        row = db.exec_driver_sql(
            "SELECT note FROM scan_lease WHERE tenant_id = ? AND holder IS NOT NULL AND expires_at > ?",
            (tenant_id, clock().timestamp()),
        ).first()
    return None if row is None else str(row[0])


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `most` requests within any `seconds`, counted for all processes of a home together.

    The bounds are Microsoft's (graph-facts, sign-in activity: 10 a minute per app; reports: 14 in 10 minutes each).
    """

    bucket: str
    most: int
    seconds: float

    def take(self, database: Database, tenant_id: str, clock: Clock) -> float:
        """Seconds to wait before trying again; 0.0 means: granted, and counted."""
        now = clock().timestamp()
        with database.write() as db:
            db.exec_driver_sql(
                "DELETE FROM rate_use WHERE tenant_id = ? AND bucket = ? AND (at <= ? OR at > ?)",
                (tenant_id, self.bucket, now - self.seconds, now + self.seconds),
            )
            count, oldest = db.exec_driver_sql(
                "SELECT COUNT(*), MIN(at) FROM rate_use WHERE tenant_id = ? AND bucket = ?", (tenant_id, self.bucket)
            ).one()
            if count >= self.most:
                return max(0.05, float(oldest) + self.seconds - now)
            db.exec_driver_sql(
                "INSERT INTO rate_use VALUES (?, ?, ?, ?)", (tenant_id, self.bucket, now, secrets.token_hex(4))
            )
        return 0.0
