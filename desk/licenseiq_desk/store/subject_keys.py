"""Per-subject keys, in a file of their own: outside of the desk's database and of its backups."""

import hmac
import secrets
from pathlib import Path

from licenseiq_desk.store.key_files import refuse_if_shared, secret_of
from licenseiq_tenant.database import Database

KEY_BYTES = 32


class SubjectKeys:
    """Destroying a key erases the person from a proposal; digests, approvals and ledger verify on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        path = folder / "subject_keys.db"
        if path.exists():
            refuse_if_shared(path)
        self._database = Database(path, "licenseiq_desk.store.key_migrations", durability="FULL", secure_delete=True)

    def close(self) -> None:
        self._database.close()

    def make(self, tenant_id: str, proposal_id: str, reference: str, user_id: str) -> bytes:
        """The key of this subject, made at the first call and found again after a crash."""
        with self._database.write() as db:
            db.exec_driver_sql(
                "INSERT INTO subject_key (tenant_id, proposal_id, reference, secret, person) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT DO NOTHING",
                (tenant_id, proposal_id, reference, secrets.token_bytes(KEY_BYTES), self.person(tenant_id, user_id)),
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

    def person(self, tenant_id: str, user_id: str) -> str:
        """A digest that tells nobody without this folder whose key it is."""
        key = secret_of(self._folder, "people")
        return hmac.digest(key, f"{tenant_id}/{user_id.lower()}".encode(), "sha256").hex()

    def places_of(self, tenant_id: str, person: str | None) -> tuple[tuple[str, str], ...]:
        """(proposal id, reference) of each key of a person; None: of keys that do not tell whose they are."""
        with self._database.read() as db:
            rows = db.exec_driver_sql(
                "SELECT proposal_id, reference FROM subject_key WHERE tenant_id = ? AND COALESCE(person, '') = ? "
                "ORDER BY proposal_id, reference",
                (tenant_id, person or ""),
            )
            return tuple((str(row[0]), str(row[1])) for row in rows)

    def destroy(self, tenant_id: str, *places: tuple[str, str]) -> None:
        """Destroys the keys of these (proposal id, reference), all or none."""
        with self._database.write() as db:
            for proposal_id, reference in places:
                db.exec_driver_sql(
                    "DELETE FROM subject_key WHERE tenant_id = ? AND proposal_id = ? AND reference = ?",
                    (tenant_id, proposal_id, reference),
                )
