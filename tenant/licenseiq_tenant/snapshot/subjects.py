"""Whom a proposal is about, by the snapshot: a working copy, so that who leaves the tenant leaves it too."""

from collections.abc import Mapping

from licenseiq_tenant.database import Database


class SnapshotSubjects:
    """Blocking: call it off the event loop."""

    def __init__(self, database: Database, tenant_id: str) -> None:
        self._database = database
        self._tenant = tenant_id

    def remember(self, proposal_id: str, people: Mapping[str, str]) -> None:
        """Keeps reference → user id of a proposal."""
        with self._database.write() as db:
            for reference, user_id in people.items():
                db.exec_driver_sql(
                    "INSERT OR REPLACE INTO proposal_subject VALUES (?, ?, ?, ?)",
                    (self._tenant, proposal_id, reference, user_id),
                )

    def names(self, proposal_id: str) -> dict[str, tuple[str, str | None]]:
        """Reference → (user id, principal name), of those who were still there at the newest reading of users."""
        with self._database.read() as db:
            found = db.exec_driver_sql(
                "SELECT s.reference, s.user_id, p.principal_name FROM proposal_subject s "
                "JOIN pointer n ON n.tenant_id = s.tenant_id AND n.source = 'users' "
                "JOIN person p ON p.tenant_id = s.tenant_id AND p.generation_id = n.generation_id "
                "AND (p.user_id = s.user_id OR p.principal_key = s.user_id) "
                "WHERE s.tenant_id = ? AND s.proposal_id = ?",
                (self._tenant, proposal_id),
            )
            return {reference: (user_id, name) for reference, user_id, name in found}

    def places(self, user_id: str) -> dict[str, frozenset[str]]:
        """The references under which somebody is a subject, by proposal."""
        with self._database.read() as db:
            rows = db.exec_driver_sql(
                "SELECT proposal_id, reference FROM proposal_subject WHERE tenant_id = ? AND user_id = ?",
                (self._tenant, user_id),
            )
            found: dict[str, set[str]] = {}
            for proposal_id, reference in rows:
                found.setdefault(proposal_id, set()).add(reference)
        return {proposal_id: frozenset(references) for proposal_id, references in found.items()}
