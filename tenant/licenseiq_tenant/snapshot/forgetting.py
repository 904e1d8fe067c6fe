"""Forgetting what nothing needs any more: the snapshot is a working copy, and stays as large as one."""

from datetime import datetime
from typing import TYPE_CHECKING

from licenseiq.times import iso
from licenseiq_tenant.snapshot.lease import Lease
from licenseiq_tenant.snapshot.tables import OF_EVALUATION, OF_GENERATION

if TYPE_CHECKING:
    from sqlalchemy import Connection


def sweep(lease: Lease, evaluations_since: datetime, resumable_since: datetime) -> None:
    """Forgets evaluations older than the one time, except the newest, and generations that nothing needs:
    neither a pointer, nor an evaluation, nor a lane that can be resumed since the other time."""
    tenant_id = lease.tenant_id
    with lease.database.write() as db:
        lease.check(db)
        for (old,) in db.exec_driver_sql(
            "SELECT evaluation_id FROM evaluation WHERE tenant_id = ? AND as_of < ? AND number < "
            "(SELECT MAX(number) FROM evaluation WHERE tenant_id = ?)",
            (tenant_id, iso(evaluations_since), tenant_id),
        ).all():
            for table in (*OF_EVALUATION, "evaluation"):
                db.exec_driver_sql(
                    f"DELETE FROM {table} WHERE tenant_id = ? AND evaluation_id = ?",  # noqa: S608
                    (tenant_id, old),
                )
        for (old,) in db.exec_driver_sql(
            "SELECT generation_id FROM generation WHERE tenant_id = ? "
            "AND generation_id NOT IN (SELECT generation_id FROM pointer WHERE tenant_id = ?) "
            "AND generation_id NOT IN (SELECT generation_id FROM evaluation_source WHERE tenant_id = ?) "
            "AND NOT (state = 'building' AND checkpoint IS NOT NULL AND started_at >= ?)",
            (tenant_id, tenant_id, tenant_id, iso(resumable_since)),
        ).all():
            forget_generation(db, tenant_id, old)


def forget_generation(db: "Connection", tenant_id: str, generation: int) -> None:
    """Within the caller's transaction, which has checked the lease."""
    for table in (*OF_GENERATION, "generation"):
        db.exec_driver_sql(
            f"DELETE FROM {table} WHERE tenant_id = ? AND generation_id = ?",  # noqa: S608
            (tenant_id, generation),
        )
