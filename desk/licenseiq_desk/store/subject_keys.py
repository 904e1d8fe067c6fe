"""Per-subject keys, in a file of their own: outside of the desk's database and of its backups."""

import secrets
from pathlib import Path

from licenseiq_desk.store.key_files import refuse_if_shared
from licenseiq_tenant.database import Database

KEY_BYTES = 32


class SubjectKeys:
    """Destroying a key erases the person from a proposal; digests, approvals and ledger verify on."""

    def __init__(self, folder: Path) -> None:
        path = folder / "subject_keys.db"
        if path.exists():
            refuse_if_shared(path)
        self._database = Database(path, "licenseiq_desk.store.key_migrations", durability="FULL", secure_delete=True)

    def close(self) -> None:
        self._database.close()

    def make(self, tenant_id: str, proposal_id: str, reference: str) -> bytes:
        """The key of this subject, made at the first call and found again after a crash."""
        with self._database.write() as db:
            db.exec_driver_sql(
                "INSERT INTO subject_key VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (tenant_id, proposal_id, reference, secrets.token_bytes(KEY_BYTES)),
            )
        found = self.find(tenant_id, proposal_id, reference)
        if found is None:
            raise RuntimeError("a key that was just made is gone")
        return found

    def find(self, tenant_id: str, proposal_id: str, reference: str) -> bytes | None:
        """The key, or None once it was destroyed."""
        with self._database.read() as db:
            row = db.exec_driver_sql(
                "SELECT secret FROM subject_key WHERE tenant_id = ? AND proposal_id = ? AND reference = ?",
                (tenant_id, proposal_id, reference),
            ).first()
        return None if row is None else bytes(row[0])

    def destroy(self, tenant_id: str, proposal_id: str, reference: str) -> None:
        with self._database.write() as db:
            db.exec_driver_sql(
                "DELETE FROM subject_key WHERE tenant_id = ? AND proposal_id = ? AND reference = ?",
                (tenant_id, proposal_id, reference),
            )
