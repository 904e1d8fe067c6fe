"""The exceptions that the customer has made from findings of one tenant."""

from datetime import date

from licenseiq.exceptions import Exception_, ExceptionState
from licenseiq_tenant.database import Database


class ExceptionBook:
    """Blocking: call it off the event loop. One that has run out stays until it is removed or made anew."""

    def __init__(self, database: Database, tenant_id: str) -> None:
        self._database = database
        self._tenant = tenant_id

    def current(self) -> dict[str, Exception_]:
        """All of them by the id of their finding, in the order of these ids."""
        with self._database.read() as db:
            found = db.exec_driver_sql(
                "SELECT finding_id, state, owner, reason, until FROM exception WHERE tenant_id = ? ORDER BY finding_id",
                (self._tenant,),
            ).all()
        return {row[0]: Exception_(ExceptionState(row[1]), row[2], row[3], date.fromisoformat(row[4])) for row in found}

    def keep(self, finding_id: str, exception: Exception_, today: date) -> None:
        """Adds an exception, in place of one that the finding has."""
        with self._database.write() as db:
            db.exec_driver_sql(
                "INSERT OR REPLACE INTO exception VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    *(self._tenant, finding_id, exception.state.value, exception.owner, exception.reason),
                    *(exception.until.isoformat(), today.isoformat()),
                ),
            )

    def remove(self, finding_id: str) -> bool:
        """Ends an exception; says whether there was one."""
        with self._database.write() as db:
            gone = db.exec_driver_sql(
                "DELETE FROM exception WHERE tenant_id = ? AND finding_id = ?", (self._tenant, finding_id)
            )
        return gone.rowcount == 1
